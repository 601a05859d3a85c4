/*
 * base/file.c - reading by open and read, not stdio: errors keep their errno, interrupted calls are repeated, and
 * nothing is buffered twice.
 *
 * The size that fstat tells is a guess for the first allocation, no more: a pipe has none and a file may grow
 * meanwhile; the buffer doubles. The type that it tells is held to: devices are refused.
 */
#define _POSIX_C_SOURCE 200809L /* O_CLOEXEC */
#include "base/file.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#if defined(_WIN32)
#include "base/windows_file.h"
#else
#include <unistd.h>
#endif

#ifndef O_BINARY
#define O_BINARY 0
#endif
#ifndef O_NOCTTY
#define O_NOCTTY 0 /* where it is: a terminal that is opened by mistake must not become the host's own */
#endif

enum { FIRST_CAPACITY = 1 << 16, LARGEST_READ = 1 << 30 };

static int32_t system_error(const char *path, const char *action, int error)
{
    char reason[TEXT_REASON_CAPACITY];
    text_from_errno(error, reason);
    return status_error(DNN_ERROR_IO, "cannot %s \"%s\": %s", action, path, reason);
}

static int open_to_read(const char *path)
{
    int descriptor;
    do {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_BINARY);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

/* A device has no end: /dev/zero would fill the memory before anybody looked at its first byte. */
static bool is_device(const struct stat *about)
{
    return S_ISCHR(about->st_mode) || S_ISBLK(about->st_mode);
}

/* One byte more than the file's size, so that the read which finds the end needs no larger buffer. */
static int64_t first_capacity(const struct file *file)
{
    const bool known = file->is_regular && file->size > 0 && file->size < INT64_MAX;
    return known ? file->size + 1 : FIRST_CAPACITY;
}

/* Makes room for at least one byte more. */
static bool grow(uint8_t **bytes, int64_t *capacity)
{
    int64_t doubled;
    uint8_t *grown = memory_multiply(*capacity, 2, &doubled) ? memory_resize(*bytes, doubled, 1) : NULL;
    if (grown == NULL) {
        return false;
    }
    *bytes = grown;
    *capacity = doubled;
    return true;
}

int32_t file_open(const char *path, struct file *file)
{
    const int descriptor = open_to_read(path);
    struct stat about;
    int32_t status = descriptor < 0 ? system_error(path, "open", errno) : DNN_OK;
    if (status == DNN_OK && fstat(descriptor, &about) != 0) {
        status = system_error(path, "read", errno);
    } else if (status == DNN_OK && is_device(&about)) {
        status = status_error(DNN_ERROR_IO, "cannot read \"%s\": it is a device, expected a file", path);
    }
    if (status != DNN_OK) {
        if (descriptor >= 0) {
            close(descriptor);
        }
        return status;
    }
    *file = (struct file){descriptor, S_ISREG(about.st_mode), (int64_t)about.st_size, path};
    return DNN_OK;
}

int32_t file_read_some(struct file *file, uint8_t *bytes, int64_t capacity, int64_t *count)
{
    ssize_t got;
    do {
        got = read(file->descriptor, bytes, (size_t)(capacity < LARGEST_READ ? capacity : LARGEST_READ));
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return system_error(file->path, "read", errno);
    }
    *count = got;
    return DNN_OK;
}

int32_t file_read_all(struct file *file, uint8_t **bytes, int64_t *size)
{
    int64_t capacity = first_capacity(file);
    int64_t length = 0;
    uint8_t *buffer = memory_new(capacity, 1);
    int32_t status = buffer == NULL ? status_out_of_memory("the bytes of a file") : DNN_OK;
    while (status == DNN_OK) {
        int64_t count = 0;
        status = file_read_some(file, buffer + length, capacity - length, &count);
        if (status == DNN_OK && count == 0) {
            *bytes = buffer;
            *size = length;
            return DNN_OK;
        }
        length += count;
        if (status == DNN_OK && length == capacity && !grow(&buffer, &capacity)) {
            status = status_out_of_memory("the bytes of a file");
        }
    }
    memory_free(buffer);
    return status;
}

int32_t file_rewind(struct file *file)
{
    return lseek(file->descriptor, 0, SEEK_SET) == 0 ? DNN_OK : system_error(file->path, "read", errno);
}

void file_close(struct file *file)
{
    close(file->descriptor);
}

int32_t file_read(const char *path, uint8_t **bytes, int64_t *size)
{
    struct file file;
    int32_t status = file_open(path, &file);
    if (status == DNN_OK) {
        status = file_read_all(&file, bytes, size);
        file_close(&file);
    }
    return status;
}
