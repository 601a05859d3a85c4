/*
 * data/csv_plan.h - what becomes of each column: an input, a target, a label, or nothing.
 */
#ifndef DNN_DATA_CSV_PLAN_H
#define DNN_DATA_CSV_PLAN_H

#include "data/csv_layout.h"

enum csv_role { CSV_INPUT, CSV_TARGET, CSV_LABEL, CSV_IGNORED };

struct csv_plan {
    uint8_t *roles;  /* [columns] enum csv_role */
    int32_t *places; /* [columns] which input or target it is */
    int64_t n_in;
    int64_t n_targets; /* columns that are targets or labels */
    bool has_label;    /* one of them is a label, and it is the only one */
};

/* Decides it. DNN_ERROR_INVALID_ARGUMENT if the options name a column that is not there; DNN_ERROR_FORMAT if there are no
 * inputs. Released with csv_plan_release, also after a failure. */
int32_t csv_plan_make(const struct csv_scan *scan, const struct csv_options *options, const struct csv_layout *layout,
                      struct csv_plan *plan);

/* The one target is a label from here on. */
void csv_plan_label(const struct csv_layout *layout, struct csv_plan *plan);

void csv_plan_release(struct csv_plan *plan);

#endif
