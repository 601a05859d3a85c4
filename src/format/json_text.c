/*
 * format/json_text.c - see json_text.h.
 *
 * A text may be a stranger's. Before the parser sees it, one pass over its bytes makes sure that it is not nested deeper
 * than it should be, and holds no more values than it has bytes for: a parser needs some 40 bytes for each "1," of a
 * list, so that 16 MiB of them would become 300 MiB of memory.
 *
 * jansson does not always tell that memory was refused: it may call the text wrong, or drop a character of a string that
 * it had no room for, and go on. So the characters of all strings are counted in the text and again in what was made of it;
 * and a text that is called wrong is parsed twice: what is wrong with a text is wrong again at the same place.
 *
 * What is printed goes into memory of our own: what jansson's json_dumps returns has to be released by the function that
 * the program chose with json_set_alloc_funcs, which need not be free.
 */
#include "format/json_text.h"

#include "base/memory.h"
#include "base/status.h"

#include <stdbool.h>
#include <string.h>

enum {
    BYTES_A_VALUE = 3,    /* of text a value takes in a file that is right, on average, and rather more */
    VALUES_FOR_FREE = 256 /* before that is counted */
};

static int32_t wrong(const struct json_source *source, const char *what)
{
    return status_error(DNN_ERROR_FORMAT, "\"%s\": its %s is %s", source->file, source->part, what);
}

/* Bytes of UTF-8 that \uXXXX stands for; of half of a pair of them, half. digits: [4] */
static int64_t escaped_bytes(const char *digits)
{
    int64_t code = 0;
    for (int i = 0; i < 4; i++) {
        const char c = digits[i];
        code = code * 16 + (c >= '0' && c <= '9' ? c - '0' : (c | 32) - 'a' + 10); /* no digits: no JSON either */
    }
    return code < 0x80 ? 1 : code < 0x800 || (code >= 0xD800 && code < 0xE000) ? 2 : 3;
}

/* Where a string that begins behind a quote ends: at its closing quote, or at the end. *characters: += its bytes. */
static int64_t skip_string(const struct json_source *source, int64_t i, int64_t *characters)
{
    while (i < source->length && source->text[i] != '"') {
        const bool is_escape = source->text[i] == '\\';
        const bool is_code = is_escape && i + 5 < source->length && source->text[i + 1] == 'u';
        *characters += is_code ? escaped_bytes(source->text + i + 2) : 1;
        i += is_code ? 6 : is_escape ? 2 : 1;
    }
    return i;
}

/* *characters: the bytes of all strings. */
static int32_t look(const struct json_source *source, int64_t deepest, int64_t *characters)
{
    int64_t depth = 0, values = 0;
    for (int64_t i = 0; i < source->length; i++) {
        switch (source->text[i]) {
        case '"':
            i = skip_string(source, i + 1, characters);
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

/* The bytes of all strings of a value. As deep as `look` let it be. */
static int64_t count_characters(const json_t *value)
{
    int64_t count = json_is_string(value) ? (int64_t)json_string_length(value) : 0;
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)value, key, member)
    {
        count += (int64_t)strlen(key) + count_characters(member);
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        count += count_characters(json_array_get(value, i));
    }
    return count;
}

/* NULL if it is no JSON, and then what is wrong; or for want of memory, and then *error says nothing. */
static json_t *parse(const struct json_source *source, int64_t characters, json_error_t *error)
{
    json_t *value = json_loadb(source->text, (size_t)source->length, JSON_REJECT_DUPLICATES, error);
    if (value != NULL && count_characters(value) != characters) {
        json_decref(value);
        error->text[0] = '\0';
        return NULL;
    }
    if (value == NULL && json_error_code(error) == json_error_out_of_memory) {
        error->text[0] = '\0';
    }
    return value;
}

/* Whether what is wrong with a text is wrong with it again. */
static bool is_wrong_again(const struct json_source *source, int64_t characters, const json_error_t *error)
{
    json_error_t again;
    json_t *value = parse(source, characters, &again);
    json_decref(value);
    return value == NULL && error->text[0] != '\0' && error->position == again.position &&
           strcmp(error->text, again.text) == 0;
}

int32_t json_text_read(const struct json_source *source, int64_t deepest, json_t **out)
{
    int64_t characters = 0;
    const int32_t status = look(source, deepest, &characters);
    if (status != DNN_OK) {
        return status;
    }
    json_error_t error;
    json_t *value = parse(source, characters, &error);
    if (value == NULL && !is_wrong_again(source, characters, &error)) {
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
