/*
 * reference.c - see reference.h.
 */
#include "reference.h"

#include "support.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Products of a sum are rounded; so may be what they are multiplied by on the way, and one sum more. */
enum { MORE = 3 };

static struct ball **make_layers(const int64_t *layers, int64_t count)
{
    struct ball **made = allocate_or_fail((size_t)count, sizeof *made);
    for (int64_t l = 0; l < count; l++) {
        made[l] = allocate_or_fail((size_t)layers[l] + 1, sizeof **made);
    }
    return made;
}

static void free_layers(struct ball **layers, int64_t count)
{
    for (int64_t l = 0; l < count; l++) {
        free(layers[l]);
    }
    free(layers);
}

struct reference *reference_create(const int64_t *layers, int64_t layer_count, struct reference_options options)
{
    struct reference *r = allocate_or_fail(1, sizeof *r);
    r->options = options;
    r->depth = layer_count - 1;
    r->layers = layers;
    for (int64_t l = 0; l < r->depth; l++) {
        r->parameter_count += layers[l + 1] * (layers[l] + 1);
    }
    r->theta = allocate_or_fail((size_t)r->parameter_count, sizeof *r->theta);
    r->gradient = allocate_or_fail((size_t)r->parameter_count, sizeof *r->gradient);
    r->z = make_layers(layers, layer_count);
    r->x = make_layers(layers, layer_count);
    r->psi = make_layers(layers, layer_count);
    r->largest_x = allocate_or_fail((size_t)layer_count, sizeof *r->largest_x);
    r->largest_psi = allocate_or_fail((size_t)layer_count, sizeof *r->largest_psi);
    return r;
}

void reference_destroy(struct reference *r)
{
    free_layers(r->z, r->depth + 1);
    free_layers(r->x, r->depth + 1);
    free_layers(r->psi, r->depth + 1);
    free(r->theta);
    free(r->gradient);
    free(r->largest_x);
    free(r->largest_psi);
    free(r->outputs);
    free(r);
}

static const char *activation_of(const struct reference *r, int64_t layer)
{
    return layer == r->depth ? r->options.output : r->options.hidden;
}

static void note(struct reference *r, struct ball number)
{
    r->is_known = r->is_known && ball_is_known(number);
}

/* z_{l+1} = W_l x̂_l,  x_{l+1} = φ(z_{l+1}). w: W_l */
static void forward_layer(struct reference *r, int64_t l, const double *w)
{
    const int64_t n_in = r->layers[l], n_out = r->layers[l + 1];
    const struct reference_activation *phi = reference_activation(activation_of(r, l + 1));
    for (int64_t i = 0; i < n_out; i++) {
        struct ball_sum sum = {0};
        for (int64_t j = 0; j <= n_in; j++) {
            ball_sum_scaled(&sum, r->options.to, w[i * (n_in + 1) + j], r->x[l][j]);
        }
        r->z[l + 1][i] = ball_sum_end(&sum, r->options.to, n_in + 1 + MORE);
        if (phi->apply != NULL) {
            r->x[l + 1][i] = phi->apply(&r->options, r->z[l + 1][i]);
        }
    }
    if (phi->apply == NULL) {
        reference_softmax(&r->options, n_out, r->z[l + 1], r->x[l + 1]);
    }
    r->x[l + 1][n_out] = (struct ball){1, 0};
}

static void forward(struct reference *r, const double *x)
{
    const double *w = r->theta;
    for (int64_t j = 0; j < r->layers[0]; j++) {
        r->x[0][j] = (struct ball){x[j], 0};
    }
    r->x[0][r->layers[0]] = (struct ball){1, 0};
    for (int64_t l = 0; l < r->depth; l++) {
        forward_layer(r, l, w);
        w += r->layers[l + 1] * (r->layers[l] + 1);
    }
}

/* ψ_l: ⊙ φ′(z_l) */
static void chain(struct reference *r, int64_t l)
{
    const struct reference_activation *phi = reference_activation(activation_of(r, l));
    if (phi->derivative == NULL) {
        reference_softmax_chain(&r->options, r->layers[l], r->x[l], r->psi[l]);
        return;
    }
    for (int64_t j = 0; j < r->layers[l]; j++) {
        const struct ball slope = phi->derivative(&r->options, r->z[l][j], r->x[l][j]);
        r->psi[l][j] = ball_multiply(r->options.to, r->psi[l][j], slope);
    }
}

/* ψ_l = (W_l[:, :n_l]ᵀ ψ_{l+1}) ⊙ φ′(z_l). w: W_l */
static void backward_layer(struct reference *r, int64_t l, const double *w)
{
    const int64_t n_in = r->layers[l], n_out = r->layers[l + 1];
    struct ball_sum *sums = allocate_or_fail((size_t)n_in, sizeof *sums);
    for (int64_t i = 0; i < n_out; i++) {
        for (int64_t j = 0; j < n_in; j++) {
            ball_sum_scaled(&sums[j], r->options.to, w[i * (n_in + 1) + j], r->psi[l + 1][i]);
        }
    }
    for (int64_t j = 0; j < n_in; j++) {
        r->psi[l][j] = ball_sum_end(&sums[j], r->options.to, n_out + MORE);
    }
    free(sums);
    chain(r, l);
}

