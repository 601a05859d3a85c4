/*
 * api/model_onnx.c - models to and from ONNX files. The format itself is in format/onnx_*; without it (DNN_ONNX=OFF) the two
 * functions are there all the same, and say so.
 */
#include "api/check.h"
#include "api/model.h"

#if DNN_ONNX
#include "api/model_content.h"
#include "base/file.h"
#include "base/memory.h"
#include "format/onnx_read.h"
#include "format/onnx_write.h"

int32_t dnn_model_export_onnx(const dnn_model *model, const char *path)
{
    REQUIRE(model);
    REQUIRE(path);
    struct settings settings = {0};
    const struct snapshot snapshot = model_snapshot(model, &settings);
    uint8_t *bytes = NULL;
    int64_t size = 0;
    int32_t status = settings_from_config(model->config, model->network->depth, &settings);
    status = status == DNN_OK ? onnx_write(&snapshot, dnn_version_string(), &bytes, &size) : status;
    status = status == DNN_OK ? file_write(path, bytes, size) : status;
    memory_free(bytes);
    settings_clear(&settings);
    return status;
}

int32_t dnn_model_import_onnx(const char *path, dnn_model **out)
{
    REQUIRE(path);
    REQUIRE(out);
    struct content content = {0};
    uint8_t *bytes = NULL;
    int64_t size = 0;
    int32_t status = file_read(path, &bytes, &size);
    status = status == DNN_OK ? onnx_read(bytes, size, path, &content) : status;
    memory_free(bytes); /* before the model takes its own */
    status = status == DNN_OK ? model_from_content(&content, NULL, path, out) : status;
    content_clear(&content);
    return status;
}
#else
static int32_t unsupported(void)
{
    return status_error(DNN_ERROR_UNSUPPORTED,
                        "this build of libdnn has no ONNX: it was made without protobuf-c, or with DNN_ONNX=OFF");
}

int32_t dnn_model_export_onnx(const dnn_model *model, const char *path)
{
    REQUIRE(model);
    REQUIRE(path);
    return unsupported();
}

int32_t dnn_model_import_onnx(const char *path, dnn_model **out)
{
    REQUIRE(path);
    REQUIRE(out);
    return unsupported();
}
#endif
