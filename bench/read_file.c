/*
 * read_file.c - a CSV file to be read, in the folder for temporary files.
 *
 * Numbers by splitmix64, uniform in (-1000, 1000), so that every run and every machine reads the same bytes.
 */
#define _POSIX_C_SOURCE 200809L /* mkstemp, fdopen */
#include "read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static double next_number(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    uint64_t bits = *state;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
    bits ^= bits >> 31;
    return ((double)(bits >> 11) / 4503599627370496.0 - 1.0) * 1000.0;
}

/* The rows of a file. Returns the sum of what is written, read back. */
static double write_rows(FILE *stream, int64_t rows, int32_t digits)
{
    uint64_t state = 1;
    double sum = 0;
    for (int64_t i = 0; i < rows * READ_COLUMNS; i++) {
        char text[64];
        const double number = next_number(&state);
        snprintf(text, sizeof text, digits > 0 ? "%.*f" : "%.*g", digits > 0 ? digits : 17, number);
        sum += strtod(text, NULL);
        fputs(text, stream);
        fputc((i + 1) % READ_COLUMNS == 0 ? '\n' : ',', stream);
    }
    return sum;
}

struct read_file read_file_make(int64_t rows, int32_t digits)
{
    struct read_file file = {.rows = rows};
    const char *folder = getenv("TMPDIR");
    snprintf(file.path, sizeof file.path, "%s/dnn-bench-XXXXXX", folder != NULL && folder[0] != '\0' ? folder : "/tmp");
    const int descriptor = mkstemp(file.path);
    FILE *stream = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (stream == NULL) {
        bench_die("cannot make the file %s", file.path);
    }
    for (int j = 0; j < READ_COLUMNS; j++) {
        fprintf(stream, "column%d%c", j, j + 1 == READ_COLUMNS ? '\n' : ',');
    }
    file.sum = write_rows(stream, rows, digits);
    file.bytes = ftell(stream);
    if (ferror(stream) || fclose(stream) != 0) {
        unlink(file.path);
        bench_die("cannot write the file %s", file.path);
    }
    return file;
}

void read_file_remove(struct read_file *file)
{
    if (file->path[0] != '\0') {
        unlink(file->path);
        file->path[0] = '\0';
    }
}
