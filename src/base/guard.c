/*
 * base/guard.c - see guard.h.
 *
 * Who waits offers the processor at first, for the holder needs nanoseconds; then it sleeps for moments, for a thread that has
 * lost its processor to one of a higher priority gets it back only so.
 */
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#include "base/guard.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

enum { OFFERS = 100, NAP_NANOSECONDS = 50000 };

bool guard_try(struct guard *guard)
{
    const int own = (int)getpid();
    int holder = 0;
    while (!atomic_compare_exchange_weak_explicit(&guard->holder, &holder, own, memory_order_acquire,
                                                  memory_order_relaxed)) {
        if (holder == own) {
            return false;
        } /* else it is free, or a parent's thread held it when this process began */
    }
    return true;
}

void guard_take(struct guard *guard)
{
    for (int i = 0; !guard_try(guard); i++) {
        if (i < OFFERS) {
            sched_yield();
        } else {
            nanosleep(&(struct timespec){.tv_nsec = NAP_NANOSECONDS}, NULL);
        }
    }
}

void guard_give_back(struct guard *guard)
{
    atomic_store_explicit(&guard->holder, 0, memory_order_release);
}
