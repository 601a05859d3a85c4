/*
 * test_config.c - a config is a table of keys: what is set is what is read, what is wrong is refused with the words for what is
 * right, and the locale of the program has no say in it.
 */
#include "expect.h"
#include "support.h"

#include <locale.h>
#include <stdbool.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Every key with its default in the recipe "tutorial", from the table of the design, and other values that it takes. */
enum { VALUES = 12 };

static const struct {
    const char *key;
    const char *tutorial;
    const char *values[VALUES];
} keys[] = {
    {"precision", "f64", {"f32", "f64"}},
    {"activation", "sigmoid", {"identity", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "sigmoid"}},
    {"output_activation",
     "sigmoid",
     {"identity", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "sigmoid", "softmax"}},
    {"sigmoid_slope", "0.01", {"1", "0.1", "2.5", "1e-300", "0.30000000000000004"}},
    {"leaky_slope", "0.01", {"1", "0.2", "123456.789"}},
    {"elu_alpha", "1", {"0.5", "2"}},
    {"init", "uniform01", {"glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "zeros", "uniform01"}},
    {"loss", "squared_error", {"cross_entropy", "binary_cross_entropy", "absolute_error", "huber", "squared_error"}},
    {"huber_delta", "1", {"0.5", "2"}},
    {"optimizer", "sgd", {"momentum", "nesterov", "rmsprop", "adam", "adamw", "rprop", "sgd"}},
    {"learning_rate", "0.01", {"1", "0.5", "1e+300", "3.3333333333333335"}},
    {"momentum", "0.9", {"0.5", "0"}},
    {"beta1", "0.9", {"0.5", "0"}},
    {"beta2", "0.999", {"0.5", "0"}},
    {"epsilon", "1e-08", {"1e-07", "1"}},
    {"weight_decay", "0", {"0.01", "0"}},
    {"l2", "0", {"0.01", "0"}},
    {"clip_norm", "0", {"0.5", "0"}},
    {"dropout", "0", {"0.2", "0"}},
    {"sigmoid_derivative", "tutorial", {"exact", "tutorial"}},
    {"batch_size", "1", {"1", "128", "2147483647"}},
    {"epochs", "1", {"1", "3", "2147483647"}},
    {"shuffle", "false", {"true", "false"}},
    {"schedule", "constant", {"step", "exponential", "cosine", "warmup_cosine", "plateau", "constant"}},
    {"schedule_factor", "0.1", {"0.5", "1"}},
    {"schedule_rate", "0.95", {"0.9", "1"}},
    {"schedule_every", "10", {"1", "30"}},
    {"schedule_length", "0", {"7", "0"}},
    {"schedule_warmup", "1", {"2.5", "0"}},
    {"schedule_minimum", "0", {"1e-05", "0"}},
    {"patience", "0", {"5", "0"}},
    {"min_delta", "0", {"0.001", "0"}},
    {"restore_best", "true", {"false", "true"}},
    {"class_weight", "none", {"balanced", "none"}},
    {"checkpoint_path", "", {"a b/ü.dnn", "x"}},
    {"checkpoint_every", "1", {"5", "1"}},
    {"threads", "0", {"2", "0"}},
    {"engine", "auto", {"blas", "fused", "auto"}},
    {"seed", "0", {"1", "-1", "9223372036854775807", "-9223372036854775808"}},
};
enum { KEYS = sizeof keys / sizeof *keys };

static int setup(void **state)
{
    dnn_config *config = NULL;
    assert_ok(dnn_config_create("tutorial", &config));
    *state = config;
    return 0;
}

static int teardown(void **state)
{
    dnn_config_destroy(*state);
    return 0;
}

static void assert_reads(const dnn_config *config, const char *key, const char *expected)
{
    char text[64];
    int64_t length = -5;
    assert_ok(dnn_config_get(config, key, text, sizeof text, &length));
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
}

/* The one key whose value is any text. */
static bool is_text(const char *key)
{
    return strcmp(key, "checkpoint_path") == 0;
}

static const char *help_of(const char *key)
{
    for (int64_t i = 0; i < dnn_config_key_count(); i++)
        if (strcmp(dnn_config_key_name(i), key) == 0)
            return dnn_config_key_help(i);
    fail_msg("there is no key %s", key);
    return NULL;
}

/* ---- what is set is what is read ---- */

static void test_the_defaults_are_the_tutorials(void **state)
{
    dnn_config *nameless = NULL;
    assert_ok(dnn_config_create(NULL, &nameless));
    assert_int_equal(dnn_config_key_count(), KEYS);
    for (int i = 0; i < KEYS; i++) {
        assert_reads(*state, keys[i].key, keys[i].tutorial);
        assert_reads(nameless, keys[i].key, keys[i].tutorial);
    }
    dnn_config_destroy(nameless);
}

static void test_every_value_reads_back_as_it_was_set(void **state)
{
    for (int i = 0; i < KEYS; i++) {
        for (int j = 0; j < VALUES && keys[i].values[j] != NULL; j++) {
            assert_ok(dnn_config_set(*state, keys[i].key, keys[i].values[j]));
            assert_reads(*state, keys[i].key, keys[i].values[j]);
        }
    }
}

static void test_setting_one_key_leaves_the_others(void **state)
{
    for (int i = 0; i < KEYS; i++) {
        dnn_config *config = NULL;
        assert_ok(dnn_config_create(NULL, &config));
        assert_ok(dnn_config_set(config, keys[i].key, keys[i].values[0]));
        for (int j = 0; j < KEYS; j++)
            assert_reads(config, keys[j].key, i == j ? keys[i].values[0] : keys[j].tutorial);
        dnn_config_destroy(config);
    }
    (void)state;
}

static void test_numbers_and_integers_set_what_their_text_sets(void **state)
{
    assert_ok(dnn_config_set_number(*state, "learning_rate", 0.1));
    assert_reads(*state, "learning_rate", "0.1");
    assert_ok(dnn_config_set_integer(*state, "learning_rate", 3));
    assert_reads(*state, "learning_rate", "3");
    assert_ok(dnn_config_set_number(*state, "batch_size", 128.0));
    assert_reads(*state, "batch_size", "128");
    assert_ok(dnn_config_set_integer(*state, "batch_size", 64));
    assert_reads(*state, "batch_size", "64");
    assert_ok(dnn_config_set_integer(*state, "seed", INT64_MIN));
    assert_reads(*state, "seed", "-9223372036854775808");
    assert_ok(dnn_config_set_number(*state, "seed", -5));
    assert_reads(*state, "seed", "-5");
    assert_ok(dnn_config_set_integer(*state, "shuffle", 1));
    assert_reads(*state, "shuffle", "true");
    assert_ok(dnn_config_set_integer(*state, "shuffle", 0));
    assert_reads(*state, "shuffle", "false");
}

/* What get gives, set takes back, to the last bit. */
static void test_any_double_survives_the_way_through_text(void **state)
{
    struct generator generator = {1};
    char text[64], again[64];
    for (int i = 0; i < 2000; i++) {
        const double number =
            ldexp(1 + generator_uniform(&generator) / 3, (int)(generator_next(&generator) % 2000) - 1000);
        assert_ok(dnn_config_set_number(*state, "learning_rate", number));
        assert_ok(dnn_config_get(*state, "learning_rate", text, sizeof text, NULL));
        assert_true(strtod(text, NULL) == number);
        assert_ok(dnn_config_set(*state, "learning_rate", text));
        assert_ok(dnn_config_get(*state, "learning_rate", again, sizeof again, NULL));
        assert_string_equal(again, text);
    }
}

static void test_one_hidden_layer_may_differ(void **state)
{
    assert_reads(*state, "activation.2", "sigmoid");
    assert_ok(dnn_config_set(*state, "activation.2", "relu"));
    assert_ok(dnn_config_set(*state, "activation", "tanh"));
    assert_reads(*state, "activation.1", "tanh");
    assert_reads(*state, "activation.65534", "tanh");
    assert_reads(*state, "activation.2", "relu");
    assert_ok(dnn_config_set(*state, "activation.2", "identity"));
    assert_reads(*state, "activation.2", "identity");
    assert_reads(*state, "activation", "tanh");
}

static void test_the_length_can_be_asked_for_and_a_small_buffer_is_untouched(void **state)
{
    int64_t length = -5;
    char text[8] = "abcdefg";
    assert_ok(dnn_config_get(*state, "precision", NULL, 0, &length));
    assert_int_equal(length, 3);
    length = -5;
    for (int64_t capacity = 0; capacity <= 3; capacity++)
        expect_invalid(dnn_config_get(*state, "precision", text, capacity, &length), "4 are needed");
    expect_invalid(dnn_config_get(*state, "precision", text, -1, &length), "capacity of -1");
    expect_invalid(dnn_config_get(*state, "precision", text, INT64_MIN, &length), "capacity of");
    assert_string_equal(text, "abcdefg");
    assert_int_equal(length, -5);
    assert_ok(dnn_config_get(*state, "precision", text, 4, NULL));
    assert_memory_equal(text, "f64\0efg", 8);
    assert_ok(dnn_config_get(*state, "precision", text, INT64_MAX, NULL));
}

/* ---- what is wrong is refused ---- */

static void test_an_unknown_recipe_is_told_the_known(void **state)
{
    dnn_config *config = NULL;
    expect_invalid(dnn_config_create("Tutorial", &config), "\"Tutorial\"; the recipes are tutorial");
    expect_invalid(dnn_config_create("", &config), "tutorial");
    assert_null(config);
    (void)state;
}

static void test_an_unknown_key_is_told_all_the_known(void **state)
{
    static const char *unknown[] = {"",
                                    "epoch",
                                    "Epochs",
                                    "epochs ",
                                    "activation.",
                                    "activation.0",
                                    "activation.-1",
                                    "activation.x",
                                    "activation.1x",
                                    "activation.01",
                                    "activation.+1",
                                    "activation.65535",
                                    "activation.99999999999999999999",
                                    "epochs.1"};
    char text[8] = "abc";
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        for (int j = 0; j < KEYS; j++) {
            expect_invalid(dnn_config_set(*state, unknown[i], "1"), keys[j].key);
            expect_invalid(dnn_config_set_number(*state, unknown[i], 1), keys[j].key);
            expect_invalid(dnn_config_set_integer(*state, unknown[i], 1), keys[j].key);
            expect_invalid(dnn_config_get(*state, unknown[i], text, sizeof text, NULL), keys[j].key);
        }
        expect_invalid(dnn_config_set(*state, unknown[i], "1"), unknown[i]);
    }
    assert_string_equal(text, "abc");
}

static void test_an_unknown_name_is_told_all_the_known(void **state)
{
    for (int i = 0; i < KEYS; i++) {
        const char *const *values = keys[i].values;
        if (strtod(values[0], NULL) != 0 || is_text(keys[i].key))
            continue; /* a number, or anything */
        for (int j = 0; j < VALUES && values[j] != NULL; j++) {
            expect_invalid(dnn_config_set(*state, keys[i].key, "nonsense"), values[j]);
            expect_invalid(dnn_config_set(*state, keys[i].key, ""), values[j]);
        }
        expect_invalid(dnn_config_set(*state, keys[i].key, "nonsense"), keys[i].key);
        expect_invalid(dnn_config_set_number(*state, keys[i].key, 0.5), keys[i].key);
        expect_invalid(dnn_config_set_integer(*state, keys[i].key, 2), keys[i].key);
        assert_reads(*state, keys[i].key, keys[i].tutorial);
    }
}

static void test_a_number_out_of_range_is_told_the_range(void **state)
{
    static const char *const bad[] = {"0",  "-1",  "nan",  "inf",   "1e999", "",    " 1",
                                      "1 ", "1,5", "0,01", "1.5.5", "x",     "true"};
    static const char *const number_keys[] = {"learning_rate", "sigmoid_slope", "leaky_slope"};
    for (int k = 0; k < 3; k++) {
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
            expect_invalid(dnn_config_set(*state, number_keys[k], bad[i]), "expected a number > 0");
        expect_invalid(dnn_config_set_number(*state, number_keys[k], 0), "expected a number > 0");
        expect_invalid(dnn_config_set_number(*state, number_keys[k], -1e-300), "is \"-1e-300\"");
        expect_invalid(dnn_config_set_integer(*state, number_keys[k], 0), "expected a number > 0");
        expect_invalid(dnn_config_set_integer(*state, number_keys[k], INT64_MIN), "expected a number > 0");
        assert_reads(*state, number_keys[k], "0.01");
    }
}

static void test_an_integer_out_of_range_is_told_the_range(void **state)
{
    static const char *const bad[] = {"0", "-1", "1.5", "2147483648", "1099511627776", "99999999999999999999",
                                      "",  " 1", "1 ",  "0x10",       "1e3",           "x"};
    static const char *const integer_keys[] = {"batch_size", "epochs"};
    static const int64_t sizes[] = {0, -1, INT64_MIN, INT64_C(2147483648), HUGE_SIZE, INT64_MAX};
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
            expect_invalid(dnn_config_set(*state, integer_keys[k], bad[i]), "expected an integer from 1 to 2147483647");
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            expect_invalid(dnn_config_set_integer(*state, integer_keys[k], sizes[i]), "expected an integer from 1");
            expect_invalid(dnn_config_set_number(*state, integer_keys[k], (double)sizes[i]),
                           "expected an integer from 1");
        }
        expect_invalid(dnn_config_set_number(*state, integer_keys[k], 1.5), "is \"1.5\"");
        assert_reads(*state, integer_keys[k], "1");
    }
    expect_invalid(dnn_config_set_number(*state, "seed", 1e300), "seed is \"1e+300\"");
}

