/*
 * format/json_text.c - see json_text.h.
 *
 * A text may be a stranger's. Before the parser sees it, one pass over its bytes makes sure that it is not nested deeper
 * than it should be, and holds no more values than it has bytes for: a parser needs some 40 bytes for each "1," of a
 * list, so that 16 MiB of them would become 300 MiB of memory.
 *
 * What is printed goes into memory of our own: what jansson's json_dumps returns has to be released by the function that
 * the program chose with json_set_alloc_funcs, which need not be free.
 */
#include "format/json_text.h"

#include "base/memory.h"
#include "base/status.h"

#include <stdbool.h>

enum {
    BYTES_A_VALUE = 3,    /* of text a value takes in a file that is right, on average, and rather more */
    VALUES_FOR_FREE = 256 /* before that is counted */
};

static int32_t wrong(const struct json_source *source, const char *what)
{
    return status_error(DNN_ERROR_FORMAT, "\"%s\": its %s is %s", source->file, source->part, what);
}

/* Where a string that begins behind a quote ends: at its closing quote, or at the end. */
static int64_t skip_string(const struct json_source *source, int64_t i)
{
    while (i < source->length && source->text[i] != '"') {
        i += source->text[i] == '\\' ? 2 : 1;
    }
    return i;
}

static int32_t look(const struct json_source *source, int64_t deepest)
{
    int64_t depth = 0, values = 0;
    for (int64_t i = 0; i < source->length; i++) {
        switch (source->text[i]) {
        case '"':
            i = skip_string(source, i + 1);
            values++;
            break;
        case '{':
        case '[':
            depth++;
            values++;
            break;
        case '}':
        case ']':
            depth--;
            break;
        case ',':
            values++;
            break;
        default:
            break;
        }
        if (depth > deepest) {
            return wrong(source, "nested too deep");
        }
    }
    return values <= VALUES_FOR_FREE + source->length / BYTES_A_VALUE ? DNN_OK : wrong(source, "full of tiny values");
}

int32_t json_text_read(const struct json_source *source, int64_t deepest, json_t **out)
{
    const int32_t status = look(source, deepest);
    if (status != DNN_OK) {
        return status;
    }
    json_error_t error;
    json_t *value = json_loadb(source->text, (size_t)source->length, JSON_REJECT_DUPLICATES, &error);
    /* Where it runs out of memory, jansson mostly says nothing at all. */
    if (value == NULL && (error.text[0] == '\0' || json_error_code(&error) == json_error_out_of_memory)) {
        return status_error(DNN_ERROR_OUT_OF_MEMORY, "not enough memory for the %s of a file", source->part);
    }
    if (value == NULL) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\": its %s is no JSON: %s, at byte %d of it", source->file,
                            source->part, error.text, error.position);
    }
    if (!json_is_object(value)) {
        json_decref(value);
        return wrong(source, "no JSON object");
    }
    *out = value;
    return DNN_OK;
}

char *json_text_write(const json_t *object)
{
    const size_t length = object == NULL ? 0 : json_dumpb(object, NULL, 0, JSON_COMPACT);
    char *text = length == 0 ? NULL : memory_new((int64_t)length + 1, 1);
    if (text != NULL && json_dumpb(object, text, length, JSON_COMPACT) != length) {
        memory_free(text);
        return NULL;
    }
    return text;
}
