// Circle.cs - learns which points of a square lie in a circle.
using System;
using System.Globalization;
using System.Linq;
using Dnn;

static class Circle
{
    static void Main()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // a decimal point, whoever runs this
        var side = Enumerable.Range(0, 20).Select(i => (i - 9.5) / 10).ToArray(); // from -0.95 to 0.95
        var points = (from v in side from u in side from number in new[] { u, v } select number).ToArray();
        var inside = (from v in side from u in side select u * u + v * v < 0.5 ? 1 : 0).ToArray();

        try
        {
            using (var config = new Config("classifier"))
            {
                config["epochs"] = 200;
                using (var model = new Model(config, 2, 16, 2)) // a point in; how likely outside and inside it is, out
                using (var trainer = new Trainer(model))
                using (var dataset = new Dataset(points, 2, inside, 2))
                {
                    bool finished = trainer.Fit(dataset, progress: p =>
                    {
                        if (p.EndsEpoch && p.Epoch % 10 == 0)
                            Console.WriteLine($"epoch {p.Epoch}: loss {p.Loss:F3}");
                        return !p.EndsEpoch || p.Loss > 0.15; // go on?
                    });
                    Console.WriteLine($"{(finished ? "done" : "stopped")} after {trainer.History.Count} epochs");

                    double[] probability = model.Predict(0, 0, 0.9, 0.9);
                    Console.WriteLine($"(0, 0) is inside with probability {probability[1]:F3}");
                    Console.WriteLine($"(0.9, 0.9) is inside with probability {probability[3]:F3}");

                    model.Save("circle.dnn");
                    using (var loaded = Model.Load("circle.dnn"))
                        Console.WriteLine($"loaded from circle.dnn: {loaded.Predict(0, 0)[1]:F3}");
                }
                config["epochs"] = "many"; // an error, on purpose
            }
        }
        catch (DnnException error)
        {
            Console.WriteLine($"error: {error.Message}");
        }
    }
}
