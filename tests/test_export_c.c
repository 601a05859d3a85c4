/*
 * test_export_c.c - models as C source: what a C compiler makes of it answers as the model does.
 *
 * Networks are exported, compiled together by the compiler that compiles these tests, with warnings as errors, loaded into this
 * process, and asked beside the model.
 */
#include "expect.h"
#include "file_support.h"
#include "support.h"

#include <dlfcn.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Where C computes float in double (s390x), each float is promoted, and GCC warns of it unless it may do without. */
#if FLT_EVAL_METHOD > 0
#define AS_FLOAT " -fexcess-precision=fast"
#else
#define AS_FLOAT ""
#endif
#define WARNINGS "-pedantic -Wall -Wextra -Wconversion -Wshadow -Wdouble-promotion -Werror"

enum { ROWS = 40, LARGEST = 320, MOST = 80 };

/* The models that were exported, as n0.c, n1.c … of the scratch folder. */
static struct {
    dnn_model *models[MOST];
    int count;
    void *library;
} made;

static int32_t run(const char *format, ...)
{
    char command[4096];
    va_list arguments;
    va_start(arguments, format);
    assert_in_range(vsnprintf(command, sizeof command, format, arguments), 1, sizeof command - 1);
    va_end(arguments);
    return system(command);
}

static bool is_there(const char *program)
{
    return run("%s --version >/dev/null 2>&1", program) == 0;
}

static bool is_f32(const dnn_model *model)
{
    char text[4096];
    assert_ok(dnn_model_summary(model, text, sizeof text, NULL));
    return strstr(text, "f32") != NULL;
}

static int64_t inputs_of(const dnn_model *model)
{
    return dnn_model_layer_size(model, 0);
}

static int64_t outputs_of(const dnn_model *model)
{
    return dnn_model_layer_size(model, dnn_model_layer_count(model) - 1);
}

static const char *source_path(int k)
{
    char name[32];
    snprintf(name, sizeof name, "n%d.c", k);
    return scratch_path(name);
}

/* Where the inputs of a standardized model lie: column j about 1000 j, a spread of 4. */
static double spread_out(double uniform, int64_t j)
{
    return uniform * 4 + 1000 * (double)j;
}

static void standardize(dnn_model *model)
{
    enum { SAMPLES = 50 };
    const int64_t n_in = inputs_of(model), n_out = outputs_of(model);
    double *x = allocate_or_fail(SAMPLES * LARGEST, sizeof *x), *y = allocate_or_fail(SAMPLES * LARGEST, sizeof *y);
    generator_fill(&(struct generator){3}, x, SAMPLES * n_in, 0.0);
    for (int64_t i = 0; i < SAMPLES * n_in; i++)
        x[i] = spread_out(x[i], i % n_in);
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_create(x, SAMPLES, n_in, y, n_out, &dataset));
    assert_ok(dnn_model_standardize(model, dataset));
    dnn_dataset_destroy(dataset);
    free(x);
    free(y);
}

/* Takes the model over, and exports it. */
static void give(dnn_model *model)
{
    char name[32];
    assert_true(made.count < MOST);
    snprintf(name, sizeof name, "n%d", made.count);
    assert_ok(dnn_model_export_c(model, source_path(made.count), name));
    made.models[made.count++] = model;
}

static const char *const activations[] = {"identity", "sigmoid", "tanh", "relu",     "leaky_relu",
                                          "elu",      "gelu",    "silu", "softplus", "softmax"};
enum { ACTIVATIONS = sizeof activations / sizeof *activations };

/* Each activation at the output and, but for softmax, in front of it; in both precisions; standardized and not. */
static void give_every_activation(void)
{
    const int64_t layers[] = {3, 17, 9, 4};
    for (int a = 0; a < ACTIVATIONS * 4; a++) {
        const char *name = activations[a / 4];
        char settings[256];
        snprintf(
            settings, sizeof settings,
            "precision=%s init=glorot_uniform activation=%s output_activation=%s sigmoid_slope=0.7 leaky_slope=0.07 "
            "elu_alpha=1.3 seed=%d",
            a % 2 == 0 ? "f32" : "f64", strcmp(name, "softmax") == 0 ? "tanh" : name, name, a);
        dnn_model *model = model_of(layers, 4, settings);
        if (a / 2 % 2 == 1)
            standardize(model);
        give(model);
    }
}

