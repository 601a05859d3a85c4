/*
 * core_kernels_f64.c - the table of the core's inner functions, for double; core_kernels_f32.c compiles it for float.
 */
#ifndef DNN_REAL_F32
#define DNN_REAL_F32 0
#endif

#include "core/activation.h"
#include "core/affine.h"
#include "core/loss.h"
#include "core/optimizer.h"
#include "core_support.h"

static double activation_steepest(const struct activation *activation)
{
    return activation_kinds[activation->kind].steepest(activation);
}

static double loss_value(const struct loss *loss, const struct activation *activation, int64_t n, const void *v,
                         const void *y)
{
    return loss_kinds[loss->kind].value((struct loss_end){loss, activation}, n, v, y);
}

static void loss_derivative(const struct loss *loss, const struct activation *activation, int64_t n, const void *x,
                            const void *y, void *psi)
{
    loss_kinds[loss->kind].derivative((struct loss_end){loss, activation}, n, x, y, psi);
}

static void optimizer_update(const struct update *update, int64_t n, const void *gradient, void *theta,
                             void *const *states)
{
    const struct optimizer_run run = {
        .n = n, .factor = (real)update->scale, .g = gradient, .w = theta, .state = {states[0], states[1]}};
    optimizer_kinds[update->optimizer].update(update, run);
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
    .activation_dead = activation_dead,
    .activation_steepest = activation_steepest,

    .loss_value = loss_value,
    .loss_derivative = loss_derivative,

    .optimizer_update = optimizer_update,
};
