/*
 * api/array.c - see array.h.
 */
#include "api/array.h"

#include "base/status.h"

#include <math.h>
#include <stddef.h>

void array_load(const struct core *core, struct array_in array, int64_t first, struct matrix out)
{
    const int64_t at = first * out.columns;
    if (array.f64 != NULL) {
        core->import_f64(array.f64 + at, out);
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
                                       : "too large for a float",
                        (long long)(at / columns), (long long)(at % columns));
}

int32_t array_check(const struct core *core, const char *name, struct array_in array, int64_t n, int64_t columns)
{
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
