/*
 * core/core.h - the core as the shell in api/ sees it: one table of functions per precision.
 *
 * Arrays cross as void *: they hold numbers of core->real_size bytes. Each entry is documented where it is declared, in
 * the header that its name begins with.
 */
#ifndef DNN_CORE_CORE_H
#define DNN_CORE_CORE_H

#include "base/random.h"
#include "core/matrix.h"
#include "core/network.h"
#include "core/pass.h"
#include "core/small_step.h"
#include "core/standardize.h"
#include "core/update.h"

#include <stdbool.h>
#include <stdint.h>

struct core {
    const char *precision;  /* "f64" or "f32" */
    int64_t real_size;      /* bytes of a number */
    double largest_number;  /* finite */
    double smallest_number; /* > 0 that keeps full precision */
    bool leads_blas; /* the engine auto takes core/product.h for batches: it was measured to be as fast, or faster */

    int64_t (*panel_numbers)(int64_t n, int64_t n_in);
    void (*pass_prepare)(const struct network *network, struct pass *pass);
    void (*forward)(const struct network *network, const void *theta, struct pass *pass);
    void (*draw_masks)(const struct network *network, struct pass *pass, double rate, struct random *random);
    double (*loss_sum)(const struct network *network, const struct pass *pass);
    void (*backward)(const struct network *network, const void *theta, struct pass *pass);
    double (*gradient_bound)(const struct network *network, const struct pass *pass);
    void (*gradient)(const struct network *network, const struct pass *pass, struct rows rows, bool accumulate,
                     void *gradient);
    void (*descend)(const struct network *network, const struct pass *pass, struct rows rows, double eta, void *theta);
    bool (*is_small)(const struct network *network);
    bool (*predict_small)(const struct network *network, const void *theta, void *memory,
                          const struct standardization *by, const double *x, double *y);
    void (*predict_small_rows)(const struct network *network, const void *theta, const struct small_rows *rows);
    bool (*descend_small)(const struct network *network, void *theta, struct pass *pass, struct small_step *step);
    double (*fused_bound)(const struct network *network, const struct pass *pass, double weight_bound);
    void (*forward_part)(const struct network *network, const void *theta, struct pass *pass, int64_t l, int64_t first,
                         int64_t count);
    void (*descend_part)(const struct network *network, struct pass *pass, int64_t l, int64_t first, int64_t count,
                         double eta, void *theta, void *partial);
    void (*gather_part)(const struct network *network, struct pass *pass, int64_t l, const void *partials,
                        int64_t parts, int64_t stride, int64_t first, int64_t count);
    void (*fused_descend)(const struct network *network, const struct pass *pass, double eta, void *theta);
    int64_t (*saturated)(const struct network *network, const struct pass *pass, int64_t l);
    int64_t (*dead)(const struct network *network, const struct pass *pass, int64_t l);

    void (*initialize)(int32_t kind, struct random *random, struct matrix w);
    bool (*is_plain_descent)(int32_t optimizer);
    int32_t (*state_count)(int32_t optimizer);
    double (*update_clip)(const struct update *update, const struct network *network, const void *gradient,
                          const void *theta);
    double (*update)(const struct update *update, const struct network *network, struct rows rows,
                     const struct arenas *arenas);
    double (*update_bound)(const struct update *update, double gradient_bound, double weight_bound,
                           double *state_bound);
    double (*update_held_bound)(const struct update *update, const struct network *network, void *const *states);

    double (*largest)(struct matrix a);
    double (*frobenius)(struct matrix a);
    double (*root_mean_square)(struct matrix a);

    void (*import_f64)(const double *in, struct matrix out);
    void (*import_f32)(const float *in, struct matrix out);
    void (*import_u8)(const uint8_t *in, struct matrix out);
    void (*import_label)(int32_t label, struct matrix out);
    void (*standardize_f64)(const double *in, const struct standardization *by, struct matrix out);
    void (*standardize_f32)(const float *in, const struct standardization *by, struct matrix out);
    void (*standardize_u8)(const uint8_t *in, const struct standardization *by, struct matrix out);
    void (*export_f64)(struct matrix in, double *out);
    void (*export_f32)(struct matrix in, float *out);
    void (*classes)(struct matrix y, int32_t *label);
    void (*add)(struct matrix in, struct matrix out);
    bool (*fit_f64)(const double *values, int64_t count);
    bool (*fit_f32)(const float *values, int64_t count);
    bool (*fit_standardized_f64)(const double *in, const struct standardization *by, int64_t rows);
    bool (*fit_standardized_f32)(const float *in, const struct standardization *by, int64_t rows);

    /* The names of each table, alike in both precisions; NULL outside it. */
    const char *(*activation_name)(int32_t index);
    enum slope_kind (*activation_slope)(int32_t index);
    bool (*activation_keeps_z)(int32_t index);
    bool (*activation_is_for_output)(int32_t index); /* alone */
    const char *(*loss_name)(int32_t index);
    const char *(*loss_only_with)(int32_t index);
    bool (*loss_takes_probabilities)(int32_t index);
    const char *(*optimizer_name)(int32_t index);
    const char *(*initializer_name)(int32_t index);
};

extern const struct core core_f64;
extern const struct core core_f32;

#endif
