/*
 * api/config_keys.c - the table of keys, and values from and to text.
 *
 * A new key is one line here and one name in enum key; set, get, help, messages and the manual follow. Names of
 * activations and the like come from the core's own tables.
 */
#include "api/config_keys.h"

#include "api/check.h"
#include "base/text.h"
#include "core/core.h"
#include "core/schedule.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *output_choice(int32_t index)
{
    return core_f64.activation_name(index);
}

/* Those for hidden layers come first in the core's table. */
static const char *hidden_choice(int32_t index)
{
    const char *name = core_f64.activation_name(index);
    return name == NULL || core_f64.activation_is_for_output(index) ? NULL : name;
}

static const char *loss_choice(int32_t index)
{
    return core_f64.loss_name(index);
}

static const char *optimizer_choice(int32_t index)
{
    return core_f64.optimizer_name(index);
}

static const char *init_choice(int32_t index)
{
    return core_f64.initializer_name(index);
}

static const char *precision_choice(int32_t index)
{
    return index == PRECISION_F64 ? core_f64.precision : index == PRECISION_F32 ? core_f32.precision : NULL;
}

static const char *derivative_choice(int32_t index)
{
    return index == DERIVATIVE_TUTORIAL ? "tutorial" : index == DERIVATIVE_EXACT ? "exact" : NULL;
}

static const char *class_weight_choice(int32_t index)
{
    return index == CLASS_WEIGHT_NONE ? "none" : index == CLASS_WEIGHT_BALANCED ? "balanced" : NULL;
}

static const char *engine_choice(int32_t index)
{
    static const char *const names[] = {[ENGINE_AUTO] = "auto", [ENGINE_BLAS] = "blas", [ENGINE_FUSED] = "fused"};
    return index >= 0 && index <= ENGINE_FUSED ? names[index] : NULL;
}

const char *recipe_name(int32_t recipe)
{
    static const char *const names[RECIPE_COUNT] = {"tutorial", "classifier", "regressor"};
    return recipe >= 0 && recipe < RECIPE_COUNT ? names[recipe] : NULL;
}

#define CHOICE(names) KEY_IS_CHOICE, names, 0, 0, 0
#define NUMBER(range) KEY_IS_NUMBER, NULL, 0, 0, range
#define INTEGER(minimum, maximum) KEY_IS_INTEGER, NULL, minimum, maximum, 0
#define SWITCH KEY_IS_SWITCH, NULL, 0, 0, 0
#define TEXT KEY_IS_TEXT, NULL, 0, 0, 0
#define MODEL true
#define TRAINING false
/* The default, alike in all recipes or one for each, and its mention in the help. */
#define HELP(all, text) {all, all, all}, text " (default " all ")"
#define HELP_EACH(tutorial, classifier, regressor, text)                                                               \
    {tutorial, classifier, regressor},                                                                                 \
        text " (default " tutorial ", classifier " classifier ", regressor " regressor ")"

#define HIDDEN_NAMES "identity, sigmoid, tanh, relu, leaky_relu, elu, gelu, silu or softplus"

