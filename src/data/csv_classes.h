/*
 * data/csv_classes.h - the different texts of a column, each with a number of its own; at the end, the classes.
 */
#ifndef DNN_DATA_CSV_CLASSES_H
#define DNN_DATA_CSV_CLASSES_H

#include <stdint.h>

struct csv_classes {
    int32_t *slots; /* [slot_count] a hash table of numbers, −1 where it is empty */
    int64_t slot_count;
    int64_t *begins; /* [capacity] where each text is in `bytes` */
    int64_t count, capacity;
    char *bytes; /* [byte_capacity] the texts, each closed by NUL */
    int64_t byte_count, byte_capacity;
};

/* The number of a text: the one that it was given before, or the next one. text: [length], without NUL. Begins with
 * {0}. DNN_ERROR_OUT_OF_MEMORY. */
int32_t csv_classes_number(struct csv_classes *classes, const char *text, int64_t length, int32_t *number);

/* Forgets the texts from number `count` on, of which there is one at most. */
void csv_classes_forget(struct csv_classes *classes, int64_t count);

void csv_classes_release(struct csv_classes *classes);

/* The classes in order: by value if each text is a number (equal ones are one class, named as first written), else by
 * bytes. *names: [*count] texts, in one block that is released with memory_free. class_of: [classes->count], the class of
 * each number. */
int32_t csv_classes_sort(const struct csv_classes *classes, char point, char ***names, int64_t *count,
                         int32_t *class_of);

#endif
