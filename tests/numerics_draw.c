/*
 * numerics_draw.c - see numerics_draw.h.
 */
#include "numerics_draw.h"

#include <stdlib.h>

int numerics_below(struct generator *g, int limit)
{
    return (int)(generator_next(g) % (uint64_t)limit);
}

/* Numbers of each precision: `huge` times its inverse is 1, and the inverse is no denormal. */
struct extremes {
    double huge, small, denormal;
    double wild[12];
};
static const struct extremes extremes_f64 = {
    1e300, 1e-160, 1e-310, {0., -0., 1e-300, -1e-300, 1e300, -1e300, 5e-324, -3e-310, 1, -1, 1e4, -1e4}};
static const struct extremes extremes_f32 = {
    1e37, 1e-25, 1e-40, {0., -0., 1e-300, 1e-38, -1e-38, 3e38, -3e38, 1e-45, -7e-42, -1, 1e4, -1e4}};

static const char *const kind_names[] = {"ordinary",
                                         "huge weights of tiny inputs",
                                         "tiny weights of huge inputs",
                                         "saturated",
                                         "small",
                                         "denormal inputs",
                                         "zeros",
                                         "wild inputs",
                                         "wild",
                                         "huge weights"};

static double uniform(struct generator *g)
{
    return 2 * generator_uniform(g) - 1;
}

static double zero_or_one(struct generator *g)
{
    static const double values[] = {0., -0., 1, -1};
    return values[numerics_below(g, 4)];
}

static double wild(struct generator *g, const struct extremes *e)
{
    return numerics_below(g, 2) == 0 ? uniform(g) : e->wild[numerics_below(g, 12)];
}

static double draw_weight(struct generator *g, const struct extremes *e, enum numerics_kind kind, bool is_first,
                          double scale)
{
    switch (kind) {
    case NUMERICS_HUGE_TIMES_TINY:
        return uniform(g) * scale * (is_first ? e->huge : 1);
    case NUMERICS_TINY_TIMES_HUGE:
        return uniform(g) * scale / (is_first ? e->huge : 1);
    case NUMERICS_SATURATED:
        return uniform(g) * 1e4;
    case NUMERICS_SMALL:
        return uniform(g) * e->small;
    case NUMERICS_ZEROS:
        return zero_or_one(g);
    case NUMERICS_WILD:
        return wild(g, e);
    case NUMERICS_HUGE_W:
        return uniform(g) * e->huge;
    default:
        return uniform(g) * scale;
    }
}

static double draw_input(struct generator *g, const struct extremes *e, enum numerics_kind kind)
{
    switch (kind) {
    case NUMERICS_HUGE_TIMES_TINY:
        return uniform(g) / e->huge;
    case NUMERICS_TINY_TIMES_HUGE:
        return uniform(g) * e->huge;
    case NUMERICS_SMALL:
        return uniform(g) * e->small;
    case NUMERICS_DENORMAL:
        return uniform(g) * e->denormal;
    case NUMERICS_ZEROS:
        return zero_or_one(g);
    case NUMERICS_WILD_X:
    case NUMERICS_WILD:
        return wild(g, e);
    default:
        return uniform(g);
    }
}

static double draw_target(struct generator *g, const struct numerics_case *c, const struct extremes *e,
                          enum numerics_kind kind)
{
    if (reference_loss(c->options.loss)->is_of_z) { /* from 0 to 1, and both ends */
        return numerics_below(g, 3) == 0 ? numerics_below(g, 2) : generator_uniform(g);
    }
    return kind == NUMERICS_WILD ? wild(g, e) : uniform(g);
}

void numerics_draw(struct numerics_case *c, struct generator *g, enum numerics_kind kind)
{
    const bool is_f32 = c->options.to == &rounding_f32;
    const struct extremes *e = is_f32 ? &extremes_f32 : &extremes_f64;
    const int64_t n_in = c->layers[0], n_out = c->layers[c->layer_count - 1];
    int64_t parameters = 0, w = 0;
    for (int64_t l = 0; l + 1 < c->layer_count; l++) {
        parameters += c->layers[l + 1] * (c->layers[l] + 1);
    }
    c->kind = kind_names[kind];
    c->theta = allocate_or_fail((size_t)parameters, sizeof *c->theta);
    c->x = allocate_or_fail((size_t)(c->rows * n_in), sizeof *c->x);
    c->y = allocate_or_fail((size_t)(c->rows * n_out), sizeof *c->y);
    for (int64_t l = 0; l + 1 < c->layer_count; l++) {
        const int64_t columns = c->layers[l] + 1;
        for (int64_t i = 0; i < c->layers[l + 1] * columns; i++, w++) {
            const bool is_bias = i % columns == columns - 1;
            c->theta[w] = draw_weight(g, e, kind, l == 0 && !is_bias,
                                      c->layer_count > 9 ? 1 / (double)columns : 1 / sqrt((double)columns));
        }
    }
    for (int64_t i = 0; i < c->rows * n_in; i++) {
        const double x = draw_input(g, e, kind);
        c->x[i] = is_f32 ? (double)(float)x : x;
    }
    for (int64_t i = 0; i < c->rows * n_out; i++) {
        const double y = draw_target(g, c, e, kind);
        c->y[i] = is_f32 ? (double)(float)y : y;
    }
}

void numerics_free(struct numerics_case *c)
{
    free(c->theta);
    free(c->x);
    free(c->y);
}
