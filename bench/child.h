/*
 * child.h - a program in another process, which answers one line to each line it is sent.
 *
 * Between requests the child is blocked in a read, and so are we while it works: the two never run at the same time. A
 * child that ends is noticed at once, and one that does not answer for minutes is killed: the bench reports, and never hangs.
 */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <stddef.h>

struct child;

/* Starts a program (found through PATH) with its arguments, NULL at the end. NULL if the system refuses. */
struct child *child_start(const char *const arguments[]);

/* Reads one line into answer, without its end. Returns 0, or −1 if no whole line came: child_fate tells why. */
int child_read(struct child *child, char *answer, size_t capacity);

/* Sends one line and reads the answer. Returns 0, or −1 if no whole line came: child_fate tells why. */
int child_ask(struct child *child, const char *request, char *answer, size_t capacity);

/* After a −1: ends the child if it has not ended, and says in words what became of it. Returns its exit code, or −1 if it
 * was killed; 127: there is no such program. */
int child_fate(struct child *child, char *text, size_t capacity);

/* Closes its input, which ends it, waits for that, and kills a child that does not heed it. NULL is allowed. */
void child_stop(struct child *child);

#endif
