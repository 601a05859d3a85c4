/*
 * core_support.c - see core_support.h.
 */
#include "core_support.h"

#include "base/memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static bool is_f32(const struct core *core)
{
    return core->real_size == (int64_t)sizeof(float);
}

static double get_at(const struct core *core, struct matrix a, int64_t place)
{
    return is_f32(core) ? (double)((const float *)a.data)[place] : ((const double *)a.data)[place];
}

static void set_at(const struct core *core, struct matrix a, int64_t place, double value)
{
    if (is_f32(core))
        ((float *)a.data)[place] = (float)value;
    else
        ((double *)a.data)[place] = value;
}

struct matrix numbers_new(const struct core *core, int64_t rows, int64_t columns, int64_t stride, double padding)
{
    assert_true(stride >= columns);
    struct matrix a = matrix_from(memory_new_aligned(rows * stride, core->real_size), rows, columns, stride);
    assert_non_null(a.data);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = columns; j < stride; j++)
            set_at(core, a, i * stride + j, padding);
    return a;
}

void numbers_free(struct matrix a)
{
    memory_free_aligned(a.data);
}

double numbers_get(const struct core *core, struct matrix a, int64_t i, int64_t j)
{
    return get_at(core, a, i * a.stride + j);
}

void numbers_set(const struct core *core, struct matrix a, int64_t i, int64_t j, double value)
{
    set_at(core, a, i * a.stride + j, value);
}

void numbers_fill(const struct core *core, struct matrix a, double value)
{
    for (int64_t i = 0; i < a.rows; i++)
        for (int64_t j = 0; j < a.columns; j++)
            numbers_set(core, a, i, j, value);
}

void numbers_draw(const struct core *core, struct generator *generator, struct matrix a)
{
    for (int64_t i = 0; i < a.rows; i++) {
        for (int64_t j = 0; j < a.columns; j++) {
            const double value = generator_uniform(generator) - 0.5;
            numbers_set(core, a, i, j, value != 0.0 ? value : 0.25);
        }
    }
}

void assert_padding(const struct core *core, struct matrix a, double padding)
{
    for (int64_t i = 0; i < a.rows; i++) {
        for (int64_t j = a.columns; j < a.stride; j++) {
            const double found = numbers_get(core, a, i, j);
            if (!(found == padding || (isnan(found) && isnan(padding))))
                fail_msg("the padding of row %lld is %g at column %lld, expected %g", (long long)i, found, (long long)j,
                         padding);
        }
    }
}

int32_t index_of(const char *(*name_of)(int32_t index), const char *name)
{
    for (int32_t i = 0; name_of(i) != NULL; i++)
        if (strcmp(name_of(i), name) == 0)
            return i;
    fail_msg("there is no \"%s\"", name);
    return -1;
}
