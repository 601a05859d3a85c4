package dnn;

import com.sun.jna.ptr.DoubleByReference;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.function.ToIntFunction;

/** A network and its weights. Any number of threads may predict with one at once. */
public final class Model extends Handle {
    /** The sizes of the layers, the inputs first; config may be null. */
    public Model(Config config, long... layers) {
        this(out -> C.LIBRARY.dnn_model_create(layers, layers.length, pointerOf(config), out), config);
    }

    private Model(ToIntFunction<PointerByReference> create, Handle... from) {
        super(create, C.LIBRARY::dnn_model_destroy, from);
    }

    public static Model load(String path) {
        return new Model(out -> C.LIBRARY.dnn_model_load(text(path), out));
    }

    public void save(String path) {
        DnnException.check(C.LIBRARY.dnn_model_save(pointer(), text(path)), this);
    }

    public int inputs() {
        return layerSize(0);
    }

    public int outputs() {
        return layerSize(C.LIBRARY.dnn_model_layer_count(pointer()) - 1);
    }

    private int layerSize(long layer) {
        long size = C.LIBRARY.dnn_model_layer_size(pointer(), layer);
        Reference.reachabilityFence(this);
        return (int) size;
    }

    /** x: n rows of inputs, one after the other; gives n rows of outputs. */
    public double[] predict(double... x) {
        int n = rows("x", x.length, inputs());
        double[] y = new double[Math.multiplyExact(n, outputs())];
        DnnException.check(C.LIBRARY.dnn_model_predict(pointer(), x, n, y), this);
        return y;
    }

    public float[] predict(float[] x) {
        int n = rows("x", x.length, inputs());
        float[] y = new float[Math.multiplyExact(n, outputs())];
        DnnException.check(C.LIBRARY.dnn_model_predict_f32(pointer(), x, n, y), this);
        return y;
    }

    /**
     * The same between direct buffers in the processor's byte order, from their positions to their limits. Their memory is lent to
     * the library, where JNA copies arrays.
     */
    public void predict(DoubleBuffer x, DoubleBuffer y) {
        int n = samples(x.remaining(), inputs(), y.remaining(), outputs());
        if (!isLent(x) || !isLent(y) || y.isReadOnly()) {
            throw new IllegalArgumentException("expected direct buffers in native byte order, y to be written");
        }
        DnnException.check(C.LIBRARY.dnn_model_predict(pointer(), x.slice(), n, y.slice()), this);
    }

    private static boolean isLent(DoubleBuffer buffer) {
        return buffer.isDirect() && buffer.order() == ByteOrder.nativeOrder();
    }

    /** The share of samples whose class is right. */
    public double accuracy(Dataset dataset) {
        DoubleByReference accuracy = new DoubleByReference();
        DnnException.check(C.LIBRARY.dnn_model_evaluate(pointer(), dataset.pointer(), null, accuracy), this, dataset);
        return accuracy.getValue();
    }

    /** From now on the model shifts and scales its inputs to mean 0 and variance 1 over these samples. */
    public void standardize(Dataset dataset) {
        DnnException.check(C.LIBRARY.dnn_model_standardize(pointer(), dataset.pointer()), this, dataset);
    }

    @Override
    public String toString() {
        return read((buffer, capacity, length) -> C.LIBRARY.dnn_model_summary(pointer(), buffer, capacity, length));
    }
}
