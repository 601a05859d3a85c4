/*
 * base/windows_file.h - the calls of POSIX that file.c and file_write.c make, by their names, as Windows has them.
 *
 * So there is one way in which a file is read and one in which it is replaced, whatever the system. What differs stays here: paths
 * are UTF-8, whatever the code page, and may be longer than 260 characters; bytes are bytes; no descriptor is inherited by
 * processes that the host starts; a file that is being read may be removed, and replaced once it is closed. A call that fails sets errno.
 *
 * To be included in the place of <unistd.h>, after all headers of the system.
 */
#ifndef DNN_BASE_WINDOWS_FILE_H
#define DNN_BASE_WINDOWS_FILE_H

#include <fcntl.h>
#include <io.h>
#include <limits.h>
#include <process.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h> /* SEEK_SET, and rename, before it is another name */
#include <sys/stat.h>
#include <sys/types.h>

/* Of what stat tells, what is asked for. */
struct windows_stat {
    unsigned st_mode;
    int64_t st_size;
};

/* The longest path, in bytes of UTF-8 or in units of UTF-16: the system's own constant is of paths of another form. */
#undef PATH_MAX
#define PATH_MAX 4096

#ifndef S_IFLNK
#define S_IFLNK 0xA000
#define S_ISLNK(mode) (((mode)&S_IFMT) == S_IFLNK)
#endif
#ifndef O_CLOEXEC
#define O_CLOEXEC O_NOINHERIT
#endif
#ifndef ENOTSUP
#define ENOTSUP EOPNOTSUPP
#endif

/* A third argument, the permissions of a file that is made, is left alone: they are those that its folder gives. */
int windows_open(const char *path, int flags, ...);
ssize_t windows_read(int descriptor, void *bytes, size_t size);
ssize_t windows_write(int descriptor, const void *bytes, size_t size);
int64_t windows_lseek(int descriptor, int64_t offset, int whence);
int windows_fsync(int descriptor);

/* Nothing to be done: a file that may not be written is not replaced, and all others have the same permissions here. */
int windows_fchmod(int descriptor, unsigned mode);

int windows_fstat(int descriptor, struct windows_stat *about);
int windows_stat(const char *path, struct windows_stat *about); /* what has a device's name is one, in any folder */
int windows_lstat(const char *path,
                  struct windows_stat *about); /* a link is whatever the system calls a reparse point */

/* resolved: [PATH_MAX]. Returns it; NULL if there is nothing behind the links, or its name is longer. */
char *windows_realpath(const char *path, char *resolved);

/* In one step, and on the disk before it returns; EACCES if `to` is there and may not be written. Waits for a moment for
 * whoever has that open. */
int windows_rename(const char *from, const char *to);
int windows_unlink(const char *path);

#undef stat
#undef fstat
#undef lseek
#define open windows_open
#define read windows_read
#define write windows_write
#define lseek windows_lseek
#define fsync windows_fsync
#define fchmod windows_fchmod
#define fstat windows_fstat
#define stat windows_stat /* the struct, too */
#define lstat windows_lstat
#define realpath windows_realpath
#define rename windows_rename
#define unlink windows_unlink

#endif
