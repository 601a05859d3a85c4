/*
 * data/gunzip.c - inflate by zlib, from memory to memory.
 *
 * The one idea: the reader asks for exact counts of bytes, and may ask beforehand how many could come at most. So a
 * header that promises terabytes is refused before anything is allocated for it. gzread was tried and left: it hides
 * whether a file was compressed, takes a truncated one as short, and cannot tell that bound.
 */
#include "data/gunzip.h"

#include "base/memory.h"
#include "base/status.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

/* A deflate block spends at least 1 bit for 258 bytes in each of length and distance: 258 × 8 / 2 = 1032 bytes from
 * one. */
enum { DEFLATE_LARGEST_RATIO = 1032 };

enum { GZIP_WINDOW = 16 + MAX_WBITS }; /* zlib: 16 asks for a gzip header and checksum */

struct gunzip {
    const uint8_t *next; /* [left]: bytes of the file that are not consumed */
    int64_t left;
    const char *path;
    bool compressed;
    bool ended; /* the last compressed member is complete */
    z_stream stream;
};

static bool is_gzip(const uint8_t *bytes, int64_t size)
{
    return size >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B;
}

int32_t gunzip_open(const uint8_t *bytes, int64_t size, const char *path, struct gunzip **out)
{
    struct gunzip *source = memory_new(1, sizeof *source);
    if (source == NULL) {
        return status_out_of_memory("reading a file");
    }
    source->next = bytes;
    source->left = size;
    source->path = path;
    if (is_gzip(bytes, size)) {
        if (inflateInit2(&source->stream, GZIP_WINDOW) != Z_OK) {
            memory_free(source);
            return status_out_of_memory("decompressing a file");
        }
        source->compressed = true;
    }
    *out = source;
    return DNN_OK;
}

void gunzip_close(struct gunzip *source)
{
    if (source != NULL && source->compressed) {
        inflateEnd(&source->stream);
    }
    memory_free(source);
}

int64_t gunzip_bound(const struct gunzip *source)
{
    if (!source->compressed) {
        return source->left;
    }
    int64_t bound;
    /* zlib may have taken in up to 8 bytes of bits, and owe the rest of one match, that it has not given out yet. */
    return memory_multiply(source->left + 9, DEFLATE_LARGEST_RATIO, &bound) ? bound : INT64_MAX;
}

static int32_t damaged(const struct gunzip *source)
{
    return status_error(DNN_ERROR_FORMAT, "\"%s\": the gzip data is damaged", source->path);
}

static int32_t too_short(const struct gunzip *source)
{
    return status_error(DNN_ERROR_FORMAT, "\"%s\" ends too early", source->path);
}

static uInt at_most_uint(int64_t n)
{
    return n < INT_MAX ? (uInt)n : (uInt)INT_MAX;
}

/* One call of inflate, which writes up to n bytes to out. *written: how many. Z_OK, Z_STREAM_END or an error of
 * zlib. */
static int inflate_some(struct gunzip *source, uint8_t *out, int64_t n, int64_t *written)
{
    z_stream *stream = &source->stream;
    const uInt input = at_most_uint(source->left);
    const uInt room = at_most_uint(n);
    /* zlib does not write through next_in; the cast is for builds without ZLIB_CONST. */
    stream->next_in = (Bytef *)source->next;
    stream->avail_in = input;
    stream->next_out = out;
    stream->avail_out = room;
    const int result = inflate(stream, Z_NO_FLUSH);
    source->next += input - stream->avail_in;
    source->left -= input - stream->avail_in;
    *written = room - stream->avail_out;
    return result;
}

/* A gzip file may hold several members, one after the other (RFC 1952, section 2.2). */
static int32_t next_member(struct gunzip *source)
{
    if (!is_gzip(source->next, source->left)) {
        source->ended = true;
        return DNN_OK;
    }
    return inflateReset(&source->stream) == Z_OK ? DNN_OK : damaged(source);
}

/* Up to n bytes. *written is less than n only at the end of the file. */
static int32_t inflate_up_to(struct gunzip *source, uint8_t *out, int64_t n, int64_t *written)
{
    *written = 0;
    while (*written < n && !source->ended) {
        int64_t count;
        const int result = inflate_some(source, out + *written, n - *written, &count);
        *written += count;
        if (result == Z_STREAM_END) {
            const int32_t status = next_member(source);
            if (status != DNN_OK) {
                return status;
            }
        } else if (result == Z_MEM_ERROR) {
            return status_out_of_memory("decompressing a file");
        } else if (result == Z_BUF_ERROR || (result == Z_OK && count == 0 && source->left == 0)) {
            return too_short(source);
        } else if (result != Z_OK) {
            return damaged(source);
        }
    }
    return DNN_OK;
}

int32_t gunzip_read(struct gunzip *source, void *out, int64_t n)
{
    if (source->compressed) {
        int64_t written;
        const int32_t status = inflate_up_to(source, out, n, &written);
        return status != DNN_OK ? status : written == n ? DNN_OK : too_short(source);
    }
    if (source->left < n) {
        return too_short(source);
    }
    if (n > 0) {
        memcpy(out, source->next, (size_t)n);
    }
    source->next += n;
    source->left -= n;
    return DNN_OK;
}

int32_t gunzip_end(struct gunzip *source)
{
    if (source->compressed) {
        uint8_t extra;
        int64_t written;
        const int32_t status = inflate_up_to(source, &extra, 1, &written);
        if (status != DNN_OK) {
            return status;
        }
        if (written == 0 && source->left == 0) {
            return DNN_OK;
        }
    } else if (source->left == 0) {
        return DNN_OK;
    }
    return status_error(DNN_ERROR_FORMAT, "\"%s\" has more bytes than its header tells", source->path);
}
