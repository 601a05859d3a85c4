/*
 * epoch_data.c - random pictures of classes that can be learned, somewhat like MNIST's.
 *
 * A class has a shape, a fifth of the pixels: ink of any strength there, and a little elsewhere. One label in ten is random, so
 * that the loss stays far from 0, where numbers become denormal and every contestant slow. The peers get these very bytes in a
 * file, and answer with their checksum: nobody has a rule of his own to make them by.
 */
#define _POSIX_C_SOURCE 200809L
#include "epoch_data.h"
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The next number of a linear congruential generator (Numerical Recipes), without its low bits, which have short periods. */
static uint32_t draw(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

static void fill(struct epoch_data *data)
{
    uint32_t state = 1;
    uint8_t *shapes = bench_allocate((size_t)(data->classes * data->inputs)); /* [classes × inputs] */
    for (int64_t i = 0; i < data->classes * data->inputs; i++) {
        shapes[i] = draw(&state) % 5 == 0;
    }
    uint8_t *labels = data->bytes + data->samples * data->inputs;
    for (int64_t i = 0; i < data->samples; i++) {
        const int64_t class = i % data->classes;
        uint8_t *pixels = data->bytes + i * data->inputs;
        for (int64_t j = 0; j < data->inputs; j++) {
            const uint32_t chance = draw(&state) % 32, ink = draw(&state) & 255;
            const bool is_inked = shapes[class * data->inputs + j] ? chance >= 8 : chance == 0;
            pixels[j] = (uint8_t)(is_inked ? ink : 0);
        }
        const bool is_wrong = draw(&state) % 10 == 0;
        const uint32_t other = draw(&state) % (uint32_t)data->classes;
        labels[i] = (uint8_t)(is_wrong ? (int64_t)other : class);
    }
    free(shapes);
}

static uint32_t adler32(const uint8_t *bytes, int64_t count)
{
    uint32_t a = 1, b = 0;
    for (int64_t i = 0; i < count; i++) {
        a = (a + bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

struct epoch_data epoch_data_make(int64_t samples, int64_t inputs, int64_t classes)
{
    const int64_t count = samples * inputs + samples;
    struct epoch_data data = {.samples = samples, .inputs = inputs, .classes = classes};
    data.bytes = bench_allocate((size_t)count);
    fill(&data);
    data.checksum = adler32(data.bytes, count);
    FILE *file = tmpfile();
    data.file = file == NULL ? -1 : dup(fileno(file));
    if (data.file < 0 || fwrite(data.bytes, 1, (size_t)count, file) != (size_t)count || fclose(file) != 0) {
        bench_die("cannot write the samples to a temporary file");
    }
    return data;
}

void epoch_data_free(struct epoch_data *data)
{
    close(data->file);
    free(data->bytes);
    *data = (struct epoch_data){.file = -1};
}
