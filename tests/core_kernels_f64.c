/*
 * core_kernels_f64.c - the table of the core's inner functions, for double; core_kernels_f32.c compiles it for float.
 */
#ifndef DNN_REAL_F32
#define DNN_REAL_F32 0
#endif

#include "core/activation.h"
#include "core/affine.h"
#include "core/loss.h"
#include "core_support.h"

static double activation_steepest(const struct activation *activation)
{
    return activation_kinds[activation->kind].steepest(activation);
}

static double loss_value(int32_t kind, int64_t n, const void *x, const void *y)
{
    return loss_kinds[kind].value(n, x, y);
}

static void loss_derivative(int32_t kind, int64_t n, const void *x, const void *y, void *psi)
{
    loss_kinds[kind].derivative(n, x, y, psi);
}

const struct kernels REAL_NAME(kernels) = {
    .core = &REAL_NAME(core),
    .epsilon = sizeof(real) == sizeof(float) ? (double)FLT_EPSILON : DBL_EPSILON,
    .smallest = sizeof(real) == sizeof(float) ? (double)FLT_MIN : DBL_MIN,

    .affine_forward = affine_forward,
    .affine_backward = affine_backward,
    .affine_gradient = affine_gradient,
    .affine_descend = affine_descend,

    .activation_apply = activation_apply,
    .activation_chain = activation_chain,
    .activation_saturated = activation_saturated,
    .activation_steepest = activation_steepest,

    .loss_value = loss_value,
    .loss_derivative = loss_derivative,
};
