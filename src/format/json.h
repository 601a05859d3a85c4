/*
 * format/json.h - texts of JSON (RFC 8259), read with suspicion and written.
 *
 * What is read becomes an array of values in the order of the text, so that releasing it is releasing one block. A list's or
 * an object's first member is the value behind it; `next` leads from there to the others.
 */
#ifndef DNN_FORMAT_JSON_H
#define DNN_FORMAT_JSON_H

#include <stdbool.h>
#include <stdint.h>

struct text;

/* JSON_OTHER: true, false, null, and numbers with a point or an exponent, of which no file here has any use. */
enum json_kind { JSON_OTHER, JSON_INTEGER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json_value {
    const char *key;               /* in an object; else NULL */
    const struct json_value *next; /* of the same list or object; NULL: the last */
    union {
        int64_t integer;  /* of JSON_INTEGER */
        const char *text; /* of JSON_TEXT: UTF-8, closed by NUL, which is nowhere else in it */
        int64_t count;    /* members of JSON_LIST and JSON_OBJECT */
    } as;
    enum json_kind kind;
};

/* A text of JSON, and how to name it in a message: "FILE": its PART … */
struct json_source {
    const char *file;
    const char *part;
    const char *text;
    int64_t length;
};

/* *out ← the JSON object that a text is, nested no deeper than `deepest` (1: an object of plain values); released with
 * memory_free, texts and all. DNN_ERROR_FORMAT if it is anything else, has a key twice, or has more values than a text of its
 * length has in a file that is right; DNN_ERROR_OUT_OF_MEMORY. */
int32_t json_read(const struct json_source *source, int64_t deepest, struct json_value **out);

/* The first member of a list or object; NULL if it has none, or is something else. value: may be NULL. */
const struct json_value *json_first(const struct json_value *value);

/* The member of that key, or NULL. object: may be NULL, or something else. */
const struct json_value *json_find(const struct json_value *object, const char *key);

/* The text of a value; NULL if it is none. value: may be NULL. */
const char *json_text_of(const struct json_value *value);

/* Appends a text in quotes, with escapes where they must be. string: UTF-8 */
void json_append(struct text *text, const char *string);

#endif
