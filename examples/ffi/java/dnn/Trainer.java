package dnn;

import com.sun.jna.ptr.DoubleByReference;
import java.lang.ref.Reference;
import java.util.function.Predicate;

/** What changes a model's weights. For one thread at a time, but for cancel. */
public final class Trainer extends Handle {
    private static final int STOPPED = 1;

    private final int inputs;
    private final int outputs;

    /** Trains as the model's config says. */
    public Trainer(Model model) {
        this(model, null);
    }

    public Trainer(Model model, Config config) {
        super(
                out -> C.LIBRARY.dnn_trainer_create(model.pointer(), pointerOf(config), out),
                C.LIBRARY::dnn_trainer_destroy,
                model,
                config);
        inputs = model.inputs();
        outputs = model.outputs();
    }

    /** One update; gives the mean loss before it. */
    public double step(double[] x, double[] y) {
        DoubleByReference loss = new DoubleByReference();
        int n = samples(x.length, inputs, y.length, outputs);
        DnnException.check(C.LIBRARY.dnn_trainer_step(pointer(), x, y, n, loss), this);
        return loss.getValue();
    }

    /** fit without validation and progress */
    public boolean fit(Dataset training) {
        return fit(training, null, null);
    }

    /**
     * Trains for the config's epochs; true if it came to its end. progress is told after each batch, and stops the training by
     * false; what it throws stops it too, and leaves fit once the library has returned. validation and progress may be null.
     */
    public boolean fit(Dataset training, Dataset validation, Predicate<Progress> progress) {
        Throwable[] thrown = new Throwable[1];
        C.Progress callback = (user, told) -> {
            try {
                return progress.test(new Progress(told)) ? 1 : 0;
            } catch (Throwable t) { // must not reach C
                thrown[0] = t;
                return 0;
            }
        };
        DnnException.check(
                C.LIBRARY.dnn_trainer_set_progress(pointer(), progress == null ? null : callback, null), this);
        try {
            int status = C.LIBRARY.dnn_trainer_fit(pointer(), training.pointer(), pointerOf(validation));
            if (thrown[0] != null) {
                Trainer.<RuntimeException>rethrow(thrown[0]);
            }
            return DnnException.check(status, this, training, validation) != STOPPED;
        } finally {
            Reference.reachabilityFence(callback); // JNA holds it weakly; the next fit sets another
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void rethrow(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** Ends a fit that runs in another thread. */
    public void cancel() {
        DnnException.check(C.LIBRARY.dnn_trainer_cancel(pointer()), this);
    }

    /** The mean training loss of each completed epoch. */
    public double[] losses() {
        double[] losses = new double[(int) C.LIBRARY.dnn_trainer_history_count(pointer())];
        for (int i = 0; i < losses.length; i++) {
            DoubleByReference loss = new DoubleByReference();
            DnnException.check(C.LIBRARY.dnn_trainer_history(pointer(), i, loss, null, null), this);
            losses[i] = loss.getValue();
        }
        Reference.reachabilityFence(this);
        return losses;
    }

    /** Why is it not learning? */
    public String diagnose() {
        return read((buffer, capacity, length) -> C.LIBRARY.dnn_trainer_diagnose(pointer(), buffer, capacity, length));
    }
}
