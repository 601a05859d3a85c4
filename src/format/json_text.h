/*
 * format/json_text.h - texts of JSON, read with suspicion and written: the one place where jansson parses and prints.
 */
#ifndef DNN_FORMAT_JSON_TEXT_H
#define DNN_FORMAT_JSON_TEXT_H

#include <jansson.h>
#include <stdint.h>

/* A text of JSON, and how to name it in a message: "FILE": its PART … */
struct json_source {
    const char *file;
    const char *part;
    const char *text;
    int64_t length;
};

/* *out ← the JSON object that a text is, nested no deeper than `deepest` (1: an object of plain values); released with
 * json_decref. DNN_ERROR_FORMAT if it is anything else, has a key twice, or has more values than a text of its length has
 * in a file that is right; DNN_ERROR_OUT_OF_MEMORY. */
int32_t json_text_read(const struct json_source *source, int64_t deepest, json_t **out);

/* The compact text of an object, released with memory_free; NULL if there is no memory. object: may be NULL, then so is
 * the text. */
char *json_text_write(const json_t *object);

#endif
