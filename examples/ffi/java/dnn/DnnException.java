package dnn;

import java.lang.ref.Reference;

/** A call of the library failed. */
public final class DnnException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** One of DNN_ERROR_*, below 0. */
    public final int status;

    private DnnException(int status, String text) {
        super(text);
        this.status = status;
    }

    /**
     * The status of a call, unless it is an error. The text belongs to the thread, so it is read at once. `used` are the handles
     * that the call worked with: the collector must not release them before it has returned.
     */
    static int check(int status, Handle... used) {
        for (Handle handle : used) {
            Reference.reachabilityFence(handle);
        }
        if (status < 0) {
            throw new DnnException(status, C.LIBRARY.dnn_last_error());
        }
        return status;
    }
}
