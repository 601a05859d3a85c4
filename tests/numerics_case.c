/*
 * numerics_case.c - see numerics_case.h.
 *
 * Of a call that may refuse with DNN_ERROR_NOT_FINITE three things are told apart. It must refuse where the reference shows
 * that a result surely overflows. It must not where all that n rows could sum up to, n max|ψ| max|x̂|, leaves a factor of 8 to
 * the largest number: dnn.h has it that steps are refused where a weight "might overflow", which is known only to a bound. In
 * between either is right, but after a refusal nothing may have changed.
 */
#include "numerics_case.h"

#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A case while it is run. */
struct run {
    const struct numerics_case *subject;
    struct numerics_tally *tally;
    struct reference *reference;
    dnn_model *model;
    dnn_trainer *trainer;
    double *theta;   /* what the model holds */
    double *numbers; /* room for theta or outputs */
    int64_t rows;    /* of the reference's latest run */
    const char *what;
};

static bool is_f32(const struct numerics_case *subject)
{
    return subject->options.to == &rounding_f32;
}

static void describe(const struct run *run)
{
    const struct numerics_case *s = run->subject;
    print_error("%s, %lld rows: seed %llu, %s, %s, %s, %s, %s %s %s, slopes %Lg %Lg %Lg %Lg%s, rate %g, batch_size "
                "%lld, layers",
                run->what, (long long)run->rows, (unsigned long long)s->seed, s->kind, is_f32(s) ? "f32" : "f64",
                s->engine, s->version, s->options.hidden, s->options.output, s->options.loss, s->options.sigmoid_slope,
                s->options.leaky_slope, s->options.elu_alpha, s->options.huber_delta,
                s->options.is_tutorial ? " tutorial" : "", s->eta, (long long)s->batch_size);
    for (int64_t l = 0; l < s->layer_count && l < 8; l++) {
        print_error(" %lld", (long long)s->layers[l]);
    }
    print_error("\n");
}

static void check(const struct run *run, int64_t index, double actual, struct ball expected, long double scale)
{
    struct numerics_tally *tally = run->tally;
    if (!ball_is_known(expected)) {
        tally->unknown++;
        return;
    }
    const long double error = fabsl((long double)actual - expected.mid);
    if (!(error <= expected.rad)) {
        describe(run);
        fail_msg("%s %lld is %.17g, expected %.17Lg: off by %Lg, the bound is %Lg", run->what, (long long)index, actual,
                 expected.mid, error, expected.rad);
    }
    tally->compared++;
    const struct rounding *to = run->subject->options.to;
    tally->close += expected.rad <= sqrtl(to->unit) * scale + 1000 * to->tiny;
}

static void check_outputs(struct run *run, const char *what, int64_t rows)
{
    const int64_t count = rows * run->subject->layers[run->subject->layer_count - 1];
    long double scale = 0;
    run->what = what;
    for (int64_t i = 0; i < count; i++) {
        scale = fmaxl(scale, fabsl(run->reference->outputs[i].mid));
    }
    for (int64_t i = 0; i < count; i++) {
        check(run, i, run->numbers[i], run->reference->outputs[i], scale);
    }
}

/* Σ E, or their mean. */
static void check_loss(struct run *run, const char *what, double loss, int64_t n)
{
    struct ball expected = run->reference->loss;
    expected.mid /= (long double)n;
    expected.rad = expected.rad / (long double)n + rounding_f64.unit * fabsl(expected.mid) + rounding_f64.tiny;
    run->what = what;
    check(run, 0, loss, expected, fabsl(expected.mid));
}

/* Must the call have been refused, and must it not? True if it went well. */
static bool check_status(struct run *run, const char *what, int32_t status, bool is_infinite, bool is_harmless)
{
    run->what = what;
    if ((status != DNN_OK && status != DNN_ERROR_NOT_FINITE) || (status == DNN_OK && is_infinite) ||
        (status != DNN_OK && is_harmless)) {
        describe(run);
        fail_msg("%s gave status %d; a number %s overflow; the message is \"%s\"", what, status,
                 is_infinite   ? "must"
                 : is_harmless ? "does not"
                               : "may",
                 status == DNN_OK ? "" : dnn_last_error());
    }
    run->tally->refused += status != DNN_OK && is_infinite;
    run->tally->cautious += status != DNN_OK && !is_infinite && !run->reference->is_known;
    run->tally->early += status != DNN_OK && !is_infinite && run->reference->is_known;
    return status == DNN_OK;
}

