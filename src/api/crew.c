/*
 * api/crew.c - see crew.h.
 *
 * A chunk of MODEL_CHUNK_ROWS samples goes to the threads in blocks of BLOCK, each thread all the way through the network: one wait
 * for each other a chunk.
 */
#include "api/crew.h"

#include "api/model.h"
#include "base/seconds.h"

/* Whole panels of core/product.h in every version, and the same for every count of threads. */
enum { BLOCK = 32, MOST_THREADS = MODEL_CHUNK_ROWS / BLOCK };

/* Multiplications of a call that are worth threads: a millisecond's, so that starting them is soon made good. */
static const double worth_threads = 1 << 25;

enum { WITH_TEAM, ALONE };

void crew_begin(struct crew *crew)
{
    atomic_init(&crew->guard.holder, 0);
    crew->team = NULL;
    pace_begin(&crew->pace, WITH_TEAM);
}

void crew_end(struct crew *crew)
{
    team_destroy(crew->team);
}

/* Threads that a call is divided among. */
static int32_t thread_count(const dnn_model *model, int64_t n)
{
    const int64_t asked = config_integer(model->config, KEY_THREADS), processors = team_processors();
    const double work = (double)model->network->parameter_count * (double)n;
    const int64_t wanted = !model->network->has_products        ? 1
                           : n <= BLOCK                         ? 1
                           : asked == 0 && work < worth_threads ? 1
                           : asked == 0                         ? MOST_THREADS
                                                                : asked;
    const int64_t most = processors < MOST_THREADS ? processors : MOST_THREADS;
    return (int32_t)(wanted < most ? wanted : most);
}

struct crew *crew_take(const dnn_model *model, int64_t n)
{
    struct crew *crew = &((dnn_model *)model)->crew; /* no part of the model's value */
    const int32_t threads = thread_count(model, n);
    if (threads < 2 || !guard_try(&crew->guard)) {
        return NULL;
    }
    if (crew->team == NULL && !team_create(threads, &crew->team)) {
        guard_give_back(&crew->guard);
        return NULL; /* the call is made without it */
    }
    return crew;
}

void crew_give_back(struct crew *crew)
{
    if (crew != NULL) {
        guard_give_back(&crew->guard);
    }
}

void crew_prepare(const dnn_model *model, int64_t n, struct pass *pass)
{
    struct crew *crew = crew_take(model, n);
    if (crew != NULL) {
        pass_reserve_panels(model->core, model->network, team_count(crew->team), pass); /* refused: it goes without */
        crew_give_back(crew);
    }
}

struct chunk {
    const struct crew_work *work;
    struct pass *pass;
    int64_t first;
};

static void run_part(void *argument, int32_t index, int32_t count)
{
    const struct chunk *chunk = argument;
    const dnn_model *model = chunk->work->model;
    int64_t first;
    const int64_t n = team_share(chunk->pass->n_rows, BLOCK, index, count, &first);
    if (n > 0) {
        struct pass part = pass_part(chunk->pass, first, n, index);
        chunk->work->load(chunk->work, &part, chunk->first + first);
        model->core->forward(model->network, model->theta, &part);
        chunk->work->finish(chunk->work, &part, chunk->first + first);
    }
}

void crew_forward(struct crew *crew, const struct crew_work *work, struct pass *pass, int64_t first)
{
    struct chunk chunk = {work, pass, first};
    const dnn_model *model = work->model;
    const double began = seconds_now();
    if (crew != NULL && pace_way(&crew->pace) == WITH_TEAM &&
        pass_reserve_panels(model->core, model->network, team_count(crew->team), pass)) {
        team_run(crew->team, run_part, &chunk);
    } else {
        run_part(&chunk, 0, 1);
    }
    if (crew != NULL && pass->n_rows > BLOCK) { /* what one thread does anyway tells nothing */
        pace_note(&crew->pace, (seconds_now() - began) / (double)pass->n_rows * MODEL_CHUNK_ROWS);
    }
}
