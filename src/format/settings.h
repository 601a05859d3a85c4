/*
 * format/settings.h - settings and lists of numbers as text.
 */
#ifndef DNN_FORMAT_SETTINGS_H
#define DNN_FORMAT_SETTINGS_H

#include "format/content.h"

struct json_source;

/* A JSON object of texts; *text is released with memory_free. */
int32_t settings_to_json(const struct settings *settings, char **text);

/* Adds the pairs of a JSON object of texts. DNN_ERROR_FORMAT if it is anything else. */
int32_t settings_from_json(const struct json_source *source, struct settings *settings);

/* The value of a key, or NULL. */
const char *settings_find(const struct settings *settings, const char *key);

/* A pair whose value is numbers with spaces between. */
int32_t settings_add_numbers(struct settings *settings, const char *key, const double *numbers, int64_t count);

/* A text of exactly `count` finite numbers with spaces between; false if it is anything else. */
bool settings_parse_numbers(const char *text, double *numbers, int64_t count);

#endif
