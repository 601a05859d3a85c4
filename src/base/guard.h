/*
 * base/guard.h - a lock which a fork cannot leave locked.
 *
 * A child of a fork has one thread, and a copy of every lock as it happened to be: a mutex that another thread held at that moment
 * is locked for ever there. A guard knows which process holds it, so the child sees that the holder is none of its own, and
 * takes it. Only for what is right after each of its instructions: another may begin where the parent's thread was. Where a child has
 * its parent's number, as the first in a process namespace inside another such, it is a lock like others.
 *
 * Rejected: pthread_atfork, whose handlers outlive a library that is unloaded.
 */
#ifndef DNN_BASE_GUARD_H
#define DNN_BASE_GUARD_H

#include <stdatomic.h>
#include <stdbool.h>

/* Zero: free; else the process whose thread holds it. */
struct guard {
    atomic_int holder;
};

/* Waits until no other thread of this process holds it; for what holds it for a few instructions. */
void guard_take(struct guard *guard);

/* False, at once, if another thread of this process holds it. */
bool guard_try(struct guard *guard);

void guard_give_back(struct guard *guard);

#endif