/* Random depths, widths and activations, each layer its own. */
static void give_random_networks(void)
{
    struct generator generator = {11};
    for (int k = 0; k < 24; k++) {
        int64_t layers[6];
        char settings[512];
        const int64_t count = 2 + (int64_t)(generator_uniform(&generator) * 5);
        for (int64_t l = 0; l < count; l++)
            layers[l] = 1 + (int64_t)(generator_uniform(&generator) * (l > 0 && l + 1 < count ? 120 : 15));
        layers[count - 1]++; /* a softmax has at least two */
        int length =
            snprintf(settings, sizeof settings, "precision=%s init=he_normal seed=%d output_activation=%s",
                     k % 2 == 0 ? "f32" : "f64", k, activations[(int)(generator_uniform(&generator) * ACTIVATIONS)]);
        for (int64_t l = 1; l + 1 < count; l++)
            length += snprintf(settings + length, sizeof settings - (size_t)length, " activation.%d=%s", (int)l,
                               activations[(int)(generator_uniform(&generator) * (ACTIVATIONS - 1))]);
        dnn_model *model = model_of(layers, count, settings);
        if (k % 3 == 0)
            standardize(model);
        give(model);
    }
}

/* Rows of weights without a bias, and rows of a bias alone, so that y tells each number as it is. */
enum { EXTREMES = 8 };
static int first_extreme; /* its place among those given: of float, and then of double */

static const double extremes[2][EXTREMES] = {
    {0.1, -1, (double)FLT_MAX, (double)FLT_MIN, 1e-45, -1e-40, 16777217, 1.0 / 3},
    {0.1, -1, DBL_MAX, -DBL_MIN, 4.9e-324, 1e23, 9007199254740993.0, 1.0 / 3},
};

static void give_extreme_numbers(void)
{
    first_extreme = made.count;
    for (int precision = 0; precision < 2; precision++) {
        double theta[2 * (EXTREMES + 1)] = {0};
        memcpy(theta, extremes[precision], sizeof extremes[precision]);
        theta[2 * EXTREMES + 1] = extremes[precision][2];
        dnn_model *model = model_of((const int64_t[]){EXTREMES, 2}, 2,
                                    precision == 0 ? "precision=f32 output_activation=identity"
                                                   : "precision=f64 output_activation=identity");
        assert_ok(dnn_model_set_parameters(model, theta));
        give(model);
    }
}

/* x: [ROWS × n_in], the same in float and in double: on both sides of 0, into the tails and beyond, or where the model was standardized */
static void draw_inputs(const dnn_model *model, uint64_t seed, double *x)
{
    const int64_t n_in = inputs_of(model);
    double mean[LARGEST];
    assert_ok(dnn_model_get_standardization(model, mean, NULL));
    generator_fill(&(struct generator){seed}, x, ROWS * n_in, 0.5);
    for (int64_t i = 0; i < ROWS * n_in; i++) {
        const double size = i / n_in % 4 == 0 ? 20 : i / n_in % 4 == 1 ? 2000 : 2;
        x[i] = mean[i % n_in] != 0 ? spread_out(x[i] + 0.5, i % n_in) : x[i] * size;
        x[i] = (double)(float)x[i];
    }
}

/* y: [ROWS × n_out], by the function that was compiled */
static void predict_compiled(int k, const double *x, double *y)
{
    const dnn_model *model = made.models[k];
    const int64_t n_in = inputs_of(model), n_out = outputs_of(model);
    char name[32];
    float x_f32[LARGEST], y_f32[LARGEST];
    void (*predict)(const double *, double *);
    void (*predict_f32)(const float *, float *);
    snprintf(name, sizeof name, "n%d_predict", k);
    void *const symbol = dlsym(made.library, name);
    assert_non_null(symbol);
    memcpy(&predict, &symbol, sizeof symbol);
    memcpy(&predict_f32, &symbol, sizeof symbol);
    for (int i = 0; i < ROWS; i++) {
        if (!is_f32(model)) {
            predict(x + i * n_in, y + i * n_out);
            continue;
        }
        for (int64_t j = 0; j < n_in; j++)
            x_f32[j] = (float)x[i * n_in + j];
        predict_f32(x_f32, y_f32);
        for (int64_t j = 0; j < n_out; j++)
            y[i * n_out + j] = (double)y_f32[j];
    }
}

