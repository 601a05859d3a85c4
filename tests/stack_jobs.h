/*
 * stack_jobs.h - what a program does with the library, each call with all that it may lead to, to be run on any thread.
 */
#ifndef DNN_TESTS_STACK_JOBS_H
#define DNN_TESTS_STACK_JOBS_H

#include <dnn.h>
#include <stddef.h>

struct stack_job {
    const char *name;
    int32_t (*run)(void);
};

extern const struct stack_job stack_jobs[];
extern const size_t stack_job_count;

/* What the jobs work with, models and files; for cmocka. One job at a time. */
int stack_jobs_set_up(void **state);
int stack_jobs_tear_down(void **state);

#endif
