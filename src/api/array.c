/*
 * api/array.c - see array.h.
 */
#include "api/array.h"

#include "base/status.h"
#include "base/text.h"

#include <math.h>
#include <stddef.h>

void array_load(const struct core *core, struct array_in array, int64_t first, struct matrix out)
{
    const int64_t at = first * out.columns;
    if (array.f64 != NULL && array.by != NULL) {
        core->standardize_f64(array.f64 + at, array.by, out);
    } else if (array.f64 != NULL) {
        core->import_f64(array.f64 + at, out);
    } else if (array.by != NULL) {
        core->standardize_f32(array.f32 + at, array.by, out);
    } else {
        core->import_f32(array.f32 + at, out);
    }
}

void array_store(const struct core *core, struct matrix in, int64_t first, struct array_out array)
{
    const int64_t at = first * in.columns;
    if (array.f64 != NULL) {
        core->export_f64(in, array.f64 + at);
    } else {
        core->export_f32(in, array.f32 + at);
    }
}

static bool fits(const struct core *core, struct array_in array, int64_t first, int64_t count)
{
    return array.f64 != NULL ? core->fit_f64(array.f64 + first, count) : core->fit_f32(array.f32 + first, count);
}

/* The first number that does not fit, where one is known to be. */
static int64_t first_unfit(const struct core *core, struct array_in array)
{
    int64_t at = 0;
    while (fits(core, array, at, 1)) {
        at++;
    }
    return at;
}

static int32_t name_the_place(const struct core *core, const char *name, struct array_in array, int64_t columns)
{
    const int64_t at = first_unfit(core, array);
    const double value = array.f64 != NULL ? array.f64[at] : (double)array.f32[at];
    return status_error(DNN_ERROR_NOT_FINITE, "%s is %s in row %lld, column %lld (counted from 0)", name,
                        isnan(value)   ? "NaN"
                        : isinf(value) ? "infinite"
                                       : "too large for f32",
                        (long long)(at / columns), (long long)(at % columns));
}

static bool fits_standardized(const struct core *core, struct array_in array, int64_t n)
{
    return array.f64 != NULL ? core->fit_standardized_f64(array.f64, array.by, n)
                             : core->fit_standardized_f32(array.f32, array.by, n);
}

/* A row that does not fit once it is standardized. */
static int32_t name_the_row(const struct core *core, const char *name, struct array_in array, int64_t columns)
{
    int64_t row = 0;
    while (fits_standardized(core, array, 1)) {
        row++;
        array.f64 = array.f64 == NULL ? NULL : array.f64 + columns;
        array.f32 = array.f32 == NULL ? NULL : array.f32 + columns;
    }
    return status_error(DNN_ERROR_NOT_FINITE, "%s, once standardized, is too large for %s in row %lld (counted from 0)",
                        name, core->precision, (long long)row);
}

int32_t array_check(const struct core *core, const char *name, struct array_in array, int64_t n, int64_t columns)
{
    if (array.by != NULL) {
        if (fits_standardized(core, array, n)) {
            return DNN_OK;
        }
        /* Numbers that are not finite themselves are named in their place. */
        return fits(&core_f64, array, 0, n * columns) ? name_the_row(core, name, array, columns)
                                                      : name_the_place(&core_f64, name, array, columns);
    }
    return fits(core, array, 0, n * columns) ? DNN_OK : name_the_place(core, name, array, columns);
}

int32_t array_check_flat(const struct core *core, const char *name, const double *numbers, int64_t count)
{
    const struct array_in array = {.f64 = numbers};
    if (fits(core, array, 0, count)) {
        return DNN_OK;
    }
    return status_error(DNN_ERROR_NOT_FINITE, "%s[%lld] is NaN, infinite, or too large for the model's precision", name,
                        (long long)first_unfit(core, array));
}

int32_t array_not_a_probability(const char *name, double value, int64_t row, int64_t column, const char *loss)
{
    char text[TEXT_NUMBER_CAPACITY];
    text_from_number(value, text);
    return status_error(
        DNN_ERROR_INVALID_ARGUMENT,
        "%s has the target %s in row %lld, column %lld (counted from 0), expected 0 to 1 for the loss %s", name, text,
        (long long)row, (long long)column, loss);
}

int32_t array_check_probabilities(const char *name, struct array_in array, int64_t n, int64_t columns, const char *loss)
{
    for (int64_t at = 0; at < n * columns; at++) {
        const double value = array.f64 != NULL ? array.f64[at] : (double)array.f32[at];
        if (!(value >= 0 && value <= 1)) {
            return array_not_a_probability(name, value, at / columns, at % columns, loss);
        }
    }
    return DNN_OK;
}
