/*
 * base/file.h - a file's bytes: read, whole or in blocks, and replaced.
 */
#ifndef DNN_BASE_FILE_H
#define DNN_BASE_FILE_H

#include <stdbool.h>
#include <stdint.h>

/* Reads all of a file. *bytes: released with memory_free. DNN_ERROR_IO, with the path and the system's reason, if it
 * cannot be read; DNN_ERROR_OUT_OF_MEMORY. */
int32_t file_read(const char *path, uint8_t **bytes, int64_t *size);

/* An open file. */
struct file {
    int descriptor;
    bool is_regular;  /* not a pipe or its like, which cannot go back and has no size */
    int64_t size;     /* as the system told when it was opened: a guess, since files grow and shrink */
    const char *path; /* borrowed, for messages */
};

/* Opens a file to be read, in blocks or whole. DNN_ERROR_IO as file_read. */
int32_t file_open(const char *path, struct file *file);

/* All that is left of an open file; as file_read. */
int32_t file_read_all(struct file *file, uint8_t **bytes, int64_t *size);

/* Up to `capacity` bytes, at least 1. *count: how many; 0 at the end of the file. DNN_ERROR_IO. */
int32_t file_read_some(struct file *file, uint8_t *bytes, int64_t capacity, int64_t *count);

/* Goes back to the first byte of a regular file. DNN_ERROR_IO. */
int32_t file_rewind(struct file *file);

void file_close(struct file *file);

/* Makes these bytes the file's content, in one step: whatever fails, and whenever the process is killed, the file is
 * the old one or the new one, whole. DNN_ERROR_IO, with the path and the system's reason; DNN_ERROR_OUT_OF_MEMORY. */
int32_t file_write(const char *path, const uint8_t *bytes, int64_t size);

/* The same for bytes that come in parts. */
struct writing;

/* Begins. path: borrowed until the end. Errors as file_write. */
int32_t file_write_begin(const char *path, struct writing **out);

/* The next bytes. DNN_ERROR_IO: then the end is all that is left to do. */
int32_t file_write_add(struct writing *writing, const void *bytes, int64_t size);

/* Ends, and releases: with status DNN_OK the bytes become the file; with an error the file stays as it was, and that error
 * is returned. Errors as file_write. */
int32_t file_write_end(struct writing *writing, int32_t status);

#endif
