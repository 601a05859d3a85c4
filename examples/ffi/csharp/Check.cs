// Check.cs - what ../README.md, "The check", asks of each language.
using System;
using System.IO;
using System.Linq;
using Dnn;

static class Check
{
    const int Samples = 20, Inputs = 3;

    static void MustBe(bool isSo, string what)
    {
        Console.WriteLine((isSo ? "" : "NOT ") + what);
    }

    static Config MakeConfig(int epochs)
    {
        var config = new Config("regressor");
        config["precision"] = "f64";
        config["activation"] = "tanh";
        config["seed"] = 7;
        config["batch_size"] = 4;
        config["threads"] = 1;
        config["epochs"] = epochs;
        return config;
    }

    // What the code throws, of that kind, or null.
    static T Thrown<T>(Action code) where T : Exception
    {
        try
        {
            code();
        }
        catch (T exception)
        {
            return exception;
        }
        return null;
    }

    static long ResidentPages()
    {
        return long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1]);
    }

    static void CreateAndDispose(double[] x, double[] y)
    {
        using (var config = MakeConfig(1))
        using (var model = new Model(config, Inputs, 8, 1))
        using (new Dataset(x, Inputs, y, 1))
        using (new Trainer(model))
            model.Dispose(); // before its trainer
    }

    static void Main()
    {
        var x = (from i in Enumerable.Range(0, Samples) from j in Enumerable.Range(0, Inputs) select (7 * i + 5 * j) % 13 / 13.0).ToArray();
        var y = (from i in Enumerable.Range(0, Samples) select 5 * i % 11 / 11.0).ToArray();

        var model = new Model(MakeConfig(5), Inputs, 8, 1);
        var dataset = new Dataset(x, Inputs, y, 1);
        var trainer = new Trainer(model);
        trainer.Fit(dataset);
        double[] predictions = model.Predict(x);
        for (int i = 0; i < 10; i++)
            Console.WriteLine($"prediction {i}: {BitConverter.DoubleToInt64Bits(predictions[i]):x16}");

        model.Save("check.dnn");
        MustBe(Model.Load("check.dnn").Predict(x).SequenceEqual(predictions), "a saved and loaded model predicts the same");

        Config config = MakeConfig(100);
        var error = Thrown<DnnException>(() => config["epochs"] = "many");
        MustBe(error?.Status == -1, "a wrong value raises:");
        Console.WriteLine(error.Message);
        var narrow = new Dataset(x.Take(40).ToArray(), 2, y, 1);
        MustBe(Thrown<ArgumentException>(() => model.Predict(0.5, 0.5)) != null && Thrown<DnnException>(() => trainer.Fit(narrow)) != null,
            "a wrong shape raises");

        var stopped = new Trainer(model, config);
        bool finished = stopped.Fit(dataset, progress: p => p.Epoch < 3 || !p.EndsEpoch);
        MustBe(!finished && stopped.History.Count == 3, "the callback stops after epoch 3");
        var thrown = Thrown<TimeoutException>(() => stopped.Fit(dataset, progress: p => throw new TimeoutException("from inside")));
        if (thrown?.Message != "from inside")
            MustBe(false, "an exception in the callback comes out of fit");

        model.Dispose();
        dataset.Dispose();
        MustBe(trainer.Step(x, y) > 0 && Thrown<ObjectDisposedException>(() => model.Predict(x)) != null,
            "handles are destroyed in any order");

        long before = 0;
        for (int i = 0; i < 21000; i++) // half of them until the collector's heap has its size
        {
            before = i == 11000 ? ResidentPages() : before;
            CreateAndDispose(x, y);
        }
        MustBe(ResidentPages() - before < 1024, "10,000 create and destroy do not grow memory");
        Console.Error.WriteLine($"grown by {4 * (ResidentPages() - before)} KiB");
    }
}