/* Rounding grows with the numbers that a network meets, of which x and y are those that can be seen. */
static void assert_answers_alike(int k, const double *x, const double *y, const double *compiled)
{
    const int64_t n_in = inputs_of(made.models[k]), n_out = outputs_of(made.models[k]);
    const double tolerance = is_f32(made.models[k]) ? 1e-6 : 1e-12;
    double mean[LARGEST];
    assert_ok(dnn_model_get_standardization(made.models[k], mean, NULL));
    const bool is_standardized = largest_magnitude(mean, n_in) > 0;
    for (int64_t i = 0; i < ROWS; i++) {
        const double size = is_standardized ? 1 : fmax(1, largest_magnitude(x + i * n_in, n_in));
        for (int64_t j = i * n_out; j < (i + 1) * n_out; j++)
            assert_near(source_path(k), j, compiled[j], y[j], fmax(size, fabs(y[j])), tolerance);
    }
}

static void test_what_was_compiled_answers_as_the_model_does(void **state)
{
    (void)state;
    static double x[ROWS * LARGEST], y[ROWS * LARGEST], compiled[ROWS * LARGEST];
    for (int k = 0; k < first_extreme; k++) {
        draw_inputs(made.models[k], 100 + (uint64_t)k, x);
        assert_ok(dnn_model_predict(made.models[k], x, ROWS, y));
        predict_compiled(k, x, compiled);
        assert_answers_alike(k, x, y, compiled);
    }
}

static void test_every_number_is_the_one_that_the_model_has(void **state)
{
    (void)state;
    double x[ROWS * EXTREMES] = {0}, y[ROWS * 2];
    for (int j = 0; j < EXTREMES; j++)
        x[j * EXTREMES + j] = 1;
    for (int precision = 0; precision < 2; precision++) {
        predict_compiled(first_extreme + precision, x, y);
        for (int j = 0; j < EXTREMES; j++) {
            const double number = extremes[precision][j];
            assert_true(y[2 * j] == (precision == 0 ? (double)(float)number : number));
            assert_true(y[2 * j + 1] == extremes[precision][2]);
        }
    }
}

/* Each compiler that is here takes them as C, and as C++ where it can; all in one, where no two names are alike. */
static void test_no_compiler_warns(void **state)
{
    (void)state;
    static const char *const compilers[] = {"gcc -std=c99", "gcc -std=c2x",
                                            "clang -std=c99 -Wimplicit-float-conversion", "g++ -x c++ -std=c++11",
                                            "clang++ -x c++ -std=c++11"};
    FILE *all = fopen(scratch_path("all.c"), "w");
    assert_non_null(all);
    for (int k = 0; k < made.count; k++)
        fprintf(all, "#include \"n%d.c\"\n", k);
    assert_int_equal(fclose(all), 0);
    for (size_t i = 0; i < sizeof compilers / sizeof *compilers; i++) {
        if (!is_there(compilers[i]))
            print_message("not here: %s\n", compilers[i]);
        else
            assert_int_equal(run("cd %s && %s " WARNINGS " -fsyntax-only all.c", scratch(), compilers[i]), 0);
    }
    unlink(scratch_path("all.c"));
}

/* ---- the text ---- */

/* What is exported of a model, as text; released with free. */
static char *text_of(const dnn_model *model)
{
    const char *path = scratch_path("text.c");
    assert_ok(dnn_model_export_c(model, path, "text"));
    struct bytes file = read_whole(path);
    char *text = allocate_or_fail((size_t)file.size + 1, 1);
    memcpy(text, file.data, (size_t)file.size);
    free(file.data);
    unlink(path);
    return text;
}

static void expect_text(const char *text, const char *const *words, bool holds)
{
    for (; *words != NULL; words++)
        if ((strstr(text, *words) != NULL) != holds)
            fail_msg("%s \"%s\" in:\n%s", holds ? "no" : "there is", *words, text);
}

