/*
 * format/c_source_functions.c - see c_source_functions.h. The formulas are those of core/activation.c, written so that they
 * stay finite where those do.
 */
#include "format/c_source_functions.h"

#include <stddef.h>
#include <string.h>

static const struct c_function functions[] = {
    {"sigmoid", true,
     "/* 1 / (1 + e^(-c z)), in place */\n"
     "static void @_sigmoid(~ *z, size_t n, ~ c)\n"
     "{\n"
     "    for (size_t i = 0; i < n; i++) {\n"
     "        z[i] = 1.0$ / (1.0$ + exp$(-c * z[i]));\n"
     "    }\n"
     "}\n\n"},
    {"tanh", true,
     "/* tanh z, in place */\n"
     "static void @_tanh(~ *z, size_t n)\n"
     "{\n"
     "    for (size_t i = 0; i < n; i++) {\n"
     "        z[i] = tanh$(z[i]);\n"
     "    }\n"
     "}\n\n"},
    {"relu", false,
     "/* z or, below 0, 0, in place */\n"
     "static void @_relu(~ *z, size_t n)\n"
     "{\n"
     "    for (size_t i = 0; i < n; i++) {\n"
     "        z[i] = z[i] < 0.0$ ? 0.0$ : z[i];\n"
     "    }\n"
     "}\n\n"},
    {"leaky_relu", false,
     "/* z or, below 0, slope z, in place */\n"
     "static void @_leaky_relu(~ *z, size_t n, ~ slope)\n"
     "{\n"
     "    for (size_t i = 0; i < n; i++) {\n"
     "        z[i] = z[i] > 0.0$ ? z[i] : slope * z[i];\n"
     "    }\n"
     "}\n\n"},
    {"elu", true,
     "/* z or, below 0, alpha (e^z - 1), in place */\n"
     "static void @_elu(~ *z, size_t n, ~ alpha)\n"
     "{\n"
     "    for (size_t i = 0; i < n; i++) {\n"
     "        z[i] = z[i] > 0.0$ ? z[i] : alpha * expm1$(z[i]);\n"
     "    }\n"
     "}\n\n"},
    {"gelu", true,
     "/* z times the normal distribution up to z, in place */\n"
     "static void @_gelu(~ *z, size_t n)\n"
     "{\n"
     "    const ~ minus_root_half = -0.70710678118654752$;\n"
     "    for (size_t i = 0; i < n; i++) {\n"
     "        z[i] *= 0.5$ * erfc$(minus_root_half * z[i]);\n"
     "    }\n"
     "}\n\n"},
    {"silu", true,
     "/* z / (1 + e^-z), in place */\n"
     "static void @_silu(~ *z, size_t n)\n"
     "{\n"
     "    for (size_t i = 0; i < n; i++) {\n"
     "        z[i] /= 1.0$ + exp$(-z[i]);\n"
     "    }\n"
     "}\n\n"},
    {"softplus", true,
     "/* ln(1 + e^z), in place; e^z alone would overflow */\n"
     "static void @_softplus(~ *z, size_t n)\n"
     "{\n"
     "    for (size_t i = 0; i < n; i++) {\n"
     "        z[i] = (z[i] < 0.0$ ? 0.0$ : z[i]) + log1p$(exp$(-fabs$(z[i])));\n"
     "    }\n"
     "}\n\n"},
    {"softmax", true,
     "/* e^z divided by the sum of all e^z, in place; with the largest z taken off all, nothing overflows */\n"
     "static void @_softmax(~ *z, size_t n)\n"
     "{\n"
     "    ~ largest = z[0], sum = 0.0$;\n"
     "    for (size_t i = 1; i < n; i++) {\n"
     "        largest = z[i] > largest ? z[i] : largest;\n"
     "    }\n"
     "    for (size_t i = 0; i < n; i++) {\n"
     "        z[i] = exp$(z[i] - largest);\n"
     "        sum += z[i];\n"
     "    }\n"
     "    for (size_t i = 0; i < n; i++) {\n"
     "        z[i] /= sum;\n"
     "    }\n"
     "}\n\n"},
};

const struct c_function *c_function_of(const char *activation)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].name, activation) == 0) {
            return &functions[i];
        }
    }
    return NULL;
}

const struct c_function c_function_layer = {
    "layer", false,
    "/* z = W [x ; 1]. w: W, [n_out x (n_in + 1)], row by row */\n"
    "static void @_layer(const ~ *w, size_t n_in, size_t n_out, const ~ *x, ~ *z)\n"
    "{\n"
    "    for (size_t i = 0; i < n_out; i++) {\n"
    "        ~ sum = 0.0$;\n"
    "        for (size_t j = 0; j < n_in; j++) {\n"
    "            sum += w[j] * x[j];\n"
    "        }\n"
    "        z[i] = sum + w[n_in];\n"
    "        w += n_in + 1;\n"
    "    }\n"
    "}\n\n"};

const struct c_function c_function_standardize_f32 = {
    "standardize", false,
    "/* z = (x - mean) / scale; x - mean is exact near the mean, however large that is, but with -ffast-math */\n"
    "static void @_standardize(const float *x, size_t n, float *z)\n"
    "{\n"
    "    for (size_t i = 0; i < n; i++) {\n"
    "        z[i] = (x[i] - @_mean[i] - @_mean_rest[i]) / @_scale[i];\n"
    "    }\n"
    "}\n\n"};

const struct c_function c_function_standardize_f64 = {
    "standardize", false,
    "/* z = (x - mean) / scale */\n"
    "static void @_standardize(const double *x, size_t n, double *z)\n"
    "{\n"
    "    for (size_t i = 0; i < n; i++) {\n"
    "        z[i] = (x[i] - @_mean[i]) / @_scale[i];\n"
    "    }\n"
    "}\n\n"};
