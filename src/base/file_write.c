/*
 * base/file_write.c - a file replaced in one step, so that it is always the old one or the new one, whole.
 *
 * The bytes go to a temporary file in the same folder, which is made sure to be on the disk (fsync) before it takes the
 * name over (rename); then the folder is made sure of too. Whatever fails or is killed before the rename leaves the old
 * file as it was; what fails is cleaned up, what is killed can leave a file ".dnn-<process>-<number>.tmp" behind.
 *
 * A rename replaces whatever has the name. So a link is followed first, as open would, and what is no plain file is
 * refused: as root, saving to /dev/null would otherwise put a file in the device's place.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "base/file.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#if defined(_WIN32)
#include "base/windows_file.h"
#else
#include <unistd.h>
#endif

enum { LARGEST_WRITE = 1 << 30, MOST_TRIES = 100, NAME_CAPACITY = 64, READ_AND_WRITE = 0666, PERMISSIONS = 0777 };

/* For realpath, which would else take its result from the C library's memory. */
#if defined(PATH_MAX)
enum { LONGEST_PATH = PATH_MAX };
#else
enum { LONGEST_PATH = 4096 };
#endif

/* What is being written, and where. */
struct writing {
    const char *path;  /* as the caller named it, for messages */
    char *target;      /* the same without links, owned */
    char *temporary;   /* owned */
    int64_t folder;    /* length of the folder's part of target, with its last slash; 0 for the working directory */
    int descriptor;    /* of the temporary file; −1: closed */
    bool is_there;     /* the temporary file exists */
    bool is_replacing; /* the target exists */
    mode_t mode;       /* then its permissions */
};

static int32_t cannot_write(const char *path, int error)
{
    char reason[TEXT_REASON_CAPACITY];
    text_from_errno(error, reason);
    return status_error(DNN_ERROR_IO, "cannot write \"%s\": %s", path, reason);
}

/* What the path names at the end of all links, asked of the system: /dev/stdout links to "pipe:[17]", which is no path. */
static int32_t check_path(struct writing *writing)
{
    struct stat about;
    if (stat(writing->path, &about) != 0) {
        return errno == ENOENT ? DNN_OK : cannot_write(writing->path, errno);
    }
    if (S_ISDIR(about.st_mode)) {
        return cannot_write(writing->path, EISDIR);
    }
    if (!S_ISREG(about.st_mode)) {
        return status_error(DNN_ERROR_IO, "cannot write \"%s\": it is a device or a pipe, expected a file",
                            writing->path);
    }
    writing->is_replacing = true;
    writing->mode = about.st_mode & PERMISSIONS;
    return DNN_OK;
}

/* target ← path, or what it links to. */
static int32_t resolve(struct writing *writing)
{
    struct stat about;
    if (lstat(writing->path, &about) == 0 && S_ISLNK(about.st_mode)) {
        char real[LONGEST_PATH];
        if (realpath(writing->path, real) == NULL) {
            return cannot_write(writing->path, errno);
        }
        writing->target = memory_copy_text(real);
    } else {
        writing->target = memory_copy_text(writing->path);
    }
    return writing->target == NULL ? status_out_of_memory("the name of a file") : DNN_OK;
}

/* Of a path, with its last slash. */
static int64_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
#if defined(_WIN32)
    for (const char *at = path; *at != '\0'; at++) { /* the other slash, and the colon of "C:name" */
        slash = *at == '\\' || *at == '/' || (*at == ':' && at - path == 1) ? at : slash;
    }
#endif
    return slash == NULL ? 0 : slash - path + 1;
}

/* temporary ← a name in the target's folder that no other call of this process uses. */
static int32_t name_temporary(struct writing *writing)
{
    static atomic_uint_fast64_t count;
    char name[NAME_CAPACITY];
    snprintf(name, sizeof name, ".dnn-%lld-%llu.tmp", (long long)getpid(),
             (unsigned long long)atomic_fetch_add_explicit(&count, 1, memory_order_relaxed));
    writing->folder = folder_length(writing->target);
    memory_free(writing->temporary);
    writing->temporary = memory_new(writing->folder + NAME_CAPACITY, 1);
    if (writing->temporary == NULL) {
        return status_out_of_memory("the name of a file");
    }
    memcpy(writing->temporary, writing->target, (size_t)writing->folder);
    memcpy(writing->temporary + writing->folder, name, strlen(name) + 1);
    return DNN_OK;
}

