/*
 * format/json.c - values of JSON looked at, and texts written as JSON. See json.h; json_read.c reads.
 */
#include "format/json.h"

#include "base/text.h"

#include <stddef.h>
#include <string.h>

const struct json_value *json_first(const struct json_value *value)
{
    const bool has_members =
        value != NULL && (value->kind == JSON_LIST || value->kind == JSON_OBJECT) && value->as.count > 0;
    return has_members ? value + 1 : NULL;
}

const struct json_value *json_find(const struct json_value *object, const char *key)
{
    const struct json_value *member = object != NULL && object->kind == JSON_OBJECT ? json_first(object) : NULL;
    while (member != NULL && strcmp(member->key, key) != 0) {
        member = member->next;
    }
    return member;
}

const char *json_text_of(const struct json_value *value)
{
    return value != NULL && value->kind == JSON_TEXT ? value->as.text : NULL;
}

/* How many bytes of a string stand for themselves. */
static int64_t plain_run(const char *string)
{
    int64_t length = 0;
    while ((unsigned char)string[length] >= 0x20 && string[length] != '"' && string[length] != '\\') {
        length++;
    }
    return length;
}

static void append_escape(struct text *text, char c)
{
    static const char controls[] = "\b\f\n\r\t", letters[] = "bfnrt";
    const char *control = strchr(controls, c);
    if (c == '"' || c == '\\' || control != NULL) {
        const char escape[] = {'\\', control == NULL ? c : letters[control - controls]};
        text_append_bytes(text, escape, sizeof escape);
    } else {
        text_append(text, "\\u%04X", (unsigned)(unsigned char)c);
    }
}

void json_append(struct text *text, const char *string)
{
    text_append_bytes(text, "\"", 1);
    while (*string != '\0') {
        const int64_t plain = plain_run(string);
        text_append_bytes(text, string, plain);
        string += plain;
        if (*string != '\0') {
            append_escape(text, *string++);
        }
    }
    text_append_bytes(text, "\"", 1);
}
