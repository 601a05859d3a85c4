/*
 * data/csv_plan.c - see csv_plan.h. A column is told by its name, or by its index if no name is like that.
 */
#include "data/csv_plan.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"

#include <stddef.h>
#include <string.h>

/* The first names, for people who wrote one wrong. */
static void list_names(const struct csv_layout *layout, struct text *text)
{
    enum { MOST_NAMES = 12 };
    for (int64_t c = 0; c < layout->columns && c < MOST_NAMES; c++) {
        text_append(text, "%s%.40s", c == 0 ? "" : ", ", layout->names[c]);
    }
    text_append(text, "%s", layout->columns > MOST_NAMES ? ", ..." : "");
}

static int32_t no_such_column(const struct csv_scan *scan, const struct csv_layout *layout, const char *option,
                              const char *word)
{
    char buffer[640] = "";
    struct text text = {buffer, sizeof buffer, 0};
    if (layout->names != NULL) {
        list_names(layout, &text);
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "CSV option %s: \"%s\" has no column \"%s\"; its columns are %s", option, scan->path, word,
                            buffer);
    }
    return status_error(
        DNN_ERROR_INVALID_ARGUMENT,
        "CSV option %s: \"%s\" has no column \"%s\"; without a header, columns are 0 to %lld (header=true: the "
        "first row holds names)",
        option, scan->path, word, (long long)layout->columns - 1);
}

/* The column that a word means. */
static int32_t find_column(const struct csv_scan *scan, const struct csv_layout *layout, const char *option,
                           const char *word, int64_t *column)
{
    int64_t found = -1, index;
    for (int64_t c = 0; layout->names != NULL && c < layout->columns; c++) {
        if (strcmp(word, layout->names[c]) == 0) {
            if (found >= 0) {
                return status_error(DNN_ERROR_INVALID_ARGUMENT,
                                    "CSV option %s: \"%s\" has several columns \"%s\"; an index from 0 tells which",
                                    option, scan->path, word);
            }
            found = c;
        }
    }
    if (found < 0 && strspn(word, "0123456789") == strlen(word) && text_to_integer(word, &index) &&
        index < layout->columns) {
        found = index;
    }
    if (found < 0) {
        return no_such_column(scan, layout, option, word);
    }
    *column = found;
    return DNN_OK;
}

static int32_t mark_listed(const struct csv_scan *scan, const struct csv_layout *layout, const char *option,
                           const struct csv_list *list, enum csv_role role, struct csv_plan *plan)
{
    const char *word = list->words;
    for (int64_t i = 0; i < list->count; i++, word = csv_list_next(word)) {
        int64_t column = 0;
        const int32_t status = find_column(scan, layout, option, word, &column);
        if (status != DNN_OK) {
            return status;
        }
        if (plan->roles[column] != CSV_INPUT) {
            return status_error(DNN_ERROR_INVALID_ARGUMENT, "CSV option %s: column \"%s\" is named twice", option,
                                word);
        }
        plan->roles[column] = (uint8_t)role;
        plan->places[column] = (int32_t)i;
    }
    return DNN_OK;
}

/* Marks the first or last column that is not ignored. */
static void mark_outermost(const struct csv_layout *layout, bool is_last, struct csv_plan *plan)
{
    for (int64_t i = 0; i < layout->columns; i++) {
        const int64_t column = is_last ? layout->columns - 1 - i : i;
        if (plan->roles[column] == CSV_INPUT) {
            plan->roles[column] = CSV_TARGET;
            return;
        }
    }
}

static int32_t no_inputs(const struct csv_scan *scan, const struct csv_options *options,
                         const struct csv_layout *layout)
{
    if (layout->columns > 1 || options->targets == CSV_TARGETS_NONE) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "\"%s\": no column is left for the inputs", scan->path);
    }
    return status_error(DNN_ERROR_FORMAT,
                        "\"%s\" has one column only, expected inputs and a target; is the separator another one "
                        "(separator=), or are there no targets (targets=none)?",
                        scan->path);
}

/* The inputs in the order of the file; a single target that is told to be a class. */
static int32_t number_inputs(const struct csv_scan *scan, const struct csv_options *options,
                             const struct csv_layout *layout, struct csv_plan *plan)
{
    for (int64_t c = 0; c < layout->columns; c++) {
        plan->n_targets += plan->roles[c] == CSV_TARGET;
        if (plan->roles[c] == CSV_INPUT) {
            plan->places[c] = (int32_t)plan->n_in++;
        }
    }
    if (plan->n_in == 0) {
        return no_inputs(scan, options, layout);
    }
    if (options->classes != CSV_YES) {
        return DNN_OK;
    }
    if (plan->n_targets != 1) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "CSV option classes=true needs one target column, there are %lld",
                            (long long)plan->n_targets);
    }
    csv_plan_label(layout, plan);
    return DNN_OK;
}

int32_t csv_plan_make(const struct csv_scan *scan, const struct csv_options *options, const struct csv_layout *layout,
                      struct csv_plan *plan)
{
    *plan = (struct csv_plan){0};
    plan->roles = memory_new(layout->columns, sizeof *plan->roles); /* 0: CSV_INPUT */
    plan->places = memory_new(layout->columns, sizeof *plan->places);
    if (plan->roles == NULL || plan->places == NULL) {
        return status_out_of_memory("the columns of a CSV file");
    }
    int32_t status = mark_listed(scan, layout, "ignore", &options->ignore, CSV_IGNORED, plan);
    if (status == DNN_OK && options->targets == CSV_TARGETS_LISTED) {
        status = mark_listed(scan, layout, "targets", &options->target_columns, CSV_TARGET, plan);
    } else if (options->targets != CSV_TARGETS_NONE) {
        mark_outermost(layout, options->targets == CSV_TARGETS_LAST, plan);
    }
    return status == DNN_OK ? number_inputs(scan, options, layout, plan) : status;
}

void csv_plan_label(const struct csv_layout *layout, struct csv_plan *plan)
{
    for (int64_t c = 0; c < layout->columns; c++) {
        plan->roles[c] = plan->roles[c] == CSV_TARGET ? CSV_LABEL : plan->roles[c];
    }
    plan->has_label = true;
}

void csv_plan_release(struct csv_plan *plan)
{
    memory_free(plan->roles);
    memory_free(plan->places);
}
