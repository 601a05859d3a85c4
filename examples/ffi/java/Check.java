import dnn.Config;
import dnn.Dataset;
import dnn.DnnException;
import dnn.Model;
import dnn.Trainer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What ../README.md, "The check", asks of each language. */
public class Check {
    static final int SAMPLES = 20;
    static final int INPUTS = 3;

    static void mustBe(boolean isSo, String what) {
        System.out.println((isSo ? "" : "NOT ") + what);
    }

    static Config makeConfig(int epochs) {
        return new Config("regressor").set("precision", "f64").set("activation", "tanh").set("seed", 7)
                .set("batch_size", 4).set("threads", 1).set("epochs", epochs);
    }

    /** What the code throws, of that kind, or null. */
    static <T extends Throwable> T thrown(Class<T> kind, Runnable code) {
        try {
            code.run();
        } catch (Throwable t) {
            return kind.isInstance(t) ? kind.cast(t) : null;
        }
        return null;
    }

    static long residentPages() throws Exception {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]);
    }

    static void createAndClose(double[] x, double[] y) {
        Config config = makeConfig(1);
        Model model = new Model(config, INPUTS, 8, 1);
        Dataset dataset = new Dataset(x, INPUTS, y, 1);
        Trainer trainer = new Trainer(model);
        model.close(); // before its trainer
        config.close();
        trainer.close();
        dataset.close();
    }

    public static void main(String[] arguments) throws Exception {
        double[] x = new double[SAMPLES * INPUTS];
        double[] y = new double[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            for (int j = 0; j < INPUTS; j++) {
                x[INPUTS * i + j] = (7 * i + 5 * j) % 13 / 13.0;
            }
            y[i] = 5 * i % 11 / 11.0;
        }

        Model model = new Model(makeConfig(5), INPUTS, 8, 1);
        Dataset dataset = new Dataset(x, INPUTS, y, 1);
        Trainer trainer = new Trainer(model);
        trainer.fit(dataset);
        double[] predictions = model.predict(x);
        for (int i = 0; i < 10; i++) {
            System.out.printf("prediction %d: %016x%n", i, Double.doubleToRawLongBits(predictions[i]));
        }

        DoubleBuffer lent = ByteBuffer.allocateDirect(8 * (x.length + SAMPLES)).order(ByteOrder.nativeOrder())
                .asDoubleBuffer().put(x);
        model.predict(lent.duplicate().flip(), lent);
        if (lent.get(x.length + 7) != predictions[7]) {
            mustBe(false, "memory that is lent is read and written");
        }

        model.save("check.dnn");
        mustBe(Arrays.equals(Model.load("check.dnn").predict(x), predictions),
                "a saved and loaded model predicts the same");

        Config config = makeConfig(100);
        DnnException error = thrown(DnnException.class, () -> config.set("epochs", "many"));
        mustBe(error != null && error.status == -1, "a wrong value raises:");
        System.out.println(error.getMessage());
        Dataset narrow = new Dataset(Arrays.copyOf(x, 40), 2, y, 1);
        mustBe(thrown(IllegalArgumentException.class, () -> model.predict(0.5, 0.5)) != null
                && thrown(DnnException.class, () -> trainer.fit(narrow)) != null, "a wrong shape raises");

        Trainer stopped = new Trainer(model, config);
        boolean finished = stopped.fit(dataset, null, p -> p.epoch < 3 || !p.endsEpoch());
        mustBe(!finished && stopped.losses().length == 3, "the callback stops after epoch 3");
        UnsupportedOperationException inside = thrown(UnsupportedOperationException.class,
                () -> stopped.fit(dataset, null, p -> {
                    throw new UnsupportedOperationException("from inside");
                }));
        if (inside == null) {
            mustBe(false, "an exception in the callback comes out of fit");
        }

        model.close();
        dataset.close();
        mustBe(trainer.step(x, y) > 0 && thrown(IllegalStateException.class, () -> model.predict(x)) != null,
                "handles are destroyed in any order");

        long before = 0;
        for (int i = 0; i < 13000; i++) {
            // The virtual machine's own heap has a fixed size here, and nothing is compiled (language.sh).
            before = i == 3000 ? residentPages() : before;
            createAndClose(x, y);
        }
        mustBe(residentPages() - before < 512, "10,000 create and destroy do not grow memory");
    }
}
