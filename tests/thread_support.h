/*
 * thread_support.h - threads that start together, and count what went wrong.
 *
 * No assertion of cmocka is made outside the main thread, for it would jump out of a stack that is not its own.
 */
#ifndef DNN_TESTS_THREAD_SUPPORT_H
#define DNN_TESTS_THREAD_SUPPORT_H

#include <stdint.h>
#include <stdio.h>

/* One of the threads, to itself. */
struct gang_member {
    int index;
    int failures;
    void *shared; /* what all have */
    uint64_t sum; /* of the bits of all results, for who wants to compare */
};

/* Counts a failure; the place is printed, for the count alone would say little. */
#define MEMBER_EXPECT(member, condition)                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: thread %d: %s\n", __FILE__, __LINE__, (member)->index, #condition);                \
            (member)->failures++;                                                                                      \
        }                                                                                                              \
    } while (0)

/* Runs work in `count` threads that pass a gate together. members: [count]. Returns how many failures there were; a thread
 * that could not be started is one. */
int gang_run(int count, void (*work)(struct gang_member *member), void *shared, struct gang_member *members);

/* Adds the bits of numbers to the sum. */
void member_add(struct gang_member *member, const double *numbers, int64_t count);

#endif
