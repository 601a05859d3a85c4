// Package dnn is a binding of libdnn, a library of fully connected neural networks.
//
// Arrays are slices of float64 or float32, row after row; Go's memory is lent to the library during a call and nothing is
// copied but by NewDataset. Errors are of type *Error, with the text of dnn_last_error. Handles are released by Close, or by a
// finalizer if that was forgotten, in any order.
//
// One Model may predict in any number of goroutines at once; anything else is used by one goroutine at a time, but for
// Trainer.Cancel.
//
// To build, cgo must find dnn.h and libdnn, by pkg-config as here.
package dnn

/*
#cgo pkg-config: dnn
#include <dnn.h>
#include <stdlib.h>

int32_t goProgress(void *user, dnn_progress *progress); // exported below

static int32_t tell(void *user, const dnn_progress *progress) {
	return goProgress(user, (dnn_progress *)progress);
}

static int32_t fit(dnn_trainer *trainer, const dnn_dataset *training, const dnn_dataset *validation, uintptr_t user) {
	int32_t status = dnn_trainer_set_progress(trainer, user == 0 ? NULL : tell, (void *)user);
	if (status < 0) {
		return status;
	}
	return dnn_trainer_fit(trainer, training, validation); // tell stays until the next fit: progress may have closed the trainer
}
*/
import "C"

import (
	"fmt"
	"runtime"
	"runtime/cgo"
	"strings"
	"unsafe"
)

// Error is what a call of the library failed with.
type Error struct {
	Status int    // DNN_ERROR_*, below 0
	Text   string // what was expected and what came
}

func (e *Error) Error() string { return e.Text }

// do calls the library, and makes an error of its status. The text of an error belongs to the thread: hence the lock.
func do(call func() C.int32_t) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if status := call(); status < 0 {
		return &Error{int(status), C.GoString(C.dnn_last_error())}
	}
	return nil
}

// doWith hands texts to the call, as C's; one with a NUL would end there, and is an error.
func doWith(call func(texts []*C.char) C.int32_t, texts ...string) error {
	copies := make([]*C.char, len(texts))
	for i, text := range texts {
		if strings.ContainsRune(text, 0) {
			return &Error{C.DNN_ERROR_INVALID_ARGUMENT, fmt.Sprintf("%q holds a NUL", text)}
		}
		copies[i] = C.CString(text)
		defer C.free(unsafe.Pointer(copies[i]))
	}
	return do(func() C.int32_t { return call(copies) })
}

// rows tells how many rows of so many columns a slice holds.
func rows(name string, length, columns int) (int, error) {
	if columns < 0 { // what the library tells of NULL
		return 0, &Error{C.DNN_ERROR_INVALID_ARGUMENT, "the model is closed"}
	}
	if columns == 0 || length%columns != 0 {
		return 0, fmt.Errorf("%s has %d numbers, expected a multiple of %d", name, length, columns)
	}
	return length / columns, nil
}

// samples tells how many samples x and y hold, which must be the same.
func samples(x, inputs, y, outputs int) (int, error) {
	n, err := rows("x", x, inputs)
	if err != nil {
		return 0, err
	}
	m, err := rows("y", y, outputs)
	if err == nil && n != m {
		err = fmt.Errorf("x has %d samples, y has %d", n, m)
	}
	return n, err
}

// first is the address of a slice's first number, or nil.
func first[T any, P any](s []T) *P {
	if len(s) == 0 {
		return nil
	}
	return (*P)(unsafe.Pointer(&s[0]))
}

func readText(write func(buffer *C.char, capacity C.int64_t, length *C.int64_t) C.int32_t) (string, error) {
	var length C.int64_t
	if err := do(func() C.int32_t { return write(nil, 0, &length) }); err != nil {
		return "", err
	}
	buffer := make([]byte, length+1)
	err := do(func() C.int32_t { return write(first[byte, C.char](buffer), length+1, &length) })
	return string(buffer[:length]), err
}

// Version of the library that is loaded.
func Version() string { return C.GoString(C.dnn_version_string()) }

// Config says what a network is and how it learns. The keys are in dnn.h.
type Config struct{ handle *C.dnn_config }

