/*
 * data/gunzip.c - inflate by zlib, from memory or a file to memory.
 *
 * The one idea: the reader asks for exact counts of bytes, and may ask beforehand how many could come at most. So a
 * header that promises terabytes is refused before anything is allocated for it. gzread was tried and left: it hides
 * whether a file was compressed, takes a truncated one as short, and cannot tell that bound.
 */
#include "data/gunzip.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

/* A deflate block spends at least 1 bit for 258 bytes in each of length and distance: 258 × 8 / 2 = 1032 bytes from
 * one. */
enum { DEFLATE_LARGEST_RATIO = 1032 };

enum { GZIP_WINDOW = 16 + MAX_WBITS }; /* zlib: 16 asks for a gzip header and checksum */

enum { BLOCK = 1 << 17 }; /* bytes of a file that are read at once */

struct gunzip {
    const uint8_t *next; /* [left]: bytes in memory that are not consumed */
    int64_t left;
    const uint8_t *bytes; /* [size]: all of a file that is in memory, else NULL */
    int64_t size;
    uint8_t *owned;   /* those, or the block that a file is read into; or NULL */
    struct file file; /* what is read, if it is open */
    bool is_open;
    int64_t taken; /* bytes that have been read of that file */
    const char *path;
    bool compressed;
    bool ended; /* the last compressed member is complete */
    z_stream stream;
};

static bool is_in_memory(const struct gunzip *source)
{
    return !source->is_open || !source->file.is_regular;
}

/* Reads on, so that at least `least` bytes are there, if the file has as many. */
static int32_t refill(struct gunzip *source, int64_t least)
{
    int64_t count = 1;
    while (!is_in_memory(source) && source->left < least && count > 0) {
        if (source->left > 0) {
            memmove(source->owned, source->next, (size_t)source->left);
        }
        source->next = source->owned;
        const int32_t status =
            file_read_some(&source->file, source->owned + source->left, BLOCK - source->left, &count);
        if (status != DNN_OK) {
            return status;
        }
        source->left += count;
        source->taken += count;
    }
    return DNN_OK;
}

static bool is_gzip(const uint8_t *bytes, int64_t size)
{
    return size >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B;
}

/* The memory of zlib. */
static voidpf zlib_new(voidpf unused, uInt count, uInt size)
{
    (void)unused;
    return memory_new(count, size);
}

static void zlib_free(voidpf unused, voidpf block)
{
    (void)unused;
    memory_free(block);
}

/* Begins to inflate, if what comes first is gzip. */
static int32_t begin(struct gunzip *source)
{
    int32_t status = refill(source, 2);
    if (status == DNN_OK && is_gzip(source->next, source->left)) {
        source->stream.zalloc = zlib_new;
        source->stream.zfree = zlib_free;
        if (inflateInit2(&source->stream, GZIP_WINDOW) != Z_OK) {
            return status_out_of_memory("decompressing a file");
        }
        source->compressed = true;
    }
    return status;
}

int32_t gunzip_open(const uint8_t *bytes, int64_t size, const char *path, struct gunzip **out)
{
    struct gunzip *source = memory_new(1, sizeof *source);
    if (source == NULL) {
        return status_out_of_memory("reading a file");
    }
    source->next = source->bytes = bytes;
    source->left = source->size = size;
    source->path = path;
    const int32_t status = begin(source);
    if (status != DNN_OK) {
        gunzip_close(source);
        return status;
    }
    *out = source;
    return DNN_OK;
}

/* The bytes of an open file, or a place for a block of them. */
static int32_t take_file(struct gunzip *source)
{
    if (source->file.is_regular) {
        source->owned = memory_new(BLOCK, 1);
        return source->owned != NULL ? DNN_OK : status_out_of_memory("reading a file");
    }
    const int32_t status = file_read_all(&source->file, &source->owned, &source->size);
    if (status == DNN_OK) {
        source->next = source->bytes = source->owned;
        source->left = source->size;
    }
    return status;
}

int32_t gunzip_open_file(const char *path, struct gunzip **out)
{
    struct gunzip *source = memory_new(1, sizeof *source);
    if (source == NULL) {
        return status_out_of_memory("reading a file");
    }
    source->path = path;
    int32_t status = file_open(path, &source->file);
    if (status != DNN_OK) {
        memory_free(source);
        return status;
    }
    source->is_open = true;
    status = take_file(source);
    if (status == DNN_OK) {
        status = begin(source);
    }
    if (status != DNN_OK) {
        gunzip_close(source);
        return status;
    }
    *out = source;
    return DNN_OK;
}