/* ∇W_l += ψ_{l+1} x̂_lᵀ */
static void add_gradient(struct reference *r, int64_t l, struct ball_sum *gradient)
{
    const int64_t n_in = r->layers[l], n_out = r->layers[l + 1];
    for (int64_t i = 0; i < n_out; i++) {
        for (int64_t j = 0; j <= n_in; j++) {
            ball_sum_product(&gradient[i * (n_in + 1) + j], r->options.to, r->psi[l + 1][i], r->x[l][j]);
        }
    }
}

static void backward(struct reference *r, const double *y)
{
    const struct reference_loss *loss = reference_loss(r->options.loss);
    int64_t offset = r->parameter_count;
    loss->derive(&r->options, r->layers[r->depth], r->x[r->depth], y, r->psi[r->depth]);
    if (!loss->is_of_z) {
        chain(r, r->depth);
    }
    for (int64_t l = r->depth - 1; l >= 0; l--) {
        offset -= r->layers[l + 1] * (r->layers[l] + 1);
        add_gradient(r, l, r->gradient + offset);
        if (l > 0) {
            backward_layer(r, l, r->theta + offset);
        }
    }
}

/* The largest numbers of this sample. */
static void measure(struct reference *r)
{
    for (int64_t l = 0; l <= r->depth; l++) {
        for (int64_t j = 0; j <= r->layers[l]; j++) {
            r->largest_x[l] = fmaxl(r->largest_x[l], ball_most(r->x[l][j]));
            note(r, r->x[l][j]);
        }
        for (int64_t j = 0; l > 0 && j < r->layers[l]; j++) {
            r->largest_psi[l] = fmaxl(r->largest_psi[l], ball_most(r->psi[l][j]));
            note(r, r->psi[l][j]);
            note(r, r->z[l][j]);
        }
    }
}

static void start(struct reference *r, const double *theta, int64_t n)
{
    const size_t count = (size_t)r->parameter_count, layer_count = (size_t)r->depth + 1;
    memcpy(r->theta, theta, count * sizeof *theta);
    memset(r->gradient, 0, count * sizeof *r->gradient);
    memset(r->largest_x, 0, layer_count * sizeof *r->largest_x);
    memset(r->largest_psi, 0, layer_count * sizeof *r->largest_psi);
    free(r->outputs);
    r->rows = n;
    r->outputs = allocate_or_fail((size_t)(n * r->layers[r->depth]), sizeof *r->outputs);
    r->is_known = true;
}

void reference_run(struct reference *r, const double *theta, const double *x, const double *y, int64_t n)
{
    const struct reference_loss *loss = reference_loss(r->options.loss);
    const int64_t n_in = r->layers[0], n_out = r->layers[r->depth];
    struct ball_sum sum = {0};
    start(r, theta, n);
    for (int64_t i = 0; i < n; i++) {
        forward(r, x + i * n_in);
        memcpy(r->outputs + i * n_out, r->x[r->depth], (size_t)n_out * sizeof *r->outputs);
        const struct ball *v = loss->is_of_z ? r->z[r->depth] : r->x[r->depth];
        ball_sum_scaled(&sum, &rounding_f64, 1, loss->value(&r->options, n_out, v, y + i * n_out));
        backward(r, y + i * n_out);
        measure(r);
    }
    r->loss = ball_sum_end(&sum, &rounding_f64, n + MORE);
    note(r, r->loss);
    for (int64_t i = 0; i < r->parameter_count; i++) {
        note(r, reference_gradient(r, i));
    }
}

struct ball reference_gradient(const struct reference *r, int64_t i)
{
    return ball_sum_end(&r->gradient[i], r->options.to, r->rows + MORE);
}

struct ball reference_stepped(const struct reference *r, int64_t layer, int64_t i, long double eta)
{
    const struct rounding *to = r->options.to;
    const struct ball_sum *sum = &r->gradient[i];
    const long double scale = eta / (long double)r->rows, w = r->theta[i];
    /* Whatever is multiplied first, by η/n, x or ψ, may be denormal, and the loss of it is multiplied by the others. */
    const long double others = 2 + scale + r->largest_x[layer] + r->largest_psi[layer + 1];
    const struct ball_sum all = {.mid = w - scale * sum->mid,
                                 .rad = scale * sum->rad +
                                        (sum->size > 0 ? to->tiny * ((long double)r->rows * others + sum->size) : 0),
                                 .size = fabsl(w) + scale * sum->size};
    return ball_sum_end(&all, to, r->rows + 2 * MORE);
}

long double reference_bound(const struct reference *r)
{
    long double bound = 0;
    for (int64_t l = 0; l < r->depth; l++) {
        bound = fmaxl(bound, r->largest_psi[l + 1] * r->largest_x[l]);
    }
    return (long double)r->rows * bound;
}
