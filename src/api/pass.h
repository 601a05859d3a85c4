/*
 * api/pass.h - makes the memory that the core's struct pass points to.
 */
#ifndef DNN_API_PASS_H
#define DNN_API_PASS_H

#include "core/core.h"

enum pass_use {
    PASS_PREDICT,      /* x alone */
    PASS_EVALUATE,     /* and y with weights, and z of the output for a loss that is computed from it */
    PASS_TRAIN,        /* and psi, and what φ′ is computed from */
    PASS_TRAIN_DROPOUT /* and masks */
};

/* Memory for max_rows samples. Released with pass_destroy. */
int32_t pass_create(const struct core *core, const struct network *network, int64_t max_rows, enum pass_use use,
                    struct pass **out);
void pass_destroy(struct pass *pass);

/* Panels for as many threads, in place of those for fewer; pass_create makes them for one. */
int32_t pass_make_panels(const struct core *core, const struct network *network, int32_t threads, struct pass *pass);

/* True if it has panels for so many threads, now that they were made if they had to be. False words no message: it goes without. */
bool pass_reserve_panels(const struct core *core, const struct network *network, int32_t threads, struct pass *pass);

/* `wanted` rows, or as many as fit the memory that one pass should take; at least 1. */
int64_t pass_affordable_rows(const struct core *core, const struct network *network, int64_t wanted);

/* pass->n_rows ← how many of n samples the pass takes from `first` on: all that are left, or as many as it has room
 * for. */
void pass_set_rows(struct pass *pass, int64_t first, int64_t n);

/* x_l and y as matrices of pass->n_rows rows, without the ones. */
struct matrix pass_x(const struct core *core, const struct network *network, const struct pass *pass, int64_t l);
struct matrix pass_y(const struct core *core, const struct network *network, const struct pass *pass);

#endif
