/*
 * counted_memory.h - every block of memory that the library asks for is counted, and can be refused.
 *
 * By dnn_set_allocator, so that zlib's and protobuf-c's blocks are counted too, and by any build, with any sanitizer. What it
 * gives is as bad as dnn.h allows: filled with anything, and aligned to 16 bytes but not to 32. To be included by one file of
 * a test program, which calls count_memory before anything else.
 */
#ifndef DNN_TESTS_COUNTED_MEMORY_H
#define DNN_TESTS_COUNTED_MEMORY_H

#include <dnn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Atomic, for a model's threads may come and go beside the one that is watched. */
static struct {
    _Atomic int64_t requests; /* since it was last set to 0 */
    int64_t refused;          /* the request, from 1, that is refused; 0: none */
    int goes_on;              /* whether all that come after it are refused too */
    _Atomic int64_t blocks;   /* allocated and not freed */
    _Atomic int64_t bytes;    /* in them */
    int64_t peak;             /* the most that `bytes` was since it was last set to 0 */
    int64_t largest;          /* request, since it was last set to 0 */
    int64_t refusals;         /* ever */
} counted;

enum { KEPT_FOR_THREADS = 0 }; /* see refuse_each.h */

/* Before each block its size and where it begins; behind it bytes that nobody may change. */
enum { COUNTED_BEFORE = 32, COUNTED_BEHIND = 32, COUNTED_GARBAGE = 0xA5 };

static int is_refused(int64_t size)
{
    counted.requests++;
    counted.largest = size > counted.largest ? size : counted.largest;
    const int refuses = counted.refused > 0 &&
                        (counted.goes_on ? counted.requests >= counted.refused : counted.requests == counted.refused);
    counted.refusals += refuses;
    return refuses;
}

struct counted_head {
    void *begin;
    int64_t size;
};

static struct counted_head *head_of(void *block)
{
    return (struct counted_head *)(void *)((uint8_t *)block - sizeof(struct counted_head));
}

static void *counted_new(int64_t size)
{
    uint8_t *begin = malloc((size_t)size + COUNTED_BEFORE + COUNTED_BEHIND);
    if (begin == NULL)
        return NULL;
    const uintptr_t past = (uintptr_t)(begin + 16) % 32; /* 0 or 16: so the block comes to lie at 16 of 32 */
    uint8_t *block = begin + 16 + (past == 0 ? 16 : 0);
    *head_of(block) = (struct counted_head){begin, size};
    memset(block, COUNTED_GARBAGE, (size_t)size + COUNTED_BEHIND);
    counted.blocks++;
    counted.bytes += size;
    counted.peak = counted.bytes > counted.peak ? counted.bytes : counted.peak;
    return block;
}

static void counted_free(void *user, void *block)
{
    if (block == NULL || user != &counted)
        abort(); /* dnn.h says that neither happens */
    const uint8_t *behind = (uint8_t *)block + head_of(block)->size;
    for (int i = 0; i < COUNTED_BEHIND; i++)
        if (behind[i] != COUNTED_GARBAGE)
            abort(); /* written beyond its end */
    counted.blocks--;
    counted.bytes -= head_of(block)->size;
    memset(block, COUNTED_GARBAGE, (size_t)head_of(block)->size);
    free(head_of(block)->begin);
}

static void *counted_malloc(void *user, int64_t size)
{
    if (size < 1 || user != &counted)
        abort();
    return is_refused(size) ? NULL : counted_new(size);
}

/* Always to another place; for a moment both are there, as they may be. */
static void *counted_realloc(void *user, void *block, int64_t size)
{
    if (size < 1 || user != &counted || block == NULL)
        abort();
    void *moved = is_refused(size) ? NULL : counted_new(size);
    if (moved != NULL) {
        const int64_t old = head_of(block)->size;
        memcpy(moved, block, (size_t)(old < size ? old : size));
        counted_free(user, block);
    }
    return moved;
}

static void count_memory(void)
{
    if (dnn_set_allocator(counted_malloc, counted_realloc, counted_free, &counted) != DNN_OK)
        abort();
}

#endif /* DNN_TESTS_COUNTED_MEMORY_H */
