package dnn;

import com.sun.jna.ptr.DoubleByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.function.ToIntFunction;

/** A network and its weights. Any number of threads may predict with one at once. */
public final class Model extends Handle {
    /** The sizes of the layers, the inputs first; config may be null. */
    public Model(Config config, long... layers) {
        this(out -> C.LIBRARY.dnn_model_create(layers, layers.length, pointerOf(config), out));
    }

    private Model(ToIntFunction<PointerByReference> create) {
        super(create, C.LIBRARY::dnn_model_destroy);
    }

    public static Model load(String path) {
        return new Model(out -> C.LIBRARY.dnn_model_load(path, out));
    }

    public void save(String path) {
        DnnException.check(C.LIBRARY.dnn_model_save(pointer(), path));
    }

    public int inputs() {
        return (int) C.LIBRARY.dnn_model_layer_size(pointer(), 0);
    }

    public int outputs() {
        return (int) C.LIBRARY.dnn_model_layer_size(pointer(), C.LIBRARY.dnn_model_layer_count(pointer()) - 1);
    }

    /** x: n rows of inputs, one after the other; gives n rows of outputs. */
    public double[] predict(double... x) {
        int n = rows("x", x.length, inputs());
        double[] y = new double[n * outputs()];
        DnnException.check(C.LIBRARY.dnn_model_predict(pointer(), x, n, y));
        return y;
    }

    public float[] predict(float[] x) {
        int n = rows("x", x.length, inputs());
        float[] y = new float[n * outputs()];
        DnnException.check(C.LIBRARY.dnn_model_predict_f32(pointer(), x, n, y));
        return y;
    }

    /** The share of samples whose class is right. */
    public double accuracy(Dataset dataset) {
        DoubleByReference accuracy = new DoubleByReference();
        DnnException.check(C.LIBRARY.dnn_model_evaluate(pointer(), dataset.pointer(), null, accuracy));
        return accuracy.getValue();
    }

    /** From now on the model shifts and scales its inputs to mean 0 and variance 1 over these samples. */
    public void standardize(Dataset dataset) {
        DnnException.check(C.LIBRARY.dnn_model_standardize(pointer(), dataset.pointer()));
    }

    @Override
    public String toString() {
        return read((buffer, capacity, length) -> C.LIBRARY.dnn_model_summary(pointer(), buffer, capacity, length));
    }
}
