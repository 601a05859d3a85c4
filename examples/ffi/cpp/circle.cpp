// circle.cpp - learns which points of a square lie in a circle.
#include "dnn.hpp"

#include <cstdio>

int main()
{
    std::vector<double> points;
    std::vector<std::int32_t> inside;
    for (int row = 0; row < 20; row++) {
        for (int column = 0; column < 20; column++) {
            const double u = (column - 9.5) / 10, v = (row - 9.5) / 10; // from -0.95 to 0.95
            points.insert(points.end(), {u, v});
            inside.push_back(u * u + v * v < 0.5);
        }
    }

    try {
        dnn::Config config("classifier");
        config.set("epochs", 200);
        dnn::Model model({2, 16, 2}, config); // a point in; how likely outside and inside it is, out
        dnn::Trainer trainer(model);
        const bool finished = trainer.fit(dnn::Dataset(points, 2, inside, 2), [](const dnn::Progress &progress) {
            if (progress.ends_epoch() && progress.epoch % 10 == 0) {
                std::printf("epoch %d: loss %.3f\n", static_cast<int>(progress.epoch), progress.loss);
            }
            return !progress.ends_epoch() || progress.loss > 0.15; // go on?
        });
        std::printf("%s after %d epochs\n", finished ? "done" : "stopped", static_cast<int>(trainer.history().size()));

        const std::vector<double> probability = model.predict({0, 0, 0.9, 0.9});
        std::printf("(0, 0) is inside with probability %.3f\n", probability[1]);
        std::printf("(0.9, 0.9) is inside with probability %.3f\n", probability[3]);

        model.save("circle.dnn");
        std::printf("loaded from circle.dnn: %.3f\n", dnn::Model::load("circle.dnn").predict({0, 0})[1]);

        config.set("epochs", "many"); // an error, on purpose
    } catch (const std::exception &error) {
        std::printf("error: %s\n", error.what());
    }
}