static void test_nan_and_infinity_are_not_finite_for_every_key(void **state)
{
    for (int i = 0; i < KEYS; i++) {
        expect_not_finite(dnn_config_set_number(*state, keys[i].key, NAN), keys[i].key);
        expect_not_finite(dnn_config_set_number(*state, keys[i].key, INFINITY), keys[i].key);
        expect_not_finite(dnn_config_set_number(*state, keys[i].key, -INFINITY), keys[i].key);
        assert_reads(*state, keys[i].key, keys[i].tutorial);
    }
}

static void test_a_value_of_any_length_is_refused_whole(void **state)
{
    char *text = allocate_or_fail(100001, 1);
    memset(text, '7', 100000);
    expect_invalid(dnn_config_set(*state, text, "1"), "there is no key \"777");
    for (int i = 0; i < KEYS; i++)
        if (!is_text(keys[i].key))
            expect_invalid(dnn_config_set(*state, keys[i].key, text), keys[i].key);
    free(text);
}

static void test_a_text_is_kept_as_it_is_and_copied(void **state)
{
    char path[300];
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_ok(dnn_config_set(*state, "checkpoint_path", path));
    path[0] = 'q';
    char text[sizeof path];
    int64_t length = 0;
    assert_ok(dnn_config_get(*state, "checkpoint_path", text, sizeof text, &length));
    assert_int_equal(length, sizeof path - 1);
    assert_int_equal(text[0], 'p');
    expect_invalid(dnn_config_get(*state, "checkpoint_path", text, 10, NULL), "300 are needed");
    expect_invalid(dnn_config_set_number(*state, "checkpoint_path", 1), "expected a text");
    expect_invalid(dnn_config_set_integer(*state, "checkpoint_path", 1), "expected a text");
    assert_ok(dnn_config_set(*state, "checkpoint_path", ""));
    assert_reads(*state, "checkpoint_path", "");
}

