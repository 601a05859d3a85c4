/*
 * base/file.h - a file's bytes, whole: read, and replaced.
 */
#ifndef DNN_BASE_FILE_H
#define DNN_BASE_FILE_H

#include <stdint.h>

/* Reads all of a file. *bytes: released with memory_free. DNN_ERROR_IO, with the path and the system's reason, if it
 * cannot be read; DNN_ERROR_OUT_OF_MEMORY. */
int32_t file_read(const char *path, uint8_t **bytes, int64_t *size);

/* Makes these bytes the file's content, in one step: whatever fails, and whenever the process is killed, the file is
 * the old one or the new one, whole. DNN_ERROR_IO, with the path and the system's reason; DNN_ERROR_OUT_OF_MEMORY. */
int32_t file_write(const char *path, const uint8_t *bytes, int64_t size);

#endif
