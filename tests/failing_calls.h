/*
 * failing_calls.h - every call of the system that reads or writes a file, made to fail, to do less than it was asked for, or to
 * find the file's end too early.
 *
 * To be included by one file of a test program. base/file.c and base/file_write.c, the only files of the library that open
 * anything, are compiled into it with the calls replaced by those below; the linker has no use for the library's own copies.
 */
#ifndef DNN_TESTS_FAILING_CALLS_H
#define DNN_TESTS_FAILING_CALLS_H

#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#if defined(_WIN32)
#include "base/windows_file.h"
#else
#include <unistd.h>
#endif

/* The calls in the order of their making. */
enum deed { NOTHING, FAIL, FIND_THE_END };
static struct {
    int calls;  /* since it was last set to 0 */
    int chosen; /* the call, from 1, that something is done to; 0: none */
    int times;  /* to so many, from that one on */
    enum deed deed;
    int error;         /* for FAIL */
    size_t most;       /* bytes that a read or write does at once; 0: any number */
    const char *which; /* the chosen call's name, once it was made */
} script;

/* True if this call is to fail. */
static int fails(const char *name)
{
    const int number = ++script.calls;
    if (script.chosen == 0 || number < script.chosen || number >= script.chosen + script.times)
        return 0;
    if (number == script.chosen)
        script.which = name;
    errno = script.error;
    return script.deed == FAIL;
}

/* True if the call that was just counted is to do nothing, and to say that it went well. */
static int finds_the_end(void)
{
    return script.deed == FIND_THE_END && script.chosen > 0 && script.calls >= script.chosen &&
           script.calls < script.chosen + script.times;
}

static size_t limited(size_t size)
{
    return script.most > 0 && size > script.most ? script.most : size;
}

static int tried_open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = (mode_t)va_arg(rest, unsigned);
    va_end(rest);
    return fails("open") ? -1 : open(path, flags, mode);
}

static ssize_t tried_read(int descriptor, void *bytes, size_t size)
{
    if (fails("read"))
        return -1;
    return finds_the_end() ? 0 : read(descriptor, bytes, limited(size));
}

static ssize_t tried_write(int descriptor, const void *bytes, size_t size)
{
    if (fails("write"))
        return -1;
    return finds_the_end()
               ? 0
               : write(descriptor, bytes, limited(size)); /* of nothing: a disk that takes no more, and no error */
}

static int tried_fstat(int descriptor, struct stat *about)
{
    return fails("fstat") ? -1 : fstat(descriptor, about);
}

static off_t tried_lseek(int descriptor, off_t offset, int whence)
{
    return fails("lseek") ? -1 : lseek(descriptor, offset, whence);
}

static int tried_fsync(int descriptor)
{
    (void)descriptor; /* the disk itself would be waited for a thousand times */
    return fails("fsync") ? -1 : 0;
}

static int tried_fchmod(int descriptor, mode_t mode)
{
    return fails("fchmod") ? -1 : fchmod(descriptor, mode);
}

/* A close that fails has closed, on Linux. */
static int tried_close(int descriptor)
{
    const int fail = fails("close"), error = errno;
    const int result = close(descriptor);
    errno = error;
    return fail ? -1 : result;
}

static int tried_rename(const char *from, const char *to)
{
    return fails("rename") ? -1 : rename(from, to);
}

static int tried_unlink(const char *path)
{
    return fails("unlink") ? -1 : unlink(path);
}

static int tried_lstat(const char *path, struct stat *about)
{
    return fails("lstat") ? -1 : lstat(path, about);
}

static int tried_stat(const char *path, struct stat *about)
{
    return fails("stat") ? -1 : stat(path, about);
}

static char *tried_realpath(const char *path, char *resolved)
{
    return fails("realpath") ? NULL : realpath(path, resolved);
}

#if defined(_WIN32) /* where each name is one of base/windows_file.h's already, but for close */
#define close tried_close
#define windows_open(...) tried_open(__VA_ARGS__, 0)
#define windows_stat(path, about) tried_stat(path, about) /* not the struct of that name */
#define windows_read tried_read
#define windows_write tried_write
#define windows_fstat tried_fstat
#define windows_lseek tried_lseek
#define windows_fsync tried_fsync
#define windows_fchmod tried_fchmod
#define windows_rename tried_rename
#define windows_unlink tried_unlink
#define windows_lstat tried_lstat
#define windows_realpath tried_realpath
#else
#define open(...) tried_open(__VA_ARGS__, 0)
#define read tried_read
#define write tried_write
#define fstat tried_fstat
#define lseek tried_lseek
#define fsync tried_fsync
#define fchmod tried_fchmod
#define close tried_close
#define rename tried_rename
#define unlink tried_unlink
#define lstat tried_lstat
#define stat(path, about) tried_stat(path, about)
#define realpath tried_realpath
#endif
#undef _XOPEN_SOURCE
#undef _POSIX_C_SOURCE
#include "base/file.c"       /* NOLINT: on purpose */
#include "base/file_write.c" /* NOLINT: on purpose */
#undef close
#if defined(_WIN32)
#undef windows_open
#undef windows_stat
#undef windows_read
#undef windows_write
#undef windows_fstat
#undef windows_lseek
#undef windows_fsync
#undef windows_fchmod
#undef windows_rename
#undef windows_unlink
#undef windows_lstat
#undef windows_realpath
#else
#undef open
#undef read
#undef write
#undef fstat
#undef lseek
#undef fsync
#undef fchmod
#undef rename
#undef unlink
#undef lstat
#undef stat
#undef realpath
#endif

#endif /* DNN_TESTS_FAILING_CALLS_H */