/* mode: of a file that is made */
static int open_again(const char *path, int flags, mode_t mode)
{
    int descriptor;
    do {
        descriptor = open(path, flags | O_CLOEXEC, mode);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

/* A name that is taken is one that another process, now dead, left behind. What replaces a file is never open to more
 * people than that file: whoever opened it before fchmod would read on behind it. */
static int32_t open_temporary(struct writing *writing)
{
    const mode_t mode = writing->is_replacing ? writing->mode & READ_AND_WRITE : READ_AND_WRITE;
    int32_t status = DNN_OK;
    for (int i = 0; status == DNN_OK && writing->descriptor < 0 && i < MOST_TRIES; i++) {
        status = name_temporary(writing);
        if (status == DNN_OK) {
            writing->descriptor = open_again(writing->temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
        }
        if (status == DNN_OK && writing->descriptor < 0 && errno != EEXIST) {
            return cannot_write(writing->path, errno);
        }
    }
    if (status == DNN_OK && writing->descriptor < 0) {
        return cannot_write(writing->path, EEXIST);
    }
    writing->is_there = status == DNN_OK;
    return status;
}

static int sync_again(int descriptor)
{
    int result;
    do {
        result = fsync(descriptor);
    } while (result != 0 && errno == EINTR);
    return result;
}

static int32_t keep_mode(const struct writing *writing)
{
    return !writing->is_replacing || fchmod(writing->descriptor, writing->mode) == 0
               ? DNN_OK
               : cannot_write(writing->path, errno);
}

int32_t file_write_begin(const char *path, struct writing **out)
{
    struct writing *writing = memory_new(1, sizeof *writing);
    if (writing == NULL) {
        return status_out_of_memory("a file to write");
    }
    writing->path = path;
    writing->descriptor = -1;
    int32_t status = check_path(writing);
    status = status == DNN_OK ? resolve(writing) : status;
    status = status == DNN_OK ? open_temporary(writing) : status;
    status = status == DNN_OK ? keep_mode(writing) : status;
    if (status != DNN_OK) {
        return file_write_end(writing, status);
    }
    *out = writing;
    return DNN_OK;
}

int32_t file_write_add(struct writing *writing, const void *bytes, int64_t size)
{
    for (int64_t done = 0; done < size;) {
        const int64_t left = size - done;
        const ssize_t count = write(writing->descriptor, (const uint8_t *)bytes + done,
                                    (size_t)(left < LARGEST_WRITE ? left : LARGEST_WRITE));
        if (count < 0 && errno != EINTR) {
            return cannot_write(writing->path, errno);
        }
        if (count == 0) {
            return cannot_write(writing->path, EIO); /* a write of nothing, for ever */
        }
        done += count > 0 ? count : 0;
    }
    return DNN_OK;
}

/* Once its bytes are on the disk, the temporary file takes the name over. A close that was interrupted has closed, on Linux
 * and nearly everywhere. */
static int32_t publish(struct writing *writing)
{
    if (sync_again(writing->descriptor) != 0) {
        return cannot_write(writing->path, errno);
    }
    const int closed = close(writing->descriptor);
    writing->descriptor = -1;
    if (closed != 0 && errno != EINTR) {
        return cannot_write(writing->path, errno);
    }
    if (rename(writing->temporary, writing->target) != 0) {
        return cannot_write(writing->path, errno);
    }
    writing->is_there = false;
    return DNN_OK;
}

/* The folder's new entry on its way to the disk. A folder that may be written but not read cannot be opened, and some
 * file systems cannot sync a folder: then this much less is sure, and the file is whole all the same. */
static int32_t sync_folder(struct writing *writing)
{
    const char *folder = ".";
    if (writing->folder > 0) {
        writing->target[writing->folder] = '\0'; /* no longer needed */
        folder = writing->target;
    }
    const int descriptor = open_again(folder, O_RDONLY, 0);
    if (descriptor < 0) {
        return DNN_OK;
    }
    const int32_t status =
        sync_again(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS || errno == EBADF
            ? DNN_OK
            : cannot_write(writing->path, errno);
    close(descriptor);
    return status;
}

int32_t file_write_end(struct writing *writing, int32_t status)
{
    status = status == DNN_OK ? publish(writing) : status;
    status = status == DNN_OK ? sync_folder(writing) : status;
    if (writing->descriptor >= 0) {
        close(writing->descriptor);
    }
    if (writing->is_there) {
        unlink(writing->temporary);
    }
    memory_free(writing->temporary);
    memory_free(writing->target);
    memory_free(writing);
    return status;
}

int32_t file_write(const char *path, const uint8_t *bytes, int64_t size)
{
    struct writing *writing = NULL;
    const int32_t status = file_write_begin(path, &writing);
    return status == DNN_OK ? file_write_end(writing, file_write_add(writing, bytes, size)) : status;
}
