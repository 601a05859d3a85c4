// dnn_call.cc - what Octave calls of libdnn: dnn_call(FUNCTION, ...). Built by mkoctfile, over the C++ header of ../cpp; see
// the functions dnn_*.m for what a program calls.
//
// A handle is a number in Octave, under which its object is kept here until "destroy". Octave's matrices are stored column by
// column, libdnn's row by row: they are transposed on the way.
#include "dnn.hpp"

#include <octave/oct.h>
#include <octave/ov-struct.h>
#include <octave/parse.h>

#include <functional>
#include <map>

namespace {

// No two objects of any kind have one number: that of a model is none of a dataset.
double next_number = 1;

// The objects of one kind, by number.
template <class Object> class Store {
public:
    explicit Store(const char *kind) : kind_(kind) {}

    octave_value add(Object object)
    {
        objects_.emplace(next_number, std::move(object));
        return octave_value(next_number++);
    }

    Object &get(const octave_value &number)
    {
        const auto found = objects_.find(number.double_value());
        if (found == objects_.end()) {
            throw std::invalid_argument(std::string("expected a ") + kind_);
        }
        return found->second;
    }

    void remove(const octave_value &number) { objects_.erase(number.double_value()); }

private:
    const char *kind_;
    std::map<double, Object> objects_;
};

Store<dnn::Config> configs("config");
Store<dnn::Dataset> datasets("dataset");
Store<dnn::Model> models("model");
Store<dnn::Trainer> trainers("trainer");

// A matrix, row after row. Columns 0: as many as it has.
std::vector<double> rows_of(const octave_value &value, const char *name = "", std::int64_t columns = 0)
{
    if (columns != 0 && value.columns() != columns) {
        throw std::invalid_argument(std::string(name) + " has " + std::to_string(value.columns()) +
                                    " columns, the model takes " + std::to_string(columns));
    }
    if (value.iscomplex()) {
        throw std::invalid_argument("expected real numbers");
    }
    const Matrix transposed = value.matrix_value().transpose();
    return std::vector<double>(transposed.data(), transposed.data() + transposed.numel());
}

octave_value matrix_of(const std::vector<double> &rows, octave_idx_type columns)
{
    Matrix transposed(columns, static_cast<octave_idx_type>(rows.size()) / columns);
    std::copy(rows.begin(), rows.end(), transposed.fortran_vec());
    return octave_value(transposed.transpose());
}

octave_value told(const dnn::Progress &progress)
{
    octave_scalar_map map;
    map.assign("epoch", octave_value(static_cast<double>(progress.epoch)));
    map.assign("epochs", octave_value(static_cast<double>(progress.epochs)));
    map.assign("batch", octave_value(static_cast<double>(progress.batch)));
    map.assign("batches", octave_value(static_cast<double>(progress.batches)));
    map.assign("loss", octave_value(progress.loss));
    map.assign("validation_loss", octave_value(progress.validation_loss));
    map.assign("validation_accuracy", octave_value(progress.validation_accuracy));
    map.assign("seconds", octave_value(progress.seconds));
    return octave_value(map);
}

octave_value fit(const octave_value_list &arguments)
{
    dnn::Trainer::ProgressFunction progress;
    const octave_value function = arguments(3);
    if (!function.isempty()) {
        progress = [function](const dnn::Progress &p) { return octave::feval(function, ovl(told(p)), 1)(0).is_true(); };
    }
    dnn::Trainer &trainer = trainers.get(arguments(1));
    return octave_value(trainer.fit(datasets.get(arguments(2)), progress));
}

octave_value losses(const dnn::Trainer &trainer)
{
    const std::vector<dnn::Epoch> history = trainer.history();
    RowVector losses(static_cast<octave_idx_type>(history.size()));
    for (octave_idx_type i = 0; i < losses.numel(); i++) {
        losses(i) = history[static_cast<std::size_t>(i)].loss;
    }
    return octave_value(losses);
}

octave_value dataset(const octave_value_list &a)
{
    return datasets.add(dnn::Dataset(rows_of(a(1)), a(1).columns(), rows_of(a(2)), a(2).columns()));
}

octave_value labelled(const octave_value_list &a)
{
    std::vector<std::int32_t> labels;
    for (const double label : rows_of(a(2))) {
        labels.push_back(static_cast<std::int32_t>(label));
    }
    return datasets.add(dnn::Dataset(rows_of(a(1)), a(1).columns(), labels, a(3).long_value()));
}

octave_value model(const octave_value_list &a)
{
    std::vector<std::int64_t> layers;
    for (const double size : rows_of(a(1))) {
        layers.push_back(static_cast<std::int64_t>(size));
    }
    return models.add(a(2).isempty() ? dnn::Model(layers) : dnn::Model(layers, configs.get(a(2))));
}

octave_value predict(const octave_value_list &a)
{
    const dnn::Model &model = models.get(a(1));
    return matrix_of(model.predict(rows_of(a(2), "x", model.inputs())), static_cast<octave_idx_type>(model.outputs()));
}

octave_value trainer(const octave_value_list &a)
{
    dnn::Model &of = models.get(a(1));
    return trainers.add(a(2).isempty() ? dnn::Trainer(of) : dnn::Trainer(of, configs.get(a(2))));
}

octave_value step(const octave_value_list &a)
{
    dnn::Trainer &trainer = trainers.get(a(1));
    return octave_value(trainer.step(rows_of(a(2), "x", trainer.inputs()), rows_of(a(3), "y", trainer.outputs())));
}

octave_value evaluate(const octave_value_list &a)
{
    const dnn::Evaluation found = models.get(a(1)).evaluate(datasets.get(a(2)));
    RowVector both(2);
    both(0) = found.loss;
    both(1) = found.accuracy;
    return octave_value(both);
}

using Function = std::function<octave_value(const octave_value_list &)>;

const std::map<std::string, Function> functions = {
    {"config", [](const octave_value_list &a) { return configs.add(dnn::Config(a(1).string_value())); }},
    {"set",
     [](const octave_value_list &a) {
         configs.get(a(1)).set(a(2).string_value(), a(3).string_value());
         return octave_value();
     }},
    {"dataset", dataset},
    {"labelled", labelled},
    {"model", model},
    {"load", [](const octave_value_list &a) { return models.add(dnn::Model::load(a(1).string_value())); }},
    {"save",
     [](const octave_value_list &a) {
         models.get(a(1)).save(a(2).string_value());
         return octave_value();
     }},
    {"predict", predict},
    {"trainer", trainer},
    {"fit", fit},
    {"step", step},
    {"evaluate", evaluate},
    {"standardize",
     [](const octave_value_list &a) {
         models.get(a(1)).standardize(datasets.get(a(2)));
         return octave_value();
     }},
    {"losses", [](const octave_value_list &a) { return losses(trainers.get(a(1))); }},
    {"destroy config", [](const octave_value_list &a) { return configs.remove(a(1)), octave_value(); }},
    {"destroy dataset", [](const octave_value_list &a) { return datasets.remove(a(1)), octave_value(); }},
    {"destroy model", [](const octave_value_list &a) { return models.remove(a(1)), octave_value(); }},
    {"destroy trainer", [](const octave_value_list &a) { return trainers.remove(a(1)), octave_value(); }},
};

} // namespace

DEFMETHOD_DLD(dnn_call, interpreter, arguments, , "dnn_call(FUNCTION, ...): see the functions dnn_*.m")
{
    interpreter.mlock(); // until Octave ends: variables that it clears last still hold handles
    const auto found = functions.find(arguments.length() == 0 ? "" : arguments(0).string_value());
    if (found == functions.end()) {
        error("dnn_call: no such function");
    }
    std::string message;
    try {
        return ovl(found->second(arguments));
    } catch (const octave::execution_exception &) {
        throw; // of Octave's own, also one that left a progress function
    } catch (const std::exception &failed) {
        message = failed.what();
    }
    error_with_id("dnn:error", "%s", message.c_str());
}
