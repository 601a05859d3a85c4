/*
 * config.c - configs: what is set is what is told; what is wrong changes nothing. And the configs of random networks.
 */
#include "soak.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 256 };

static dnn_config *any_config(struct world *w)
{
    return w->configs[below(w, CONFIGS)];
}

static void create(struct world *w)
{
    static const char *const recipes[] = {"tutorial", "classifier", "regressor"};
    dnn_config *config = NULL;
    if (!worked(w, dnn_config_create(ONE_OF(w, recipes), &config), 0))
        return;
    const int at = (int)below(w, CONFIGS);
    dnn_config_destroy(w->configs[at]);
    w->configs[at] = config;
}

static void create_wrong(struct world *w)
{
    static const char *const recipes[] = {"", "tutorials", "\xFF", "Classifier", "%s%n"};
    dnn_config *config = NULL;
    worked(w, dnn_config_create(ONE_OF(w, recipes), &config), MUST_FAIL | INVALID);
    worked(w, dnn_config_create("tutorial", NULL), MUST_FAIL | INVALID);
    if (config != NULL)
        fail(w, "a config came out of an error");
}

/* What a key is told to be; "": it is none. */
static void text_of(const dnn_config *config, const char *key, char *text)
{
    *text = '\0';
    (void)dnn_config_get(config, key, text, TEXT, NULL);
}

static void set(struct world *w)
{
    static const char *const pairs[][2] = {
        {"learning_rate", "0.25"},  {"activation", "gelu"}, {"optimizer", "adamw"}, {"epochs", "12"},
        {"shuffle", "true"},        {"seed", "-9"},         {"schedule", "cosine"}, {"activation.2", "relu"},
        {"checkpoint_path", "a b"}, {"threads", "2"},       {"beta1", "0"},         {"precision", "f32"}};
    dnn_config *config = any_config(w);
    const char *const *pair = pairs[below(w, (int64_t)(sizeof pairs / sizeof *pairs))];
    char text[TEXT];
    if (!worked(w, dnn_config_set(config, pair[0], pair[1]), config == NULL ? MUST_FAIL | INVALID : 0))
        return;
    text_of(config, pair[0], text);
    if (strcmp(text, pair[1]) != 0)
        fail(w, "%s was set to %s, and is %s", pair[0], pair[1], text);
}

static void set_wrong(struct world *w)
{
    static const char *const keys[] = {"learning_rate", "epochs", "activation", "shuffle", "seed",  "no_such_key", "",
                                       "activation.0",  "beta1",  "threads",    "init",    "engine"};
    static const char *const texts[] = {"", "x", "1e999", "nan", "-0.5x", "\xC3\x28", "0x1", "none\n", "--1"};
    dnn_config *config = any_config(w);
    const char *key = ONE_OF(w, keys);
    grant_memory(); /* for `before` */
    char before[TEXT], after[TEXT];
    text_of(config, key, before);
    const bool takes_any = strcmp(key, "seed") == 0 && config != NULL;
    if (chance(w, 70))
        worked(w, dnn_config_set(config, key, ONE_OF(w, texts)), MUST_FAIL | INVALID | NOT_FINITE);
    else
        worked(w, dnn_config_set_integer(config, key, INT64_MIN + below(w, 9)), takes_any ? 0 : MUST_FAIL | INVALID);
    text_of(config, key, after);
    if (strcmp(before, after) != 0 && !takes_any)
        fail(w, "%s was %s, and is %s after an error", key, before, after);
}

/* Every key: asked for its length, then copied into exactly that, then set again. */
static void read_all(struct world *w)
{
    dnn_config *config = any_config(w);
    for (int64_t i = 0; config != NULL && i < dnn_config_key_count(); i++) {
        const char *key = dnn_config_key_name(i);
        int64_t length = -1;
        if (key == NULL || dnn_config_key_help(i) == NULL)
            fail(w, "key %lld has no name", (long long)i);
        if (dnn_config_get(config, key, NULL, 0, &length) != DNN_OK)
            continue; /* activation.N */
        char *text = need((size_t)length + 1, 1);
        worked(w, dnn_config_get(config, key, text, length, NULL), MUST_FAIL | INVALID);
        worked(w, dnn_config_get(config, key, text, length + 1, NULL), 0);
        if ((int64_t)strlen(text) != length)
            fail(w, "%s has %lld bytes, not %lld", key, (long long)strlen(text), (long long)length);
        if (length > 0)
            worked(w, dnn_config_set(config, key, text), 0);
        free(text);
    }
}

static void destroy(struct world *w)
{
    dnn_config **place = &w->configs[below(w, CONFIGS)];
    dnn_config_destroy(*place);
    *place = NULL;
}

const struct act config_acts[] = {{"config create", create, 3},
                                  {"config create wrong", create_wrong, 1},
                                  {"config set", set, 4},
                                  {"config set wrong", set_wrong, 4},
                                  {"config get all", read_all, 1},
                                  {"config destroy", destroy, 1},
                                  {NULL, NULL, 0}};

/* ---- of random networks ---- */

static bool set_number(dnn_config *config, const char *key, double value)
{
    return dnn_config_set_number(config, key, value) == DNN_OK;
}