/* ---- help ---- */

static void test_help_is_one_line_and_mentions_every_choice_and_the_default(void **state)
{
    (void)state;
    for (int i = 0; i < KEYS; i++) {
        const char *help = help_of(keys[i].key);
        assert_null(strchr(help, '\n'));
        assert_non_null(strstr(help, keys[i].tutorial));
        for (int j = 0;
             strtod(keys[i].values[0], NULL) == 0 && !is_text(keys[i].key) && j < VALUES && keys[i].values[j] != NULL;
             j++)
            if (strstr(help, keys[i].values[j]) == NULL)
                fail_msg("the help of %s does not mention %s: %s", keys[i].key, keys[i].values[j], help);
    }
}

/* ---- locale ---- */

static void test_a_decimal_comma_in_the_locale_changes_nothing(void **state)
{
    static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8", "es_ES.UTF-8"};
    const char *chosen = NULL;
    char sample[16];
    for (int i = 0; i < 5 && chosen == NULL; i++)
        chosen = setlocale(LC_ALL, locales[i]);
    if (chosen == NULL ||
        strcmp(localeconv()->decimal_point, ",") != 0) { /* musl has any locale, and none with a comma */
        print_message("SKIPPED: no locale with a decimal comma is installed (de_DE.UTF-8 would do)\n");
        skip();
    }
    snprintf(sample, sizeof sample, "%.1f", 0.5);
    assert_string_equal(sample, "0,5"); /* this test would otherwise prove nothing */
    assert_ok(dnn_config_set(*state, "learning_rate", "0.25"));
    assert_reads(*state, "learning_rate", "0.25");
    assert_ok(dnn_config_set_number(*state, "sigmoid_slope", 1.5));
    assert_reads(*state, "sigmoid_slope", "1.5");
    expect_invalid(dnn_config_set(*state, "activation.2", "tan"), "activation.2 is \"tan\", expected");
    expect_invalid(dnn_config_set_number(*state, "activation.2", 1), "activation.2 is \"1\", expected");
    expect_invalid(dnn_config_set_integer(*state, "activation.2", 1), "activation.2 is \"1\", expected");
    expect_invalid(dnn_config_set(*state, "activation", "tan"), "activation is \"tan\", expected");
    expect_invalid(dnn_config_set(*state, "learning_rate", "0,5"), "is \"0,5\", expected a number > 0");
    expect_invalid(dnn_config_set_number(*state, "batch_size", 1.5), "is \"1.5\"");
    assert_string_equal(setlocale(LC_ALL, NULL), chosen);
    setlocale(LC_ALL, "C");
}

