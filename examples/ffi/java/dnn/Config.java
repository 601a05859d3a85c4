package dnn;

/** What a network is and how it learns. The keys are in dnn.h. */
public final class Config extends Handle {
    /** @param recipe "classifier", "regressor" or "tutorial" */
    public Config(String recipe) {
        super(out -> C.LIBRARY.dnn_config_create(text(recipe), out), C.LIBRARY::dnn_config_destroy);
    }

    public Config set(String key, Object value) {
        DnnException.check(C.LIBRARY.dnn_config_set(pointer(), text(key), text(String.valueOf(value))), this);
        return this;
    }

    public String get(String key) {
        return read((buffer, capacity, length) -> C.LIBRARY.dnn_config_get(pointer(), text(key), buffer, capacity, length));
    }
}
