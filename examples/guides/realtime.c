/* A trained network inside loops that may not wait: realtime MODEL.dnn, of four inputs and three outputs. */
#include <dnn.h>

#include <math.h>
#include <pthread.h>
#include <stdio.h>

enum { LOOPS = 2, TICKS = 10000, INPUTS = 4, OUTPUTS = 3 };

/* What one loop owns: its workspace, and its numbers. */
struct loop {
    dnn_workspace *workspace;
    float sensors[INPUTS], answer[OUTPUTS];
    int failures;
};

/* Stands for the hardware; each thousandth measurement is broken. */
static void measure(float *sensors, int tick)
{
    for (int i = 0; i < INPUTS; i++) {
        sensors[i] = tick % 1000 == 999 ? NAN : (float)(1 + (tick + i) % 5);
    }
}

/* One loop: no memory is asked for, no lock is taken, nothing is written to a file. */
static void *run(void *user)
{
    struct loop *loop = user;
    for (int tick = 0; tick < TICKS; tick++) {
        measure(loop->sensors, tick);
        if (dnn_workspace_predict_f32(loop->workspace, loop->sensors, 1, loop->answer) != DNN_OK) {
            loop->failures++; /* a measurement that is no number: the answer is the one before, untouched */
        }
        /* act on loop->answer here */
    }
    return NULL;
}

static int fits(const dnn_model *model)
{
    return dnn_model_layer_size(model, 0) == INPUTS &&
           dnn_model_layer_size(model, dnn_model_layer_count(model) - 1) == OUTPUTS;
}

/* All that may fail or take its time, before the loops begin: the file, the memory, and the first prediction. */
static int prepare(struct loop *loops, const char *path)
{
    dnn_model *model = NULL;
    int failed = dnn_model_load(path, &model);
    for (int i = 0; i < LOOPS && !failed && fits(model); i++) {
        failed = dnn_workspace_create(model, 1, &loops[i].workspace) ||
                 dnn_workspace_predict_f32(loops[i].workspace, loops[i].sensors, 1, loops[i].answer);
    }
    if (failed) {
        fprintf(stderr, "realtime: %s\n", dnn_last_error());
    } else if (!fits(model)) {
        fprintf(stderr, "realtime: %s has not four inputs and three outputs\n", path);
        failed = 1;
    }
    dnn_model_destroy(model); /* the workspaces keep what they need */
    return failed;
}

int main(int argc, char **argv)
{
    struct loop loops[LOOPS] = {{NULL, {0}, {0}, 0}};
    pthread_t threads[LOOPS];
    int started = 0, failures = 0;
    if (argc != 2) {
        fprintf(stderr, "usage: realtime MODEL.dnn\n");
        return 2;
    }
    if (!prepare(loops, argv[1])) {
        while (started < LOOPS && pthread_create(&threads[started], NULL, run, &loops[started]) == 0) {
            started++;
        }
        for (int i = 0; i < started; i++) {
            pthread_join(threads[i], NULL);
            failures += loops[i].failures;
        }
        printf("%d loops, %d answers, %d broken measurements\n", started, started * TICKS, failures);
    }
    for (int i = 0; i < LOOPS; i++) {
        dnn_workspace_destroy(loops[i].workspace);
    }
    return started == LOOPS ? 0 : 1;
}
