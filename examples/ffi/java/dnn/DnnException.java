package dnn;

/** A call of the library failed. */
public final class DnnException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** One of DNN_ERROR_*, below 0. */
    public final int status;

    private DnnException(int status, String text) {
        super(text);
        this.status = status;
    }

    /** The text belongs to the thread, so it is read at once. */
    static int check(int status) {
        if (status < 0) {
            throw new DnnException(status, C.LIBRARY.dnn_last_error());
        }
        return status;
    }
}
