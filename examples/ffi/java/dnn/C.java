package dnn;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.DoubleByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.DoubleBuffer;
import java.util.Map;

/** The functions of dnn.h, as they are. */
interface C extends Library {
    C LIBRARY = Native.load(
            System.getenv().getOrDefault("DNN_LIBRARY", "dnn"), C.class, Map.of(OPTION_STRING_ENCODING, "UTF-8"));

    interface Progress extends Callback {
        int call(Pointer user, Pointer progress);
    }

    String dnn_version_string();

    String dnn_last_error();

    int dnn_config_create(String recipe, PointerByReference out);

    void dnn_config_destroy(Pointer config);

    int dnn_config_set(Pointer config, String key, String text);

    int dnn_config_get(Pointer config, String key, byte[] buffer, long capacity, LongByReference length);

    int dnn_dataset_create(double[] x, long n, long inputs, double[] y, long outputs, PointerByReference out);

    int dnn_dataset_create_labels(double[] x, long n, long inputs, int[] labels, long classes, PointerByReference out);

    int dnn_dataset_read_csv(String path, String options, PointerByReference out);

    int dnn_dataset_split(
            Pointer dataset, double fraction, long seed, PointerByReference first, PointerByReference second);

    long dnn_dataset_size(Pointer dataset);

    void dnn_dataset_destroy(Pointer dataset);

    int dnn_model_create(long[] layers, long count, Pointer config, PointerByReference out);

    void dnn_model_destroy(Pointer model);

    long dnn_model_layer_count(Pointer model);

    long dnn_model_layer_size(Pointer model, long layer);

    int dnn_model_predict(Pointer model, double[] x, long n, double[] y);

    int dnn_model_predict(Pointer model, DoubleBuffer x, long n, DoubleBuffer y);

    int dnn_model_predict_f32(Pointer model, float[] x, long n, float[] y);

    int dnn_model_evaluate(Pointer model, Pointer dataset, DoubleByReference loss, DoubleByReference accuracy);

    int dnn_model_standardize(Pointer model, Pointer dataset);

    int dnn_model_summary(Pointer model, byte[] buffer, long capacity, LongByReference length);

    int dnn_model_save(Pointer model, String path);

    int dnn_model_load(String path, PointerByReference out);

    int dnn_trainer_create(Pointer model, Pointer config, PointerByReference out);

    void dnn_trainer_destroy(Pointer trainer);

    int dnn_trainer_step(Pointer trainer, double[] x, double[] y, long n, DoubleByReference loss);

    int dnn_trainer_fit(Pointer trainer, Pointer training, Pointer validation);

    int dnn_trainer_set_progress(Pointer trainer, Progress callback, Pointer user);

    int dnn_trainer_cancel(Pointer trainer);

    long dnn_trainer_history_count(Pointer trainer);

    int dnn_trainer_history(
            Pointer trainer,
            long epoch,
            DoubleByReference loss,
            DoubleByReference validationLoss,
            DoubleByReference validationAccuracy);

    int dnn_trainer_diagnose(Pointer trainer, byte[] buffer, long capacity, LongByReference length);

    long dnn_progress_epoch(Pointer progress);

    long dnn_progress_epochs(Pointer progress);

    long dnn_progress_batch(Pointer progress);

    long dnn_progress_batches(Pointer progress);

    double dnn_progress_loss(Pointer progress);

    double dnn_progress_validation_loss(Pointer progress);

    double dnn_progress_validation_accuracy(Pointer progress);

    double dnn_progress_seconds(Pointer progress);
}