const struct key_entry key_table[KEY_COUNT] = {
    [KEY_PRECISION] = {"precision", CHOICE(precision_choice), MODEL,
                       HELP_EACH("f64", "f32", "f32", "what the model computes in: f64 = double, f32 = float")},
    [KEY_ACTIVATION] = {"activation", CHOICE(hidden_choice), MODEL,
                        HELP_EACH("sigmoid", "leaky_relu", "leaky_relu",
                                  "of the hidden layers: " HIDDEN_NAMES "; activation.N sets hidden layer N alone, "
                                  "from 1")},
    [KEY_OUTPUT_ACTIVATION] = {"output_activation", CHOICE(output_choice), MODEL,
                               HELP_EACH("sigmoid", "softmax", "identity",
                                         "of the output layer: softmax, " HIDDEN_NAMES)},
    [KEY_SIGMOID_SLOPE] = {"sigmoid_slope", NUMBER(RANGE_POSITIVE), MODEL,
                           HELP_EACH("0.01", "1", "1", "c in sigmoid(c z); a number > 0")},
    [KEY_LEAKY_SLOPE] = {"leaky_slope", NUMBER(RANGE_POSITIVE), MODEL,
                         HELP("0.01", "slope of leaky_relu below 0; a number > 0")},
    [KEY_ELU_ALPHA] = {"elu_alpha", NUMBER(RANGE_POSITIVE), MODEL,
                       HELP("1", "what elu falls to, -alpha; a number > 0")},
    [KEY_INIT] = {"init", CHOICE(init_choice), MODEL,
                  HELP_EACH("uniform01", "he_normal", "he_normal",
                            "first weights: uniform01, glorot_uniform, glorot_normal, he_uniform, he_normal or zeros")},
    [KEY_LOSS] = {"loss", CHOICE(loss_choice), MODEL,
                  HELP_EACH("squared_error", "cross_entropy", "squared_error",
                            "what training makes small: squared_error, absolute_error or huber for numbers, "
                            "cross_entropy for classes (softmax), binary_cross_entropy for yes or no (sigmoid)")},
    [KEY_HUBER_DELTA] = {"huber_delta", NUMBER(RANGE_POSITIVE), MODEL,
                         HELP("1", "up to which distance huber is a parabola; a number > 0")},
    [KEY_OPTIMIZER] = {"optimizer", CHOICE(optimizer_choice), TRAINING,
                       HELP_EACH("sgd", "adam", "adam",
                                 "how a gradient changes the weights: sgd, momentum, nesterov, rmsprop, adam, adamw, "
                                 "or rprop for whole datasets as one batch")},
    [KEY_LEARNING_RATE] = {"learning_rate", NUMBER(RANGE_POSITIVE), TRAINING,
                           HELP_EACH("0.01", "0.001", "0.001", "size of an update; a number > 0")},
    [KEY_MOMENTUM] = {"momentum", NUMBER(RANGE_BELOW_ONE), TRAINING,
                      HELP("0.9", "of momentum and nesterov; a number from 0 to below 1")},
    [KEY_BETA1] = {"beta1", NUMBER(RANGE_BELOW_ONE), TRAINING,
                   HELP("0.9", "memory of adam and adamw for the gradient; a number from 0 to below 1")},
    [KEY_BETA2] = {"beta2", NUMBER(RANGE_BELOW_ONE), TRAINING,
                   HELP("0.999", "memory of adam, adamw and rmsprop for its square; a number from 0 to below 1")},
    [KEY_EPSILON] = {"epsilon", NUMBER(RANGE_POSITIVE), TRAINING,
                     HELP("1e-08", "what adam, adamw and rmsprop divide by at least; a number > 0")},
    [KEY_WEIGHT_DECAY] = {"weight_decay", NUMBER(RANGE_NOT_NEGATIVE), TRAINING,
                          HELP("0", "pulls weights, not biases, towards 0: times the weight, added to the gradient, "
                                    "or for adamw taken off the weight; a number >= 0")},
    [KEY_L2] = {"l2", NUMBER(RANGE_NOT_NEGATIVE), TRAINING,
                HELP("0", "adds l2 times the sum of squared weights, without biases, to the loss; a number >= 0")},
    [KEY_CLIP_NORM] = {"clip_norm", NUMBER(RANGE_NOT_NEGATIVE), TRAINING,
                       HELP("0", "shortens a gradient that is longer than this; 0 = never; a number >= 0")},
    [KEY_DROPOUT] = {"dropout", NUMBER(RANGE_BELOW_ONE), TRAINING,
                     HELP("0", "share of the hidden activations left out in training, at random; a number from 0 to "
                               "below 1")},
    [KEY_SIGMOID_DERIVATIVE] = {"sigmoid_derivative", CHOICE(derivative_choice), TRAINING,
                                HELP_EACH("tutorial", "exact", "exact",
                                          "tutorial = x (1 - x), which leaves c to the learning rate; "
                                          "exact = c x (1 - x)")},
    [KEY_BATCH_SIZE] = {"batch_size", INTEGER(1, CHECK_LARGEST_COUNT), TRAINING,
                        HELP_EACH("1", "128", "64", "samples an update in fit; an integer from 1")},
    [KEY_EPOCHS] = {"epochs", INTEGER(1, CHECK_LARGEST_COUNT), TRAINING,
                    HELP_EACH("1", "20", "100", "passes over the dataset in fit; an integer from 1")},
    [KEY_SHUFFLE] = {"shuffle", SWITCH, TRAINING,
                     HELP_EACH("false", "true", "true",
                               "true = fit takes the samples in a new random order each epoch; true or false")},
    [KEY_SCHEDULE] = {"schedule", CHOICE(schedule_name), TRAINING,
                      HELP("constant", "how fit changes the learning rate: constant, step, exponential, cosine, "
                                       "warmup_cosine or plateau")},
    [KEY_SCHEDULE_FACTOR] = {"schedule_factor", NUMBER(RANGE_UP_TO_ONE), TRAINING,
                             HELP("0.1", "what step and plateau multiply the learning rate by; a number > 0 and <= 1")},
    [KEY_SCHEDULE_RATE] = {"schedule_rate", NUMBER(RANGE_UP_TO_ONE), TRAINING,
                           HELP("0.95", "what exponential multiplies it by each epoch; a number > 0 and <= 1")},
    [KEY_SCHEDULE_EVERY] = {"schedule_every", INTEGER(1, CHECK_LARGEST_COUNT), TRAINING,
                            HELP("10", "epochs from cut to cut for step, without a better loss for plateau; an "
                                       "integer from 1")},
    [KEY_SCHEDULE_LENGTH] = {"schedule_length", INTEGER(0, CHECK_LARGEST_COUNT), TRAINING,
                             HELP("0", "epochs that cosine and warmup_cosine take, 0 = epochs; an integer from 0")},
    [KEY_SCHEDULE_WARMUP] = {"schedule_warmup", NUMBER(RANGE_NOT_NEGATIVE), TRAINING,
                             HELP("1", "epochs in which warmup_cosine rises; a number >= 0")},
    [KEY_SCHEDULE_MINIMUM] = {"schedule_minimum", NUMBER(RANGE_NOT_NEGATIVE), TRAINING,
                              HELP("0", "the least that cosine, warmup_cosine and plateau come down to; a number >= "
                                        "0")},
    [KEY_PATIENCE] = {"patience", INTEGER(0, CHECK_LARGEST_COUNT), TRAINING,
                      HELP("0", "epochs without a better loss that end fit, 0 = never; an integer from 0")},
    [KEY_MIN_DELTA] = {"min_delta", NUMBER(RANGE_NOT_NEGATIVE), TRAINING,
                       HELP("0", "what a loss must be better by to count for patience and plateau; a number >= 0")},
    [KEY_RESTORE_BEST] = {"restore_best", SWITCH, TRAINING,
                          HELP("true", "with patience: fit ends with the weights of the best epoch; true or false")},
    [KEY_CLASS_WEIGHT] = {"class_weight", CHOICE(class_weight_choice), TRAINING,
                          HELP("none", "balanced = samples of rare classes weigh more in fit; none or balanced")},
    [KEY_CHECKPOINT_PATH] = {"checkpoint_path",
                             TEXT,
                             TRAINING,
                             {"", "", ""},
                             "file that fit writes checkpoints to, none if empty; it is not kept in files; a path"},
    [KEY_CHECKPOINT_EVERY] = {"checkpoint_every", INTEGER(1, CHECK_LARGEST_COUNT), TRAINING,
                              HELP("1", "epochs from one checkpoint of fit to the next; an integer from 1")},
    [KEY_SEED] = {"seed", INTEGER(INT64_MIN, INT64_MAX), TRAINING,
                  HELP("0", "of the random numbers for first weights, shuffling and dropout; an integer")},
    [KEY_ENGINE] = {"engine", CHOICE(engine_choice), TRAINING,
                    HELP("auto", "what makes the sums of products: blas = the BLAS, fused = this library's own loops, "
                                 "auto = the faster; auto, blas or fused")},
    [KEY_THREADS] = {"threads", INTEGER(0, CHECK_MOST_THREADS), TRAINING,
                     HELP("0", "that divide a step, or a prediction of many samples, 0 = by the size of the work; at "
                               "most one a processor; an integer from 0 to 256")},
};

