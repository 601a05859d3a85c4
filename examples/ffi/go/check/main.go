// Command check prints what ../../README.md, "The check", asks of each language.
package main

import (
	"errors"
	"fmt"
	"log"
	"math"
	"os"
	"reflect"

	"libdnn/dnn"
)

const samples, inputs = 20, 3

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func mustBe(isSo bool, what string) {
	if !isSo {
		what = "NOT " + what
	}
	fmt.Println(what)
}

func makeConfig(epochs int) *dnn.Config {
	config := must(dnn.NewConfig("regressor"))
	settings := map[string]any{
		"precision": "f64", "activation": "tanh", "seed": 7, "batch_size": 4, "threads": 1, "epochs": epochs,
	}
	for key, value := range settings {
		if err := config.Set(key, value); err != nil {
			log.Fatal(err)
		}
	}
	return config
}

func residentPages() (resident int) {
	var total int
	fmt.Sscan(string(must(os.ReadFile("/proc/self/statm"))), &total, &resident)
	return resident
}

// panics tells what f panics with.
func panics(f func()) (with any) {
	defer func() { with = recover() }()
	f()
	return nil
}

func main() {
	var x, y []float64
	for i := 0; i < samples; i++ {
		for j := 0; j < inputs; j++ {
			x = append(x, float64((7*i+5*j)%13)/13)
		}
		y = append(y, float64(5*i%11)/11)
	}
	layers := []int64{inputs, 8, 1}

	model := must(dnn.NewModel(layers, makeConfig(5)))
	dataset := must(dnn.NewDataset(x, inputs, y, 1))
	trainer := must(dnn.NewTrainer(model, nil))
	must(trainer.Fit(dataset, nil, nil))
	predictions := must(model.Predict(x))
	for i, prediction := range predictions[:10] {
		fmt.Printf("prediction %d: %016x\n", i, math.Float64bits(prediction))
	}

	if err := model.Save("check.dnn"); err != nil {
		log.Fatal(err)
	}
	again := must(must(dnn.LoadModel("check.dnn")).Predict(x))
	mustBe(reflect.DeepEqual(again, predictions), "a saved and loaded model predicts the same")

	config := makeConfig(100)
	err := config.Set("epochs", "many")
	var failed *dnn.Error
	mustBe(errors.As(err, &failed) && failed.Status == -1, "a wrong value raises:")
	fmt.Println(err)

	_, err = model.Predict(x[:2])
	_, fitErr := trainer.Fit(must(dnn.NewDataset(x[:40], 2, y, 1)), nil, nil)
	mustBe(err != nil && errors.As(fitErr, &failed), "a wrong shape raises")

	stopped := must(dnn.NewTrainer(model, config))
	finished := must(stopped.Fit(dataset, nil, func(p *dnn.Progress) bool { return p.Epoch < 3 || !p.EndsEpoch() }))
	mustBe(!finished && len(stopped.History()) == 3, "the callback stops after epoch 3")
	panicked := panics(func() { stopped.Fit(dataset, nil, func(*dnn.Progress) bool { panic("from inside") }) })
	if panicked != "from inside" {
		mustBe(false, "a panic in the callback comes out of fit")
	}

	model.Close()
	dataset.Close()
	_, err = trainer.Step(x, y)
	mustBe(err == nil, "handles are destroyed in any order")
	if _, err = model.Predict(x); err == nil {
		mustBe(false, "a closed model says so")
	}

	before := 0
	for i := 0; i < 11000; i++ {
		if i == 1000 {
			before = residentPages()
		}
		config := makeConfig(1)
		model := must(dnn.NewModel(layers, config))
		dataset := must(dnn.NewDataset(x, inputs, y, 1))
		trainer := must(dnn.NewTrainer(model, nil))
		model.Close()
		config.Close()
		trainer.Close()
		dataset.Close()
	}
	mustBe(residentPages()-before < 2048, "10,000 create and destroy do not grow memory") // Go's own heap moves by some MiB
}
