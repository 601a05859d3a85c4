/*
 * test_numerics.c - the library under stress beside a network of our own in long double, every error within its bound.
 *
 * A seed deals networks from shuffled decks, so that each size, batch, activation, loss and kind of number comes up, and no
 * two seeds pair them alike: sizes 1 … 40 and around 64, 128 and 512, where vectors and blocks end; batches 1 … 70 and around
 * 128 and 256. The bounds are derived (ball.h), so a failure is an error, and not bad luck. DNN_TEST_SEEDS=N in the
 * environment runs N seeds instead of one; DNN_TEST_FIRST_SEED=S begins with S.
 */
#include "core/version.h"
#include "expect.h"
#include "numerics_case.h"
#include "numerics_draw.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct numerics_tally tally;

/* ---- versions of the core ---- */

static int32_t version;

#if defined(DNN_TEST_VERSIONS)
/* What dnn_model_create calls instead of core_version, by the linker's --wrap. */
const struct core_version *__wrap_core_version(void);
const struct core_version *__wrap_core_version(void)
{
    return &core_versions[version];
}
#endif

/* The next model gets the next version that this processor can run. */
static void use_next_version(void)
{
    do {
        version = (version + 1) % core_version_count;
    } while (!core_versions[version].is_supported());
}

/* ---- decks ---- */

enum { MOST_CARDS = 128, CASES_A_SEED = 98 };

/* Cards that are dealt one by one, and shuffled again when all have been. */
struct deck {
    int count;
    int next;
    int cards[MOST_CARDS];
    int is_seen[MOST_CARDS];
};

static int deal(struct deck *deck, struct generator *g)
{
    if (deck->next == 0) {
        for (int i = deck->count - 1; i > 0; i--) {
            const int j = numerics_below(g, i + 1), card = deck->cards[i];
            deck->cards[i] = deck->cards[j];
            deck->cards[j] = card;
        }
    }
    const int card = deck->cards[deck->next];
    deck->next = (deck->next + 1) % deck->count;
    deck->is_seen[card] = 1;
    return card;
}

static struct deck deck_of(int count)
{
    struct deck deck = {.count = count};
    for (int i = 0; i < count; i++) {
        deck.cards[i] = i;
    }
    return deck;
}

static void assert_all_dealt(const struct deck *deck)
{
    for (int i = 0; i < deck->count; i++) {
        assert_true(deck->is_seen[i]);
    }
}

/* ---- what is dealt ---- */

/* 1 … most, then the numbers behind. */
static int64_t size_of_card(int card, int most, const int64_t *behind)
{
    return card < most ? card + 1 : behind[card - most];
}

static const int64_t large_sizes[] = {63, 64, 65, 127, 128, 129, 511, 512, 513};
/* Those of a few samples go ways of their own: more of them. */
static const int64_t large_batches[] = {127, 128, 129, 255, 256, 257, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 8};
enum { SMALL_SIZES = 40, SIZES = SMALL_SIZES + 9, SMALL_BATCHES = 70, BATCHES = SMALL_BATCHES + 18 };

static const char *const activations[] = {"identity", "sigmoid", "tanh", "relu",     "leaky_relu",
                                          "elu",      "gelu",    "silu", "softplus", "softmax"};
enum { HIDDEN = 9, OUTPUTS = 10 };
static const char *const losses[] = {"squared_error", "absolute_error", "huber"};
enum {
    PLAIN_LOSSES = 3,
    ENDS = PLAIN_LOSSES * OUTPUTS + 2
}; /* each with each, and the two that have one output alone */

static void check_and_free(struct numerics_case *c)
{
    use_next_version();
    c->version = core_versions[version].name;
    numerics_check(c, &tally);
    numerics_free(c);
}

/* ---- a seed ---- */

struct decks {
    struct deck n_in, n_hidden, n_out, batch, hidden, end, kind;
};

