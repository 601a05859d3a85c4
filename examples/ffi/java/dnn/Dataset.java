package dnn;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.Reference;
import java.util.function.ToIntFunction;

/** Samples, copied. May be shared between threads. */
public final class Dataset extends Handle {
    /** x: n rows of inputs, one after the other; y: n rows of outputs. */
    public Dataset(double[] x, int inputs, double[] y, int outputs) {
        this(out -> C.LIBRARY.dnn_dataset_create(
                x, samples(x.length, inputs, y.length, outputs), inputs, y, outputs, out));
    }

    /** labels: classes 0 to classes − 1. */
    public Dataset(double[] x, int inputs, int[] labels, int classes) {
        this(out -> C.LIBRARY.dnn_dataset_create_labels(
                x, samples(x.length, inputs, labels.length, 1), inputs, labels, classes, out));
    }

    private Dataset(ToIntFunction<PointerByReference> create) {
        super(create, C.LIBRARY::dnn_dataset_destroy);
    }

    private Dataset(Pointer pointer) {
        super(pointer, C.LIBRARY::dnn_dataset_destroy);
    }

    /** A table of text; the options are in dnn.h, and may be "". */
    public static Dataset readCsv(String path, String options) {
        return new Dataset(out -> C.LIBRARY.dnn_dataset_read_csv(text(path), text(options), out));
    }

    /** Two parts: `fraction` of the samples, drawn by the seed, and the rest. No sample is copied. */
    public Dataset[] split(double fraction, long seed) {
        PointerByReference first = new PointerByReference();
        PointerByReference second = new PointerByReference();
        DnnException.check(C.LIBRARY.dnn_dataset_split(pointer(), fraction, seed, first, second), this);
        return new Dataset[] {new Dataset(first.getValue()), new Dataset(second.getValue())};
    }

    public long size() {
        long size = C.LIBRARY.dnn_dataset_size(pointer());
        Reference.reachabilityFence(this);
        return size;
    }
}