// NewConfig makes one of the recipes "classifier", "regressor" or "tutorial".
func NewConfig(recipe string) (*Config, error) {
	c := new(Config)
	create := func(texts []*C.char) C.int32_t { return C.dnn_config_create(texts[0], &c.handle) }
	if err := doWith(create, recipe); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(c, (*Config).Close)
	return c, nil
}

// Set gives a key a value: a string, a number or a bool.
func (c *Config) Set(key string, value any) error {
	defer runtime.KeepAlive(c)
	return doWith(func(texts []*C.char) C.int32_t {
		return C.dnn_config_set(c.handle, texts[0], texts[1])
	}, key, fmt.Sprint(value))
}

// Get tells the value of a key.
func (c *Config) Get(key string) (string, error) {
	k := C.CString(key)
	defer C.free(unsafe.Pointer(k))
	defer runtime.KeepAlive(c)
	return readText(func(buffer *C.char, capacity C.int64_t, length *C.int64_t) C.int32_t {
		return C.dnn_config_get(c.handle, k, buffer, capacity, length)
	})
}

// Close releases the config. A second time does nothing.
func (c *Config) Close() {
	C.dnn_config_destroy(c.handle)
	c.handle = nil
	runtime.SetFinalizer(c, nil)
}

// Dataset holds samples, copied.
type Dataset struct{ handle *C.dnn_dataset }

func newDataset(create func(out **C.dnn_dataset, texts []*C.char) C.int32_t, texts ...string) (*Dataset, error) {
	d := new(Dataset)
	if err := doWith(func(c []*C.char) C.int32_t { return create(&d.handle, c) }, texts...); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(d, (*Dataset).Close)
	return d, nil
}

// NewDataset copies x [n × inputs] and y [n × outputs].
func NewDataset(x []float64, inputs int, y []float64, outputs int) (*Dataset, error) {
	n, err := samples(len(x), inputs, len(y), outputs)
	if err != nil {
		return nil, err
	}
	return newDataset(func(out **C.dnn_dataset, _ []*C.char) C.int32_t {
		return C.dnn_dataset_create(first[float64, C.double](x), C.int64_t(n), C.int64_t(inputs),
			first[float64, C.double](y), C.int64_t(outputs), out)
	})
}

// NewLabelled copies x [n × inputs] and labels, classes 0 to classes − 1.
func NewLabelled(x []float64, inputs int, labels []int32, classes int) (*Dataset, error) {
	n, err := samples(len(x), inputs, len(labels), 1)
	if err != nil {
		return nil, err
	}
	return newDataset(func(out **C.dnn_dataset, _ []*C.char) C.int32_t {
		return C.dnn_dataset_create_labels(first[float64, C.double](x), C.int64_t(n), C.int64_t(inputs),
			first[int32, C.int32_t](labels), C.int64_t(classes), out)
	})
}

// ReadCSV reads a table; the options are in dnn.h, and may be "".
func ReadCSV(path, options string) (*Dataset, error) {
	return newDataset(func(out **C.dnn_dataset, texts []*C.char) C.int32_t {
		return C.dnn_dataset_read_csv(texts[0], texts[1], out)
	}, path, options)
}

// Len tells how many samples there are; −1 if it is closed.
func (d *Dataset) Len() int {
	defer runtime.KeepAlive(d)
	return int(C.dnn_dataset_size(d.handle))
}

// Close releases the dataset. A second time does nothing.
func (d *Dataset) Close() {
	C.dnn_dataset_destroy(d.handle)
	d.handle = nil
	runtime.SetFinalizer(d, nil)
}

// Model is a network and its weights.
type Model struct{ handle *C.dnn_model }

func newModel(create func(out **C.dnn_model, texts []*C.char) C.int32_t, texts ...string) (*Model, error) {
	m := new(Model)
	if err := doWith(func(c []*C.char) C.int32_t { return create(&m.handle, c) }, texts...); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(m, (*Model).Close)
	return m, nil
}

