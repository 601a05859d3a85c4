/*
 * base/memory.h - the only place that allocates, and the arithmetic that sizes are made with.
 *
 * Everything is zeroed, so that a half-made object can be destroyed. Sizes are int64_t, as in dnn.h, and are multiplied
 * only through the checked helpers here: a size that overflows is refused like one that does not fit in memory.
 */
#ifndef DNN_BASE_MEMORY_H
#define DNN_BASE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Where memory comes from, as dnn_set_allocator of dnn.h tells. */
struct memory_allocator {
    void *(*malloc_fn)(void *user, int64_t size);
    void *(*realloc_fn)(void *user, void *block, int64_t size);
    void (*free_fn)(void *user, void *block);
    void *user;
};

enum memory_set { MEMORY_SET, MEMORY_USED /* too late */, MEMORY_TOO_MANY };

/* Chooses the allocator, copied; NULL: the C library's. An enum memory_set: only until something was asked for. */
int32_t memory_set_allocator(const struct memory_allocator *allocator);

/* *out = a * b. False, and *out untouched, if an operand is negative or the product overflows. */
bool memory_multiply(int64_t a, int64_t b, int64_t *out);

/* count × size bytes, zeroed. NULL if there is no such memory or the product overflows. Release with memory_free. */
void *memory_new(int64_t count, int64_t size);

/* The same, aligned to 64 bytes: the width of a cache line and of the widest vector. Release with
 * memory_free_aligned. */
void *memory_new_aligned(int64_t count, int64_t size);

/* Resizes a block of memory_new; the new part is not zeroed. NULL, and the block as it was, if it cannot be had. */
void *memory_resize(void *block, int64_t count, int64_t size);

/* A copy of a text, or NULL if there is no memory. Release with memory_free. */
char *memory_copy_text(const char *text);

/* Release; NULL is allowed. */
void memory_free(void *block);
void memory_free_aligned(void *block);

/* size bytes, not zeroed, of the C library's whatever the host has chosen: for what is asked for or released outside a call, as at a
 * thread's end, where the host's functions are not to be called. NULL if there are none. Release with memory_system_free. */
void *memory_system_new(int64_t size);
void memory_system_free(void *block);

#endif
