/*
 * file_support.h - what the tests of model files and checkpoints share: a folder of their own, whole files, and files made or
 * changed by hand.
 *
 * A file that was changed by hand is signed again: its checksums are made right, so that what the change breaks is found by
 * the check that is meant to find it, and not by a checksum.
 */
#ifndef DNN_TESTS_FILE_SUPPORT_H
#define DNN_TESTS_FILE_SUPPORT_H

#include <dnn.h>
#include <stdbool.h>
#include <stdint.h>

/* ---- files ---- */

/* A new folder, before a group of tests, and its end; for cmocka. The folder must be empty then. */
int make_scratch(void **state);
int remove_scratch(void **state);

/* The folder. */
const char *scratch(void);

/* The path of a file in it. One of 32 buffers, used in turn. */
const char *scratch_path(const char *name);

/* How many entries the folder has. */
int scratch_count(void);

struct bytes {
    uint8_t *data; /* released with free */
    int64_t size;
};

struct bytes read_whole(const char *path);
void write_whole(const char *path, struct bytes bytes);
bool same_bytes(struct bytes a, struct bytes b);

/* ---- safetensors ---- */

/* 8 bytes of length, the header, the data. */
struct bytes safetensors_of(const char *header, const void *data, int64_t size);

/* The first `find` in the header replaced, and signed again. The test fails if there is none. */
struct bytes changed(struct bytes file, const char *find, const char *replacement);

/* Its checksums made right. */
void sign(struct bytes file);

/* Where the data begins. */
int64_t data_begin(struct bytes file);

/* What dnn_model_save_memory and dnn_trainer_save make. */
struct bytes saved(const dnn_model *model);
struct bytes saved_trainer(const dnn_trainer *trainer);

/* Loaded from bytes, by way of memory, and by way of a file of the scratch folder. */
int32_t load_bytes(struct bytes file, dnn_model **model);
int32_t load_bytes_with(struct bytes file, const dnn_config *config, dnn_model **model);
int32_t load_trainer_bytes(struct bytes file, dnn_model **model, dnn_trainer **trainer);

/* The call fails so, and makes no model. */
#define expect_no_model(file, status, words) check_no_model((file), (status), (words), __FILE__, __LINE__)
#define expect_no_model_with(file, config, status, words)                                                              \
    check_no_model_with((file), (config), (status), (words), __FILE__, __LINE__)
#define expect_no_trainer(file, status, words) check_no_trainer((file), (status), (words), __FILE__, __LINE__)
void check_no_model(struct bytes file, int32_t status, const char *words, const char *source, int line);
void check_no_model_with(struct bytes file, const dnn_config *config, int32_t status, const char *words,
                         const char *source, int line);
void check_no_trainer(struct bytes file, int32_t status, const char *words, const char *source, int line);

/* ---- models ---- */

/* A config of a recipe with settings as config_of takes them. */
dnn_config *config_of_recipe(const char *recipe, const char *settings);
dnn_model *model_of_recipe(const char *recipe, const int64_t *layers, int64_t layer_count, const char *settings);

/* What a model makes of 7 rows of numbers, and all its weights, mean and scale: two models whose facts are equal bit for
 * bit are the same to anyone who asks. Released with free. */
struct bytes facts_of(const dnn_model *model);
void assert_same_model(const dnn_model *a, const dnn_model *b);

#endif /* DNN_TESTS_FILE_SUPPORT_H */
