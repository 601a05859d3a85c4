/*
 * test_lifetime.c - handles count their references, so that they may be destroyed in any order, each once.
 *
 * A garbage-collected language destroys in any order. Here every order of six handles that hold one another is run, 720 of
 * them; after each destruction whatever is left is used. The address sanitizer tells what the results do not.
 */
#include "api/model.h"
#include "expect.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { N_IN = 2, N_OUT = 2, HANDLES = 6 };
static const int64_t layers[] = {N_IN, 3, N_OUT};

struct handles {
    dnn_model *model;
    dnn_trainer *trainer;
    dnn_trainer *other; /* a second trainer of the same model */
    dnn_workspace *workspace;
    dnn_dataset *whole;
    dnn_dataset *part; /* of whole, whose samples it shares */
};

static struct handles make(void)
{
    struct handles h = {.model = model_of(layers, 3, "epochs=1 shuffle=true"),
                        .whole = random_dataset(1, 8, N_IN, N_OUT)};
    dnn_dataset *rest = NULL;
    h.trainer = trainer_of(h.model);
    h.other = trainer_of(h.model);
    assert_ok(dnn_workspace_create(h.model, 4, &h.workspace));
    assert_ok(dnn_dataset_split(h.whole, 0.5, 1, &h.part, &rest));
    dnn_dataset_destroy(rest);
    return h;
}

static void use(const struct handles *h)
{
    const double x[N_IN] = {0.2, 0.3}, y[N_OUT] = {0.3, 0.67};
    double out[N_OUT];
    dnn_dataset *dataset = h->part != NULL ? h->part : h->whole;
    dnn_trainer *const trainers[] = {h->trainer, h->other};
    for (int i = 0; i < 2; i++) {
        if (trainers[i] != NULL) {
            assert_ok(dnn_trainer_step(trainers[i], x, y, 1, NULL));
            assert_ok(dataset == NULL ? DNN_OK : dnn_trainer_fit(trainers[i], dataset, dataset));
        }
    }
    if (h->workspace != NULL) {
        assert_ok(dnn_workspace_predict(h->workspace, x, 1, out));
        assert_ok(dnn_workspace_activations(h->workspace, 0, out));
    }
    if (h->model != NULL)
        assert_ok(dnn_model_predict(h->model, x, 1, out));
    if (dataset != NULL)
        assert_ok(dnn_dataset_get(dataset, 0, out, out));
}

static void destroy(struct handles *h, int which)
{
    switch (which) {
    case 0:
        dnn_model_destroy(h->model), h->model = NULL;
        break;
    case 1:
        dnn_trainer_destroy(h->trainer), h->trainer = NULL;
        break;
    case 2:
        dnn_trainer_destroy(h->other), h->other = NULL;
        break;
    case 3:
        dnn_workspace_destroy(h->workspace), h->workspace = NULL;
        break;
    case 4:
        dnn_dataset_destroy(h->whole), h->whole = NULL;
        break;
    default:
        dnn_dataset_destroy(h->part), h->part = NULL;
        break;
    }
}

static void test_every_order_of_destruction_is_right(void **state)
{
    (void)state;
    for (int permutation = 0; permutation < 720; permutation++) {
        struct handles h = make();
        int left[HANDLES] = {0, 1, 2, 3, 4, 5};
        for (int count = HANDLES, code = permutation; count > 0; count--) {
            const int chosen = code % count;
            code /= count;
            destroy(&h, left[chosen]);
            left[chosen] = left[count - 1];
            use(&h);
        }
    }
}

static void test_a_trainer_goes_on_training_a_model_that_only_it_holds(void **state)
{
    (void)state;
    const double x[N_IN] = {0.2, 0.3}, y[N_OUT] = {0.3, 0.67};
    double first = 0, loss = 0;
    dnn_model *model = model_of(layers, 3, "learning_rate=1");
    dnn_trainer *trainer = trainer_of(model);
    dnn_model_destroy(model);
    assert_ok(dnn_trainer_step(trainer, x, y, 1, &first));
    for (int i = 0; i < 100; i++)
        assert_ok(dnn_trainer_step(trainer, x, y, 1, &loss));
    assert_true(loss < first);
    dnn_trainer_destroy(trainer);
}

