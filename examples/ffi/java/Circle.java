import dnn.Config;
import dnn.Dataset;
import dnn.DnnException;
import dnn.Model;
import dnn.Trainer;
import java.util.Locale;

/** Learns which points of a square lie in a circle. */
public class Circle {
    static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    public static void main(String[] arguments) {
        double[] points = new double[800];
        int[] inside = new int[400];
        for (int i = 0; i < inside.length; i++) {
            double u = (i % 20 - 9.5) / 10; // from -0.95 to 0.95
            double v = (i / 20 - 9.5) / 10;
            points[2 * i] = u;
            points[2 * i + 1] = v;
            inside[i] = u * u + v * v < 0.5 ? 1 : 0;
        }

        try (Config config = new Config("classifier").set("epochs", 200);
                Model model = new Model(config, 2, 16, 2); // a point in; how likely outside and inside it is, out
                Trainer trainer = new Trainer(model);
                Dataset dataset = new Dataset(points, 2, inside, 2)) {
            boolean finished = trainer.fit(dataset, null, progress -> {
                if (progress.endsEpoch() && progress.epoch % 10 == 0) {
                    print("epoch %d: loss %.3f", progress.epoch, progress.loss);
                }
                return !progress.endsEpoch() || progress.loss > 0.15; // go on?
            });
            print("%s after %d epochs", finished ? "done" : "stopped", trainer.losses().length);

            double[] probability = model.predict(0, 0, 0.9, 0.9);
            print("(0, 0) is inside with probability %.3f", probability[1]);
            print("(0.9, 0.9) is inside with probability %.3f", probability[3]);

            model.save("circle.dnn");
            try (Model loaded = Model.load("circle.dnn")) {
                print("loaded from circle.dnn: %.3f", loaded.predict(0, 0)[1]);
            }

            config.set("epochs", "many"); // an error, on purpose
        } catch (DnnException error) {
            print("error: %s", error.getMessage());
        }
    }
}
