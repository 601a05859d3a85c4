/*
 * data/csv_classes.c - see csv_classes.h. An open hash table over one block of text.
 *
 * The hash begins with an address, which a stranger who writes a file to make all texts collide does not know. What comes
 * out does not depend on it: numbers are given in the order of the file, classes by sorting.
 */
#include "data/csv_classes.h"

#include "base/memory.h"
#include "base/status.h"
#include "data/csv_number.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64, FIRST_BYTES = 256 };

static int32_t no_memory(void)
{
    return status_out_of_memory("the classes of a CSV file");
}

/* ------------------------------------------------- table -------------------------------------------------- */

static uint64_t hash(const struct csv_classes *classes, const char *text, int64_t length)
{
    uint64_t h = (uint64_t)(uintptr_t)classes * 0x9E3779B97F4A7C15u;
    for (int64_t i = 0; i < length; i += 8) {
        uint64_t word = 0;
        memcpy(&word, text + i, (size_t)(length - i < 8 ? length - i : 8));
        h = (h ^ word) * 0xD6E8FEB86659FD93u;
        h ^= h >> 32;
    }
    h = (h ^ (uint64_t)length) * 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

/* Where a text is in the table, or where it is to be put. */
static int64_t find_slot(const struct csv_classes *classes, const char *text, int64_t length)
{
    int64_t slot = (int64_t)(hash(classes, text, length) & (uint64_t)(classes->slot_count - 1));
    for (; classes->slots[slot] >= 0; slot = (slot + 1) & (classes->slot_count - 1)) {
        const char *known = classes->bytes + classes->begins[classes->slots[slot]];
        if (strncmp(known, text, (size_t)length) == 0 && known[length] == '\0') {
            break;
        }
    }
    return slot;
}

/* Twice the slots, or the first ones. */
static bool widen_slots(struct csv_classes *classes)
{
    const int64_t count = classes->slot_count > 0 ? 2 * classes->slot_count : FIRST_SLOTS;
    int32_t *slots = memory_new(count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    memory_free(classes->slots);
    classes->slots = slots;
    classes->slot_count = count;
    memset(slots, 0xFF, (size_t)count * sizeof *slots); /* −1 */
    for (int64_t i = 0; i < classes->count; i++) {
        const char *text = classes->bytes + classes->begins[i];
        slots[find_slot(classes, text, (int64_t)strlen(text))] = (int32_t)i;
    }
    return true;
}

/* Makes room for one more text, half of the slots staying empty. */
static bool make_room(struct csv_classes *classes, int64_t length)
{
    if (2 * (classes->count + 1) > classes->slot_count && !widen_slots(classes)) {
        return false;
    }
    if (classes->count == classes->capacity) {
        const int64_t capacity = classes->slot_count;
        int64_t *begins = memory_resize(classes->begins, capacity, sizeof *begins);
        if (begins == NULL) {
            return false;
        }
        classes->begins = begins;
        classes->capacity = capacity;
    }
    if (classes->byte_count + length + 1 + CSV_PADDING > classes->byte_capacity) {
        const int64_t capacity = 2 * (classes->byte_count + length) + FIRST_BYTES;
        char *bytes = memory_resize(classes->bytes, capacity, 1);
        if (bytes == NULL) {
            return false;
        }
        classes->bytes = bytes;
        classes->byte_capacity = capacity;
    }
    return true;
}

int32_t csv_classes_number(struct csv_classes *classes, const char *text, int64_t length, int32_t *number)
{
    int64_t slot = classes->slot_count > 0 ? find_slot(classes, text, length) : -1;
    if (slot >= 0 && classes->slots[slot] >= 0) {
        *number = classes->slots[slot];
        return DNN_OK;
    }
    if (!make_room(classes, length)) {
        return no_memory();
    }
    slot = find_slot(classes, text, length);
    char *const copy = classes->bytes + classes->byte_count;
    memcpy(copy, text, (size_t)length);
    memset(copy + length, 0, 1 + CSV_PADDING);
    classes->begins[classes->count] = classes->byte_count;
    classes->byte_count += length + 1;
    classes->slots[slot] = (int32_t)classes->count;
    *number = (int32_t)classes->count++;
    return DNN_OK;
}

void csv_classes_forget(struct csv_classes *classes, int64_t count)
{
    if (classes->count > count) {
        const char *text = classes->bytes + classes->begins[count];
        classes->slots[find_slot(classes, text, (int64_t)strlen(text))] =
            -1; /* the last one: nothing was put behind it */
        classes->byte_count = classes->begins[count];
        classes->count = count;
    }
}

void csv_classes_release(struct csv_classes *classes)
{
    memory_free(classes->slots);
    memory_free(classes->begins);
    memory_free(classes->bytes);
}

/* ------------------------------------------------- order -------------------------------------------------- */

struct entry {
    char *text;
    double value;
    int32_t number;
};

static int by_value(const void *a, const void *b)
{
    const struct entry *p = a, *q = b;
    return p->value != q->value ? (p->value > q->value) - (p->value < q->value)
                                : (p->number > q->number) - (p->number < q->number);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->text, ((const struct entry *)b)->text);
}

/* entries: [classes->count], filled in. Returns whether all are numbers. */
static bool list(const struct csv_classes *classes, char point, struct entry *entries)
{
    bool are_numbers = true;
    for (int64_t i = 0; i < classes->count; i++) {
        char *text = classes->bytes + classes->begins[i];
        double value = 0;
        const char *end = csv_number(text, point, &value);
        are_numbers = are_numbers && end != NULL && *end == '\0' && isfinite(value);
        entries[i] = (struct entry){text, value, (int32_t)i};
    }
    return are_numbers;
}

/* Copies the texts of `count` entries, and the pointers to them, into one block. */
static char **copy_names(const struct csv_classes *classes, const struct entry *entries, int64_t count)
{
    int64_t pointers;
    char **names = memory_multiply(count, sizeof *names, &pointers)
                       ? memory_new(pointers + classes->byte_count, 1) /* more than enough */
                       : NULL;
    char *bytes = names != NULL ? (char *)(names + count) : NULL;
    for (int64_t i = 0; names != NULL && i < count; i++) {
        const size_t length = strlen(entries[i].text) + 1;
        names[i] = memcpy(bytes, entries[i].text, length);
        bytes += length;
    }
    return names;
}

int32_t csv_classes_sort(const struct csv_classes *classes, char point, char ***names, int64_t *count,
                         int32_t *class_of)
{
    struct entry *entries = memory_new(classes->count, sizeof *entries);
    if (entries == NULL) {
        return no_memory();
    }
    const bool are_numbers = list(classes, point, entries);
    qsort(entries, (size_t)classes->count, sizeof *entries, are_numbers ? by_value : by_bytes);
    int64_t kept = 0;
    for (int64_t i = 0; i < classes->count; i++) {
        if (!are_numbers || kept == 0 || entries[kept - 1].value != entries[i].value) {
            entries[kept++] = entries[i]; /* kept ≤ i: what it replaces has been looked at */
        }
        class_of[entries[i].number] = (int32_t)(kept - 1);
    }
    *names = copy_names(classes, entries, kept);
    *count = kept;
    memory_free(entries);
    return *names != NULL ? DNN_OK : no_memory();
}