static struct reference_options draw_options(struct generator *g, struct decks *decks)
{
    static const long double slopes[] = {0.01L, 0.25L, 1, 2};
    const int end = deal(&decks->end, g);
    struct reference_options options = {.to = numerics_below(g, 2) == 0 ? &rounding_f64 : &rounding_f32,
                                        .hidden = activations[deal(&decks->hidden, g)],
                                        .output = activations[end % OUTPUTS],
                                        .loss = losses[end / OUTPUTS % PLAIN_LOSSES],
                                        .sigmoid_slope = slopes[numerics_below(g, 4)],
                                        .leaky_slope = slopes[numerics_below(g, 4)],
                                        .elu_alpha = slopes[numerics_below(g, 4)],
                                        .huber_delta = slopes[numerics_below(g, 4)],
                                        .is_tutorial = numerics_below(g, 2)};
    if (end >= PLAIN_LOSSES * OUTPUTS) {
        options.output = end % 2 == 0 ? "softmax" : "sigmoid";
        options.loss = end % 2 == 0 ? "cross_entropy" : "binary_cross_entropy";
    }
    return options;
}

/* One layer of weights, two or three. A large network of many rows gets small hidden layers, so that a seed takes seconds. */
static int64_t draw_layers(struct generator *g, struct decks *decks, int64_t *layers, int64_t rows)
{
    const int64_t count = 2 + numerics_below(g, 3);
    layers[0] = size_of_card(deal(&decks->n_in, g), SMALL_SIZES, large_sizes);
    layers[count - 1] = size_of_card(deal(&decks->n_out, g), SMALL_SIZES, large_sizes);
    for (int64_t l = 1; l + 1 < count; l++) {
        layers[l] = size_of_card(deal(&decks->n_hidden, g), SMALL_SIZES, large_sizes);
        if (rows * layers[l] * (layers[l - 1] + layers[count - 1]) > 3000000) {
            layers[l] = 1 + numerics_below(g, 16);
        }
    }
    return count;
}

static void run_case(struct generator *g, struct decks *decks, uint64_t seed)
{
    static const char *const engines[] = {"auto", "blas", "fused"};
    static const double rates[] = {0.01, 1, 100, 1e-30, 1e30};
    int64_t layers[4];
    struct numerics_case c = {.layers = layers, .seed = seed};
    c.rows = size_of_card(deal(&decks->batch, g), SMALL_BATCHES, large_batches);
    c.layer_count = draw_layers(g, decks, layers, c.rows);
    c.options = draw_options(g, decks);
    c.engine = engines[numerics_below(g, 3)];
    c.threads = 1 + numerics_below(g, 2);
    c.batch_size = numerics_below(g, 2) == 0 ? 1 : c.rows;
    c.eta = rates[numerics_below(g, 5)];
    if (strcmp(c.options.output, "softmax") == 0 && layers[c.layer_count - 1] == 1) {
        c.options.output = "tanh"; /* a softmax over one neuron is refused */
        c.options.loss = "squared_error";
    }
    numerics_draw(&c, g, (enum numerics_kind)deal(&decks->kind, g));
    check_and_free(&c);
}