#define WITH_CONFIG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* The table in dnn.h is read by people, the one in the library by the library: they tell of the same keys and defaults. */
static void test_the_header_lists_each_key_with_its_default(void **state)
{
    (void)state;
    static char header[1 << 17];
    FILE *file = fopen(DNN_SOURCE_DIR "/include/dnn.h", "rb");
    assert_non_null(file);
    header[fread(header, 1, sizeof header - 1, file)] = '\0';
    fclose(file);
    static const char *const recipes[] = {"tutorial", "classifier", "regressor"};
    dnn_config *configs[3] = {NULL};
    for (int r = 0; r < 3; r++)
        assert_ok(dnn_config_create(recipes[r], &configs[r]));
    for (int64_t i = 0; i < dnn_config_key_count(); i++) {
        const char *key = dnn_config_key_name(i);
        char line[256], value[3][64];
        for (int r = 0; r < 3; r++) {
            assert_ok(dnn_config_get(configs[r], key, value[r], sizeof value[r], NULL));
            if (strstr(help_of(key), value[r]) == NULL)
                fail_msg("the help of %s does not mention %s, of %s", key, value[r], recipes[r]);
        }
        snprintf(line, sizeof line, "\n *     %-18s  %-13s  %-13s  %-13s  ", key, value[0], value[1], value[2]);
        if (strstr(header, line) == NULL)
            fail_msg("dnn.h has no line \"%s\"", line + 1);
    }
    for (int r = 0; r < 3; r++)
        dnn_config_destroy(configs[r]);
}

