/*
 * base/memory.c - allocation on top of calloc.
 *
 * The aligned kind also starts from calloc, not from posix_memalign and memset: a large calloc is fresh zero pages from
 * the system, which cost nothing until they are used. A trainer's gradient buffer that plain gradient descent never
 * touches is thus never resident.
 */
#include "base/memory.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum { ALIGNMENT = 64 };

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

void *memory_new(int64_t count, int64_t size)
{
    size_t bytes;
    return object_bytes(count, size, &bytes) ? calloc(1, bytes) : NULL;
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
    return object_bytes(count, size, &bytes) ? realloc(block, bytes) : NULL;
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