static void run_seed(uint64_t seed)
{
    struct generator g = {seed};
    struct decks decks = {deck_of(SIZES),  deck_of(SIZES), deck_of(SIZES),         deck_of(BATCHES),
                          deck_of(HIDDEN), deck_of(ENDS),  deck_of(NUMERICS_KINDS)};
    for (int i = 0; i < CASES_A_SEED; i++) {
        run_case(&g, &decks, seed);
    }
    assert_all_dealt(&decks.n_in);
    assert_all_dealt(&decks.n_out);
    assert_all_dealt(&decks.batch);
    assert_all_dealt(&decks.hidden);
    assert_all_dealt(&decks.end);
    assert_all_dealt(&decks.kind);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static void test_every_shape_activation_loss_and_kind_of_number_keeps_its_bound(void **state)
{
    (void)state;
    const uint64_t first = from_environment("DNN_TEST_FIRST_SEED", 1), count = from_environment("DNN_TEST_SEEDS", 1);
    for (uint64_t seed = first; seed < first + count; seed++) {
        run_seed(seed);
    }
    /* Else it would be a test of nothing: bounds that hold whatever comes, or numbers that nobody knows. */
    assert_true(tally.close >= tally.compared / 10 * 8);
    assert_true(tally.compared >= tally.unknown);
    assert_true(tally.refused > 0);
}

/* ---- shapes at the edge ---- */

static struct numerics_case edge_of(const int64_t *layers, int64_t layer_count, int64_t rows, const char *hidden,
                                    const char *output, const char *loss)
{
    return (struct numerics_case){.layers = layers,
                                  .layer_count = layer_count,
                                  .rows = rows,
                                  .options = {.to = &rounding_f64,
                                              .hidden = hidden,
                                              .output = output,
                                              .loss = loss,
                                              .sigmoid_slope = 1,
                                              .leaky_slope = 0.25L,
                                              .elu_alpha = 1,
                                              .huber_delta = 1},
                                  .engine = "auto",
                                  .threads = 1,
                                  .batch_size = 1,
                                  .eta = 0.5};
}

/* Width 1, 2 and 3, all activations, both precisions; the weights of a neuron sum to 1 at most, so errors do not grow. */
static void test_two_hundred_layers_keep_their_bound(void **state)
{
    (void)state;
    int64_t layers[201];
    for (int a = 0; a < HIDDEN; a++) {
        for (int64_t l = 0; l <= 200; l++) {
            layers[l] = 1 + (a + (a % 3 == 0 ? 0 : l)) % 3;
        }
        struct generator g = {(uint64_t)a};
        struct numerics_case c = edge_of(layers, 201, 1 + a % 3, activations[a], "identity", losses[a % PLAIN_LOSSES]);
        for (int i = 0; i < 4; i++) {
            c.options.to = i % 2 == 0 ? &rounding_f64 : &rounding_f32;
            c.engine = i / 2 == 0 ? "blas" : "fused";
            numerics_draw(&c, &g, NUMERICS_ORDINARY);
            check_and_free(&c);
        }
    }
}

static void test_a_million_outputs_of_one_input_keep_their_bound(void **state)
{
    (void)state;
    static const int64_t layers[] = {1, 1000000};
    struct generator g = {3};
    struct numerics_case c = edge_of(layers, 2, 2, "identity", "softmax", "cross_entropy");
    numerics_draw(&c, &g, NUMERICS_ORDINARY);
    check_and_free(&c);
    c = edge_of(layers, 2, 1, "identity", "sigmoid", "squared_error");
    c.options.to = &rounding_f32;
    numerics_draw(&c, &g, NUMERICS_SATURATED);
    check_and_free(&c);
}

/* ---- what no float holds ---- */

static void test_what_is_too_large_for_float_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const int64_t layers[] = {3, 5, 2};
    static const double large[] = {1e300, -1e300, 3.41e38, -3.41e38};
    dnn_model *model = model_of(layers, 3, "precision=f32 output_activation=identity");
    dnn_trainer *trainer = trainer_of(model);
    double *theta = weights_of(model), *changed = weights_of(model);
    for (int i = 0; i < 4; i++) {
        const double x[] = {0.5, 0.25, large[i]}, y[] = {1, large[i]}, good[] = {0, 1, 2};
        double out[2] = {SENTINEL, SENTINEL}, loss = SENTINEL;
        changed[4] = large[i];
        expect_not_finite(dnn_model_set_parameters(model, changed), "");
        expect_not_finite(dnn_model_predict(model, x, 1, out), "");
        expect_not_finite(dnn_trainer_step(trainer, x, good, 1, &loss), "");
        expect_not_finite(dnn_trainer_step(trainer, good, y, 1, &loss), "");
        expect_not_finite(dnn_trainer_accumulate(trainer, good, y, 1, &loss), "");
        assert_true(out[0] == SENTINEL && out[1] == SENTINEL && loss == SENTINEL);
        assert_weights(model, theta);
        tally.refused += 5;
    }
    free(theta);
    free(changed);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* The line that tests/torture/numerics.sh reads. */
static int report(void **state)
{
    (void)state;
    print_message(
        "numerics: %lld cases, %lld numbers within their bounds, %lld of these bounds below half the digits, %lld "
        "numbers that may overflow, %lld refusals that had to be, %lld where it may, %lld by the bound alone\n",
        (long long)tally.cases, (long long)tally.compared, (long long)tally.close, (long long)tally.unknown,
        (long long)tally.refused, (long long)tally.cautious, (long long)tally.early);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_shape_activation_loss_and_kind_of_number_keeps_its_bound),
        cmocka_unit_test(test_two_hundred_layers_keep_their_bound),
        cmocka_unit_test(test_a_million_outputs_of_one_input_keep_their_bound),
        cmocka_unit_test(test_what_is_too_large_for_float_is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, report);
}