static void check_unchanged(struct run *run, double loss)
{
    assert_ok(dnn_model_get_parameters(run->model, run->numbers));
    if (loss != -7 || memcmp(run->numbers, run->theta, (size_t)run->reference->parameter_count * sizeof(double)) != 0) {
        describe(run);
        fail_msg("%s was refused, and changed something", run->what);
    }
}

/* ---- what is computed ---- */

static void refer(struct run *run, int64_t rows)
{
    run->rows = rows;
    reference_run(run->reference, run->theta, run->subject->x, run->subject->y, rows);
}

static void check_predict(struct run *run)
{
    const struct numerics_case *s = run->subject;
    const int64_t n_in = s->layers[0], n_out = s->layers[s->layer_count - 1];
    dnn_workspace *workspace = NULL;
    assert_ok(dnn_model_predict(run->model, s->x, s->rows, run->numbers));
    check_outputs(run, "predict", s->rows);
    memset(run->numbers, 0x55, (size_t)(s->rows * n_out) * sizeof(double));
    for (int64_t i = 0; i < s->rows && i < 3; i++) {
        assert_ok(dnn_model_predict(run->model, s->x + i * n_in, 1, run->numbers + i * n_out));
    }
    check_outputs(run, "predict one by one", s->rows < 3 ? s->rows : 3);
    assert_ok(dnn_workspace_create(run->model, s->rows, &workspace));
    assert_ok(dnn_workspace_predict(workspace, s->x, s->rows, run->numbers));
    check_outputs(run, "workspace_predict", s->rows);
    dnn_workspace_destroy(workspace);
}

static bool is_forward_known(const struct reference *r)
{
    bool is_known = ball_is_known(r->loss);
    for (int64_t i = 0; i < r->rows * r->layers[r->depth]; i++) {
        is_known = is_known && ball_is_known(r->outputs[i]);
    }
    return is_known;
}

static void check_evaluate(struct run *run)
{
    const struct numerics_case *s = run->subject;
    dnn_dataset *dataset = NULL;
    double loss = -7;
    assert_ok(dnn_dataset_create(s->x, s->rows, s->layers[0], s->y, s->layers[s->layer_count - 1], &dataset));
    const int32_t status = dnn_model_evaluate(run->model, dataset, &loss, NULL);
    if (check_status(run, "evaluate", status, isinf(run->reference->loss.mid), is_forward_known(run->reference))) {
        check_loss(run, "the loss of evaluate", loss, s->rows);
    } else {
        check_unchanged(run, loss);
    }
    dnn_dataset_destroy(dataset);
}

static long double largest_weight(const struct run *run)
{
    return largest_magnitude(run->theta, run->reference->parameter_count);
}

static bool is_harmless(const struct run *run, long double rate)
{
    const long double bound = reference_bound(run->reference), largest = run->subject->options.to->largest;
    return run->reference->is_known && bound <= largest / 8 && rate <= largest &&
           4 * rate * bound <= largest - largest_weight(run);
}

/* The largest known number of what a function gives for each weight. */
static long double scale_of_gradient(const struct reference *r)
{
    long double scale = 0;
    for (int64_t i = 0; i < r->parameter_count; i++) {
        const struct ball g = reference_gradient(r, i);
        scale = ball_is_known(g) ? fmaxl(scale, fabsl(g.mid)) : scale;
    }
    return scale;
}

static bool overflows(const struct reference *r)
{
    bool is_infinite = isinf(r->loss.mid);
    for (int64_t i = 0; i < r->parameter_count; i++) {
        is_infinite = is_infinite || isinf(reference_gradient(r, i).mid);
    }
    return is_infinite;
}

