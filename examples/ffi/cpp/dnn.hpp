// dnn.hpp - libdnn for C++11 and later: one class a handle, in one header.
//
// LIFETIME. Every class owns one handle and releases it when it goes. They can be moved, not copied; Model::clone copies. The
// library counts references, so that a Trainer may outlive the Model it was made for.
//
// ERRORS. A call that fails throws dnn::Error, a std::runtime_error with the text of dnn_last_error() and a status(). An
// exception never crosses C: one that is thrown in a progress function stops the training, and leaves fit() once the
// library has returned.
//
// ARRAYS are contiguous and row-major: a std::vector, a std::array or the like, or a pointer and a count in braces, as in
// predict({pointer, count}). Nothing is copied on the way in but by Dataset. A wrong length is a std::invalid_argument.
//
// THREADS. As dnn.h says: one Model may be shared by any number of threads that predict; anything else is used by one at a time.
#ifndef DNN_HPP
#define DNN_HPP

#include <dnn.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace dnn
{

class Error : public std::runtime_error
{
  public:
    explicit Error(std::int32_t status) : std::runtime_error(dnn_last_error()), status_(status)
    {
    }

    std::int32_t status() const noexcept
    {
        return status_;
    }

  private:
    std::int32_t status_;
};

// Numbers of the caller's, read during a call.
template <class Number> class View
{
  public:
    View(const Number *data, std::size_t size) : data_(data), size_(size)
    {
    }
    template <class Array, class = typename std::enable_if<std::is_convertible<
                               decltype(std::declval<const Array &>().data()), const Number *>::value>::type>
    View(const Array &numbers) : data_(numbers.data()), size_(numbers.size())
    {
    }

    const Number *data() const noexcept
    {
        return data_;
    }
    std::size_t size() const noexcept
    {
        return size_;
    }

  private:
    const Number *data_;
    std::size_t size_;
};

namespace detail
{

inline std::int32_t check(std::int32_t status)
{
    if (status < 0) {
        throw Error(status);
    }
    return status;
}

// A text as C takes it, which would end at a NUL.
inline const char *c_string(const std::string &text)
{
    if (text.find('\0') != std::string::npos) {
        throw std::invalid_argument("a text with a NUL after \"" + std::string(text.c_str()) + "\"");
    }
    return text.c_str();
}

// Rows of `columns` numbers; throws if there are no whole rows.
template <class Number> std::int64_t rows(const char *name, View<Number> numbers, std::int64_t columns)
{
    if (columns < 0) { // what the library tells of NULL
        throw std::invalid_argument("the model was moved from");
    }
    if (columns == 0 || numbers.size() % static_cast<std::size_t>(columns) != 0) {
        throw std::invalid_argument(std::string(name) + " has " + std::to_string(numbers.size()) +
                                    " numbers, expected a multiple of " + std::to_string(columns));
    }
    return static_cast<std::int64_t>(numbers.size()) / columns;
}

inline void expect_size(const char *name, std::size_t size, std::int64_t expected)
{
    if (static_cast<std::int64_t>(size) != expected) {
        throw std::invalid_argument(std::string(name) + " has " + std::to_string(size) + " numbers, expected " +
                                    std::to_string(expected));
    }
}

// A text that the library writes into a buffer: once for its length, once for itself.
template <class Function> std::string text(Function function)
{
    std::int64_t length = 0;
    check(function(static_cast<char *>(nullptr), std::int64_t(0), &length));
    std::vector<char> buffer(static_cast<std::size_t>(length) + 1);
    check(function(buffer.data(), length + 1, &length));
    return std::string(buffer.data(), static_cast<std::size_t>(length));
}

struct Destroy {
    void operator()(dnn_config *handle) const
    {
        dnn_config_destroy(handle);
    }
    void operator()(dnn_model *handle) const
    {
        dnn_model_destroy(handle);
    }
    void operator()(dnn_workspace *handle) const
    {
        dnn_workspace_destroy(handle);
    }
    void operator()(dnn_trainer *handle) const
    {
        dnn_trainer_destroy(handle);
    }
    void operator()(dnn_dataset *handle) const
    {
        dnn_dataset_destroy(handle);
    }
};

template <class Handle> using Owned = std::unique_ptr<Handle, Destroy>;

} // namespace detail

inline std::string version()
{
    return dnn_version_string();
}

inline std::string build_info()
{
    return dnn_build_info();
}

// What a network is and how it learns; the keys are in dnn.h.
class Config
{
  public:
    explicit Config(const std::string &recipe = "tutorial")
    {
        dnn_config *handle = nullptr;
        detail::check(dnn_config_create(detail::c_string(recipe), &handle));
        handle_.reset(handle);
    }

    Config &set(const std::string &key, const std::string &text)
    {
        detail::check(dnn_config_set(get(), detail::c_string(key), detail::c_string(text)));
        return *this;
    }

    Config &set(const std::string &key, const char *text)
    {
        return set(key, std::string(text));
    }

    Config &set(const std::string &key, double number)
    {
        detail::check(dnn_config_set_number(get(), detail::c_string(key), number));
        return *this;
    }

    // An integer of any type, or a bool.
    template <class Integer>
    typename std::enable_if<std::is_integral<Integer>::value, Config &>::type set(const std::string &key,
                                                                                  Integer integer)
    {
        detail::check(dnn_config_set_integer(get(), detail::c_string(key), static_cast<std::int64_t>(integer)));
        return *this;
    }

    std::string operator[](const std::string &key) const
    {
        return detail::text([&](char *buffer, std::int64_t capacity, std::int64_t *length) {
            return dnn_config_get(get(), detail::c_string(key), buffer, capacity, length);
        });
    }

    dnn_config *get() const noexcept
    {
        return handle_.get();
    }

  private:
    detail::Owned<dnn_config> handle_;
};

// Samples, copied: x [n × n_in], y [n × n_out].
class Dataset
{
  public:
    Dataset(View<double> x, std::int64_t n_in, View<double> y, std::int64_t n_out)
    {
        const std::int64_t n = same_rows(detail::rows("x", x, n_in), detail::rows("y", y, n_out));
        create([&](dnn_dataset **out) { return dnn_dataset_create(x.data(), n, n_in, y.data(), n_out, out); });
    }

    Dataset(View<float> x, std::int64_t n_in, View<float> y, std::int64_t n_out)
    {
        const std::int64_t n = same_rows(detail::rows("x", x, n_in), detail::rows("y", y, n_out));
        create([&](dnn_dataset **out) { return dnn_dataset_create_f32(x.data(), n, n_in, y.data(), n_out, out); });
    }

    // Classes: labels 0 … classes − 1.
    Dataset(View<double> x, std::int64_t n_in, View<std::int32_t> labels, std::int64_t classes)
    {
        const std::int64_t n = same_rows(detail::rows("x", x, n_in), static_cast<std::int64_t>(labels.size()));
        create([&](dnn_dataset **out) {
            return dnn_dataset_create_labels(x.data(), n, n_in, labels.data(), classes, out);
        });
    }

    Dataset(View<float> x, std::int64_t n_in, View<std::int32_t> labels, std::int64_t classes)
    {
        const std::int64_t n = same_rows(detail::rows("x", x, n_in), static_cast<std::int64_t>(labels.size()));
        create([&](dnn_dataset **out) {
            return dnn_dataset_create_labels_f32(x.data(), n, n_in, labels.data(), classes, out);
        });
    }

    static Dataset read_csv(const std::string &path, const std::string &options = "")
    {
        Dataset dataset;
        dataset.create([&](dnn_dataset **out) {
            return dnn_dataset_read_csv(detail::c_string(path), detail::c_string(options), out);
        });
        return dataset;
    }

    static Dataset read_idx(const std::string &images, const std::string &labels)
    {
        Dataset dataset;
        dataset.create([&](dnn_dataset **out) {
            return dnn_dataset_read_idx(detail::c_string(images), detail::c_string(labels), out);
        });
        return dataset;
    }

    static Dataset read_npy(const std::string &x, const std::string &y)
    {
        Dataset dataset;
        dataset.create(
            [&](dnn_dataset **out) { return dnn_dataset_read_npy(detail::c_string(x), detail::c_string(y), out); });
        return dataset;
    }

    // The first holds `fraction` of the samples, drawn by the seed; the second the rest. No sample is copied.
    std::pair<Dataset, Dataset> split(double fraction, std::int64_t seed = 0) const
    {
        dnn_dataset *first = nullptr, *second = nullptr;
        detail::check(dnn_dataset_split(get(), fraction, seed, &first, &second));
        std::pair<Dataset, Dataset> parts{Dataset(), Dataset()};
        parts.first.handle_.reset(first);
        parts.second.handle_.reset(second);
        return parts;
    }

    std::int64_t size() const
    {
        return dnn_dataset_size(get());
    }
    std::int64_t inputs() const
    {
        return dnn_dataset_inputs(get());
    }
    std::int64_t outputs() const
    {
        return dnn_dataset_outputs(get());
    }
    dnn_dataset *get() const noexcept
    {
        return handle_.get();
    }

  private:
    Dataset() = default;

    static std::int64_t same_rows(std::int64_t x, std::int64_t y)
    {
        if (x != y) {
            throw std::invalid_argument("x has " + std::to_string(x) + " samples, y has " + std::to_string(y));
        }
        return x;
    }

    template <class Create> void create(Create create)
    {
        dnn_dataset *handle = nullptr;
        detail::check(create(&handle));
        handle_.reset(handle);
    }

    detail::Owned<dnn_dataset> handle_;
};

struct Evaluation {
    double loss, accuracy;
};

class Model
{
  public:
    explicit Model(const std::vector<std::int64_t> &layers, const Config &config = Config())
    {
        dnn_model *handle = nullptr;
        detail::check(dnn_model_create(layers.data(), static_cast<std::int64_t>(layers.size()), config.get(), &handle));
        handle_.reset(handle);
    }

    // Takes a handle over, such as one of dnn_trainer_load.
    explicit Model(dnn_model *handle) : handle_(handle)
    {
    }

    static Model load(const std::string &path)
    {
        dnn_model *handle = nullptr;
        detail::check(dnn_model_load(detail::c_string(path), &handle));
        return Model(handle);
    }

    void save(const std::string &path) const
    {
        detail::check(dnn_model_save(get(), detail::c_string(path)));
    }

    Model clone() const
    {
        dnn_model *handle = nullptr;
        detail::check(dnn_model_clone(get(), &handle));
        return Model(handle);
    }

    std::vector<std::int64_t> layers() const
    {
        std::vector<std::int64_t> sizes;
        for (std::int64_t l = 0; l < dnn_model_layer_count(get()); l++) {
            sizes.push_back(dnn_model_layer_size(get(), l));
        }
        return sizes;
    }

    std::int64_t inputs() const
    {
        return dnn_model_layer_size(get(), 0);
    }
    std::int64_t outputs() const
    {
        return dnn_model_layer_size(get(), dnn_model_layer_count(get()) - 1);
    }

    // x: [n × inputs]; returns [n × outputs].
    std::vector<double> predict(View<double> x) const
    {
        const std::int64_t n = detail::rows("x", x, inputs());
        std::vector<double> y(static_cast<std::size_t>(n * outputs()));
        detail::check(dnn_model_predict(get(), x.data(), n, y.data()));
        return y;
    }

    std::vector<float> predict(View<float> x) const
    {
        const std::int64_t n = detail::rows("x", x, inputs());
        std::vector<float> y(static_cast<std::size_t>(n * outputs()));
        detail::check(dnn_model_predict_f32(get(), x.data(), n, y.data()));
        return y;
    }

    std::vector<double> predict(std::initializer_list<double> x) const
    {
        return predict(View<double>(x.begin(), x.size()));
    }

    std::vector<std::int32_t> classify(View<double> x) const
    {
        std::vector<std::int32_t> labels(static_cast<std::size_t>(detail::rows("x", x, inputs())));
        detail::check(dnn_model_classify(get(), x.data(), static_cast<std::int64_t>(labels.size()), labels.data()));
        return labels;
    }

    std::vector<std::int32_t> classify(std::initializer_list<double> x) const
    {
        return classify(View<double>(x.begin(), x.size()));
    }

    Evaluation evaluate(const Dataset &dataset) const
    {
        Evaluation found{};
        detail::check(dnn_model_evaluate(get(), dataset.get(), &found.loss, &found.accuracy));
        return found;
    }

    double score(const Dataset &dataset) const
    {
        double r2 = 0;
        detail::check(dnn_model_score(get(), dataset.get(), &r2));
        return r2;
    }

    void standardize(const Dataset &dataset)
    {
        detail::check(dnn_model_standardize(get(), dataset.get()));
    }

    std::vector<double> parameters() const
    {
        std::vector<double> theta(static_cast<std::size_t>(dnn_model_parameter_count(get())));
        detail::check(dnn_model_get_parameters(get(), theta.data()));
        return theta;
    }

    void set_parameters(View<double> theta)
    {
        detail::expect_size("theta", theta.size(), dnn_model_parameter_count(get()));
        detail::check(dnn_model_set_parameters(get(), theta.data()));
    }

    std::string summary() const
    {
        return detail::text([&](char *buffer, std::int64_t capacity, std::int64_t *length) {
            return dnn_model_summary(get(), buffer, capacity, length);
        });
    }

    dnn_model *get() const noexcept
    {
        return handle_.get();
    }

  private:
    detail::Owned<dnn_model> handle_;
};

// The memory of one thread's predictions: they allocate nothing.
class Workspace
{
  public:
    explicit Workspace(const Model &model, std::int64_t max_rows = 1)
        : inputs_(model.inputs()), outputs_(model.outputs())
    {
        dnn_workspace *handle = nullptr;
        detail::check(dnn_workspace_create(model.get(), max_rows, &handle));
        handle_.reset(handle);
    }

    // y is written, and must hold [n × outputs].
    void predict(View<double> x, std::vector<double> &y)
    {
        const std::int64_t n = detail::rows("x", x, inputs_);
        detail::expect_size("y", y.size(), n * outputs_);
        detail::check(dnn_workspace_predict(get(), x.data(), n, y.data()));
    }

    void predict(View<float> x, std::vector<float> &y)
    {
        const std::int64_t n = detail::rows("x", x, inputs_);
        detail::expect_size("y", y.size(), n * outputs_);
        detail::check(dnn_workspace_predict_f32(get(), x.data(), n, y.data()));
    }

    dnn_workspace *get() const noexcept
    {
        return handle_.get();
    }

  private:
    detail::Owned<dnn_workspace> handle_;
    std::int64_t inputs_, outputs_;
};

// How far a fit has come; copied, so that it may be kept.
struct Progress {
    std::int64_t epoch, epochs, batch, batches;
    double loss, validation_loss, validation_accuracy, seconds, learning_rate, samples_per_second;

    explicit Progress(const dnn_progress *from)
        : epoch(dnn_progress_epoch(from)), epochs(dnn_progress_epochs(from)), batch(dnn_progress_batch(from)),
          batches(dnn_progress_batches(from)), loss(dnn_progress_loss(from)),
          validation_loss(dnn_progress_validation_loss(from)),
          validation_accuracy(dnn_progress_validation_accuracy(from)), seconds(dnn_progress_seconds(from)),
          learning_rate(dnn_progress_learning_rate(from)), samples_per_second(dnn_progress_samples_per_second(from))
    {
    }

    bool ends_epoch() const noexcept
    {
        return batch == batches;
    }
};

struct Epoch {
    double loss, validation_loss, validation_accuracy;
};

class Trainer
{
  public:
    explicit Trainer(const Model &model) : Trainer(model, nullptr)
    {
    }
    Trainer(const Model &model, const Config &config) : Trainer(model, config.get())
    {
    }

    // Called after each batch, and returns false to stop. An empty function takes it away.
    using ProgressFunction = std::function<bool(const Progress &)>;

    // True if it came to its end; false if the progress function or cancel() stopped it.
    bool fit(const Dataset &training, const ProgressFunction &progress = {})
    {
        return fit(training.get(), nullptr, progress);
    }

    bool fit(const Dataset &training, const Dataset &validation, const ProgressFunction &progress = {})
    {
        return fit(training.get(), validation.get(), progress);
    }

    // One update; returns the mean loss before it.
    double step(View<double> x, View<double> y)
    {
        const std::int64_t n = rows_of(x, y);
        double loss = 0;
        detail::check(dnn_trainer_step(get(), x.data(), y.data(), n, &loss));
        return loss;
    }

    double step(View<float> x, View<float> y)
    {
        const std::int64_t n = rows_of(x, y);
        double loss = 0;
        detail::check(dnn_trainer_step_f32(get(), x.data(), y.data(), n, &loss));
        return loss;
    }

    // From any thread.
    void cancel()
    {
        detail::check(dnn_trainer_cancel(get()));
    }

    std::vector<Epoch> history() const
    {
        std::vector<Epoch> epochs(static_cast<std::size_t>(dnn_trainer_history_count(get())));
        for (std::size_t i = 0; i < epochs.size(); i++) {
            detail::check(dnn_trainer_history(get(), static_cast<std::int64_t>(i), &epochs[i].loss,
                                              &epochs[i].validation_loss, &epochs[i].validation_accuracy));
        }
        return epochs;
    }

    void save(const std::string &path) const
    {
        detail::check(dnn_trainer_save(get(), detail::c_string(path)));
    }

    // Goes on from a checkpoint: its model, and the trainer.
    static std::pair<Model, Trainer> load(const std::string &path)
    {
        dnn_model *model = nullptr;
        dnn_trainer *trainer = nullptr;
        detail::check(dnn_trainer_load(detail::c_string(path), &model, &trainer));
        Model owner(model);
        Trainer loaded(trainer, owner);
        return std::pair<Model, Trainer>(std::move(owner), std::move(loaded));
    }

    std::string diagnose()
    {
        return detail::text([&](char *buffer, std::int64_t capacity, std::int64_t *length) {
            return dnn_trainer_diagnose(get(), buffer, capacity, length);
        });
    }

    // Those of its model.
    std::int64_t inputs() const noexcept
    {
        return inputs_;
    }
    std::int64_t outputs() const noexcept
    {
        return outputs_;
    }
    dnn_trainer *get() const noexcept
    {
        return handle_.get();
    }

  private:
    struct Call {
        const ProgressFunction &function;
        std::exception_ptr thrown;
    };

    Trainer(dnn_trainer *handle, const Model &model)
        : handle_(handle), inputs_(model.inputs()), outputs_(model.outputs())
    {
    }

    Trainer(const Model &model, const dnn_config *config) : inputs_(model.inputs()), outputs_(model.outputs())
    {
        dnn_trainer *handle = nullptr;
        detail::check(dnn_trainer_create(model.get(), config, &handle));
        handle_.reset(handle);
    }

    static std::int32_t call(void *user, const dnn_progress *progress)
    {
        Call &call = *static_cast<Call *>(user);
        try {
            return call.function(Progress(progress)) ? 1 : 0;
        } catch (...) {
            call.thrown = std::current_exception();
            return 0;
        }
    }

    bool fit(const dnn_dataset *training, const dnn_dataset *validation, const ProgressFunction &progress)
    {
        Call told{progress, nullptr};
        detail::check(dnn_trainer_set_progress(get(), progress ? call : nullptr, &told));
        const std::int32_t status = dnn_trainer_fit(get(), training, validation);
        const Error error(status); // its text, before another call can change it
        dnn_trainer_set_progress(get(), nullptr, nullptr);
        if (told.thrown) {
            std::rethrow_exception(told.thrown);
        }
        if (status < 0) {
            throw error;
        }
        return status != DNN_STOPPED;
    }

    template <class Number> std::int64_t rows_of(View<Number> x, View<Number> y) const
    {
        const std::int64_t n = detail::rows("x", x, inputs_);
        detail::expect_size("y", y.size(), n * outputs_);
        return n;
    }

    detail::Owned<dnn_trainer> handle_;
    std::int64_t inputs_, outputs_;
};

} // namespace dnn

#endif
