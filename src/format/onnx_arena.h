/*
 * format/onnx_arena.h - one block of memory of a known size, from which an ONNX file is unpacked, or packed.
 *
 * protobuf-c makes an object for each message, string and list it meets, and two bytes of a file are enough for a message
 * that takes a hundred. From one block, what a file can cost is known before it is looked at; and whatever happens in
 * between, releasing the block leaves nothing behind.
 */
#ifndef DNN_FORMAT_ONNX_ARENA_H
#define DNN_FORMAT_ONNX_ARENA_H

#include <protobuf-c/protobuf-c.h>

#include <stdbool.h>
#include <stdint.h>

struct arena {
    uint8_t *block; /* owned: memory_free */
    int64_t capacity, used;
    bool is_full;                  /* something was refused */
    ProtobufCAllocator for_unpack; /* hands out the arena's memory; its free does nothing but at the end */
};

/* Makes the block; false if there is no memory. The arena must not move afterwards. */
bool arena_begin(struct arena *arena, int64_t capacity);

/* Nothing more is asked of the arena: its block, with all objects in it, for memory_free. What lies between them is memory like
 * any other again, for an allocator of the host's may use it before it goes back to where it came from. */
void *arena_end(struct arena *arena);

/* count × size bytes, zeroed and aligned for any object; NULL if they are not there. */
void *arena_new(struct arena *arena, int64_t count, int64_t size);

/* Up to two strings and a number between them, one after the other: "layers." 3 ".weight". number < 0: none. */
char *arena_text(struct arena *arena, const char *first, int64_t number, const char *second);

#endif