/* N of "activation.N", written as numbers are, without a sign or zeros before it; 0 if that is not what the name is. */
static int64_t layer_of(const char *name)
{
    static const char prefix[] = "activation.";
    if (strncmp(name, prefix, sizeof prefix - 1) != 0) {
        return 0;
    }
    const char *number = name + sizeof prefix - 1;
    int64_t layer;
    const bool is_one = *number >= '1' && *number <= '9' && text_to_integer(number, &layer);
    return is_one && layer <= LARGEST_LAYER_COUNT - 2 ? layer : 0;
}

static int32_t unknown_key(const char *name)
{
    char list[800] = "";
    struct text text = {list, sizeof list, 0};
    for (int key = 0; key < KEY_COUNT; key++) {
        text_append(&text, "%s%s%s", key == 0 ? "" : ", ", key_table[key].name,
                    key == KEY_ACTIVATION ? ", activation.N (N from 1, the first hidden layer, to 65534)" : "");
    }
    return status_error(DNN_ERROR_INVALID_ARGUMENT, "there is no key \"%.100s\"; the keys are %s", name, list);
}

int32_t key_find(const char *name, enum key *key, int64_t *layer)
{
    const int64_t n = layer_of(name);
    if (n > 0) {
        *key = KEY_ACTIVATION;
        *layer = n;
        return DNN_OK;
    }
    for (int i = 0; i < KEY_COUNT; i++) {
        if (strcmp(name, key_table[i].name) == 0) {
            *key = (enum key)i;
            *layer = 0;
            return DNN_OK;
        }
    }
    return unknown_key(name);
}