static void test_only_what_the_network_needs_is_written(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 5, 3, 4};
    dnn_model *plain = model_of(layers, 4, "precision=f32 activation=relu output_activation=identity"),
              *rich = model_of(layers, 4, "activation.1=silu activation.2=gelu output_activation=softmax");
    standardize(rich);
    char *text = text_of(plain);
    expect_text(text,
                (const char *const[]){" *     layer     neurons   parameters  activation\n"
                                      " *     0               2               (input)\n"
                                      " *     1               5           15  relu\n"
                                      " *     2               3           18  relu\n"
                                      " *     3               4           16  identity\n"
                                      " *\n",
                                      "constants    196 bytes: 49 parameters of float\n", "stack        32 bytes",
                                      "enum { TEXT_INPUTS = 2, TEXT_OUTPUTS = 4 };",
                                      "void text_predict(const float *x, float *y);", "float a[5], b[3];",
                                      "text_relu(b, 3)", "text_weights_2[16]", NULL},
                true);
    expect_text(
        text,
        (const char *const[]){"math.h", "expf", "-lm", "standardize", "identity(", "double", "dnn_model_predict", NULL},
        false);
    free(text);
    text = text_of(rich);
    expect_text(text,
                (const char *const[]){"constants    424 bytes", "stack        64 bytes", "#include <math.h>", "-lm",
                                      "input, standardized", "text_standardize(x, 2, a);", "double a[3], b[5];",
                                      "text_silu(b, 5)", "text_gelu(a, 3)", "text_softmax(y, 4)", NULL},
                true);
    expect_text(text, (const char *const[]){"float", "relu", "sigmoid", "0f", NULL}, false);
    free(text);
    assert_ok(dnn_model_set_parameters(plain, (const double[49]){0.5, -2, 3}));
    text = text_of(plain);
    expect_text(text,
                (const char *const[]){"/* W, [5 x 3], the bias last in each row */\n"
                                      "static const float text_weights_0[15] = {\n"
                                      "    0.5f, -2.0f, 3.0f,\n"
                                      "    0.0f, 0.0f, 0.0f,\n",
                                      "    0.0f, 0.0f, 0.0f,\n"
                                      "};\n",
                                      NULL},
                true);
    free(text);
    dnn_model_destroy(plain);
    dnn_model_destroy(rich);
}

static void test_the_same_model_gives_the_same_bytes(void **state)
{
    (void)state;
    dnn_model *model = model_of((const int64_t[]){5, 40, 3}, 3, "init=he_normal sigmoid_slope=0.3"), *clone = NULL;
    assert_ok(dnn_model_clone(model, &clone));
    char *first = text_of(model), *second = text_of(clone);
    assert_string_equal(first, second);
    free(second);
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        print_message("SKIPPED: no locale with a decimal comma is installed (de_DE.UTF-8 would do)\n");
    second = text_of(model);
    setlocale(LC_ALL, "C");
    assert_string_equal(first, second);
    free(first);
    free(second);
    dnn_model_destroy(model);
    dnn_model_destroy(clone);
}

/* The weights of one neuron are one list: each of its lines but the last is broken where the next number would go beyond
 * 110 columns, and nowhere else. */
static void test_tables_are_broken_where_a_line_would_grow_beyond_110_columns(void **state)
{
    (void)state;
    enum { WIDEST = 110, N_IN = 3000 };
    static const char *const settings[] = {"precision=f64", "precision=f32"};
    int lines = 0, full = 0;
    for (int precision = 0; precision < 2; precision++) {
        dnn_model *model = model_of((const int64_t[]){N_IN, 1}, 2, settings[precision]);
        char *text = text_of(model);
        const char *line = strchr(strstr(text, "text_weights_0["), '\n') + 1;
        for (size_t before = WIDEST; *line == ' '; line += before + 1, lines++) {
            const size_t first = strcspn(line + 4, ",") + 1;
            assert_true(before + 1 + first > WIDEST);
            before = strcspn(line, "\n");
            assert_in_range(before, 4 + first, WIDEST);
            full += before == WIDEST;
        }
        free(text);
        dnn_model_destroy(model);
    }
    assert_true(lines > 500 && full > 0);
}

/* ---- errors ---- */