/* What a trainer of a config of one recipe says to a model of another. */
static int32_t train_with(const char *of_model, const char *loss_of_model, const char *of_trainer)
{
    const int64_t layers[] = {2, 3, 2};
    dnn_config *made = NULL, *config = NULL;
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    assert_ok(dnn_config_create(of_model, &made));
    if (loss_of_model != NULL)
        assert_ok(dnn_config_set(made, "loss", loss_of_model));
    assert_ok(dnn_model_create(layers, 3, made, &model));
    assert_ok(dnn_config_create(of_trainer, &config));
    const int32_t status = dnn_trainer_create(model, config, &trainer);
    assert_true((status == DNN_OK) == (trainer != NULL));
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_config_destroy(made);
    dnn_config_destroy(config);
    return status;
}

static void test_a_recipe_for_another_loss_does_not_train_a_model(void **state)
{
    (void)state;
    expect_invalid(train_with("tutorial", NULL, "classifier"),
                   "config is of the recipe classifier, which learns by cross_entropy, but the model was made with "
                   "squared_error: make the model with this config too");
    expect_invalid(train_with("regressor", NULL, "classifier"), "recipe classifier");
    expect_invalid(train_with("classifier", NULL, "regressor"), "recipe regressor");
    expect_invalid(train_with("regressor", "huber", "classifier"), "made with huber");
    assert_ok(train_with("tutorial", NULL, "regressor")); /* both of squared_error */
    assert_ok(train_with("regressor", "huber", "regressor"));
    assert_ok(train_with("classifier", NULL, "classifier"));
    assert_ok(train_with("classifier", NULL, "tutorial"));
    assert_ok(train_with("classifier", NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CONFIG(test_the_defaults_are_the_tutorials),
        WITH_CONFIG(test_every_value_reads_back_as_it_was_set),
        WITH_CONFIG(test_setting_one_key_leaves_the_others),
        WITH_CONFIG(test_numbers_and_integers_set_what_their_text_sets),
        WITH_CONFIG(test_any_double_survives_the_way_through_text),
        WITH_CONFIG(test_one_hidden_layer_may_differ),
        WITH_CONFIG(test_the_length_can_be_asked_for_and_a_small_buffer_is_untouched),
        WITH_CONFIG(test_an_unknown_recipe_is_told_the_known),
        WITH_CONFIG(test_an_unknown_key_is_told_all_the_known),
        WITH_CONFIG(test_an_unknown_name_is_told_all_the_known),
        WITH_CONFIG(test_a_number_out_of_range_is_told_the_range),
        WITH_CONFIG(test_an_integer_out_of_range_is_told_the_range),
        WITH_CONFIG(test_nan_and_infinity_are_not_finite_for_every_key),
        WITH_CONFIG(test_a_value_of_any_length_is_refused_whole),
        WITH_CONFIG(test_a_text_is_kept_as_it_is_and_copied),
        WITH_CONFIG(test_help_is_one_line_and_mentions_every_choice_and_the_default),
        WITH_CONFIG(test_a_decimal_comma_in_the_locale_changes_nothing),
        cmocka_unit_test(test_the_header_lists_each_key_with_its_default),
        cmocka_unit_test(test_a_recipe_for_another_loss_does_not_train_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