static dnn_config *config_or_none(dnn_config *config, bool is_right)
{
    if (is_right)
        return config;
    dnn_config_destroy(config);
    return NULL;
}

dnn_config *network_config(struct world *w, struct shadow *shadow)
{
    static const char *const hidden[] = {"identity", "sigmoid", "tanh", "relu",    "leaky_relu",
                                         "elu",      "gelu",    "silu", "softplus"};
    static const char *const losses[] = {"squared_error", "absolute_error", "huber"};
    static const char *const inits[] = {"uniform01",     "zeros",      "glorot_uniform",
                                        "glorot_normal", "he_uniform", "he_normal"};
    static const char *const engines[] = {"auto", "blas", "fused"};
    shadow->hidden = ONE_OF(w, hidden);
    shadow->output = chance(w, 25) ? "softmax" : ONE_OF(w, hidden);
    shadow->loss = ONE_OF(w, losses);
    if (strcmp(shadow->output, "softmax") == 0 && outputs_of(shadow) == 1)
        shadow->output = "sigmoid";
    if (strcmp(shadow->output, "softmax") == 0)
        shadow->loss = "cross_entropy";
    else if (strcmp(shadow->output, "sigmoid") == 0 && chance(w, 50))
        shadow->loss = "binary_cross_entropy";
    shadow->is_f32 = chance(w, 50);
    shadow->slope = chance(w, 50) ? 1 : 0.01;
    shadow->leaky = chance(w, 50) ? 0.01 : 1.5;
    shadow->alpha = chance(w, 50) ? 1 : 0.5;
    const char *init = ONE_OF(w, inits), *engine = ONE_OF(w, engines);
    dnn_config *config = NULL;
    if (dnn_config_create("tutorial", &config) != DNN_OK)
        return NULL;
    return config_or_none(config, dnn_config_set(config, "activation", shadow->hidden) == DNN_OK &&
                                      dnn_config_set(config, "output_activation", shadow->output) == DNN_OK &&
                                      dnn_config_set(config, "loss", shadow->loss) == DNN_OK &&
                                      dnn_config_set(config, "precision", shadow->is_f32 ? "f32" : "f64") == DNN_OK &&
                                      dnn_config_set(config, "init", init) == DNN_OK &&
                                      dnn_config_set(config, "engine", engine) == DNN_OK &&
                                      dnn_config_set_integer(config, "threads", below(w, 4)) == DNN_OK &&
                                      set_number(config, "sigmoid_slope", shadow->slope) &&
                                      set_number(config, "leaky_slope", shadow->leaky) &&
                                      set_number(config, "elu_alpha", shadow->alpha) &&
                                      dnn_config_set_integer(config, "seed", (int64_t)draw(w)) == DNN_OK);
}

dnn_config *learning_config(struct world *w)
{
    static const char *const optimizers[] = {"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "rprop"};
    static const char *const schedules[] = {"constant", "step", "exponential", "cosine", "warmup_cosine", "plateau"};
    static const char *const engines[] = {"auto", "blas", "fused"};
    dnn_config *config = NULL;
    const char *optimizer = chance(w, 40) ? "sgd" : ONE_OF(w, optimizers), *schedule = ONE_OF(w, schedules);
    const char *engine = ONE_OF(w, engines);
    const double rate = between(w, 1e-4, 0.3), decay = chance(w, 20) ? 0.01 : 0, l2 = chance(w, 20) ? 0.01 : 0;
    const double clip = chance(w, 30) ? 0.5 : 0, dropout = chance(w, 20) ? 0.3 : 0;
    const int64_t batch = 1 + (chance(w, 90) ? below(w, 8) : below(w, 128)), epochs = 1 + below(w, 3),
                  patience = chance(w, 30) ? 1 : 0;
    const int64_t threads = below(w, 4), seed = (int64_t)draw(w);
    const bool is_balanced = chance(w, 10), is_kept = chance(w, 5), is_shuffled = chance(w, 50);
    if (dnn_config_create("tutorial", &config) != DNN_OK)
        return NULL;
    return config_or_none(config, dnn_config_set(config, "optimizer", optimizer) == DNN_OK &&
                                      dnn_config_set(config, "schedule", schedule) == DNN_OK &&
                                      dnn_config_set(config, "engine", engine) == DNN_OK &&
                                      set_number(config, "learning_rate", rate) &&
                                      set_number(config, "weight_decay", decay) && set_number(config, "l2", l2) &&
                                      set_number(config, "clip_norm", clip) && set_number(config, "dropout", dropout) &&
                                      dnn_config_set_integer(config, "batch_size", batch) == DNN_OK &&
                                      dnn_config_set_integer(config, "epochs", epochs) == DNN_OK &&
                                      dnn_config_set_integer(config, "patience", patience) == DNN_OK &&
                                      dnn_config_set_integer(config, "threads", threads) == DNN_OK &&
                                      dnn_config_set_integer(config, "seed", seed) == DNN_OK &&
                                      dnn_config_set_integer(config, "shuffle", is_shuffled) == DNN_OK &&
                                      (!is_balanced || dnn_config_set(config, "class_weight", "balanced") == DNN_OK) &&
                                      (!is_kept || dnn_config_set(config, "checkpoint_path", "of_fit") == DNN_OK));
}
