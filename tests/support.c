/*
 * support.c - see support.h. Everything here is slow and plain on purpose: it is what fast code is held against.
 */
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- numbers ---- */

uint64_t generator_next(struct generator *generator)
{
    generator->state += 0x9e3779b97f4a7c15u;
    uint64_t bits = generator->state;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
    return bits ^ (bits >> 31);
}

double generator_uniform(struct generator *generator)
{
    return (double)(generator_next(generator) >> 40) / 16777216.0;
}

void generator_fill(struct generator *generator, double *values, int64_t count, double offset)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = generator_uniform(generator) - offset;
}

/* ---- comparison ---- */

double relative_error(double actual, double expected, double scale)
{
    if (actual == expected)
        return 0.0;
    const double error = fabs(actual - expected) / scale;
    return isnan(error) ? INFINITY : error;
}

void assert_near(const char *what, int64_t index, double actual, double expected, double scale, double tolerance)
{
    const double error = relative_error(actual, expected, scale);
    if (error > tolerance)
        fail_msg("%s [%lld] is %.17g, expected %.17g: off by %.3g relative to %.3g, allowed %.3g", what,
                 (long long)index, actual, expected, error, scale, tolerance);
}

void assert_ok(int32_t status)
{
    if (status != DNN_OK)
        fail_msg("status %d: %s", (int)status, dnn_last_error());
}

double largest_magnitude(const double *values, int64_t count)
{
    double largest = 0.0;
    for (int64_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(values[i]));
    return largest;
}

void make_little_endian(void *numbers, size_t size, size_t width)
{
    const uint16_t one = 1;
    uint8_t lowest;
    memcpy(&lowest, &one, 1);
    if (lowest == 1)
        return;
    for (uint8_t *number = numbers; number < (uint8_t *)numbers + size; number += width)
        for (size_t i = 0; i < width / 2; i++) {
            const uint8_t byte = number[i];
            number[i] = number[width - 1 - i];
            number[width - 1 - i] = byte;
        }
}

void *allocate_or_fail(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL)
        fail_msg("no memory for %zu × %zu bytes", count, size);
    return memory;
}

/* ---- library objects ---- */

dnn_config *config_of(const char *settings)
{
    dnn_config *config = NULL;
    assert_ok(dnn_config_create("tutorial", &config));
    while (*settings != '\0') {
        char key[64];
        char value[64];
        int length = 0;
        if (sscanf(settings, " %63[^= ]=%63s %n", key, value, &length) != 2)
            fail_msg("not key=value: \"%s\"", settings);
        assert_ok(dnn_config_set(config, key, value));
        settings += length;
    }
    return config;
}

dnn_model *model_of(const int64_t *layers, int64_t layer_count, const char *settings)
{
    dnn_config *config = config_of(settings);
    dnn_model *model = NULL;
    assert_ok(dnn_model_create(layers, layer_count, config, &model));
    dnn_config_destroy(config);
    return model;
}

dnn_trainer *trainer_of(dnn_model *model)
{
    dnn_trainer *trainer = NULL;
    assert_ok(dnn_trainer_create(model, NULL, &trainer));
    return trainer;
}

/* ---- the naive network ---- */

static const char *activation_of(const struct naive *net, int64_t layer)
{
    return layer == net->layer_count - 1 ? net->options.output : net->options.hidden;
}

/* φ(z) */
static long double activate(const struct naive *net, const char *name, long double z)
{
    if (strcmp(name, "identity") == 0)
        return z;
    if (strcmp(name, "sigmoid") == 0)
        return 1.0L / (1.0L + expl(-net->options.slope * z));
    if (strcmp(name, "tanh") == 0)
        return tanhl(z);
    if (strcmp(name, "relu") == 0)
        return z > 0.0L ? z : 0.0L;
    if (strcmp(name, "leaky_relu") == 0)
        return z > 0.0L ? z : net->options.leaky * z;
    fail_msg("the naive network knows no activation \"%s\"", name);
    return 0.0L;
}

/* φ′ as a function of x = φ(z), which all of these allow. */
static long double differentiate(const struct naive *net, const char *name, long double x)
{
    if (strcmp(name, "sigmoid") == 0)
        return (net->options.tutorial_derivative ? 1.0L : net->options.slope) * x * (1.0L - x);
    if (strcmp(name, "tanh") == 0)
        return 1.0L - x * x;
    if (strcmp(name, "relu") == 0)
        return x > 0.0L ? 1.0L : 0.0L;
    if (strcmp(name, "leaky_relu") == 0)
        return x > 0.0L ? 1.0L : net->options.leaky;
    return 1.0L;
}

