/*
 * child.c - fork, exec and two pipes.
 *
 * The pipes are read and written as they are, without stdio: a time limit on an answer then needs nothing but poll.
 */
#define _POSIX_C_SOURCE 200809L
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ANSWER_SECONDS = 300, /* more than any answer takes: a compiler that a peer calls needs a minute or two */
    STOP_SECONDS = 10
};

struct child {
    pid_t process;
    int requests, answers; /* our ends of the pipes */
    bool was_silent;       /* had to be killed */
    bool was_garbled;      /* answered more than a line, or one that was too long */
};

_Noreturn static void become(const char *const arguments[], const int requests[2], const int answers[2])
{
    dup2(requests[0], STDIN_FILENO);
    dup2(answers[1], STDOUT_FILENO);
    close(requests[0]);
    close(requests[1]); /* else the child would hold its own input open, and never see its end */
    close(answers[0]);
    close(answers[1]);
    execvp(arguments[0],
           (char *const *)(void *)arguments); /* which writes to none of them; its type is older than const */
    _exit(127);
}

struct child *child_start(const char *const arguments[])
{
    int requests[2], answers[2];
    if (pipe(requests) != 0) {
        return NULL;
    }
    if (pipe(answers) != 0) {
        close(requests[0]);
        close(requests[1]);
        return NULL;
    }
    /* Ours alone: a second child that inherited them would keep the first one's input open, and child_stop would wait for ever. */
    fcntl(requests[1], F_SETFD, FD_CLOEXEC);
    fcntl(answers[0], F_SETFD, FD_CLOEXEC);
    signal(SIGPIPE, SIG_IGN); /* a child that died is an error of child_ask, not the end of the bench */
    struct child *child = calloc(1, sizeof *child);
    const pid_t process = child == NULL ? -1 : fork();
    if (process == 0) {
        become(arguments, requests, answers);
    }
    close(requests[0]);
    close(answers[1]);
    if (process < 0) {
        close(requests[1]);
        close(answers[0]);
        free(child);
        return NULL;
    }
    *child = (struct child){.process = process, .requests = requests[1], .answers = answers[0]};
    return child;
}

/* Whether there is something to read, the end included, before the time is over. */
static bool wait_for(const struct child *child, int seconds)
{
    struct pollfd answers = {.fd = child->answers, .events = POLLIN};
    int ready;
    do {
        ready = poll(&answers, 1, 1000 * seconds);
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

int child_read(struct child *child, char *answer, size_t capacity)
{
    size_t length = 0;
    while (length == 0 || answer[length - 1] != '\n') {
        if (!wait_for(child, ANSWER_SECONDS)) {
            child->was_silent = true;
            return -1;
        }
        const ssize_t count = read(child->answers, answer + length, capacity - length);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            child->was_garbled = length == capacity;
            return -1;
        }
        length += (size_t)count;
    }
    answer[length - 1] = '\0';
    child->was_garbled = strchr(answer, '\n') != NULL;
    return child->was_garbled ? -1 : 0;
}

int child_ask(struct child *child, const char *request, char *answer, size_t capacity)
{
    /* A line is shorter than a pipe is deep, so this does not wait. */
    if (dprintf(child->requests, "%s\n", request) < 0) {
        return -1;
    }
    return child_read(child, answer, capacity);
}

/* Closes the pipes and waits for the end, for some seconds. Returns the status of waitpid, −1 if there was none. */
static int end(struct child *child)
{
    if (child->process <= 0) {
        return -1;
    }
    close(child->requests);
    close(child->answers);
    int status = -1;
    pid_t ended = 0;
    const bool is_lost = child->was_silent || child->was_garbled;
    for (int i = 0; ended == 0 && i < (is_lost ? 0 : 100 * STOP_SECONDS); i++) {
        ended = waitpid(child->process, &status, WNOHANG);
        if (ended == 0) {
            nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        }
    }
    if (ended == 0) {
        kill(child->process, SIGKILL);
        waitpid(child->process, &status, 0);
    }
    child->process = 0;
    return status;
}

int child_fate(struct child *child, char *text, size_t capacity)
{
    const int status = end(child);
    if (child->was_silent) {
        snprintf(text, capacity, "gave no answer for %d seconds, and was killed", ANSWER_SECONDS);
    } else if (child->was_garbled) {
        snprintf(text, capacity, "answered something else than one line, and was killed");
    } else if (status != -1 && WIFSIGNALED(status)) {
        snprintf(text, capacity, "was killed by signal %d", WTERMSIG(status));
    } else if (status != -1 && WIFEXITED(status)) {
        snprintf(text, capacity, "ended with exit code %d", WEXITSTATUS(status));
        return WEXITSTATUS(status);
    } else {
        snprintf(text, capacity, "ended");
    }
    return -1;
}

void child_stop(struct child *child)
{
    if (child != NULL) {
        end(child);
        free(child);
    }
}