// NewModel makes a network of layers of these sizes, the inputs first.
func NewModel(layers []int64, config *Config) (*Model, error) {
	defer runtime.KeepAlive(config)
	return newModel(func(out **C.dnn_model, _ []*C.char) C.int32_t {
		return C.dnn_model_create(first[int64, C.int64_t](layers), C.int64_t(len(layers)), config.pointer(), out)
	})
}

// pointer is NULL for nil: the defaults.
func (c *Config) pointer() *C.dnn_config {
	if c == nil {
		return nil
	}
	return c.handle
}

// LoadModel reads what Save wrote.
func LoadModel(path string) (*Model, error) {
	return newModel(func(out **C.dnn_model, texts []*C.char) C.int32_t { return C.dnn_model_load(texts[0], out) }, path)
}

// Save writes the model to a file, in one step.
func (m *Model) Save(path string) error {
	defer runtime.KeepAlive(m)
	return doWith(func(texts []*C.char) C.int32_t { return C.dnn_model_save(m.handle, texts[0]) }, path)
}

// Inputs tells the size of the first layer; −1 if the model is closed.
func (m *Model) Inputs() int {
	defer runtime.KeepAlive(m)
	return int(C.dnn_model_layer_size(m.handle, 0))
}

// Outputs tells the size of the last layer.
func (m *Model) Outputs() int {
	defer runtime.KeepAlive(m)
	return int(C.dnn_model_layer_size(m.handle, C.dnn_model_layer_count(m.handle)-1))
}

// Predict takes x [n × inputs], and gives [n × outputs].
func (m *Model) Predict(x []float64) ([]float64, error) {
	defer runtime.KeepAlive(m)
	n, err := rows("x", len(x), m.Inputs())
	if err != nil {
		return nil, err
	}
	y := make([]float64, n*m.Outputs())
	err = do(func() C.int32_t {
		return C.dnn_model_predict(m.handle, first[float64, C.double](x), C.int64_t(n), first[float64, C.double](y))
	})
	return y, err
}

// Predict32 is Predict for float32.
func (m *Model) Predict32(x []float32) ([]float32, error) {
	defer runtime.KeepAlive(m)
	n, err := rows("x", len(x), m.Inputs())
	if err != nil {
		return nil, err
	}
	y := make([]float32, n*m.Outputs())
	err = do(func() C.int32_t {
		return C.dnn_model_predict_f32(m.handle, first[float32, C.float](x), C.int64_t(n), first[float32, C.float](y))
	})
	return y, err
}

// Evaluate tells the mean loss, and the share of samples whose class is right.
func (m *Model) Evaluate(d *Dataset) (loss, accuracy float64, err error) {
	defer runtime.KeepAlive(m)
	defer runtime.KeepAlive(d)
	err = do(func() C.int32_t {
		return C.dnn_model_evaluate(m.handle, d.handle, (*C.double)(&loss), (*C.double)(&accuracy))
	})
	return loss, accuracy, err
}

// Standardize lets the model shift and scale its inputs to mean 0 and variance 1 over these samples.
func (m *Model) Standardize(d *Dataset) error {
	defer runtime.KeepAlive(m)
	defer runtime.KeepAlive(d)
	return do(func() C.int32_t { return C.dnn_model_standardize(m.handle, d.handle) })
}

// Close releases the model, unless a trainer still uses it. A second time does nothing.
func (m *Model) Close() {
	C.dnn_model_destroy(m.handle)
	m.handle = nil
	runtime.SetFinalizer(m, nil)
}

// Progress is how far a fit has come.
type Progress struct {
	Epoch, Epochs, Batch, Batches                     int
	Loss, ValidationLoss, ValidationAccuracy, Seconds float64
}

// EndsEpoch is true at the last batch of an epoch.
func (p *Progress) EndsEpoch() bool { return p.Batch == p.Batches }

// Epoch is an entry of the history.
type Epoch struct{ Loss, ValidationLoss, ValidationAccuracy float64 }

// Trainer changes a model's weights.
type Trainer struct {
	handle          *C.dnn_trainer
	inputs, outputs int
}

