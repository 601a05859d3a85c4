/*
 * format/settings.c - see settings.h.
 */
#include "format/settings.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "format/json.h"

#include <math.h>
#include <string.h>

static void append_all(const struct settings *settings, struct text *text)
{
    text_append(text, "{");
    for (int64_t i = 0; i < settings->count; i++) {
        text_append(text, i > 0 ? "," : "");
        json_append(text, settings->items[i].key);
        text_append(text, ":");
        json_append(text, settings->items[i].value);
    }
    text_append(text, "}");
}

int32_t settings_to_json(const struct settings *settings, char **text)
{
    struct text made = {0};
    append_all(settings, &made); /* how long it is */
    made = (struct text){memory_new(made.length + 1, 1), made.length + 1, 0};
    if (made.buffer == NULL) {
        return status_out_of_memory("the settings of a model");
    }
    append_all(settings, &made);
    *text = made.buffer;
    return DNN_OK;
}

static int32_t add_all(const struct json_value *object, const struct json_source *source, struct settings *settings)
{
    int32_t status = DNN_OK;
    for (const struct json_value *item = json_first(object); status == DNN_OK && item != NULL; item = item->next) {
        status = item->kind == JSON_TEXT
                     ? settings_add(settings, item->key, item->as.text)
                     : status_error(DNN_ERROR_FORMAT, "\"%s\": its %s has \"%.100s\", which is no text", source->file,
                                    source->part, item->key);
    }
    return status;
}

int32_t settings_from_json(const struct json_source *source, struct settings *settings)
{
    struct json_value *object = NULL;
    int32_t status = json_read(source, 1, &object);
    if (status == DNN_OK) {
        status = add_all(object, source, settings);
    }
    memory_free(object);
    return status;
}

const char *settings_find(const struct settings *settings, const char *key)
{
    for (int64_t i = 0; i < settings->count; i++) {
        if (strcmp(settings->items[i].key, key) == 0) {
            return settings->items[i].value;
        }
    }
    return NULL;
}

int32_t settings_add_numbers(struct settings *settings, const char *key, const double *numbers, int64_t count)
{
    const int64_t capacity = count * TEXT_NUMBER_CAPACITY + 1;
    char *list = memory_new(capacity, 1);
    if (list == NULL) {
        return status_out_of_memory("the numbers of a model's inputs");
    }
    char number[TEXT_NUMBER_CAPACITY], *end = list;
    for (int64_t i = 0; i < count; i++) {
        text_from_number(numbers[i], number);
        if (i > 0) {
            *end++ = ' ';
        }
        memcpy(end, number, strlen(number));
        end += strlen(number);
    }
    const int32_t status = settings_add(settings, key, list);
    memory_free(list);
    return status;
}

bool settings_parse_numbers(const char *text, double *numbers, int64_t count)
{
    char word[TEXT_NUMBER_CAPACITY];
    for (int64_t i = 0; i < count; i++) {
        const size_t length = strcspn(text, " ");
        if (length >= sizeof word || (text[length] == '\0') != (i == count - 1)) {
            return false;
        }
        memcpy(word, text, length);
        word[length] = '\0';
        if (!text_to_number(word, &numbers[i]) || !isfinite(numbers[i])) {
            return false;
        }
        text += length + 1; /* behind the last word: not read again */
    }
    return true;
}