/* Two trainers of one model take turns: what one has learned, the other goes on from. */
static void test_trainers_of_one_model_share_its_weights(void **state)
{
    (void)state;
    const double x[N_IN] = {0.2, 0.3}, y[N_OUT] = {0.3, 0.67};
    dnn_model *shared = model_of(layers, 3, ""), *alone = model_of(layers, 3, "");
    dnn_trainer *a = trainer_of(shared), *b = trainer_of(shared), *c = trainer_of(alone);
    for (int i = 0; i < 10; i++) {
        assert_ok(dnn_trainer_step(a, x, y, 1, NULL));
        assert_ok(dnn_trainer_step(b, x, y, 1, NULL));
        assert_ok(dnn_trainer_step(c, x, y, 1, NULL));
        assert_ok(dnn_trainer_step(c, x, y, 1, NULL));
    }
    double *theta = weights_of(alone);
    assert_weights(shared, theta);
    free(theta);
    dnn_model_destroy(shared), dnn_model_destroy(alone);
    dnn_trainer_destroy(a), dnn_trainer_destroy(b), dnn_trainer_destroy(c);
}

static void test_a_config_may_change_or_go_once_it_was_used(void **state)
{
    (void)state;
    dnn_config *config = config_of("activation.1=tanh learning_rate=0.5");
    dnn_model *model = NULL, *expected = model_of(layers, 3, "activation.1=tanh learning_rate=0.5");
    dnn_trainer *trainer = NULL;
    assert_ok(dnn_model_create(layers, 3, config, &model));
    assert_ok(dnn_trainer_create(model, config, &trainer));
    assert_ok(dnn_config_set(config, "activation.1", "relu"));
    assert_ok(dnn_config_set(config, "learning_rate", "7"));
    dnn_config_destroy(config);
    const double x[N_IN] = {0.2, 0.3}, y[N_OUT] = {0.3, 0.67};
    dnn_trainer *other = trainer_of(expected);
    assert_ok(dnn_trainer_step(trainer, x, y, 1, NULL));
    assert_ok(dnn_trainer_step(other, x, y, 1, NULL));
    double *theta = weights_of(expected);
    assert_weights(model, theta);
    free(theta);
    dnn_trainer_destroy(trainer), dnn_trainer_destroy(other);
    dnn_model_destroy(model), dnn_model_destroy(expected);
}

/* As many as 17 threads' predictions take, and leave: the memory of 16 waits for the next, the last one's goes at once. The address
 * sanitizer sees what is left behind. */
static void test_a_model_keeps_the_memory_of_so_many_predictions(void **state)
{
    (void)state;
    struct pass *taken[MODEL_IDLE_PASSES + 1], *again;
    dnn_model *model = model_of(layers, 3, "");
    for (int i = 0; i <= MODEL_IDLE_PASSES; i++) {
        assert_ok(model_borrow_pass(model, &taken[i]));
        for (int k = 0; k < i; k++)
            assert_ptr_not_equal(taken[i], taken[k]);
    }
    for (int i = 0; i <= MODEL_IDLE_PASSES; i++)
        model_return_pass(model, taken[i]);
    for (int i = 0; i < MODEL_IDLE_PASSES; i++) {
        assert_ok(model_borrow_pass(model, &again));
        assert_ptr_equal(again, taken[i]);
    }
    for (int i = 0; i < MODEL_IDLE_PASSES; i++)
        model_return_pass(model, taken[i]);
    dnn_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_order_of_destruction_is_right),
        cmocka_unit_test(test_a_trainer_goes_on_training_a_model_that_only_it_holds),
        cmocka_unit_test(test_trainers_of_one_model_share_its_weights),
        cmocka_unit_test(test_a_config_may_change_or_go_once_it_was_used),
        cmocka_unit_test(test_a_model_keeps_the_memory_of_so_many_predictions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
