/*
 * file_support.c - see file_support.h.
 */
#define _GNU_SOURCE /* memmem */
#include "file_support.h"

#include "base/digest.h"
#include "expect.h"
#include "support.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- files ---- */

static char folder[] = "/tmp/dnn-test-save-XXXXXX";

int make_scratch(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL && chmod(folder, 0755) == 0 ? 0 : -1;
}

int remove_scratch(void **state)
{
    (void)state;
    return rmdir(folder);
}

const char *scratch(void)
{
    return folder;
}

const char *scratch_path(const char *name)
{
    static char paths[32][512];
    static int next;
    char *path = paths[next++ % 32];
    assert_true(snprintf(path, sizeof paths[0], "%s/%s", folder, name) < (int)sizeof paths[0]);
    return path;
}

int scratch_count(void)
{
    int count = -2; /* . and .. */
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

struct bytes read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat about;
    if (file == NULL || fstat(fileno(file), &about) != 0)
        fail_msg("cannot read %s", path);
    struct bytes bytes = {allocate_or_fail((size_t)about.st_size + 1, 1), about.st_size};
    assert_int_equal(fread(bytes.data, 1, (size_t)bytes.size, file), bytes.size);
    fclose(file);
    return bytes;
}

void write_whole(const char *path, struct bytes bytes)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        fail_msg("cannot write %s", path);
    assert_int_equal(fwrite(bytes.data, 1, (size_t)bytes.size, file), bytes.size);
    assert_int_equal(fclose(file), 0);
}

bool same_bytes(struct bytes a, struct bytes b)
{
    return a.size == b.size && memcmp(a.data, b.data, (size_t)a.size) == 0;
}

/* ---- safetensors ---- */

static void store_length(struct bytes file, int64_t length)
{
    for (int i = 0; i < 8; i++)
        file.data[i] = (uint8_t)((uint64_t)length >> 8 * i);
}

struct bytes safetensors_of(const char *header, const void *data, int64_t size)
{
    const int64_t length = (int64_t)strlen(header);
    struct bytes file = {allocate_or_fail((size_t)(8 + length + size + 1), 1), 8 + length + size};
    store_length(file, length);
    memcpy(file.data + 8, header, (size_t)length);
    if (size > 0)
        memcpy(file.data + 8 + length, data, (size_t)size);
    return file;
}

int64_t data_begin(struct bytes file)
{
    int64_t length = 0;
    for (int i = 7; i >= 0; i--)
        length = length << 8 | file.data[i];
    return 8 + length;
}

/* The digits of a checksum in a header; NULL if it has none of that name. */
static char *digits_of(struct bytes file, const char *key)
{
    char begin[64];
    const int length = snprintf(begin, sizeof begin, "\"%s\":\"", key);
    char *found = memmem(file.data, (size_t)data_begin(file), begin, (size_t)length);
    return found == NULL ? NULL : found + length;
}

void sign(struct bytes file)
{
    char digest[DIGEST_DIGITS + 1];
    const int64_t begin = data_begin(file);
    char *of_data = digits_of(file, "dnn.sha256"), *of_header = digits_of(file, "dnn.header_sha256");
    digest_sha256(file.data + begin, file.size - begin, digest);
    if (of_data != NULL)
        memcpy(of_data, digest, DIGEST_DIGITS);
    if (of_header == NULL)
        return;
    memset(of_header, '0', DIGEST_DIGITS);
    digest_sha256(file.data, begin, digest);
    memcpy(of_header, digest, DIGEST_DIGITS);
}

struct bytes changed(struct bytes file, const char *find, const char *replacement)
{
    const int64_t begin = data_begin(file);
    uint8_t *at = memmem(file.data + 8, (size_t)(begin - 8), find, strlen(find));
    if (at == NULL)
        fail_msg("there is no \"%s\" in the header", find);
    const int64_t before = at - file.data, more = (int64_t)strlen(replacement) - (int64_t)strlen(find);
    struct bytes out = {allocate_or_fail((size_t)(file.size + more + 1), 1), file.size + more};
    memcpy(out.data, file.data, (size_t)before);
    memcpy(out.data + before, replacement, strlen(replacement));
    memcpy(out.data + before + strlen(replacement), at + strlen(find),
           (size_t)(file.size - before - (int64_t)strlen(find)));
    store_length(out, begin - 8 + more);
    sign(out);
    return out;
}

struct bytes saved(const dnn_model *model)
{
    struct bytes file = {0};
    assert_ok(dnn_model_save_memory(model, NULL, 0, &file.size));
    file.data = allocate_or_fail((size_t)file.size, 1);
    assert_ok(dnn_model_save_memory(model, file.data, file.size, NULL));
    return file;
}

