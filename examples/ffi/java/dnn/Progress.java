package dnn;

import com.sun.jna.Pointer;

/** How far a fit has come. */
public final class Progress {
    public final long epoch;
    public final long epochs;
    public final long batch;
    public final long batches;
    public final double loss;
    public final double validationLoss;
    public final double validationAccuracy;
    public final double seconds;

    Progress(Pointer from) {
        epoch = C.LIBRARY.dnn_progress_epoch(from);
        epochs = C.LIBRARY.dnn_progress_epochs(from);
        batch = C.LIBRARY.dnn_progress_batch(from);
        batches = C.LIBRARY.dnn_progress_batches(from);
        loss = C.LIBRARY.dnn_progress_loss(from);
        validationLoss = C.LIBRARY.dnn_progress_validation_loss(from);
        validationAccuracy = C.LIBRARY.dnn_progress_validation_accuracy(from);
        seconds = C.LIBRARY.dnn_progress_seconds(from);
    }

    public boolean endsEpoch() {
        return batch == batches;
    }
}
