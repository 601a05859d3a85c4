/*
 * values.c - what is tried for a parameter of each kind: the values at which a check is forgotten, a type too narrow, or a
 * sum too large.
 *
 * Arrays and texts are copies in blocks of their own, of the exact size: the address sanitizer sees a read beyond.
 */
#include "arguments.h"

#include "support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_TEXT = 5000, LONGER_TEXT = 100000 };

static struct value *add(struct values *values, const char *label, enum verdict verdict)
{
    if (values->count == MOST_VALUES) {
        printf("FAILED: MOST_VALUES is too small\n");
        exit(1);
    }
    struct value *value = &values->all[values->count++];
    snprintf(value->label, sizeof value->label, "%s", label);
    value->verdict = verdict;
    value->argument.pointer = NULL;
    value->block = NULL;
    value->shift = 0;
    return value;
}

/* ---- numbers ---- */

static void add_integers(const struct parameter *parameter, const struct domain *domain, struct values *values)
{
    static const int64_t all[] = {INT64_MIN,
                                  INT64_MIN + 1,
                                  -(INT64_C(1) << 40),
                                  -(INT64_C(1) << 32) + 1,
                                  -(INT64_C(1) << 32),
                                  INT32_MIN,
                                  -1,
                                  0,
                                  1,
                                  2,
                                  INT32_MAX,
                                  INT64_C(1) << 31,
                                  INT64_C(1) << 32,
                                  (INT64_C(1) << 32) + 1, /* 1, in 32 bits */
                                  (INT64_C(1) << 32) + 3,
                                  INT64_C(1) << 40,
                                  INT64_C(1) << 61, /* 0 bytes, times 8 */
                                  INT64_MAX - 1,
                                  INT64_MAX};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const bool is_allowed = all[i] >= domain->least && all[i] <= domain->most;
        const bool is_too_wide = strcmp(parameter->of, "int32_t") == 0 && all[i] != (int32_t)all[i];
        if (is_too_wide || (parameter->is_extent && all[i] == INT32_MAX && is_allowed))
            continue; /* the type is smaller, or our arrays are */
        char label[LABEL_CAPACITY];
        snprintf(label, sizeof label, "%lld", (long long)all[i]);
        add(values, label, is_allowed ? MAY_FAIL : FAILS)->argument.integer = all[i];
    }
}

static void add_reals(const struct domain *domain, struct values *values)
{
    static const double all[] = {NAN,           INFINITY, -INFINITY, -DBL_MAX,     -1,      -DBL_MIN,
                                 -DBL_TRUE_MIN, -0.0,     0,         DBL_TRUE_MIN, DBL_MIN, 1e-300,
                                 DBL_EPSILON,   1,        1 + 1e-15, 1e300,        DBL_MAX};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const bool is_allowed = all[i] >= domain->real_least && all[i] <= domain->real_most;
        char label[LABEL_CAPACITY];
        snprintf(label, sizeof label, "%g", all[i]);
        add(values, label, is_allowed ? MAY_FAIL : FAILS)->argument.number = all[i];
    }
}

/* ---- arrays ---- */

static size_t size_of(const char *type)
{
    if (strcmp(type, "double") == 0 || strcmp(type, "int64_t") == 0)
        return 8;
    return strcmp(type, "float") == 0 || strcmp(type, "int32_t") == 0 ? 4 : 1;
}

/* A value that points to a copy, `shift` bytes beyond the boundary that malloc gives. The copy. */
static uint8_t *add_copy(const char *label, enum verdict verdict, const void *array, size_t bytes, size_t shift,
                         struct values *values)
{
    struct value *value = add(values, label, verdict);
    value->block = allocate_or_fail(bytes + shift, 1);
    uint8_t *copy = (uint8_t *)value->block + shift;
    memcpy(copy, array, bytes);
    value->argument.pointer = copy;
    return copy;
}

