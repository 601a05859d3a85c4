/*
 * peer.c - requests and answers of a script that runs in a child.
 */
#include "peer.h"
#include "child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_LENGTH = 32, KEY_LENGTH = 64, FIELDS = 4, NOT_FOUND = 127 };

struct peer {
    struct child *child;
    char name[NAME_LENGTH];
};

/* The state of a contestant. */
struct network {
    struct peer *peer;
    char key[KEY_LENGTH];
};

/* Cuts a line at its tabs. Fields that are not there keep what they had. */
static void split(char *line, const char *fields[FIELDS])
{
    char *rest = line;
    for (int i = 0; i < FIELDS && rest != NULL; i++) {
        fields[i] = rest;
        rest = strchr(rest, '\t');
        if (rest != NULL) {
            *rest++ = '\0';
        }
    }
}

static void describe(const struct peer_options *options, const char *const fields[FIELDS], char *facts, size_t capacity)
{
    const bool same_file = strstr(fields[1], options->blas_file) != NULL;
    const bool same_threads = strtol(fields[3], NULL, 10) == options->threads;
    snprintf(facts, capacity, "%s, %s %s, kernel %s, %s BLAS thread(s)%s", fields[0],
             same_file ? "same BLAS as libdnn:" : "ANOTHER BLAS THAN libdnn:", fields[1], fields[2], fields[3],
             same_threads ? "" : ": NOT AS MANY AS OURS");
}

struct peer *peer_start(const struct peer_options *options, char *facts, size_t capacity)
{
    const char *words[PEER_MOST_ARGUMENTS + 3] = {options->python, options->script};
    for (int i = 0; i < PEER_MOST_ARGUMENTS && options->arguments[i] != NULL; i++) {
        words[i + 2] = options->arguments[i];
    }
    char hello[PEER_LINE], fate[PEER_LINE];
    const char *fields[FIELDS] = {"unknown", "unknown", "unknown", "0"};
    struct child *child = child_start(words);
    if (child == NULL) {
        bench_die("cannot start a process for %s", options->name);
    }
    if (child_read(child, hello, sizeof hello) != 0) {
        const int code = child_fate(child, fate, sizeof fate);
        child_stop(child);
        if (code != NOT_FOUND) {
            bench_die("%s: its process %s before it said what it is; its own message is above", options->name, fate);
        }
        snprintf(facts, capacity, "LEFT OUT: %s, because there is no program %s", options->name, options->python);
        return NULL;
    }
    split(hello, fields);
    if (strcmp(fields[0], "missing") == 0) {
        snprintf(facts, capacity, "LEFT OUT: %s: %s", options->name, fields[1]);
        child_stop(child);
        return NULL;
    }
    describe(options, fields, facts, capacity);
    struct peer *peer = bench_allocate(sizeof *peer);
    peer->child = child;
    snprintf(peer->name, sizeof peer->name, "%s", options->name);
    return peer;
}

void peer_ask(struct peer *peer, const char *request, char *answer, size_t capacity)
{
    if (child_ask(peer->child, request, answer, capacity) != 0) {
        char fate[PEER_LINE];
        child_fate(peer->child, fate, sizeof fate);
        bench_die("%s: its process %s on the request \"%s\"; its own message, if any, is above", peer->name, fate,
                  request);
    }
}

double peer_ask_number(struct peer *peer, const char *request)
{
    char answer[PEER_LINE], *end = answer;
    peer_ask(peer, request, answer, sizeof answer);
    const double number = strtod(answer, &end);
    if (end == answer || *end != '\0') {
        bench_die("%s answered \"%s\" to \"%s\"", peer->name, answer, request);
    }
    return number;
}

static double measure(void *state, int64_t repetitions)
{
    const struct network *network = state;
    char request[KEY_LENGTH + 32];
    snprintf(request, sizeof request, "time %s %lld", network->key, (long long)repetitions);
    return peer_ask_number(network->peer, request);
}

static double error_of(void *state)
{
    const struct network *network = state;
    char request[KEY_LENGTH + 32];
    snprintf(request, sizeof request, "error %s", network->key);
    return peer_ask_number(network->peer, request);
}

struct contestant peer_contestant(struct peer *peer, const char *name, const char *key, bool trains)
{
    struct network *network = bench_allocate(sizeof *network);
    network->peer = peer;
    snprintf(network->key, sizeof network->key, "%s", key);
    return (struct contestant){
        .name = name, .state = network, .measure = measure, .error = trains ? error_of : NULL, .close = free};
}

void peer_calibrate(struct peer *peer, const char *keys, bool quick, char *settings, size_t capacity)
{
    char request[PEER_LINE];
    snprintf(request, sizeof request, "calibrate %d %s", quick ? 1 : 3, keys);
    peer_ask(peer, request, settings, capacity);
}

void peer_stop(struct peer *peer)
{
    if (peer != NULL) {
        child_stop(peer->child);
        free(peer);
    }
}