struct naive *naive_create(const int64_t *layers, int64_t layer_count, struct naive_options options)
{
    struct naive *net = allocate_or_fail(1, sizeof *net);
    int64_t neurons = layers[0];
    net->options = options;
    net->layers = layers;
    net->layer_count = layer_count;
    for (int64_t l = 0; l + 1 < layer_count; l++) {
        net->parameter_count += layers[l + 1] * (layers[l] + 1);
        neurons += layers[l + 1];
    }
    net->theta = allocate_or_fail((size_t)net->parameter_count, sizeof *net->theta);
    net->gradient = allocate_or_fail((size_t)net->parameter_count, sizeof *net->gradient);
    net->x = allocate_or_fail((size_t)neurons, sizeof *net->x);
    net->psi = allocate_or_fail((size_t)neurons, sizeof *net->psi);
    return net;
}

void naive_destroy(struct naive *net)
{
    free(net->theta);
    free(net->gradient);
    free(net->x);
    free(net->psi);
    free(net);
}

void naive_set_parameters(struct naive *net, const double *theta)
{
    for (int64_t i = 0; i < net->parameter_count; i++)
        net->theta[i] = theta[i];
}

const long double *naive_predict(struct naive *net, const double *x)
{
    const long double *w = net->theta; /* row after row of W_0, W_1 … */
    long double *current = net->x;     /* x_l */
    for (int64_t j = 0; j < net->layers[0]; j++)
        current[j] = x[j];
    for (int64_t l = 0; l + 1 < net->layer_count; l++) {
        const int64_t n_in = net->layers[l];
        long double *next = current + n_in; /* x_{l+1} */
        for (int64_t i = 0; i < net->layers[l + 1]; i++, w += n_in + 1) {
            long double z = w[n_in];
            for (int64_t j = 0; j < n_in; j++)
                z += w[j] * current[j];
            next[i] = activate(net, activation_of(net, l + 1), z);
        }
        current = next;
    }
    return current;
}

/* One layer of the way back: ∇W_l += ψ_{l+1} x̂_lᵀ, and ψ_l = (W_l[:, :n_l]ᵀ ψ_{l+1}) ⊙ φ′.
 * w, gradient: W_l and ∇W_l; x, psi: x_l and ψ_l; next_psi: ψ_{l+1} */
static void go_back(struct naive *net, int64_t l, const long double *w, long double *gradient, const long double *x,
                    long double *psi, const long double *next_psi)
{
    const int64_t n_in = net->layers[l];
    for (int64_t j = 0; j < n_in; j++)
        psi[j] = 0.0L;
    for (int64_t i = 0; i < net->layers[l + 1]; i++, w += n_in + 1, gradient += n_in + 1) {
        for (int64_t j = 0; j < n_in; j++) {
            gradient[j] += next_psi[i] * x[j];
            psi[j] += w[j] * next_psi[i];
        }
        gradient[n_in] += next_psi[i];
    }
    for (int64_t j = 0; j < n_in; j++)
        psi[j] *= differentiate(net, activation_of(net, l), x[j]);
}

long double naive_accumulate(struct naive *net, const double *x, const double *y)
{
    const int64_t last = net->layer_count - 1;
    const ptrdiff_t output = naive_predict(net, x) - net->x; /* where x_L and ψ_L begin */
    long double error = 0.0L;
    for (int64_t i = 0; i < net->layers[last]; i++) {
        const long double x_i = net->x[output + i];
        error += (y[i] - x_i) * (y[i] - x_i);
        net->psi[output + i] = -2.0L * (y[i] - x_i) * differentiate(net, activation_of(net, last), x_i);
    }
    ptrdiff_t neuron = output;                          /* where layer l + 1 begins */
    ptrdiff_t weight = (ptrdiff_t)net->parameter_count; /* where W_{l+1} begins */
    for (int64_t l = last - 1; l >= 0; l--) {
        const ptrdiff_t next = neuron;
        neuron -= (ptrdiff_t)net->layers[l];
        weight -= (ptrdiff_t)(net->layers[l + 1] * (net->layers[l] + 1));
        go_back(net, l, net->theta + weight, net->gradient + weight, net->x + neuron, net->psi + neuron,
                net->psi + next);
    }
    return error;
}

void naive_apply(struct naive *net, long double rate)
{
    for (int64_t i = 0; i < net->parameter_count; i++) {
        net->theta[i] -= rate * net->gradient[i];
        net->gradient[i] = 0.0L;
    }
}
