/*
 * thread_support.c - see thread_support.h.
 */
#include "thread_support.h"

#include <pthread.h>
#include <string.h>

enum { MOST = 64 };

struct start {
    pthread_barrier_t *gate;
    void (*work)(struct gang_member *member);
    struct gang_member *member;
};

static void *begin(void *argument)
{
    const struct start *start = argument;
    pthread_barrier_wait(start->gate);
    start->work(start->member);
    return NULL;
}

int gang_run(int count, void (*work)(struct gang_member *member), void *shared, struct gang_member *members)
{
    pthread_barrier_t gate;
    pthread_t threads[MOST];
    struct start starts[MOST];
    int failures = 0;
    if (count > MOST || pthread_barrier_init(&gate, NULL, (unsigned)count) != 0) {
        return 1;
    }
    for (int i = 0; i < count; i++) {
        members[i] = (struct gang_member){.index = i, .shared = shared};
        starts[i] = (struct start){&gate, work, &members[i]};
        if (pthread_create(&threads[i], NULL, begin, &starts[i]) != 0) {
            return 1; /* the others wait at the gate for ever: the program is about to end */
        }
    }
    for (int i = 0; i < count; i++) {
        failures += pthread_join(threads[i], NULL) != 0;
        failures += members[i].failures;
    }
    pthread_barrier_destroy(&gate);
    return failures;
}

void member_add(struct gang_member *member, const double *numbers, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, numbers + i, sizeof bits);
        member->sum = (member->sum ^ bits) * UINT64_C(0x9E3779B97F4A7C15);
        member->sum ^= member->sum >> 29;
    }
}
