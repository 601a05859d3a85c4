// check.cpp - what ../README.md, "The check", asks of each language.
#include "dnn.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace
{

constexpr int samples = 20, inputs = 3, shown = 10;

void must_be(bool is_so, const char *what)
{
    std::printf("%s%s\n", is_so ? "" : "NOT ", what);
}

template <class Exception, class Function> std::string message_of(Function function)
{
    try {
        function();
    } catch (const Exception &error) {
        return error.what();
    }
    return "";
}

dnn::Config make_config(int epochs)
{
    dnn::Config config("regressor");
    config.set("precision", "f64").set("activation", "tanh").set("seed", 7).set("batch_size", 4).set("threads", 1);
    config.set("epochs", epochs);
    return config;
}

long resident_pages()
{
    long total = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident;
}

} // namespace

int main()
{
    std::vector<double> x, y;
    for (int i = 0; i < samples; i++) {
        for (int j = 0; j < inputs; j++) {
            x.push_back((7 * i + 5 * j) % 13 / 13.0);
        }
        y.push_back(5 * i % 11 / 11.0);
    }

    {
        dnn::Model model({inputs, 8, 1}, make_config(5));
        const dnn::Dataset dataset(x, inputs, y, 1);
        dnn::Trainer trainer(model);
        trainer.fit(dataset);
        const std::vector<double> out = model.predict(x);
        for (int i = 0; i < shown; i++) {
            unsigned long long bits;
            static_assert(sizeof bits == sizeof out[0], "doubles of 64 bits");
            std::memcpy(&bits, &out[static_cast<std::size_t>(i)], sizeof bits);
            std::printf("prediction %d: %016llx\n", i, bits);
        }

        const std::array<double, inputs> row = {{x[0], x[1], x[2]}};
        if (model.predict({x.data(), x.size()}) != out || model.predict(row) != model.predict({x[0], x[1], x[2]})) {
            must_be(false, "arrays of any kind are lent");
        }

        model.save("check.dnn");
        must_be(dnn::Model::load("check.dnn").predict(x) == out, "a saved and loaded model predicts the same");

        dnn::Config config = make_config(100);
        const std::string message = message_of<dnn::Error>([&] { config.set("epochs", "many"); });
        must_be(!message.empty(), "a wrong value raises:");
        std::printf("%s\n", message.c_str());
        const bool raises =
            !message_of<std::invalid_argument>([&] {
                 model.predict({0.5, 0.5});
             }).empty() &&
            !message_of<dnn::Error>([&] { trainer.fit(dnn::Dataset(std::vector<double>(40), 2, y, 1)); }).empty();
        must_be(raises, "a wrong shape raises");

        dnn::Trainer stopped(model, config);
        const bool finished =
            stopped.fit(dataset, [](const dnn::Progress &p) { return p.epoch < 3 || !p.ends_epoch(); });
        must_be(!finished && stopped.history().size() == 3, "the callback stops after epoch 3");

        const std::string thrown = message_of<std::logic_error>([&] {
            stopped.fit(dataset, [](const dnn::Progress &) -> bool { throw std::logic_error("from inside"); });
        });
        if (thrown != "from inside") {
            must_be(false, "an exception in the callback comes out of fit");
        }

        dnn::Model gone = std::move(model);
        gone = dnn::Model({1, 1}); // the first goes, before the trainers that use it
        trainer.fit(dataset);
    }
    must_be(true, "handles are destroyed in any order");

    long before = 0;
    for (int i = 0; i < 11000; i++) {
        before = i == 1000 ? resident_pages() : before;
        const dnn::Model model({inputs, 8, 1}, make_config(1));
        const dnn::Dataset dataset(x, inputs, y, 1);
        const dnn::Trainer trainer(model);
    }
    must_be(resident_pages() - before < 512, "10,000 create and destroy do not grow memory");
}