static const char *const range_text[] = {
    [RANGE_POSITIVE] = "a number > 0",
    [RANGE_NOT_NEGATIVE] = "a number >= 0",
    [RANGE_BELOW_ONE] = "a number from 0 to below 1",
    [RANGE_UP_TO_ONE] = "a number > 0 and <= 1",
};

static bool is_in_range(enum number_range range, double number)
{
    switch (range) {
    case RANGE_POSITIVE:
        return number > 0;
    case RANGE_NOT_NEGATIVE:
        return number >= 0;
    case RANGE_BELOW_ONE:
        return number >= 0 && number < 1;
    default: /* RANGE_UP_TO_ONE */
        return number > 0 && number <= 1;
    }
}

/* Appends what a key takes: "expected one of f64, f32". */
static void append_expected(struct text *text, const struct key_entry *entry)
{
    switch (entry->type) {
    case KEY_IS_CHOICE:
        text_append(text, "expected one of");
        for (int32_t i = 0; entry->choice(i) != NULL; i++) {
            text_append(text, "%s %s", i == 0 ? "" : ",", entry->choice(i));
        }
        break;
    case KEY_IS_NUMBER:
        text_append(text, "expected %s", range_text[entry->range]);
        break;
    case KEY_IS_INTEGER:
        text_append(text, "expected an integer from %lld to %lld", (long long)entry->minimum,
                    (long long)entry->maximum);
        break;
    case KEY_IS_SWITCH:
        text_append(text, "expected true or false");
        break;
    case KEY_IS_TEXT:
        text_append(text, "expected a text");
        break;
    }
}

static int32_t bad_value(enum key key, int64_t layer, int32_t status, const char *value)
{
    char expected[256] = "";
    struct text text = {expected, sizeof expected, 0};
    append_expected(&text, &key_table[key]);
    char of_layer[TEXT_NUMBER_CAPACITY] = "";
    if (layer > 0) {
        snprintf(of_layer, sizeof of_layer, ".%lld", (long long)layer);
    }
    return status_error(status, "%s%s is \"%.100s\", %s", key_table[key].name, of_layer, value, expected);
}

