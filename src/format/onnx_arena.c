/*
 * format/onnx_arena.c - see onnx_arena.h.
 *
 * Under the address sanitizer the objects stand apart, and what lies between them is poisoned: reading past one is
 * noticed as if each had come from malloc.
 */
#include "format/onnx_arena.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISONS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define POISONS 1
#endif
#if defined(POISONS)
#include <sanitizer/asan_interface.h>
#define POISON(bytes, size) ASAN_POISON_MEMORY_REGION(bytes, size)
#define UNPOISON(bytes, size) ASAN_UNPOISON_MEMORY_REGION(bytes, size)
enum { GAP = 8 };
#else
#define POISON(bytes, size) ((void)0)
#define UNPOISON(bytes, size) ((void)0)
enum { GAP = 0 };
#endif

enum { ALIGNMENT = 8 };

/* The allocator that protobuf-c calls. */
static void *unpack_new(void *arena, size_t size)
{
    return size > PTRDIFF_MAX ? NULL : arena_new(arena, (int64_t)size, 1);
}

static void unpack_free(void *arena, void *object)
{
    (void)arena, (void)object; /* all at once, with the block */
}

bool arena_begin(struct arena *arena, int64_t capacity)
{
    *arena = (struct arena){.capacity = capacity};
    arena->for_unpack = (ProtobufCAllocator){unpack_new, unpack_free, arena};
    arena->block = memory_new(capacity, 1);
    if (arena->block != NULL) {
        POISON(arena->block, (size_t)capacity);
    }
    return arena->block != NULL;
}

void *arena_end(struct arena *arena)
{
    UNPOISON(arena->block, (size_t)arena->capacity);
    return arena->block;
}

void *arena_new(struct arena *arena, int64_t count, int64_t size)
{
    int64_t bytes;
    const int64_t left = arena->capacity - arena->used;
    if (!memory_multiply(count, size, &bytes) || bytes > left - GAP - ALIGNMENT) {
        arena->is_full = true;
        return NULL;
    }
    uint8_t *object = arena->block + arena->used;
    arena->used += (bytes + GAP + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    UNPOISON(object, (size_t)bytes);
    return object;
}

char *arena_text(struct arena *arena, const char *first, int64_t number, const char *second)
{
    char digits[24] = "";
    if (number >= 0) {
        snprintf(digits, sizeof digits, "%lld", (long long)number);
    }
    const size_t lengths[] = {strlen(first), strlen(digits), strlen(second)};
    char *text = arena_new(arena, (int64_t)(lengths[0] + lengths[1] + lengths[2] + 1), 1);
    if (text != NULL) {
        memcpy(text, first, lengths[0]);
        memcpy(text + lengths[0], digits, lengths[1]);
        memcpy(text + lengths[0] + lengths[1], second, lengths[2] + 1);
    }
    return text;
}
