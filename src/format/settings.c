/*
 * format/settings.c - see settings.h.
 */
#include "format/settings.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "format/json_text.h"

#include <math.h>
#include <string.h>

int32_t settings_to_json(const struct settings *settings, char **text)
{
    json_t *object = json_object();
    bool is_done = object != NULL;
    for (int64_t i = 0; is_done && i < settings->count; i++) {
        is_done = json_object_set_new(object, settings->items[i].key, json_string(settings->items[i].value)) == 0;
    }
    char *made = is_done ? json_text_write(object) : NULL;
    json_decref(object);
    if (made == NULL) {
        return status_out_of_memory("the settings of a model");
    }
    *text = made;
    return DNN_OK;
}

static int32_t add_all(const json_t *object, const struct json_source *source, struct settings *settings)
{
    const char *key;
    json_t *value;
    int32_t status = DNN_OK;
    json_object_foreach((json_t *)object, key, value)
    {
        if (status == DNN_OK && !json_is_string(value)) {
            status = status_error(DNN_ERROR_FORMAT, "\"%s\": its %s has \"%.100s\", which is no text", source->file,
                                  source->part, key);
        } else if (status == DNN_OK) {
            status = settings_add(settings, key, json_string_value(value));
        }
    }
    return status;
}

int32_t settings_from_json(const struct json_source *source, struct settings *settings)
{
    json_t *object = NULL;
    int32_t status = json_text_read(source, 1, &object);
    if (status == DNN_OK) {
        status = add_all(object, source, settings);
    }
    json_decref(object);
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
