/*
 * memory.c - memory that is refused now and then, and counted, by way of dnn_set_allocator.
 *
 * Before some calls a number is drawn: so many requests are granted, and the next one, or all that follow, refused. The calls
 * that look at what is left are granted all they want. Whatever the library has not given back when everything is destroyed
 * is a leak, to the byte. Trainers have threads of their own, so the counters are atomic.
 */
#include "soak.h"

#include <limits.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { PERCENT_REFUSED = 20, MOST_GRANTED = 60 };

static atomic_int granted = INT_MAX; /* requests until one is refused */
static atomic_bool for_ever;         /* and all others after it */
static atomic_bool was_refused;
static atomic_llong bytes, refusals;

#if DNN_HAS_ALLOCATOR

#if defined(_WIN32)
static size_t malloc_usable_size(void *block)
{
    return block == NULL ? 0 : _msize(block);
}
#endif

static bool is_refused(void)
{
    if (atomic_load(&granted) == INT_MAX || atomic_fetch_sub(&granted, 1) > 0)
        return false;
    atomic_store(&was_refused, true);
    atomic_fetch_add(&refusals, 1);
    atomic_store(&granted, atomic_load(&for_ever) ? 0 : INT_MAX);
    return true;
}

static void *allocate(void *user, int64_t size)
{
    (void)user;
    void *block = is_refused() ? NULL : malloc((size_t)size);
    atomic_fetch_add(&bytes, (long long)malloc_usable_size(block));
    return block;
}

static void *resize(void *user, void *block, int64_t size)
{
    (void)user;
    if (is_refused())
        return NULL;
    const size_t before = malloc_usable_size(block);
    void *resized = realloc(block, (size_t)size);
    if (resized != NULL)
        atomic_fetch_add(&bytes, (long long)malloc_usable_size(resized) - (long long)before);
    return resized;
}

static void release(void *user, void *block)
{
    (void)user;
    atomic_fetch_sub(&bytes, (long long)malloc_usable_size(block));
    free(block);
}

void begin_memory(void)
{
    if (dnn_set_allocator(allocate, resize, release, NULL) != DNN_OK) {
        printf("FAILED: no allocator can be set: %s\n", dnn_last_error());
        _Exit(2);
    }
}

#else

void begin_memory(void)
{
}

#endif

void refuse_memory(struct world *w)
{
    atomic_store(&was_refused, false);
    atomic_store(&for_ever, chance(w, 50));
    const int64_t number = below(w, MOST_GRANTED);
    atomic_store(&granted, chance(w, PERCENT_REFUSED) ? (int)number : INT_MAX);
}

bool memory_was_refused(void)
{
    return atomic_load(&was_refused);
}

void grant_memory(void)
{
    atomic_store(&granted, INT_MAX);
}

int64_t memory_refusals(void)
{
    return (int64_t)atomic_load(&refusals);
}

int64_t library_bytes(void)
{
    return (int64_t)atomic_load(&bytes);
}
