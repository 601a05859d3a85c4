/*
 * counted_memory.h - every block of memory that the library asks for is counted, and can be refused.
 *
 * To be included by one file of a test program. base/memory.c, the only file of the library that allocates, is compiled into
 * it with calloc, realloc and free replaced by the functions below; the linker then has no use for the library's own copy.
 * Works with every sanitizer.
 */
#ifndef DNN_TESTS_COUNTED_MEMORY_H
#define DNN_TESTS_COUNTED_MEMORY_H

#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

static void *counted_calloc(size_t count, size_t size);
static void *counted_realloc(void *block, size_t size);
static void counted_free(void *block);

#define calloc counted_calloc
#define realloc counted_realloc
#define free counted_free
#include "base/memory.c" /* NOLINT: on purpose */
#undef calloc
#undef realloc
#undef free

static struct {
    int64_t requests; /* since it was last set to 0 */
    int64_t refused;  /* the request, from 1, that is refused; 0: none */
    int64_t blocks;   /* allocated and not freed */
    int64_t bytes;    /* in them */
    int64_t peak;     /* the most that `bytes` was since it was last set to 0 */
} counted;

static int is_refused(void)
{
    return ++counted.requests == counted.refused;
}

static void *note(void *block)
{
    if (block != NULL) {
        counted.blocks++;
        counted.bytes += (int64_t)malloc_usable_size(block);
        counted.peak = counted.bytes > counted.peak ? counted.bytes : counted.peak;
    }
    return block;
}

static void forget(void *block)
{
    if (block != NULL) {
        counted.blocks--;
        counted.bytes -= (int64_t)malloc_usable_size(block);
    }
}

static void *counted_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : note(calloc(count, size));
}

/* As if the old and the new block were there at once: so it may be. */
static void *counted_realloc(void *block, size_t size)
{
    const int64_t old = block == NULL ? 0 : (int64_t)malloc_usable_size(block);
    void *resized = is_refused() ? NULL : realloc(block, size);
    if (resized != NULL) {
        counted.blocks -= block != NULL;
        note(resized);
        counted.bytes -= old;
    }
    return resized;
}

static void counted_free(void *block)
{
    forget(block);
    free(block);
}

#endif /* DNN_TESTS_COUNTED_MEMORY_H */