struct bytes saved_trainer(const dnn_trainer *trainer)
{
    const char *path = scratch_path("saved trainer");
    assert_ok(dnn_trainer_save(trainer, path));
    const struct bytes file = read_whole(path);
    unlink(path);
    return file;
}

int32_t load_bytes(struct bytes file, dnn_model **model)
{
    return dnn_model_load_memory(file.data, file.size, model);
}

int32_t load_bytes_with(struct bytes file, const dnn_config *config, dnn_model **model)
{
    const char *path = scratch_path("loaded with");
    write_whole(path, file);
    const int32_t status = dnn_model_load_with(path, config, model);
    unlink(path);
    return status;
}

int32_t load_trainer_bytes(struct bytes file, dnn_model **model, dnn_trainer **trainer)
{
    const char *path = scratch_path("loaded trainer");
    write_whole(path, file);
    const int32_t status = dnn_trainer_load(path, model, trainer);
    unlink(path);
    return status;
}

/* What an output must still be. */
#define NO_MODEL ((dnn_model *)(void *)folder)
#define NO_TRAINER ((dnn_trainer *)(void *)folder)

void check_no_model(struct bytes file, int32_t status, const char *words, const char *source, int line)
{
    dnn_model *model = NO_MODEL;
    mark_last_error();
    check_error(load_bytes(file, &model), status, words, source, line);
    assert_ptr_equal(model, NO_MODEL);
}

void check_no_model_with(struct bytes file, const dnn_config *config, int32_t status, const char *words,
                         const char *source, int line)
{
    dnn_model *model = NO_MODEL;
    mark_last_error();
    check_error(load_bytes_with(file, config, &model), status, words, source, line);
    assert_ptr_equal(model, NO_MODEL);
}

void check_no_trainer(struct bytes file, int32_t status, const char *words, const char *source, int line)
{
    dnn_model *model = NO_MODEL;
    dnn_trainer *trainer = NO_TRAINER;
    mark_last_error();
    check_error(load_trainer_bytes(file, &model, &trainer), status, words, source, line);
    assert_ptr_equal(model, NO_MODEL);
    assert_ptr_equal(trainer, NO_TRAINER);
}

/* ---- models ---- */

dnn_config *config_of_recipe(const char *recipe, const char *settings)
{
    dnn_config *config = NULL;
    assert_ok(dnn_config_create(recipe, &config));
    while (*settings != '\0') {
        char key[64], value[256];
        int length = 0;
        if (sscanf(settings, " %63[^= ]=%255s %n", key, value, &length) != 2)
            fail_msg("not key=value: \"%s\"", settings);
        assert_ok(dnn_config_set(config, key, value));
        settings += length;
    }
    return config;
}

dnn_model *model_of_recipe(const char *recipe, const int64_t *layers, int64_t layer_count, const char *settings)
{
    dnn_config *config = config_of_recipe(recipe, settings);
    dnn_model *model = NULL;
    assert_ok(dnn_model_create(layers, layer_count, config, &model));
    dnn_config_destroy(config);
    return model;
}

enum { FACT_ROWS = 7 };

struct bytes facts_of(const dnn_model *model)
{
    struct generator generator = {11};
    const int64_t n_in = dnn_model_layer_size(model, 0), count = dnn_model_parameter_count(model);
    const int64_t n_out = dnn_model_layer_size(model, dnn_model_layer_count(model) - 1);
    const int64_t numbers = count + 2 * n_in + FACT_ROWS * n_out;
    double *facts = allocate_or_fail((size_t)numbers, sizeof *facts);
    double *x = allocate_or_fail((size_t)(FACT_ROWS * n_in), sizeof *x);
    generator_fill(&generator, x, FACT_ROWS * n_in, 0.5);
    assert_ok(dnn_model_get_parameters(model, facts));
    assert_ok(dnn_model_get_standardization(model, facts + count, facts + count + n_in));
    assert_ok(dnn_model_predict(model, x, FACT_ROWS, facts + count + 2 * n_in));
    free(x);
    return (struct bytes){(uint8_t *)facts, numbers * (int64_t)sizeof *facts};
}

void assert_same_model(const dnn_model *a, const dnn_model *b)
{
    const struct bytes of_a = facts_of(a), of_b = facts_of(b);
    assert_int_equal(of_a.size, of_b.size);
    assert_same_bits((const double *)(void *)of_a.data, (const double *)(void *)of_b.data,
                     of_a.size / (int64_t)sizeof(double));
    free(of_a.data);
    free(of_b.data);
}
