/*
 * files.c - see files.h.
 */
#include "files.h"

#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

static char directory[] = "/tmp/dnn-test-files-XXXXXX";

enum { MOST_NAMES = 16 };
static char names[MOST_NAMES][FILES_PATH_CAPACITY];
static int name_count;

int files_enter(void **state)
{
    (void)state;
    return mkdtemp(directory) == NULL ? -1 : 0;
}

int files_leave(void **state)
{
    (void)state;
    for (int i = 0; i < name_count; i++)
        unlink(names[i]);
    return rmdir(directory);
}

const char *files_path(const char *name, char *path)
{
    snprintf(path, FILES_PATH_CAPACITY, "%s/%s", directory, name);
    int i = 0;
    while (i < name_count && strcmp(names[i], path) != 0)
        i++;
    assert_true(i < MOST_NAMES);
    strcpy(names[i], path);
    name_count += i == name_count;
    return path;
}

void files_write(const char *path, const void *bytes, size_t size)
{
    unlink(path); /* a new file: some systems write one that is truncated to the disk at once */
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

size_t files_gzip(const void *bytes, size_t size, uint8_t **out)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    const size_t capacity = deflateBound(&stream, size);
    *out = allocate_or_fail(capacity, 1);
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)size;
    stream.next_out = *out;
    stream.avail_out = (uInt)capacity;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const size_t compressed = capacity - stream.avail_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return compressed;
}

void files_write_gzip(const char *path, const void *bytes, size_t size)
{
    uint8_t *compressed;
    const size_t compressed_size = files_gzip(bytes, size, &compressed);
    files_write(path, compressed, compressed_size);
    free(compressed);
}

void files_damage_everywhere(const uint8_t *bytes, size_t size,
                             void (*attempt)(void *user, enum files_damage damage, const uint8_t *bytes, size_t size),
                             void *user)
{
    uint8_t *copy = allocate_or_fail(size + 1, 1);
    memcpy(copy, bytes, size);
    for (size_t cut = 0; cut < size; cut++)
        attempt(user, FILES_CUT, copy, cut);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        attempt(user, FILES_FLIPPED, copy, size);
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(copy);
}
