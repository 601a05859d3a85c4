/*
 * trials.h - every public function, called in a small world of its own, to be tried while something is failing: memory
 * (test_allocation.c), or the system's files (test_system_calls.c).
 *
 * A trial is one call. Whoever tries it makes a world, lets something fail during the call, and holds it to what dnn.h
 * promises of every failure: no result is touched and nothing that can be asked of the world has changed; and the same
 * call, made again in the same world with nothing failing, gives what it gives in a world where nothing ever failed. Both
 * are compared by one number, the print of all that can be asked.
 */
#ifndef DNN_TESTS_TRIALS_H
#define DNN_TESTS_TRIALS_H

#include "file_support.h"

#include <dnn.h>
#include <stdbool.h>
#include <stdint.h>

/* The kinds of world: what the config says, and the layers. */
enum { WORLD_KINDS = 4 };

/* What a trial is given. */
struct world {
    int kind;
    int64_t layers[3];
    dnn_config *config;
    dnn_model *model;
    dnn_trainer *trainer;
    dnn_workspace *workspace;
    dnn_dataset *dataset, *classes;
};

/* What a trial gives. All of it is filled with SENTINEL_BYTE before a call, and all handles are NULL. */
enum { SENTINEL_BYTE = 0x5A };
struct results {
    double numbers[256];
    float floats[64];
    int64_t integers[64];
    int32_t labels[64];
    char text[1 << 14];
    dnn_config *config;
    dnn_model *model;
    dnn_trainer *trainer;
    dnn_workspace *workspace;
    dnn_dataset *dataset, *second;
};

enum {
    TRIAL_READS = 1,  /* a file */
    TRIAL_WRITES = 2, /* the file `out` */
    TRIAL_MOVES = 4,  /* may have changed the world when it fails, as dnn.h says: fit, once it has begun */
    TRIAL_ONNX = 8,   /* is unsupported in a build without ONNX */
    TRIAL_OPEN = 32,  /* reads a format that does not tell where a file ends */
    TRIAL_WIDE = 16   /* is worth a world of wide layers */
};

struct trial {
    const char *functions; /* of dnn.h that it is about, with spaces between */
    const char *what;
    int32_t (*call)(struct world *, struct results *);
    int flags;
};

/* The trials, from 0; NULL behind the last. */
const struct trial *trial_at(int index);

/* The folder and the files that trials read; for cmocka, before and after a group of tests. */
int make_trials(void **state);
int remove_trials(void **state);

/* What they read. */
extern struct trial_files {
    const char *model, *checkpoint, *plain, *onnx, *csv, *csv_gz, *images, *images_gz, *labels, *npy, *npy_gz;
    struct bytes model_bytes; /* of model */
} trial_files;

/* The one file that they write. */
const char *trial_out(void);

/* Makes it a file of "old". */
void trial_put_old(void);

void world_make(struct world *world, int kind);
void world_destroy(struct world *world);

void results_clear(struct results *results);
void results_destroy(struct results *results);
bool results_are_untouched(const struct results *results);

/* A number made of all that can be asked of a world and of results, and of the file `out`. With is_last, also of what
 * comes next: a step more, after which the world is no longer what it was. */
uint64_t print_of(struct world *world, struct results *results, bool is_last);

#endif /* DNN_TESTS_TRIALS_H */
