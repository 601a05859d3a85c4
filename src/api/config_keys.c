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

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *activation_choice(int32_t index)
{
    return core_f64.activation_name(index);
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

#define CHOICE(names) KEY_IS_CHOICE, names, 0, 0
#define NUMBER KEY_IS_NUMBER, NULL, 0, 0
#define INTEGER(minimum, maximum) KEY_IS_INTEGER, NULL, minimum, maximum
#define SWITCH KEY_IS_SWITCH, NULL, 0, 0
#define MODEL true
#define TRAINING false
/* The default, and its mention in the help. */
#define HELP(tutorial, text) tutorial, text " (default " tutorial ")"

const struct key_entry key_table[KEY_COUNT] = {
    [KEY_PRECISION] = {"precision", CHOICE(precision_choice), MODEL,
                       HELP("f64", "what the model computes in: f64 = double, f32 = float")},
    [KEY_ACTIVATION] = {"activation", CHOICE(activation_choice), MODEL,
                        HELP("sigmoid", "of the hidden layers: identity, sigmoid, tanh, relu or leaky_relu; "
                                        "activation.N sets hidden layer N alone, from 1")},
    [KEY_OUTPUT_ACTIVATION] = {"output_activation", CHOICE(activation_choice), MODEL,
                               HELP("sigmoid", "of the output layer: identity, sigmoid, tanh, relu or leaky_relu")},
    [KEY_SIGMOID_SLOPE] = {"sigmoid_slope", NUMBER, MODEL, HELP("0.01", "c in sigmoid(c z); a number > 0")},
    [KEY_LEAKY_SLOPE] = {"leaky_slope", NUMBER, MODEL, HELP("0.01", "slope of leaky_relu below 0; a number > 0")},
    [KEY_SIGMOID_DERIVATIVE] = {"sigmoid_derivative", CHOICE(derivative_choice), TRAINING,
                                HELP("tutorial", "tutorial = x (1 - x), which leaves c to the learning rate; "
                                                 "exact = c x (1 - x)")},
    [KEY_INIT] = {"init", CHOICE(init_choice), MODEL,
                  HELP("uniform01",
                       "first weights: uniform01, glorot_uniform, glorot_normal, he_uniform, he_normal or zeros")},
    [KEY_LOSS] = {"loss", CHOICE(loss_choice), MODEL,
                  HELP("squared_error",
                       "what training makes small: squared_error, the sum over the outputs of (y - x)^2")},
    [KEY_OPTIMIZER] = {"optimizer", CHOICE(optimizer_choice), TRAINING,
                       HELP("sgd", "how a gradient changes the weights: sgd, plain gradient descent")},
    [KEY_LEARNING_RATE] = {"learning_rate", NUMBER, TRAINING, HELP("0.01", "size of an update; a number > 0")},
    [KEY_BATCH_SIZE] = {"batch_size", INTEGER(1, CHECK_LARGEST_COUNT), TRAINING,
                        HELP("1", "samples an update in fit; an integer from 1")},
    [KEY_EPOCHS] = {"epochs", INTEGER(1, CHECK_LARGEST_COUNT), TRAINING,
                    HELP("1", "passes over the dataset in fit; an integer from 1")},
    [KEY_SHUFFLE] = {"shuffle", SWITCH, TRAINING,
                     HELP("false", "true = fit takes the samples in a new random order each epoch; true or false")},
    [KEY_SEED] = {"seed", INTEGER(INT64_MIN, INT64_MAX), TRAINING,
                  HELP("0", "of the random numbers for first weights and shuffling; an integer")},
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
    return *number >= '1' && *number <= '9' && text_to_integer(number, &layer) ? layer : 0;
}

static int32_t unknown_key(const char *name)
{
    char list[512] = "";
    struct text text = {list, sizeof list, 0};
    for (int key = 0; key < KEY_COUNT; key++) {
        text_append(&text, "%s%s%s", key == 0 ? "" : ", ", key_table[key].name,
                    key == KEY_ACTIVATION ? ", activation.N (N = 1 for the first hidden layer)" : "");
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
        text_append(text, "expected a number > 0");
        break;
    case KEY_IS_INTEGER:
        text_append(text, "expected an integer from %lld to %lld", (long long)entry->minimum,
                    (long long)entry->maximum);
        break;
    case KEY_IS_SWITCH:
        text_append(text, "expected true or false");
        break;
    }
}

static int32_t bad_value(enum key key, int32_t status, const char *value)
{
    char expected[256] = "";
    struct text text = {expected, sizeof expected, 0};
    append_expected(&text, &key_table[key]);
    return status_error(status, "%s is \"%.100s\", %s", key_table[key].name, value, expected);
}

static int32_t bad_number(enum key key, int32_t status, double number)
{
    char value[TEXT_NUMBER_CAPACITY];
    text_from_number(number, value);
    return bad_value(key, status, value);
}

static int32_t bad_integer(enum key key, int64_t integer)
{
    char value[TEXT_NUMBER_CAPACITY];
    snprintf(value, sizeof value, "%lld", (long long)integer);
    return bad_value(key, DNN_ERROR_INVALID_ARGUMENT, value);
}

int32_t key_from_integer(enum key key, int64_t integer, union key_value *value)
{
    const struct key_entry *entry = &key_table[key];
    const bool in_range = entry->type == KEY_IS_INTEGER  ? integer >= entry->minimum && integer <= entry->maximum
                          : entry->type == KEY_IS_SWITCH ? integer == 0 || integer == 1
                                                         : entry->type == KEY_IS_NUMBER && integer > 0;
    if (!in_range) {
        return bad_integer(key, integer);
    }
    if (entry->type == KEY_IS_NUMBER) {
        value->number = (double)integer;
    } else {
        value->integer = integer;
    }
    return DNN_OK;
}

int32_t key_from_number(enum key key, double number, union key_value *value)
{
    const struct key_entry *entry = &key_table[key];
    if (!isfinite(number)) {
        return bad_number(key, DNN_ERROR_NOT_FINITE, number);
    }
    if (entry->type == KEY_IS_NUMBER && number > 0) {
        value->number = number;
        return DNN_OK;
    }
    /* ±2⁶² fits an int64_t exactly; larger whole numbers come as integers. */
    if (entry->type == KEY_IS_INTEGER && number == floor(number) && fabs(number) <= 0x1p62) {
        return key_from_integer(key, (int64_t)number, value);
    }
    return bad_number(key, DNN_ERROR_INVALID_ARGUMENT, number);
}

static int32_t parse_choice(enum key key, const char *text, union key_value *value)
{
    for (int32_t i = 0; key_table[key].choice(i) != NULL; i++) {
        if (strcmp(text, key_table[key].choice(i)) == 0) {
            value->integer = i;
            return DNN_OK;
        }
    }
    return bad_value(key, DNN_ERROR_INVALID_ARGUMENT, text);
}

int32_t key_parse(enum key key, const char *text, union key_value *value)
{
    double number;
    int64_t integer;
    switch (key_table[key].type) {
    case KEY_IS_CHOICE:
        return parse_choice(key, text, value);
    case KEY_IS_NUMBER:
        return text_to_number(text, &number) ? key_from_number(key, number, value)
                                             : bad_value(key, DNN_ERROR_INVALID_ARGUMENT, text);
    case KEY_IS_INTEGER:
        return text_to_integer(text, &integer) ? key_from_integer(key, integer, value)
                                               : bad_value(key, DNN_ERROR_INVALID_ARGUMENT, text);
    default: /* KEY_IS_SWITCH */
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
            return bad_value(key, DNN_ERROR_INVALID_ARGUMENT, text);
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
    default: /* KEY_IS_NUMBER */
        text_from_number(value.number, scratch);
        return scratch;
    }
}
