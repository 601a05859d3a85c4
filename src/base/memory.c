/*
 * base/memory.c - allocation on top of calloc.
 *
 * The aligned kind also starts from calloc, not from posix_memalign and memset: a large calloc is fresh zero pages from
 * the system, which cost nothing until they are used. A trainer's gradient buffer that plain gradient descent never
 * touches is thus never resident.
 *
 * Large blocks ask for large pages, where the system has them on request (Linux: madvise): half the time of reading a
 * file of 160 MB went into 40,000 faults of small ones.
 */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* madvise */
#endif
#include "base/memory.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

enum { ALIGNMENT = 64 };

enum { LARGE = 1 << 22, PAGE = 1 << 16 /* any size that is a whole number of the system's own */ };

bool memory_multiply(int64_t a, int64_t b, int64_t *out)
{
    if (a < 0 || b < 0 || (b != 0 && a > INT64_MAX / b)) {
        return false;
    }
    *out = a * b;
    return true;
}

/* The bytes of count × size, at least 1; false if they cannot be one object. */
static bool object_bytes(int64_t count, int64_t size, size_t *out)
{
    int64_t bytes;
    if (!memory_multiply(count, size, &bytes) || bytes > PTRDIFF_MAX - 2 * ALIGNMENT) {
        return false;
    }
    *out = bytes > 0 ? (size_t)bytes : 1;
    return true;
}

/* It is a hint: whether it is taken makes no difference but time. */
static void *with_large_pages(void *block, size_t bytes)
{
#if defined(MADV_HUGEPAGE)
    if (block != NULL && bytes >= LARGE) {
        const size_t before = (PAGE - (uintptr_t)block % PAGE) % PAGE;
        madvise((unsigned char *)block + before, (bytes - before) / PAGE * PAGE, MADV_HUGEPAGE);
    }
#else
    (void)bytes;
#endif
    return block;
}

void *memory_new(int64_t count, int64_t size)
{
    size_t bytes;
    return object_bytes(count, size, &bytes) ? with_large_pages(calloc(1, bytes), bytes) : NULL;
}

void *memory_new_aligned(int64_t count, int64_t size)
{
    size_t bytes;
    if (!object_bytes(count, size, &bytes)) {
        return NULL;
    }
    unsigned char *block = calloc(1, bytes + ALIGNMENT + sizeof(void *));
    if (block == NULL) {
        return NULL;
    }
    /* The address that free() needs is kept in the word before the aligned one. */
    const size_t past = ((uintptr_t)block + sizeof(void *)) % ALIGNMENT;
    unsigned char *aligned = block + sizeof(void *) + (past == 0 ? 0 : ALIGNMENT - past);
    ((void **)(void *)aligned)[-1] = block;
    return aligned;
}

void *memory_resize(void *block, int64_t count, int64_t size)
{
    size_t bytes;
    return object_bytes(count, size, &bytes) ? with_large_pages(realloc(block, bytes), bytes) : NULL;
}

char *memory_copy_text(const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = memory_new((int64_t)size, 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}

void memory_free(void *block)
{
    free(block);
}

void memory_free_aligned(void *block)
{
    if (block != NULL) {
        free(((void **)block)[-1]);
    }
}