static int32_t bad_number(enum key key, int64_t layer, int32_t status, double number)
{
    char value[TEXT_NUMBER_CAPACITY];
    text_from_number(number, value);
    return bad_value(key, layer, status, value);
}

static int32_t bad_integer(enum key key, int64_t layer, int64_t integer)
{
    char value[TEXT_NUMBER_CAPACITY];
    snprintf(value, sizeof value, "%lld", (long long)integer);
    return bad_value(key, layer, DNN_ERROR_INVALID_ARGUMENT, value);
}

int32_t key_from_integer(enum key key, int64_t layer, int64_t integer, union key_value *value)
{
    const struct key_entry *entry = &key_table[key];
    const bool in_range = entry->type == KEY_IS_INTEGER ? integer >= entry->minimum && integer <= entry->maximum
                          : entry->type == KEY_IS_SWITCH
                              ? integer == 0 || integer == 1
                              : entry->type == KEY_IS_NUMBER && is_in_range(entry->range, (double)integer);
    if (!in_range) {
        return bad_integer(key, layer, integer);
    }
    if (entry->type == KEY_IS_NUMBER) {
        value->number = (double)integer;
    } else {
        value->integer = integer;
    }
    return DNN_OK;
}

int32_t key_from_number(enum key key, int64_t layer, double number, union key_value *value)
{
    const struct key_entry *entry = &key_table[key];
    if (!isfinite(number)) {
        return bad_number(key, layer, DNN_ERROR_NOT_FINITE, number);
    }
    if (entry->type == KEY_IS_NUMBER && is_in_range(entry->range, number)) {
        value->number = number + 0.0; /* -0 is 0 */
        return DNN_OK;
    }
    /* ±2⁶² fits an int64_t exactly; larger whole numbers come as integers. */
    if (entry->type == KEY_IS_INTEGER && number == floor(number) && fabs(number) <= 0x1p62) {
        return key_from_integer(key, layer, (int64_t)number, value);
    }
    return bad_number(key, layer, DNN_ERROR_INVALID_ARGUMENT, number);
}

static int32_t parse_choice(enum key key, int64_t layer, const char *text, union key_value *value)
{
    for (int32_t i = 0; key_table[key].choice(i) != NULL; i++) {
        if (strcmp(text, key_table[key].choice(i)) == 0) {
            value->integer = i;
            return DNN_OK;
        }
    }
    return bad_value(key, layer, DNN_ERROR_INVALID_ARGUMENT, text);
}

int32_t key_parse(enum key key, int64_t layer, const char *text, union key_value *value)
{
    double number;
    int64_t integer;
    switch (key_table[key].type) {
    case KEY_IS_CHOICE:
        return parse_choice(key, layer, text, value);
    case KEY_IS_NUMBER:
        return text_to_number(text, &number) ? key_from_number(key, layer, number, value)
                                             : bad_value(key, layer, DNN_ERROR_INVALID_ARGUMENT, text);
    case KEY_IS_INTEGER:
        return text_to_integer(text, &integer) ? key_from_integer(key, layer, integer, value)
                                               : bad_value(key, layer, DNN_ERROR_INVALID_ARGUMENT, text);
    case KEY_IS_TEXT:
        value->text = text;
        return DNN_OK;
    default: /* KEY_IS_SWITCH */
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
            return bad_value(key, layer, DNN_ERROR_INVALID_ARGUMENT, text);
        }
        value->integer = text[0] == 't';
        return DNN_OK;
    }
}

const char *key_text(enum key key, union key_value value, char *scratch)
{
    switch (key_table[key].type) {
    case KEY_IS_CHOICE:
        return key_table[key].choice((int32_t)value.integer);
    case KEY_IS_SWITCH:
        return value.integer ? "true" : "false";
    case KEY_IS_INTEGER:
        snprintf(scratch, TEXT_NUMBER_CAPACITY, "%lld", (long long)value.integer);
        return scratch;
    case KEY_IS_TEXT:
        return value.text;
    default: /* KEY_IS_NUMBER */
        text_from_number(value.number, scratch);
        return scratch;
    }
}
