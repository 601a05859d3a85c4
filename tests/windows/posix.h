/*
 * posix.h - what the tests take from POSIX and MinGW-w64 has not, or names otherwise. The compiler includes it into each of them.
 */
#ifndef DNN_TESTS_WINDOWS_POSIX_H
#define DNN_TESTS_WINDOWS_POSIX_H

#define _USE_MATH_DEFINES /* M_PI */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#define truncate truncate64
#ifndef EDQUOT
#define EDQUOT ENOSPC
#endif

/* Makes the folder "/tmp", too, which is one of the current drive. */
char *mkdtemp(char *pattern);
void *memmem(const void *bytes, size_t size, const void *wanted, size_t wanted_size);

/* Whether a descriptor is open. */
enum { F_GETFD };
int fcntl(int descriptor, int what);

/* None comes: whoever runs the tests has a time of his own after which he ends them. */
unsigned alarm(unsigned seconds);
#define SIGALRM SIGABRT
#define SIGBUS SIGSEGV

/* Knows the German locale by the name that it has elsewhere. */
char *named_setlocale(int category, const char *name);
#define setlocale named_setlocale

#endif
