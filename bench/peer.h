/*
 * peer.h - peers in Python: a script of ours runs in a child, says in one line what it is, and then answers requests.
 *
 * What the C side of every such peer shares; peer.py is the other side. The first line has fields that tabs separate: name and
 * version, files of its BLAS, its kernel, its thread count; or the word "missing" and why. A request is a method of the script's
 * server and its arguments. A package that is not there is left out with a note; everything else that goes wrong in a child
 * ends the bench with what became of it, so that a broken script is not mistaken for a missing package.
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include "harness.h"

struct peer;

enum { PEER_MOST_ARGUMENTS = 6, PEER_LINE = 4096 };

struct peer_options {
    const char *name;                               /* for people: "PyTorch" */
    const char *python, *script;                    /* the interpreter, and the file it runs */
    const char *arguments[PEER_MOST_ARGUMENTS + 1]; /* of the script, NULL at the end */
    const char *blas_file;                          /* ours, to compare its with */
    int32_t threads;                                /* ours, likewise */
};

/* Starts a peer. NULL if it cannot be had on this machine. facts: one line on it, or why it is left out. */
struct peer *peer_start(const struct peer_options *options, char *facts, size_t capacity);

/* Sends one request, and reads its answer: a line, or a number. Dies if the peer has. */
void peer_ask(struct peer *peer, const char *request, char *answer, size_t capacity);
double peer_ask_number(struct peer *peer, const char *request);

/* One of a peer's networks as a contestant: measured by "time KEY REPETITIONS", and if it trains, its error told by
 * "error KEY". name must outlive it, and so must the peer. */
struct contestant peer_contestant(struct peer *peer, const char *name, const char *key, bool trains);

/* The same for networks that may be had in several settings: lets the peer find the fastest of each, which settings tells. keys:
 * separated by spaces. */
void peer_calibrate(struct peer *peer, const char *keys, bool quick, char *settings, size_t capacity);

/* Ends it. NULL is allowed. */
void peer_stop(struct peer *peer);

#endif
