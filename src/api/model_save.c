/*
 * api/model_save.c - models to files and back.
 */
#include "api/check.h"
#include "api/model_content.h"
#include "base/file.h"
#include "base/memory.h"
#include "format/model_file.h"

#include <string.h>

static int32_t write_bytes(const dnn_model *model, uint8_t **bytes, int64_t *size)
{
    struct settings settings = {0};
    int32_t status = settings_from_config(model->config, model->network->depth, &settings);
    if (status == DNN_OK) {
        const struct snapshot snapshot = model_snapshot(model, &settings);
        status = model_file_write(&snapshot, NULL, bytes, size);
    }
    settings_clear(&settings);
    return status;
}

int32_t dnn_model_save(const dnn_model *model, const char *path)
{
    REQUIRE(model);
    REQUIRE(path);
    uint8_t *bytes = NULL;
    int64_t size = 0;
    int32_t status = write_bytes(model, &bytes, &size);
    if (status == DNN_OK) {
        status = file_write(path, bytes, size);
    }
    memory_free(bytes);
    return status;
}

int32_t dnn_model_save_memory(const dnn_model *model, void *buffer, int64_t capacity, int64_t *size)
{
    REQUIRE(model);
    if (buffer == NULL) {
        REQUIRE(size);
    }
    if (capacity < 0) {
        return check_range("capacity", capacity, 0, INT64_MAX);
    }
    uint8_t *bytes = NULL;
    int64_t made = 0;
    int32_t status = write_bytes(model, &bytes, &made);
    if (status == DNN_OK && buffer != NULL && capacity < made) {
        status = status_error(DNN_ERROR_INVALID_ARGUMENT, "capacity is %lld, the model takes %lld bytes",
                              (long long)capacity, (long long)made);
    }
    if (status == DNN_OK && buffer != NULL) {
        memcpy(buffer, bytes, (size_t)made);
    }
    if (status == DNN_OK && size != NULL) {
        *size = made;
    }
    memory_free(bytes);
    return status;
}

/* config: the caller's, in place of the file's; or NULL. */
static int32_t read_bytes(const uint8_t *bytes, int64_t size, const char *name, const dnn_config *config,
                          dnn_model **out)
{
    const struct model_file_request request = {.name = name, .is_plain_allowed = config != NULL};
    struct content content = {0};
    int32_t status = model_file_read(bytes, size, &request, &content, NULL);
    if (status == DNN_OK && config != NULL) {
        settings_clear(&content.settings);
    }
    if (status == DNN_OK) {
        status = model_from_content(&content, config, name, out);
    }
    content_clear(&content);
    return status;
}

static int32_t load(const char *path, const dnn_config *config, dnn_model **out)
{
    uint8_t *bytes = NULL;
    int64_t size = 0;
    int32_t status = file_read(path, &bytes, &size);
    if (status == DNN_OK) {
        status = read_bytes(bytes, size, path, config, out);
    }
    memory_free(bytes);
    return status;
}

int32_t dnn_model_load(const char *path, dnn_model **out)
{
    REQUIRE(path);
    REQUIRE(out);
    return load(path, NULL, out);
}

int32_t dnn_model_load_with(const char *path, const dnn_config *config, dnn_model **out)
{
    REQUIRE(path);
    REQUIRE(config);
    REQUIRE(out);
    return load(path, config, out);
}

int32_t dnn_model_load_memory(const void *bytes, int64_t size, dnn_model **out)
{
    REQUIRE(bytes);
    REQUIRE(out);
    const int32_t status = check_range("size", size, 0, INT64_MAX);
    return status == DNN_OK ? read_bytes(bytes, size, "(memory)", NULL, out) : status;
}
