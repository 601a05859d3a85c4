/*
 * stack_support.c - see stack_support.h. Stacks grow downwards on every machine that the library runs on.
 */
#include "stack_support.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATTERN = 0xA5 };

struct errand {
    void (*work)(void *argument);
    void *argument;
    const unsigned char *begin; /* where the stack was when the thread began */
};

static void *run(void *argument)
{
    struct errand *errand = argument;
    errand->begin = __builtin_frame_address(0);
    errand->work(errand->argument);
    return NULL;
}

/* What is no longer as it was painted. stack: [size] */
static struct stack_use use_of(const unsigned char *stack, size_t size, const unsigned char *begin)
{
    const unsigned char *deepest = stack;
    while (deepest < begin && *deepest == PATTERN) {
        deepest++;
    }
    return (struct stack_use){.beforehand = (size_t)(stack + size - begin), .depth = (size_t)(begin - deepest)};
}

struct stack_use stack_run(void (*work)(void *argument), void *argument, size_t size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct errand errand = {work, argument, NULL};
    unsigned char *memory = mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t attributes;
    pthread_t thread;
    assert_true(memory != MAP_FAILED);
    assert_int_equal(mprotect(memory, page, PROT_NONE), 0);
    memset(memory + page, PATTERN, size);
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, memory + page, size), 0);
    assert_int_equal(pthread_create(&thread, &attributes, run, &errand), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    const struct stack_use use = use_of(memory + page, size, errand.begin);
    pthread_attr_destroy(&attributes);
    munmap(memory, size + page);
    return use;
}
