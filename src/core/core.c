/*
 * core/core.c - fills in the table of one precision.
 */
#include "core/core.h"

#include "core/activation.h"
#include "core/initializer.h"
#include "core/loss.h"
#include "core/norm.h"
#include "core/optimizer.h"
#include "core/product.h"
#include "core/propagate.h"
#include "core/rows.h"
#include "core/small.h"
#include "core/standardize.h"
#include "core/update.h"

#include <stddef.h>

static bool is_plain_descent(int32_t optimizer)
{
    return optimizer_kinds[optimizer].is_plain_descent;
}

static int32_t state_count(int32_t optimizer)
{
    return optimizer_kinds[optimizer].state_count;
}

static const char *activation_name(int32_t index)
{
    return index >= 0 && index < activation_kind_count ? activation_kinds[index].name : NULL;
}

static enum slope_kind activation_slope(int32_t index)
{
    return activation_kinds[index].slope;
}

static bool activation_keeps_z(int32_t index)
{
    return activation_kinds[index].keeps_z;
}

static bool activation_is_for_output(int32_t index)
{
    return index == activation_kind_count - 1;
}

static const char *loss_only_with(int32_t index)
{
    return loss_kinds[index].only_with;
}

static bool loss_takes_probabilities(int32_t index)
{
    return loss_kinds[index].takes_probabilities;
}

static const char *loss_name(int32_t index)
{
    return index >= 0 && index < loss_kind_count ? loss_kinds[index].name : NULL;
}

static const char *optimizer_name(int32_t index)
{
    return index >= 0 && index < optimizer_kind_count ? optimizer_kinds[index].name : NULL;
}

static const char *initializer_name(int32_t index)
{
    return index >= 0 && index < initializer_kind_count ? initializer_kinds[index].name : NULL;
}

const struct core REAL_NAME(core) = {
    .precision = REAL_PRECISION,
    .real_size = sizeof(real),
    .largest_number = (double)REAL_MAX,
    .smallest_number = (double)REAL_MIN,
#if defined(__x86_64__)
    .leads_blas = true,
#endif
    .panel_numbers = product_memory,

    .pass_prepare = propagate_prepare,
    .forward = propagate_forward,
    .draw_masks = propagate_draw_masks,
    .loss_sum = propagate_loss,
    .backward = propagate_backward,
    .gradient_bound = propagate_gradient_bound,
    .gradient = propagate_gradient,
    .descend = propagate_descend,
    .is_small = small_fits,
    .predict_small = small_predict,
    .predict_small_rows = small_predict_rows,
    .descend_small = small_descend,
    .fused_bound = propagate_fused_bound,
    .forward_part = propagate_forward_part,
    .descend_part = propagate_descend_part,
    .gather_part = propagate_gather_part,
    .fused_descend = propagate_fused_descend,
    .saturated = propagate_saturated,
    .dead = propagate_dead,

    .initialize = initializer_fill,
    .is_plain_descent = is_plain_descent,
    .state_count = state_count,
    .update_clip = update_clip,
    .update = update_rows,
    .update_bound = update_bound,
    .update_held_bound = update_held_bound,

    .largest = norm_largest,
    .frobenius = norm_frobenius,
    .root_mean_square = norm_root_mean_square,

    .import_f64 = rows_from_f64,
    .import_f32 = rows_from_f32,
    .import_u8 = rows_from_u8,
    .import_label = rows_from_label,
    .standardize_f64 = standardize_from_f64,
    .standardize_f32 = standardize_from_f32,
    .standardize_u8 = standardize_from_u8,
    .export_f64 = rows_to_f64,
    .export_f32 = rows_to_f32,
    .classes = rows_to_classes,
    .add = rows_add,
    .fit_f64 = rows_fit_f64,
    .fit_f32 = rows_fit_f32,
    .fit_standardized_f64 = standardize_fit_f64,
    .fit_standardized_f32 = standardize_fit_f32,

    .activation_name = activation_name,
    .activation_slope = activation_slope,
    .activation_keeps_z = activation_keeps_z,
    .activation_is_for_output = activation_is_for_output,
    .loss_name = loss_name,
    .loss_only_with = loss_only_with,
    .loss_takes_probabilities = loss_takes_probabilities,
    .optimizer_name = optimizer_name,
    .initializer_name = initializer_name,
};