static void check_gradient(struct run *run)
{
    const struct numerics_case *s = run->subject;
    const struct reference *r = run->reference;
    double loss = -7;
    const int32_t status = dnn_trainer_accumulate(run->trainer, s->x, s->y, run->rows, &loss);
    if (!check_status(run, "accumulate", status, overflows(r), is_harmless(run, 0))) {
        check_unchanged(run, loss);
        return;
    }
    check_loss(run, "the loss of accumulate", loss, 1);
    assert_ok(dnn_trainer_get_gradient(run->trainer, run->numbers));
    const long double scale = scale_of_gradient(r);
    run->what = "gradient";
    for (int64_t i = 0; i < r->parameter_count; i++) {
        check(run, i, run->numbers[i], reference_gradient(r, i), scale);
    }
}

/* Whether the new weights are what they should be; or, before a step, whether one of them surely overflows. */
static bool for_each_weight(struct run *run, bool is_before)
{
    const struct reference *r = run->reference;
    const long double scale = largest_weight(run);
    bool is_infinite = false;
    int64_t i = 0;
    for (int64_t l = 0; l < r->depth; l++) {
        for (int64_t end = i + r->layers[l + 1] * (r->layers[l] + 1); i < end; i++) {
            const struct ball expected = reference_stepped(r, l, i, (long double)run->subject->eta);
            is_infinite = is_infinite || isinf(expected.mid);
            if (!is_before) {
                check(run, i, run->numbers[i], expected, fmaxl(scale, fabsl(expected.mid)));
                assert_true(isfinite(run->numbers[i]));
            }
        }
    }
    return is_infinite;
}

static void check_step(struct run *run)
{
    const struct numerics_case *s = run->subject;
    double loss = -7;
    assert_ok(dnn_model_set_parameters(run->model, run->theta));
    const bool is_infinite = isinf(run->reference->loss.mid) || for_each_weight(run, true);
    const int32_t status = dnn_trainer_step(run->trainer, s->x, s->y, run->rows, &loss);
    const long double rate = (long double)s->eta / (long double)run->rows;
    if (!check_status(run, "step", status, is_infinite, is_harmless(run, rate))) {
        check_unchanged(run, loss);
        return;
    }
    check_loss(run, "the loss of step", loss, run->rows);
    assert_ok(dnn_model_get_parameters(run->model, run->numbers));
    run->what = "weight after a step";
    for_each_weight(run, false);
}

/* ---- the whole ---- */

static dnn_model *make_model(const struct numerics_case *s)
{
    char text[1024];
    const struct reference_options *o = &s->options;
    snprintf(text, sizeof text,
             "precision=%s engine=%s threads=%d activation=%s output_activation=%s loss=%s sigmoid_slope=%.17Lg "
             "leaky_slope=%.17Lg elu_alpha=%.17Lg huber_delta=%.17Lg sigmoid_derivative=%s learning_rate=%.17g "
             "batch_size=%lld optimizer=sgd init=zeros",
             is_f32(s) ? "f32" : "f64", s->engine, s->threads, o->hidden, o->output, o->loss, o->sigmoid_slope,
             o->leaky_slope, o->elu_alpha, o->huber_delta, o->is_tutorial ? "tutorial" : "exact", s->eta,
             (long long)s->batch_size);
    return model_of(s->layers, s->layer_count, text);
}

void numerics_check(const struct numerics_case *s, struct numerics_tally *tally)
{
    struct run run = {.subject = s, .tally = tally, .what = "case", .rows = s->rows};
    run.reference = reference_create(s->layers, s->layer_count, s->options);
    const int64_t outputs = s->rows * s->layers[s->layer_count - 1], parameters = run.reference->parameter_count;
    run.model = make_model(s);
    run.theta = allocate_or_fail((size_t)parameters, sizeof(double));
    run.numbers = allocate_or_fail((size_t)(outputs > parameters ? outputs : parameters), sizeof(double));
    assert_ok(dnn_model_set_parameters(run.model, s->theta));
    assert_ok(dnn_model_get_parameters(run.model, run.theta));
    run.trainer = trainer_of(run.model);
    refer(&run, s->rows);
    check_predict(&run);
    check_evaluate(&run);
    check_gradient(&run);
    check_step(&run);
    if (s->rows > 1) {
        refer(&run, 1);
        check_step(&run);
    }
    tally->cases++;
    dnn_trainer_destroy(run.trainer);
    dnn_model_destroy(run.model);
    free(run.theta);
    free(run.numbers);
    reference_destroy(run.reference);
}
