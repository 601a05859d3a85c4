/*
 * data/gunzip.h - bytes of a file in memory, in order, whether they are plain or gzip.
 */
#ifndef DNN_DATA_GUNZIP_H
#define DNN_DATA_GUNZIP_H

#include <stdbool.h>
#include <stdint.h>

struct gunzip; /* a place in the bytes */

/* Starts at the first byte; gzip is known by its magic number. bytes: [size], borrowed until gunzip_close. path:
 * borrowed, for messages. */
int32_t gunzip_open(const uint8_t *bytes, int64_t size, const char *path, struct gunzip **out);

/* Releases; NULL is allowed. */
void gunzip_close(struct gunzip *source);

/* The most bytes that can still come: what is left, or, compressed, what is left × deflate's greatest ratio. */
int64_t gunzip_bound(const struct gunzip *source);

/* Copies exactly n bytes. DNN_ERROR_FORMAT if there are fewer, or the compressed data is damaged. */
int32_t gunzip_read(struct gunzip *source, void *out, int64_t n);

/* DNN_ERROR_FORMAT unless every byte has been read, and the checksum of the compressed data was right. */
int32_t gunzip_end(struct gunzip *source);

#endif