/* values ← the good array with one element replaced, once its first and once its last. */
static void add_element(const char *label, const void *element, enum verdict verdict, const union argument *good,
                        int64_t count, size_t size, struct values *values)
{
    for (int is_last = 0; is_last < 2; is_last++) {
        char text[LABEL_CAPACITY];
        snprintf(text, sizeof text, "[%s] is %s", is_last ? "last" : "first", label);
        uint8_t *copy = add_copy(text, verdict, good->pointer, (size_t)count * size, 0, values);
        memcpy(copy + (is_last ? (size_t)(count - 1) * size : 0), element, size);
    }
}

static void add_real_elements(bool is_float, const union argument *good, int64_t count, struct values *values)
{
    static const double all[] = {NAN, INFINITY, -INFINITY, DBL_MAX, -1e300, 3e38, -1, -0.0, DBL_TRUE_MIN, 1e-40};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const float as_float = fabs(all[i]) > FLT_MAX ? (all[i] > 0 ? INFINITY : -INFINITY) : (float)all[i];
        const float narrow = isnan(all[i]) ? NAN : as_float;
        char label[LABEL_CAPACITY];
        snprintf(label, sizeof label, "%g", is_float ? (double)narrow : all[i]);
        const bool is_finite = is_float ? isfinite(narrow) : isfinite(all[i]);
        add_element(label, is_float ? (const void *)&narrow : (const void *)&all[i], is_finite ? MAY_FAIL : FAILS_ALONE,
                    good, count, is_float ? 4 : 8, values);
    }
}

/* Sizes of layers and labels of samples. */
static void add_integer_elements(size_t size, const union argument *good, int64_t count, struct values *values)
{
    static const int64_t layers[] = {INT64_MIN, -1, 0, INT64_C(1) << 31, INT64_C(1) << 40, INT64_MAX};
    static const int64_t labels[] = {INT32_MIN, -1, N_OUT, INT32_MAX};
    const int64_t *all = size == 8 ? layers : labels;
    const size_t all_count = size == 8 ? sizeof layers / sizeof *layers : sizeof labels / sizeof *labels;
    for (size_t i = 0; i < all_count; i++) {
        const int32_t narrow = size == 4 ? (int32_t)all[i] : 0;
        char label[LABEL_CAPACITY];
        snprintf(label, sizeof label, "%lld", (long long)all[i]);
        add_element(label, size == 8 ? (const void *)&all[i] : (const void *)&narrow, FAILS_ALONE, good, count, size,
                    values);
    }
}

static void add_file_bytes(const union argument *good, int64_t count, struct values *values)
{
    static const uint8_t bytes[] = {0, 0xFF, '{'};
    for (size_t i = 0; i < sizeof bytes; i++) {
        char label[LABEL_CAPACITY];
        snprintf(label, sizeof label, "all bytes %d", bytes[i]);
        uint8_t *copy = add_copy(label, FAILS_ALONE, good->pointer, (size_t)count, 0, values);
        memset(copy, bytes[i], (size_t)count);
    }
}

/* Arrays that begin where their type would not: see ARRAYS in dnn.h. Bytes may begin anywhere; numbers where the processor
 * can, and the sanitizer of undefined behaviour does not ask that. */
static bool may_be_misaligned(const char *type)
{
    return size_of(type) == 1 || DNN_MAY_MISALIGN;
}

static void add_arrays(const struct parameter *parameter, const union argument *good, const struct domain *domain,
                       struct values *values)
{
    const size_t size = size_of(parameter->of);
    if (may_be_misaligned(parameter->of)) {
        add_copy("1 byte off", SUCCEEDS_ALONE, good->pointer, (size_t)domain->count * size, 1, values);
        add_copy("4 bytes off", SUCCEEDS_ALONE, good->pointer, (size_t)domain->count * size, 4, values);
    }
    if (strcmp(parameter->of, "double") == 0)
        add_real_elements(false, good, domain->count, values);
    else if (strcmp(parameter->of, "float") == 0)
        add_real_elements(true, good, domain->count, values);
    else if (strcmp(parameter->of, "void") == 0)
        add_file_bytes(good, domain->count, values);
    else if (size != 1)
        add_integer_elements(size, good, domain->count, values);
}

