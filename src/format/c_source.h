/*
 * format/c_source.h - C source as it is written: pieces of text, and numbers, that go to a file block by block.
 */
#ifndef DNN_FORMAT_C_SOURCE_H
#define DNN_FORMAT_C_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

enum { C_SOURCE_BLOCK = 4096 };

struct c_source {
    struct writing *file; /* see base/file.h; borrowed */
    const char *name;     /* what every name in the source begins with; borrowed */
    bool is_f32;          /* whether its numbers are float; else double */
    int32_t status;       /* of the first write that failed; nothing is written after it */
    int64_t length;       /* of the block, so far */
    int64_t column;       /* of the line of numbers that is being written; 0: none */
    char block[C_SOURCE_BLOCK];
};

/* Adds a piece, as printf does, of up to 1023 characters. In the result @ stands for the name, ~ for the type, and $ for
 * what the type's numbers and functions of <math.h> end with: f or nothing. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void c_source_add(struct c_source *source, const char *format, ...);

/* Adds a finite number, with the fewest digits that a compiler reads the same number from. Of double, it is rounded to a float
 * if those are the source's numbers. */
void c_source_number(struct c_source *source, double number);

/* The next number of a list, and the end of its line; lines are broken where they grow too long. */
void c_source_item(struct c_source *source, double number);
void c_source_end_line(struct c_source *source);

/* Writes what the block still holds; the status. */
int32_t c_source_end(struct c_source *source);

#endif
