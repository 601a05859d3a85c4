/*
 * core/small_apply.h - the activations that small networks may have, of a vector in registers.
 */
#ifndef DNN_CORE_SMALL_APPLY_H
#define DNN_CORE_SMALL_APPLY_H

#include "core/activation.h"
#include "core/exponential.h"
#include "core/standardize.h"

#include <math.h>
#include <stddef.h>

/* Number j of a sample, standardized if need be; by halves where the difference would overflow, as core/standardize.c does. */
LANES_INLINE double small_input(double number, const struct standardization *by, int64_t j)
{
    if (by == NULL) {
        return number;
    }
    const double difference = number - by->mean[j];
    return isinf(difference) ? (number / 2 - by->mean[j] / 2) / (by->scale[j] / 2) : difference / by->scale[j];
}

/* φ(z) */
LANES_INLINE lanes small_apply(const struct activation *activation, lanes z)
{
    const real slope = (real)activation->slope;
    switch (activation->kind) {
    case ACTIVATION_SIGMOID:
        return exponential_sigmoid(z, slope);
    case ACTIVATION_TANH:
        return exponential_tanh(z);
    case ACTIVATION_RELU:
        return lanes_select((lanes_bits)(z < 0), lanes_of(0), z);
    case ACTIVATION_LEAKY_RELU:
        return lanes_select((lanes_bits)(z > 0), z, slope * z);
    default: /* ACTIVATION_IDENTITY */
        return z;
    }
}

#endif
