/*
 * api/model_c.c - a model as C source for programs without libdnn. What is written is in format/c_source_write.c.
 */
#include "api/check.h"
#include "api/model.h"
#include "api/model_content.h"
#include "format/c_source_write.h"

#include <stdbool.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool is_keyword(const char *name)
{
    static const char *const keywords[] = {
        "auto",   "break",    "case",     "char",     "const", "continue", "default", "do",     "double",
        "else",   "enum",     "extern",   "float",    "for",   "goto",     "if",      "inline", "int",
        "long",   "register", "restrict", "return",   "short", "signed",   "sizeof",  "static", "struct",
        "switch", "typedef",  "union",    "unsigned", "void",  "volatile", "while",
    };
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (strcmp(name, keywords[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int32_t check_name(const char *name)
{
    const size_t length = strspn(name, LETTERS "0123456789_");
    if (strspn(name, LETTERS) == 0 || name[length] != '\0' || length > C_SOURCE_LONGEST_NAME) {
        return status_error(
            DNN_ERROR_INVALID_ARGUMENT,
            "name is \"%.80s\", expected a C identifier such as \"xor\": a letter, then letters, digits and "
            "underscores, at most %d in all",
            name, C_SOURCE_LONGEST_NAME);
    }
    return is_keyword(name)
               ? status_error(DNN_ERROR_INVALID_ARGUMENT,
                              "name is \"%s\", a keyword of C; expected another identifier, such as \"xor\"", name)
               : DNN_OK;
}

int32_t dnn_model_export_c(const dnn_model *model, const char *path, const char *name)
{
    REQUIRE(model);
    REQUIRE(path);
    REQUIRE(name);
    const int32_t status = check_name(name);
    if (status != DNN_OK) {
        return status;
    }
    const struct snapshot snapshot = model_snapshot(model, NULL);
    return c_source_write(&snapshot, name, dnn_version_string(), path);
}