/* ---- texts ---- */

static void add_text(const char *label, const char *text, enum verdict verdict, struct values *values)
{
    add_copy(label, verdict, text, strlen(text) + 1, 0, values);
}

static void add_long_text(char letter, size_t length, enum verdict verdict, struct values *values)
{
    char *text = allocate_or_fail(length + 1, 1);
    memset(text, letter, length);
    char label[LABEL_CAPACITY];
    snprintf(label, sizeof label, "%zu times '%c'", length, letter);
    add_text(label, text, verdict, values);
    free(text);
}

static void add_texts(enum text_role role, struct values *values)
{
    static const char *const words[] = {"no such thing", "%s%n%s%n",    "line\nbreak\x1b[31m", "\xFF\xFE", "cut \xC3",
                                        "\xED\xA0\x80",  "caf\xC3\xA9", "\"quoted\"",          "=",        "=="};
    static const char *const numbers[] = {"nan", "inf", "-1",  "0",   "1e999", "0x10", " 1", "1 ",
                                          "1,5", "1..", "1e+", "--1", "+",     ".",    "e"};
    static const char *const paths[] = {".",  "/",  "/dev/full", "/dev/null", "no/such/folder", "model/inside",
                                        "//", "./."};
    const bool is_path = role == TEXT_READ || role == TEXT_WRITTEN;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        add_text(words[i], words[i], role == TEXT_WRITTEN ? MAY_FAIL : FAILS, values);
    for (size_t i = 0; role == TEXT_NUMBER && i < sizeof numbers / sizeof *numbers; i++)
        add_text(numbers[i], numbers[i], FAILS, values);
    for (size_t i = 0; is_path && i < sizeof paths / sizeof *paths; i++)
        add_text(paths[i], paths[i], FAILS, values);
    const enum verdict of_nothing = role == TEXT_OPTIONS || role == TEXT_WRITTEN ? MAY_FAIL : FAILS;
    add_text("\" \"", " ", of_nothing, values);
    add_text("\"\"", "", role == TEXT_OPTIONS ? MAY_FAIL : FAILS, values);
    add_long_text('a', LONG_TEXT, FAILS, values);
    add_long_text('7', LONGER_TEXT, FAILS, values);
    add_long_text('/', LONG_TEXT, FAILS, values);
    add_long_text('\xC3', LONG_TEXT, FAILS, values);
}

/* ---- all of them ---- */

static void add_null(const struct parameter *parameter, struct values *values)
{
    static const enum verdict verdicts[] = {
        [NULL_NEVER] = FAILS, [NULL_FINE] = MAY_FAIL, [NULL_WHERE] = FAILS_ALONE, [NULL_SOMETIMES] = MAY_FAIL};
    add(values, "NULL", verdicts[parameter->null])->argument.pointer = NULL;
}

void values_of(const struct parameter *parameter, const union argument *good, const struct domain *domain,
               struct values *values)
{
    values->count = 0;
    if (parameter->kind == KIND_INTEGER) {
        add_integers(parameter, domain, values);
        return;
    }
    if (parameter->kind == KIND_REAL) {
        add_reals(domain, values);
        return;
    }
    add_null(parameter, values);
    if (parameter->kind == KIND_ARRAY)
        add_arrays(parameter, good, domain, values);
    if (parameter->kind == KIND_TEXT)
        add_texts(domain->role, values);
    if (parameter->kind == KIND_ARRAY_OUT && may_be_misaligned(parameter->of))
        add(values, "1 byte off", SUCCEEDS_ALONE)->shift = 1;
}

void values_free(struct values *values)
{
    for (int i = 0; i < values->count; i++)
        free(values->all[i].block);
    values->count = 0;
}
