/*
 * api/config_keys.h - the one table of config keys: name, type, range, default, help.
 */
#ifndef DNN_API_CONFIG_KEYS_H
#define DNN_API_CONFIG_KEYS_H

#include <stdbool.h>
#include <stdint.h>

enum key {
    KEY_PRECISION,
    KEY_ACTIVATION,
    KEY_OUTPUT_ACTIVATION,
    KEY_SIGMOID_SLOPE,
    KEY_LEAKY_SLOPE,
    KEY_ELU_ALPHA,
    KEY_INIT,
    KEY_LOSS,
    KEY_HUBER_DELTA,
    KEY_OPTIMIZER,
    KEY_LEARNING_RATE,
    KEY_MOMENTUM,
    KEY_BETA1,
    KEY_BETA2,
    KEY_EPSILON,
    KEY_WEIGHT_DECAY,
    KEY_L2,
    KEY_CLIP_NORM,
    KEY_DROPOUT,
    KEY_SIGMOID_DERIVATIVE,
    KEY_BATCH_SIZE,
    KEY_EPOCHS,
    KEY_SHUFFLE,
    KEY_SCHEDULE,
    KEY_SCHEDULE_FACTOR,
    KEY_SCHEDULE_RATE,
    KEY_SCHEDULE_EVERY,
    KEY_SCHEDULE_LENGTH,
    KEY_SCHEDULE_WARMUP,
    KEY_SCHEDULE_MINIMUM,
    KEY_PATIENCE,
    KEY_MIN_DELTA,
    KEY_RESTORE_BEST,
    KEY_CLASS_WEIGHT,
    KEY_CHECKPOINT_PATH,
    KEY_CHECKPOINT_EVERY,
    KEY_SEED,
    KEY_ENGINE,
    KEY_THREADS,
    KEY_COUNT
};

enum key_type {
    KEY_IS_CHOICE,  /* one of the names that `choice` gives; its value is their index */
    KEY_IS_NUMBER,  /* a double in `range` */
    KEY_IS_INTEGER, /* minimum … maximum */
    KEY_IS_SWITCH,  /* true or false */
    KEY_IS_TEXT     /* any text; a config owns its own */
};

enum number_range { RANGE_POSITIVE, RANGE_NOT_NEGATIVE, RANGE_BELOW_ONE, RANGE_UP_TO_ONE };

enum recipe { RECIPE_TUTORIAL, RECIPE_CLASSIFIER, RECIPE_REGRESSOR, RECIPE_COUNT };

union key_value {
    double number;
    int64_t integer;
    const char *text;
};

struct key_entry {
    const char *name;
    enum key_type type;
    const char *(*choice)(int32_t index); /* KEY_IS_CHOICE: the names; NULL after the last */
    int64_t minimum;                      /* KEY_IS_INTEGER */
    int64_t maximum;
    enum number_range range;            /* KEY_IS_NUMBER */
    bool of_model;                      /* says what the network is, not how it learns: fixed once a model is made */
    const char *defaults[RECIPE_COUNT]; /* as text */
    const char *help;
};

extern const struct key_entry key_table[KEY_COUNT];

/* The values of KEY_PRECISION, KEY_SIGMOID_DERIVATIVE, KEY_CLASS_WEIGHT and KEY_ENGINE. */
enum { PRECISION_F64, PRECISION_F32 };
enum { DERIVATIVE_TUTORIAL, DERIVATIVE_EXACT };
enum { CLASS_WEIGHT_NONE, CLASS_WEIGHT_BALANCED };
enum { ENGINE_AUTO, ENGINE_BLAS, ENGINE_FUSED };

/* The name of a recipe; NULL outside the list. */
const char *recipe_name(int32_t recipe);

/* Of a model, with its inputs and its outputs, which are no hidden layers. */
enum { LARGEST_LAYER_COUNT = 65536 };

/* Finds a key. If it is "activation.N": KEY_ACTIVATION, and *layer is N; otherwise *layer is 0. */
int32_t key_find(const char *name, enum key *key, int64_t *layer);

/* Reads a value for a key, of one layer if layer > 0, from text, a number or an integer; an error says what is expected,
 * and leaves *value. The value of a KEY_IS_TEXT is the text itself, not a copy. */
int32_t key_parse(enum key key, int64_t layer, const char *text, union key_value *value);
int32_t key_from_number(enum key key, int64_t layer, double number, union key_value *value);
int32_t key_from_integer(enum key key, int64_t layer, int64_t integer, union key_value *value);

/* A value as text. scratch: [TEXT_NUMBER_CAPACITY] bytes, which may hold the result. */
const char *key_text(enum key key, union key_value value, char *scratch);

#endif
