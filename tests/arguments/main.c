/*
 * main.c - every function of dnn.h, called with every wrong value of each parameter, alone and in pairs.
 *
 * usage: test_generated_arguments [function]      (all)
 *
 * After each call the handles are asked whether they are what they were; a call that succeeded may have changed them, and
 * new ones are made. Prints how many calls there were, and fails if one of them was answered wrongly. Under a sanitizer, what
 * it finds ends the program.
 */
#include "arguments.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *only;

static bool uses_progress(const struct function *function)
{
    return strncmp(function->name, "dnn_progress_", 13) == 0;
}

/* The call as it stands in attempt, and what the fixture says of it. */
static void make(struct fixture *f, struct attempt *attempt)
{
    const bool has_worked = attempt_make(attempt);
    bool changes = false;
    for (int i = 0; i < attempt->function->count; i++)
        changes = changes || attempt->function->parameters[i].is_changed;
    if (has_worked && changes)
        fixture_renew(f);
    fixture_check(f);
}

static struct attempt good_attempt(const struct fixture *f, const struct function *function)
{
    struct attempt attempt = {.function = function};
    struct domain domains[MOST_PARAMETERS];
    function->good(f, attempt.arguments, domains);
    return attempt;
}

static void use(struct attempt *attempt, int at, const struct value *value)
{
    attempt->values[at] = value;
    attempt->arguments[at] = value->argument;
}

static void try_pairs(struct fixture *f, const struct function *function, const struct values *values)
{
    for (int a = 0; a < function->count; a++)
        for (int b = a + 1; b < function->count; b++)
            for (int i = 0; i < values[a].count; i++)
                for (int j = 0; j < values[b].count; j++) {
                    struct attempt attempt = good_attempt(f, function);
                    use(&attempt, a, &values[a].all[i]);
                    use(&attempt, b, &values[b].all[j]);
                    make(f, &attempt);
                }
}

static void try_function(struct fixture *f, const struct function *function)
{
    static struct values values[MOST_PARAMETERS];
    struct domain domains[MOST_PARAMETERS] = {{0}};
    struct attempt good = good_attempt(f, function);
    function->good(f, good.arguments, domains);
    for (int i = 0; i < function->count; i++)
        values_of(&function->parameters[i], &good.arguments[i], &domains[i], &values[i]);
    make(f, &good);
    for (int i = 0; i < function->count; i++)
        for (int j = 0; j < values[i].count; j++) {
            struct attempt attempt = good_attempt(f, function);
            use(&attempt, i, &values[i].all[j]);
            make(f, &attempt);
        }
    try_pairs(f, function, values);
    for (int i = 0; i < function->count; i++)
        values_free(&values[i]);
    fixture_clean(false);
}

static void try_functions(struct fixture *f, bool of_progress)
{
    for (int i = 0; i < function_count; i++) {
        const struct function *function = &functions[i];
        const bool is_here = DNN_ONNX || strstr(function->name, "onnx") == NULL;
        if (uses_progress(function) == of_progress && is_here && (only == NULL || strcmp(function->name, only) == 0))
            try_function(f, function);
    }
}

/* A progress lives during a callback: what looks at it is called in one. */
static int32_t try_progress(void *user, const dnn_progress *progress)
{
    struct fixture *f = user;
    f->progress = (dnn_progress *)(intptr_t)progress;
    f->is_running = true;
    const bool is_end = dnn_progress_batch(progress) == dnn_progress_batches(progress);
    if (is_end && !isnan(dnn_progress_validation_loss(progress)) && dnn_progress_epoch(progress) == 1)
        try_functions(f, true);
    f->progress = NULL;
    f->is_running = false;
    return 1;
}

static void try_all(const char *settings, double tolerance)
{
    struct fixture f;
    fixture_create(&f, settings, tolerance);
    fixture_check(&f);
    try_functions(&f, false);
    /* Another trainer with another model: the fixture's own are to stay as they are. */
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    if (dnn_model_clone(f.model, &model) != DNN_OK || dnn_trainer_create(model, NULL, &trainer) != DNN_OK ||
        dnn_trainer_set_progress(trainer, try_progress, &f) != DNN_OK ||
        dnn_trainer_fit(trainer, f.named, f.named) != DNN_OK)
        finding("no fit to look at the progress of: %s", dnn_last_error());
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    fixture_destroy(&f);
}

int main(int count, char **arguments)
{
    only = count > 1 ? arguments[1] : NULL;
    try_all("", 1e-13);
    try_all("engine=blas", 1e-13);
    try_all("precision=f32", 1e-6);
    printf("%d functions, %" PRId64 " calls, %" PRId64 " findings\n", function_count, call_count, finding_count);
    return finding_count != 0;
}
