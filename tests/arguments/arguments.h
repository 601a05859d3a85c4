/*
 * arguments.h - what a function takes and gives, as data, so that a program can call it in every wrong way.
 *
 *     calls.c     made by generate.py: each public function, its parameters, and arguments that it takes
 *     fixture.c   handles, arrays and files to call it with, and whether they are still what they were
 *     values.c    what to try for a parameter of each kind
 *     judge.c     was the answer right?
 *     main.c      each parameter alone, then each two together
 */
#ifndef DNN_TESTS_ARGUMENTS_H
#define DNN_TESTS_ARGUMENTS_H

#include <dnn.h>
#include <stdbool.h>
#include <stdint.h>

/* The network of the fixture, and its samples. */
enum { N_IN = 3, N_HIDDEN = 4, N_OUT = 2, LAYERS = 3, ROWS = 4, EPOCHS = 2 };
enum { PARAMETERS = N_HIDDEN * (N_IN + 1) + N_OUT * (N_HIDDEN + 1) };

/* What every output has room for, a text and the model's file included. */
enum { OUTPUT_BYTES = 8192 };

enum { MOST_PARAMETERS = 8 };

/* ---- functions ---- */

enum kind {
    KIND_HANDLE,
    KIND_RELEASED,   /* a handle that is gone afterwards: only NULL is tried */
    KIND_HANDLE_OUT, /* where a new handle goes */
    KIND_TEXT,
    KIND_ARRAY,
    KIND_ARRAY_OUT,
    KIND_SCALAR_OUT, /* where one number goes */
    KIND_INTEGER,
    KIND_REAL,
    KIND_CALLBACK,
    KIND_USER
};

/* May it be NULL? */
enum null {
    NULL_NEVER,
    NULL_FINE,
    NULL_WHERE,    /* where there are no rows */
    NULL_SOMETIMES /* it depends on other arguments */
};

enum returns { RETURNS_NOTHING, RETURNS_STATUS, RETURNS_INTEGER, RETURNS_NUMBER, RETURNS_TEXT };

/* What a text is. */
enum text_role { TEXT_NAME, TEXT_NUMBER, TEXT_OPTIONS, TEXT_READ, TEXT_WRITTEN };

union argument {
    int64_t integer;
    double number;
    void *pointer;
    void (*callback)(void);
};

struct result {
    int64_t integer; /* also a status */
    double number;
    const char *text;
};

/* What dnn.h allows. */
struct domain {
    int64_t least; /* of an integer */
    int64_t most;
    double real_least; /* of a real */
    double real_most;
    int64_t count; /* elements of an array that is read */
    enum text_role role;
};

struct parameter {
    const char *name;
    enum kind kind;
    const char *of; /* the handle's or the number's type */
    enum null null;
    int is_extent; /* it counts the elements of an array: what is too large for ours is not tried, unless for any array */
    int is_changed; /* a handle that the call changes */
};

struct fixture;

struct function {
    const char *name;
    enum returns returns;
    int is_refused; /* whatever its arguments are */
    void (*call)(const union argument *a, struct result *r);
    void (*good)(const struct fixture *f, union argument *a, struct domain *d);
    int count;
    struct parameter parameters[MOST_PARAMETERS];
};

extern const struct function functions[];
extern const int function_count;

/* ---- the fixture ---- */

struct fixture {
    dnn_config *config;
    dnn_model *model;
    dnn_workspace *workspace;
    dnn_trainer *trainer;
    dnn_dataset *dataset;
    dnn_dataset *named;                         /* whose classes have names */
    dnn_progress *progress;                     /* while a callback runs, else NULL */
    int64_t *layers;                            /* [LAYERS] */
    double *x, *y, *theta, *gradient, *weights; /* [ROWS × N_IN] [ROWS × N_OUT] [PARAMETERS] [PARAMETERS] [ROWS] */
    float *x_f32, *y_f32;
    uint8_t *x_u8;
    int32_t *class_of; /* [ROWS] */
    void *file;        /* [file_size], of the model */
    int64_t file_size;
    void *user;
    const char *settings; /* of the config, beside the recipe's */
    double tolerance;     /* of its precision */
    bool is_running;      /* in a callback of fit: the model cannot be trained */
    void *facts;          /* what the handles told when they were made */
};

/* Handles with these settings, and all else; the working directory is a new folder with the files. */
void fixture_create(struct fixture *f, const char *settings, double tolerance);
void fixture_destroy(struct fixture *f);

/* New handles: after a call that has changed some. */
void fixture_renew(struct fixture *f);

/* Reports a finding unless every handle tells what it told at first, predicts what a naive network does, and makes the step
 * that it should. */
void fixture_check(struct fixture *f);

/* Removes the files that calls have left, and the fixture's own if all. */
void fixture_clean(bool all);

/* A callback that goes on. */
int32_t go_on(void *user, const dnn_progress *progress);

/* An allocator. */
void *allocate(void *user, int64_t size);
void *reallocate(void *user, void *block, int64_t size);
void release(void *user, void *block);

/* ---- values ---- */

/* What must come of a value. */
enum verdict {
    MAY_FAIL,       /* an error or none, as the library likes */
    SUCCEEDS_ALONE, /* no error if all other arguments are good */
    FAILS_ALONE,    /* an error if all other arguments are good */
    FAILS           /* an error, whatever the others are */
};

enum { MOST_VALUES = 40, LABEL_CAPACITY = 48 };

struct value {
    char label[LABEL_CAPACITY];
    union argument argument; /* of what is written: NULL, or nothing where there is a shift */
    enum verdict verdict;
    void *block; /* that argument.pointer points into; released by values_free */
    int shift;   /* bytes that an output is moved by */
};

struct values {
    int count;
    struct value all[MOST_VALUES];
};

/* What to try for a parameter whose good value and domain these are. */
void values_of(const struct parameter *parameter, const union argument *good, const struct domain *domain,
               struct values *values);
void values_free(struct values *values);

/* ---- verdicts ---- */

/* One call and what is known about it. values[i] is NULL where argument i is the good one. */
struct attempt {
    const struct function *function;
    union argument arguments[MOST_PARAMETERS];
    const struct value *values[MOST_PARAMETERS];
};

/* Calls, with new outputs, and reports a finding unless the answer is right. Whether the call did its work: then the
 * handles may have changed. */
bool attempt_make(struct attempt *attempt);

/* Counts a finding, and prints it with the latest attempt. */
void finding(const char *format, ...) __attribute__((format(printf, 1, 2)));

extern int64_t call_count, finding_count;
extern int32_t latest_status; /* of the latest attempt */

#endif
