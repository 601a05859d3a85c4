/*
 * data/element.h - the types of number that IDX and NPY files hold, and how a block of them becomes numbers of ours.
 *
 * They are called as NumPy calls them: a letter for the kind (b bool, u unsigned, i signed, f floating) and the bytes. A
 * type that a float holds exactly becomes a float, any other a double.
 */
#ifndef DNN_DATA_ELEMENT_H
#define DNN_DATA_ELEMENT_H

#include <stdbool.h>
#include <stdint.h>

enum element {
    ELEMENT_B1,
    ELEMENT_U1,
    ELEMENT_I1,
    ELEMENT_U2,
    ELEMENT_I2,
    ELEMENT_F2,
    ELEMENT_U4,
    ELEMENT_I4,
    ELEMENT_F4,
    ELEMENT_U8,
    ELEMENT_I8,
    ELEMENT_F8,
    ELEMENT_COUNT
};

/* Bytes of one, 1 to 8. */
int64_t element_size(enum element element);

/* "f8" */
const char *element_name(enum element element);

bool element_is_float(enum element element);

/* Whether element_widen makes floats; else doubles. */
bool element_is_exact_in_float(enum element element);

/* Whether numbers are stored in the other byte order than this machine's, if they are big-endian or not. */
bool element_is_swapped(bool is_big_endian);

/* Turns each number's bytes around, in place. */
void element_swap(enum element element, void *numbers, int64_t count);

/* Whether all are usable: floating ones finite, integers at most 2⁵³ either way (a double holds them), bools 0 or 1. */
bool element_check(enum element element, const void *numbers, int64_t count);

/* out[i] = numbers[i], as float or double. numbers: checked. */
void element_widen(enum element element, const void *numbers, int64_t count, void *out);

/* The same as integers, of a type that is not floating. */
void element_to_integers(enum element element, const void *numbers, int64_t count, int64_t *out);

#endif