static void test_what_is_no_name_is_refused(void **state)
{
    (void)state;
    const char *path = scratch_path("none.c");
    static const char *const names[] = {"",        "1net",       "_net", "a b",
                                        "a-b",     "é",          "a.c",  "a\n",
                                        "net\xFF", "int main()", "n::p", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"};
    static const char *const keywords[] = {"while", "float", "inline", "restrict", "auto", "volatile"};
    dnn_model *model = model_of((const int64_t[]){1, 1}, 2, "");
    expect_invalid(dnn_model_export_c(NULL, path, "net"), "model is NULL");
    expect_invalid(dnn_model_export_c(model, NULL, "net"), "path is NULL");
    expect_invalid(dnn_model_export_c(model, path, NULL), "name is NULL");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        expect_invalid(dnn_model_export_c(model, path, names[i]), "expected a C identifier such as \"xor\"");
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        expect_invalid(dnn_model_export_c(model, path, keywords[i]), "a keyword of C");
    assert_int_not_equal(access(path, F_OK), 0);
    assert_ok(dnn_model_export_c(model, path, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
    assert_ok(dnn_model_export_c(model, path, "Float_2"));
    unlink(path);
    dnn_model_destroy(model);
}

static const struct bytes old_file = {(uint8_t *)(uintptr_t) "old", 3};

static void assert_old(const char *path)
{
    struct bytes now = read_whole(path);
    assert_true(same_bytes(now, old_file));
    free(now.data);
    unlink(path);
}

static void test_what_cannot_be_written_is_told_and_leaves_the_old_file(void **state)
{
    (void)state;
    const char *path = scratch_path("limited.c");
    dnn_model *model = model_of((const int64_t[]){30, 30, 1}, 3, "");
    int result;
    expect_error(dnn_model_export_c(model, "/nowhere/net.c", "net"), DNN_ERROR_IO, "/nowhere/net.c");
    write_whole(path, old_file);
    fflush(NULL);
    const pid_t child = fork(); /* its limit ends with it */
    if (child == 0) {
        const struct rlimit limit = {6000, 6000}; /* in the middle */
        signal(SIGXFSZ, SIG_IGN);
        _exit(setrlimit(RLIMIT_FSIZE, &limit) == 0 && dnn_model_export_c(model, path, "net") == DNN_ERROR_IO &&
                      strstr(dnn_last_error(), "File too large") != NULL
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result) && WEXITSTATUS(result) == 0);
    assert_old(path);
    dnn_model_destroy(model);
}

/* In float: numbers of a dataset of doubles that no float can be. */
static void test_a_standardization_out_of_floats_reach_is_refused(void **state)
{
    (void)state;
    const char *path = scratch_path("far.c");
    const double columns[][2] = {{1e300, 2e300}, {1e-60, 3e-60}, {1e39, 1.0000001e39}};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        for (int precision = 0; precision < 2; precision++) {
            const double x[] = {1, columns[i][0], 2, columns[i][1]}, y[] = {0, 1};
            dnn_model *model = model_of((const int64_t[]){2, 1}, 2, precision == 0 ? "precision=f32" : "precision=f64");
            dnn_dataset *dataset = NULL;
            assert_ok(dnn_dataset_create(x, 2, 2, y, 1, &dataset));
            assert_ok(dnn_model_standardize(model, dataset));
            write_whole(path, old_file);
            if (precision == 0) {
                expect_error(dnn_model_export_c(model, path, "net"), DNN_ERROR_UNSUPPORTED,
                             "input 1 is standardized by");
                assert_old(path);
            } else {
                assert_ok(dnn_model_export_c(model, path, "net"));
                unlink(path);
            }
            dnn_dataset_destroy(dataset);
            dnn_model_destroy(model);
        }
}

/* ---- before and after ---- */

static void build_library(void)
{
    char path[256], command[1024];
    snprintf(path, sizeof path, "%s", scratch_path("all.so"));
    snprintf(command, sizeof command, "cd %s && %s -std=c99 " WARNINGS AS_FLOAT " %s -shared -fPIC -o all.so n*.c -lm",
             scratch(), DNN_CC, DNN_CFLAGS);
    assert_int_equal(run("%s", command), 0);
    made.library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (made.library == NULL)
        fail_msg("%s", dlerror());
}

static int setup(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    give_every_activation();
    give_random_networks();
    give_extreme_numbers();
    build_library();
    return 0;
}

static int teardown(void **state)
{
    dlclose(made.library);
    for (int k = 0; k < made.count; k++) {
        dnn_model_destroy(made.models[k]);
        unlink(source_path(k));
    }
    unlink(scratch_path("all.so"));
    return remove_scratch(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_compiled_answers_as_the_model_does),
        cmocka_unit_test(test_every_number_is_the_one_that_the_model_has),
        cmocka_unit_test(test_no_compiler_warns),
        cmocka_unit_test(test_only_what_the_network_needs_is_written),
        cmocka_unit_test(test_the_same_model_gives_the_same_bytes),
        cmocka_unit_test(test_tables_are_broken_where_a_line_would_grow_beyond_110_columns),
        cmocka_unit_test(test_what_is_no_name_is_refused),
        cmocka_unit_test(test_what_cannot_be_written_is_told_and_leaves_the_old_file),
        cmocka_unit_test(test_a_standardization_out_of_floats_reach_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
