package dnn;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.Cleaner;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * Owns one handle of the library. close() releases it, once; what is forgotten is released when the collector finds it. The
 * order does not matter.
 */
abstract class Handle implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Pointer pointer;
    private final Cleaner.Cleanable release;
    private volatile boolean closed;

    Handle(Pointer pointer, Consumer<Pointer> destroy) {
        this.pointer = pointer;
        release = CLEANER.register(this, () -> destroy.accept(pointer));
    }

    /** from: the handles that create works with */
    Handle(ToIntFunction<PointerByReference> create, Consumer<Pointer> destroy, Handle... from) {
        this(created(create, from), destroy);
    }

    private static Pointer created(ToIntFunction<PointerByReference> create, Handle... from) {
        PointerByReference out = new PointerByReference();
        DnnException.check(create.applyAsInt(out), from);
        return out.getValue();
    }

    final Pointer pointer() {
        if (closed) {
            throw new IllegalStateException(getClass().getSimpleName() + " is closed");
        }
        return pointer;
    }

    /** NULL for null. */
    static Pointer pointerOf(Handle handle) {
        return handle == null ? null : handle.pointer();
    }

    @Override
    public final void close() {
        closed = true;
        release.clean();
    }

    interface Text {
        int write(byte[] buffer, long capacity, LongByReference length);
    }

    /** A text that the library writes: once for its length, once for itself. */
    final String read(Text text) {
        LongByReference length = new LongByReference();
        DnnException.check(text.write(null, 0, length), this);
        byte[] buffer = new byte[(int) length.getValue() + 1];
        DnnException.check(text.write(buffer, buffer.length, length), this);
        return new String(buffer, 0, (int) length.getValue(), StandardCharsets.UTF_8);
    }

    /** The text, if C takes it to be the same: its own end with the first NUL. */
    static String text(String text) {
        if (text != null && text.indexOf(0) >= 0) {
            throw new IllegalArgumentException("a text with a NUL in it: " + text.replace("\0", "\\0"));
        }
        return text;
    }

    /** The rows of so many columns that an array of this length holds. */
    static int rows(String name, int length, int columns) {
        if (columns < 1 || length % columns != 0) {
            throw new IllegalArgumentException(
                    name + " has " + length + " numbers, expected a multiple of " + columns);
        }
        return length / columns;
    }

    /** The samples that x and y hold, which must be the same. */
    static int samples(int x, int inputs, int y, int outputs) {
        int n = rows("x", x, inputs);
        int m = rows("y", y, outputs);
        if (n != m) {
            throw new IllegalArgumentException("x has " + n + " samples, y has " + m);
        }
        return n;
    }
}