// NewTrainer trains a model as its config says, or another; config may be nil.
func NewTrainer(m *Model, config *Config) (*Trainer, error) {
	defer runtime.KeepAlive(m)
	defer runtime.KeepAlive(config)
	t := &Trainer{inputs: m.Inputs(), outputs: m.Outputs()}
	if err := do(func() C.int32_t { return C.dnn_trainer_create(m.handle, config.pointer(), &t.handle) }); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(t, (*Trainer).Close)
	return t, nil
}

// Step makes one update, and tells the mean loss before it.
func (t *Trainer) Step(x, y []float64) (loss float64, err error) {
	defer runtime.KeepAlive(t)
	n, err := samples(len(x), t.inputs, len(y), t.outputs)
	if err != nil {
		return 0, err
	}
	err = do(func() C.int32_t {
		return C.dnn_trainer_step(t.handle, first[float64, C.double](x), first[float64, C.double](y), C.int64_t(n),
			(*C.double)(&loss))
	})
	return loss, err
}

// told is what a running fit hands to goProgress, by its handle.
type told struct {
	call     func(*Progress) bool
	panicked any
}

//export goProgress
func goProgress(user unsafe.Pointer, p *C.dnn_progress) (answer C.int32_t) {
	told := cgo.Handle(uintptr(user)).Value().(*told)
	defer func() { // a panic must not run through C: it stops the fit, and goes on behind it
		if told.panicked = recover(); told.panicked != nil {
			answer = 0
		}
	}()
	goOn := told.call(&Progress{
		Epoch: int(C.dnn_progress_epoch(p)), Epochs: int(C.dnn_progress_epochs(p)),
		Batch: int(C.dnn_progress_batch(p)), Batches: int(C.dnn_progress_batches(p)),
		Loss: float64(C.dnn_progress_loss(p)), ValidationLoss: float64(C.dnn_progress_validation_loss(p)),
		ValidationAccuracy: float64(C.dnn_progress_validation_accuracy(p)), Seconds: float64(C.dnn_progress_seconds(p)),
	})
	if goOn {
		return 1
	}
	return 0
}

// Fit trains for the config's epochs. validation may be nil, and so may progress, which is called after each batch and
// returns false to stop. finished: it came to its end.
func (t *Trainer) Fit(training, validation *Dataset, progress func(*Progress) bool) (finished bool, err error) {
	defer runtime.KeepAlive(t)
	defer runtime.KeepAlive(training)
	defer runtime.KeepAlive(validation)
	var measured *C.dnn_dataset
	if validation != nil {
		measured = validation.handle
	}
	var user cgo.Handle
	state := &told{call: progress}
	if progress != nil {
		user = cgo.NewHandle(state)
		defer user.Delete()
	}
	var status C.int32_t
	err = do(func() C.int32_t {
		status = C.fit(t.handle, training.handle, measured, C.uintptr_t(user))
		return status
	})
	if state.panicked != nil {
		panic(state.panicked)
	}
	return status == C.DNN_OK, err
}

// Cancel ends a Fit that runs in another goroutine.
func (t *Trainer) Cancel() {
	C.dnn_trainer_cancel(t.handle)
	runtime.KeepAlive(t)
}

// History has an entry for each completed epoch.
func (t *Trainer) History() []Epoch {
	defer runtime.KeepAlive(t)
	var epochs []Epoch
	for i := C.int64_t(0); i < C.dnn_trainer_history_count(t.handle); i++ {
		var e Epoch
		C.dnn_trainer_history(t.handle, i, (*C.double)(&e.Loss), (*C.double)(&e.ValidationLoss),
			(*C.double)(&e.ValidationAccuracy))
		epochs = append(epochs, e)
	}
	return epochs
}

// Diagnose tells why a network is not learning.
func (t *Trainer) Diagnose() (string, error) {
	defer runtime.KeepAlive(t)
	return readText(func(buffer *C.char, capacity C.int64_t, length *C.int64_t) C.int32_t {
		return C.dnn_trainer_diagnose(t.handle, buffer, capacity, length)
	})
}

// Close releases the trainer. A second time does nothing.
func (t *Trainer) Close() {
	C.dnn_trainer_destroy(t.handle)
	t.handle = nil
	runtime.SetFinalizer(t, nil)
}
