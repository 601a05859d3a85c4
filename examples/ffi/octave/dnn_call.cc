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

// The objects of one kind, by number.
template <class Object> class Store {
public:
    octave_value add(Object object)
    {
        objects_.emplace(next_, std::move(object));
        return octave_value(static_cast<double>(next_++));
    }

    Object &get(const octave_value &number)
    {
        const auto found = objects_.find(number.long_value());
        if (found == objects_.end()) {
            throw std::invalid_argument("the handle was closed, or is none");
        }
        return found->second;
    }

    void remove(const octave_value &number) { objects_.erase(number.long_value()); }

private:
    std::map<long, Object> objects_;
    long next_ = 1;
};

Store<dnn::Config> configs;
Store<dnn::Dataset> datasets;
Store<dnn::Model> models;
Store<dnn::Trainer> trainers;

// A matrix, row after row.
std::vector<double> rows_of(const octave_value &value)
{
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
    return models.add(dnn::Model(layers, configs.get(a(2))));
}

octave_value predict(const octave_value_list &a)
{
    const dnn::Model &model = models.get(a(1));
    if (a(2).columns() != model.inputs()) {
        throw std::invalid_argument("x has " + std::to_string(a(2).columns()) + " columns, the model takes " +
                                    std::to_string(model.inputs()));
    }
    return matrix_of(model.predict(rows_of(a(2))), static_cast<octave_idx_type>(model.outputs()));
}

octave_value trainer(const octave_value_list &a)
{
    dnn::Model &of = models.get(a(1));
    return trainers.add(a(2).isempty() ? dnn::Trainer(of) : dnn::Trainer(of, configs.get(a(2))));
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
    {"step",
     [](const octave_value_list &a) { return octave_value(trainers.get(a(1)).step(rows_of(a(2)), rows_of(a(3)))); }},
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
    const auto found = functions.find(arguments(0).string_value());
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
