/*
 * child.h - a contestant in another process, which answers one line to each line it is sent.
 *
 * Between requests the child is blocked in a read, and so are we while it works: the two never run at the same time.
 */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <stddef.h>

struct child;

/* Starts a program (found through PATH) with its arguments, NULL at the end. NULL if the system refuses. */
struct child *child_start(char *const arguments[]);

/* Reads one line into answer, without its end. Returns 0, or −1 if the child has ended. */
int child_read(struct child *child, char *answer, size_t capacity);

/* Sends one line and reads the answer. Returns 0, or −1 if the child has ended. */
int child_ask(struct child *child, const char *request, char *answer, size_t capacity);

/* Closes its input, which ends it, and waits for that. NULL is allowed. */
void child_stop(struct child *child);

#endif
