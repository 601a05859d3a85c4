/*
 * trials.c - see trials.h: the list of all trials, and the files that they read.
 */
#include "trials.h"

#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

extern const struct trial trials_of_models[], trials_of_training[]; /* the last of each has no call */

const struct trial *trial_at(int index)
{
    const struct trial *const lists[] = {trials_of_models, trials_of_training};
    for (int l = 0; l < 2; l++)
        for (const struct trial *trial = lists[l]; trial->call != NULL; trial++)
            if (index-- == 0)
                return trial;
    return NULL;
}

struct trial_files trial_files;

static void write_gz(const char *path, struct bytes bytes)
{
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes.data, (unsigned)bytes.size), bytes.size);
    assert_int_equal(gzclose(file), Z_OK);
}

static void make_idx(void)
{
    uint8_t images[16 + 4 * 2 * 3] = {0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 3};
    const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 2, 1};
    for (size_t i = 16; i < sizeof images; i++)
        images[i] = (uint8_t)(11 * i);
    write_whole(trial_files.images, (struct bytes){images, sizeof images});
    write_gz(trial_files.images_gz, (struct bytes){images, sizeof images});
    write_whole(trial_files.labels, (struct bytes){(uint8_t *)(uintptr_t)labels, sizeof labels});
}

static void make_npy(void)
{
    static const char header[] = "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }";
    uint8_t file[128 + 6 * 4] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
    const float numbers[6] = {1, 2, 3, 4, 5, 6};
    memset(file + 10, ' ', 118);
    memcpy(file + 10, header, sizeof header - 1);
    file[127] = '\n';
    for (size_t i = 0; i < sizeof numbers; i++) { /* little-endian, whatever this machine is */
        uint32_t bits;
        memcpy(&bits, &numbers[i / 4], sizeof bits);
        file[128 + i] = (uint8_t)(bits >> 8 * (i % 4));
    }
    write_whole(trial_files.npy, (struct bytes){file, sizeof file});
    write_gz(trial_files.npy_gz, (struct bytes){file, sizeof file});
}

static void make_csv(void)
{
    static char csv[8192] = "a,\"b\"\"\",c,t\n";
    for (int i = 0; i < 300; i++)
        strcat(csv, i == 200 ? "1,,x,\"late \"\" text\"\n" : i > 200 ? "3,4,y,other\n" : "1,2,x,3\n");
    write_whole(trial_files.csv, (struct bytes){(uint8_t *)csv, (int64_t)strlen(csv)});
    strcpy(csv, "a b c\n");
    for (int i = 0; i < 200; i++)
        strcat(csv, i % 3 == 0 ? "1.25 NA 3\n" : i % 3 == 1 ? "-1e-3 7 4\n" : "0 0.5 1.5\n");
    write_gz(trial_files.csv_gz, (struct bytes){(uint8_t *)csv, (int64_t)strlen(csv)});
}

static void make_models(void)
{
    const float weights[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct world world;
    world_make(&world, 1);
    assert_ok(dnn_model_save(world.model, trial_files.model));
    assert_ok(dnn_trainer_save(world.trainer, trial_files.checkpoint));
    const int32_t status = dnn_model_export_onnx(world.model, trial_files.onnx);
    assert_true(status == DNN_OK || status == DNN_ERROR_UNSUPPORTED);
    world_destroy(&world);
    trial_files.model_bytes = read_whole(trial_files.model);
    struct bytes plain = safetensors_of("{\"0.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                                        "\"0.weight\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[8,16]},"
                                        "\"2.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[16,32]}}",
                                        weights, sizeof weights);
    write_whole(trial_files.plain, plain);
    free(plain.data);
}

enum { FILES = 11 };
static const struct {
    const char **path;
    const char *name;
} files[FILES] = {{&trial_files.model, "model"},   {&trial_files.checkpoint, "checkpoint"},
                  {&trial_files.plain, "plain"},   {&trial_files.onnx, "onnx"},
                  {&trial_files.csv, "csv"},       {&trial_files.csv_gz, "csv.gz"},
                  {&trial_files.images, "images"}, {&trial_files.images_gz, "images.gz"},
                  {&trial_files.labels, "labels"}, {&trial_files.npy, "npy"},
                  {&trial_files.npy_gz, "npy.gz"}};

static const char *out;

const char *trial_out(void)
{
    return out;
}

int make_trials(void **state)
{
    static char paths[FILES + 1][512];
    if (make_scratch(state) != 0)
        return -1;
    for (size_t i = 0; i < FILES; i++)
        *files[i].path = strcpy(paths[i], scratch_path(files[i].name));
    out = strcpy(paths[FILES], scratch_path("out"));
    make_idx();
    make_npy();
    make_csv();
    make_models();
    return 0;
}

int remove_trials(void **state)
{
    for (size_t i = 0; i < FILES; i++)
        unlink(*files[i].path);
    unlink(out);
    free(trial_files.model_bytes.data);
    return remove_scratch(state);
}