int32_t gunzip_rewind(struct gunzip *source)
{
    const int32_t status = is_in_memory(source) ? DNN_OK : file_rewind(&source->file);
    source->next = source->bytes;
    source->left = is_in_memory(source) ? source->size : 0;
    source->taken = 0;
    source->ended = false;
    if (source->compressed) {
        inflateEnd(&source->stream);
        source->compressed = false;
    }
    return status == DNN_OK ? begin(source) : status;
}

void gunzip_close(struct gunzip *source)
{
    if (source != NULL && source->compressed) {
        inflateEnd(&source->stream);
    }
    if (source != NULL && source->is_open) {
        file_close(&source->file);
    }
    if (source != NULL) {
        memory_free(source->owned);
    }
    memory_free(source);
}

/* Bytes of the file that are still to come. */
static int64_t bytes_left(const struct gunzip *source)
{
    const int64_t unread = is_in_memory(source) ? 0 : source->file.size - source->taken; /* a guess: it may grow */
    return source->left + (unread > 0 ? unread : 0);
}

int64_t gunzip_bound(const struct gunzip *source)
{
    const int64_t left = bytes_left(source);
    if (!source->compressed) {
        return left;
    }
    int64_t bound;
    /* zlib may have taken in up to 8 bytes of bits, and owe the rest of one match, that it has not given out yet. */
    return memory_multiply(left + 9, DEFLATE_LARGEST_RATIO, &bound) ? bound : INT64_MAX;
}

bool gunzip_is_exact(const struct gunzip *source)
{
    return !source->compressed;
}

double gunzip_share(const struct gunzip *source)
{
    const int64_t size = is_in_memory(source) ? source->size : source->file.size;
    const int64_t left = bytes_left(source);
    return size > left ? (double)(size - left) / (double)size : 0;
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
    const int32_t status = refill(source, 2);
    if (status != DNN_OK) {
        return status;
    }
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
        int32_t status = refill(source, 1);
        if (status != DNN_OK) {
            return status;
        }
        const int result = inflate_some(source, out + *written, n - *written, &count);
        *written += count;
        if (result == Z_STREAM_END) {
            status = next_member(source);
            if (status != DNN_OK) {
                return status;
            }
        } else if (result == Z_MEM_ERROR) {
            return status_out_of_memory("decompressing a file");
        } else if (result == Z_BUF_ERROR) { /* nothing more to read, and nothing to give: no progress */
            return too_short(source);
        } else if (result != Z_OK) {
            return damaged(source);
        }
    }
    return DNN_OK;
}

/* Up to n bytes of a plain file; many go straight to their place. *copied is less than n only at its end. */
static int32_t copy_up_to(struct gunzip *source, uint8_t *out, int64_t n, int64_t *copied)
{
    *copied = 0;
    while (*copied < n) {
        int64_t count = 0;
        const bool is_direct = !is_in_memory(source) && source->left == 0 && n - *copied >= BLOCK;
        const int32_t status =
            is_direct ? file_read_some(&source->file, out + *copied, n - *copied, &count) : refill(source, 1);
        if (status != DNN_OK) {
            return status;
        }
        if (is_direct && count > 0) {
            source->taken += count;
            *copied += count;
            continue;
        }
        count = source->left < n - *copied ? source->left : n - *copied;
        if (count == 0) {
            break;
        }
        memcpy(out + *copied, source->next, (size_t)count);
        source->next += count;
        source->left -= count;
        *copied += count;
    }
    return DNN_OK;
}

static int32_t read_up_to(struct gunzip *source, void *out, int64_t n, int64_t *count)
{
    return source->compressed ? inflate_up_to(source, out, n, count) : copy_up_to(source, out, n, count);
}

int32_t gunzip_read(struct gunzip *source, void *out, int64_t n)
{
    int64_t count;
    if (is_in_memory(source) && !source->compressed && source->left < n) {
        return too_short(source); /* before anything is taken */
    }
    const int32_t status = read_up_to(source, out, n, &count);
    return status != DNN_OK ? status : count == n ? DNN_OK : too_short(source);
}

int32_t gunzip_read_some(struct gunzip *source, void *out, int64_t n, int64_t *count)
{
    const int32_t status = read_up_to(source, out, n, count);
    if (status == DNN_OK && *count < n && source->left > 0) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" has other bytes after its gzip data", source->path);
    }
    return status;
}

int32_t gunzip_end(struct gunzip *source)
{
    uint8_t extra;
    int64_t count;
    const int32_t status = read_up_to(source, &extra, 1, &count);
    if (status != DNN_OK || (count == 0 && source->left == 0)) {
        return status;
    }
    return status_error(DNN_ERROR_FORMAT, "\"%s\" has more bytes than its header tells", source->path);
}
