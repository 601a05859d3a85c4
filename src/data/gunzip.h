/*
 * data/gunzip.h - the bytes of a file, in order, whether they are plain or gzip: of one in memory, or of one that is
 * read a block at a time.
 */
#ifndef DNN_DATA_GUNZIP_H
#define DNN_DATA_GUNZIP_H

#include <stdbool.h>
#include <stdint.h>

struct gunzip; /* a place in the bytes */

/* Starts at the first byte; gzip is known by its magic number. bytes: [size], borrowed until gunzip_close. path:
 * borrowed, for messages. */
int32_t gunzip_open(const uint8_t *bytes, int64_t size, const char *path, struct gunzip **out);

/* The same for a file, which is read a block at a time; one that is no regular file, such as a pipe, is taken into memory.
 * path: borrowed until gunzip_close. DNN_ERROR_IO as file_read. */
int32_t gunzip_open_file(const char *path, struct gunzip **out);

/* Starts again at the first byte. */
int32_t gunzip_rewind(struct gunzip *source);

/* Releases; NULL is allowed. */
void gunzip_close(struct gunzip *source);

/* The most bytes that can still come: what is left, or, compressed, what is left × deflate's greatest ratio. */
int64_t gunzip_bound(const struct gunzip *source);

/* Whether exactly as many as gunzip_bound tells will come: so it is for what is not compressed. */
bool gunzip_is_exact(const struct gunzip *source);

/* Copies exactly n bytes. DNN_ERROR_FORMAT if there are fewer, or the compressed data is damaged. */
int32_t gunzip_read(struct gunzip *source, void *out, int64_t n);

/* Copies up to n bytes. *count is less than n only at the end, where compressed data is held against its checksum and must
 * not be followed by anything else. */
int32_t gunzip_read_some(struct gunzip *source, void *out, int64_t n, int64_t *count);

/* About which share of the file has been read, 0 to 1. */
double gunzip_share(const struct gunzip *source);

/* DNN_ERROR_FORMAT unless every byte has been read, and the checksum of the compressed data was right. */
int32_t gunzip_end(struct gunzip *source);

#endif
