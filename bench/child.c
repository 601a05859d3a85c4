/*
 * child.c - fork, exec and two pipes.
 */
#define _POSIX_C_SOURCE 200809L
#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
    pid_t process;
    FILE *requests, *answers;
};

_Noreturn static void become(char *const arguments[], const int requests[2], const int answers[2])
{
    dup2(requests[0], STDIN_FILENO);
    dup2(answers[1], STDOUT_FILENO);
    close(requests[0]);
    close(requests[1]); /* else the child would hold its own input open, and never see its end */
    close(answers[0]);
    close(answers[1]);
    execvp(arguments[0], arguments);
    _exit(127);
}

struct child *child_start(char *const arguments[])
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
    *child = (struct child){process, fdopen(requests[1], "w"), fdopen(answers[0], "r")};
    if (child->requests == NULL || child->answers == NULL) {
        child_stop(child);
        return NULL;
    }
    return child;
}

int child_read(struct child *child, char *answer, size_t capacity)
{
    if (fgets(answer, (int)capacity, child->answers) == NULL) {
        return -1;
    }
    answer[strcspn(answer, "\n")] = '\0';
    return 0;
}

int child_ask(struct child *child, const char *request, char *answer, size_t capacity)
{
    if (fprintf(child->requests, "%s\n", request) < 0 || fflush(child->requests) != 0) {
        return -1;
    }
    return child_read(child, answer, capacity);
}

void child_stop(struct child *child)
{
    if (child == NULL) {
        return;
    }
    if (child->requests != NULL) {
        fclose(child->requests);
    }
    if (child->answers != NULL) {
        fclose(child->answers);
    }
    waitpid(child->process, NULL, 0);
    free(child);
}
