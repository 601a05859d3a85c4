/*
 * stack_support.h - threads on a stack that was filled with a pattern: how deep they went is where the pattern ends.
 */
#ifndef DNN_TESTS_STACK_SUPPORT_H
#define DNN_TESTS_STACK_SUPPORT_H

#include <stddef.h>

struct stack_use {
    size_t beforehand; /* bytes that were taken when `work` was called: the thread's own, and thread-local variables */
    size_t depth;      /* bytes that it used itself, with all that it called */
};

/* Runs work(argument) in a thread of its own, whose stack has `size` bytes, and a page behind it that may not be touched. */
struct stack_use stack_run(void (*work)(void *argument), void *argument, size_t size);

#endif
