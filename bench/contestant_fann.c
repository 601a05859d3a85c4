/*
 * contestant_fann.c - loads the module of fann_peer.c that was built, if one was.
 */
#include "contestants.h"
#include "fann_peer.h"
#include "tiny.h"

#include <dlfcn.h>
#include <string.h>

/* CMake names the modules that it builds. */
#ifndef BENCH_FANN_F64
#define BENCH_FANN_F64 NULL
#endif
#ifndef BENCH_FANN_F32
#define BENCH_FANN_F32 NULL
#endif

static const char *const modules[PRECISION_COUNT] = {
    [DOUBLE_PRECISION] = BENCH_FANN_F64,
    [SINGLE_PRECISION] = BENCH_FANN_F32,
};

static const struct fann_peer *load_peer(enum precision precision, const char **why)
{
    if (modules[precision] == NULL) {
        *why = "its library was not found when the bench was configured";
        return NULL;
    }
    void *module = dlopen(modules[precision], RTLD_NOW | RTLD_LOCAL); /* counted: a second time it is the same one */
    void *symbol = module == NULL ? NULL : dlsym(module, "bench_fann_peer");
    if (symbol == NULL) {
        *why = dlerror();
        return NULL;
    }
    const struct fann_peer *(*peer)(void);
    memcpy(&peer, &symbol, sizeof peer); /* ISO C has no cast from an object to a function */
    return peer();
}

bool tiny_fann(const struct workload *work, enum tiny_way way, enum precision precision, struct contestant *out,
               const char **why)
{
    const struct fann_peer *peer = load_peer(precision, why);
    if (peer == NULL) {
        return false;
    }
    void *network = peer->create(work);
    if (network == NULL) {
        *why = "it could not make the network";
        return false;
    }
    const bool trains = way == TINY_STEP;
    *out = (struct contestant){.name = "FANN",
                               .state = network,
                               .run = trains                  ? peer->train
                                      : way == TINY_FROM_LAST ? peer->predict_from_last
                                                              : peer->predict,
                               .error = trains ? peer->squared_error : NULL,
                               .close = peer->destroy};
    return true;
}

bool fann_contestant(const struct workload *work, enum operation operation, enum precision precision,
                     struct contestant *out, const char **why)
{
    return tiny_fann(work, operation == TRAINING_STEP ? TINY_STEP : TINY_PREDICT, precision, out, why);
}
