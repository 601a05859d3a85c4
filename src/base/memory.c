/*
 * base/memory.c - allocation on top of calloc.
 *
 * The aligned kind also starts from calloc, not from posix_memalign and memset: a large calloc is fresh zero pages from
 * the system, which cost nothing until they are used. A trainer's gradient buffer that plain gradient descent never
 * touches is thus never resident.
 *
 * Large blocks ask for large pages, where the system has them on request (Linux: madvise): half the time of reading a
 * file of 160 MB went into 40,000 faults of small ones.
 *
 * An allocator of the host's gives blocks that are aligned for any object and filled with anything: they are zeroed here, and
 * the aligned kind finds its place within them as it does in calloc's. Which allocator it is can change until the first
 * block is asked for, by whatever thread: from then on some block is out that only this one can release. That is one word
 * (choice), changed by compare-and-swap: no lock that a fork could leave locked. What it points to is written once, before.
 */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* madvise */
#endif
#include "base/memory.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

enum { ALIGNMENT = 64 };

enum { LARGE = 1 << 22, PAGE = 1 << 16 /* any size that is a whole number of the system's own */ };

/* Number 0 is the C library's, and has no functions here. */
enum { MOST_ALLOCATORS = 16, USED = 1 };
static struct memory_allocator allocators[MOST_ALLOCATORS];
static atomic_int allocator_count = 1;
static atomic_int choice; /* 2 × the number of the allocator that is chosen, + USED once it was asked for something */

int32_t memory_set_allocator(const struct memory_allocator *allocator)
{
    int number = 0;
    int before = atomic_load(&choice);
    if ((before & USED) != 0) {
        return MEMORY_USED;
    }
    if (allocator != NULL) {
        number = atomic_fetch_add(&allocator_count, 1);
        if (number >= MOST_ALLOCATORS) {
            atomic_store(&allocator_count, MOST_ALLOCATORS);
            return MEMORY_TOO_MANY;
        }
        allocators[number] = *allocator;
    }
    while (!atomic_compare_exchange_weak(&choice, &before, 2 * number)) {
        if ((before & USED) != 0) { /* GCOVR_EXCL_START: another thread asked for memory since it was looked at above */
            return MEMORY_USED;
        } /* GCOVR_EXCL_STOP */
    }
    return MEMORY_SET;
}

/* The allocator, which stays what it is from now on; NULL: the C library's. */
static const struct memory_allocator *chosen(void)
{
    int now = atomic_load_explicit(&choice, memory_order_acquire);
    while ((now & USED) == 0 && !atomic_compare_exchange_weak(&choice, &now, now | USED)) {
    }
    return now < 2 ? NULL : &allocators[now / 2];
}

static void *zeroed(size_t bytes)
{
    const struct memory_allocator *by = chosen();
    void *block = by == NULL ? calloc(1, bytes) : by->malloc_fn(by->user, (int64_t)bytes);
    if (by != NULL && block != NULL) {
        memset(block, 0, bytes);
    }
    return block;
}

static void *resized(void *block, size_t bytes)
{
    const struct memory_allocator *by = chosen();
    if (by == NULL) {
        return realloc(block, bytes);
    }
    return block == NULL ? by->malloc_fn(by->user, (int64_t)bytes) : by->realloc_fn(by->user, block, (int64_t)bytes);
}

static void release(void *block)
{
    const struct memory_allocator *by = block == NULL ? NULL : chosen();
    if (by != NULL) {
        by->free_fn(by->user, block);
    } else {
        free(block);
    }
}

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

/* Not of the host's memory, with which it may have other plans. It is a hint: whether it is taken makes no difference but time. */
static void *with_large_pages(void *block, size_t bytes)
{
#if defined(MADV_HUGEPAGE)
    if (block != NULL && bytes >= LARGE && chosen() == NULL) {
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
    return object_bytes(count, size, &bytes) ? with_large_pages(zeroed(bytes), bytes) : NULL;
}

void *memory_new_aligned(int64_t count, int64_t size)
{
    size_t bytes;
    if (!object_bytes(count, size, &bytes)) {
        return NULL;
    }
    unsigned char *block = zeroed(bytes + ALIGNMENT + sizeof(void *));
    if (block == NULL) {
        return NULL;
    }
    /* The address that the release needs is kept in the word before the aligned one. */
    const size_t past = ((uintptr_t)block + sizeof(void *)) % ALIGNMENT;
    unsigned char *aligned = block + sizeof(void *) + (past == 0 ? 0 : ALIGNMENT - past);
    ((void **)(void *)aligned)[-1] = block;
    return aligned;
}

void *memory_resize(void *block, int64_t count, int64_t size)
{
    size_t bytes;
    return object_bytes(count, size, &bytes) ? with_large_pages(resized(block, bytes), bytes) : NULL;
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
    release(block);
}

void memory_free_aligned(void *block)
{
    if (block != NULL) {
        release(((void **)block)[-1]);
    }
}

void *memory_system_new(int64_t size)
{
    return malloc((size_t)size);
}

void memory_system_free(void *block)
{
    free(block);
}
