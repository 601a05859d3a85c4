/*
 * data/csv_options.c - see csv_options.h. One table of keys, each with the text that lists its values, which is also what an
 * error says.
 */
#include "data/csv_options.h"

#include "base/memory.h"
#include "base/status.h"

#include <string.h>

enum key { HEADER, SEPARATOR, TARGETS, DECIMAL, MISSING, CLASSES, IGNORE, KEY_COUNT };

static const struct {
    const char *name, *values;
} keys[KEY_COUNT] = {
    [HEADER] = {"header", "auto, true or false"},
    [SEPARATOR] = {"separator", "auto, comma, semicolon, tab, space, pipe or a character such as :"},
    [TARGETS] = {"targets", "last, first, none, or columns by name or index from 0, such as 3,4"},
    [DECIMAL] = {"decimal", "point or comma"},
    [MISSING] = {"missing", "error, drop or mean"},
    [CLASSES] = {"classes", "auto, true or false"},
    [IGNORE] = {"ignore", "columns by name or index from 0, such as id,date"},
};

#define WHITE " \t\r\n"

const char *csv_list_next(const char *word)
{
    return word + strlen(word) + 1;
}

/* The position of a word among others, each closed by NUL and the last by two; −1 if it is none. */
static int index_of(const char *word, const char *words)
{
    for (int i = 0; *words != '\0'; words = csv_list_next(words), i++) {
        if (strcmp(word, words) == 0) {
            return i;
        }
    }
    return -1;
}

static int32_t bad_value(enum key key, const char *value)
{
    return status_error(DNN_ERROR_INVALID_ARGUMENT, "CSV option %s=%s: expected %s", keys[key].name, value,
                        keys[key].values);
}

/* One of some words, by its position. */
static int32_t set_choice(enum key key, const struct csv_list *value, const char *words, int *choice)
{
    const int index = value->count == 1 ? index_of(value->words, words) : -1;
    if (index < 0) {
        return bad_value(key, value->words);
    }
    *choice = index;
    return DNN_OK;
}

/* A character that may stand between fields: no letter, digit or sign, which numbers have, and no quote or line break. */
static bool can_separate(const char *text)
{
    return strlen(text) == 1 && strchr("!#$%&'()*,/:;<=>?@[\\]^_`{|}~\t ", *text) != NULL;
}

static int32_t set_separator(const struct csv_list *value, char *separator)
{
    static const char known[] = {'\0', ',', ';', '\t', ' ', '|'};
    const int index = index_of(value->words, "auto\0comma\0semicolon\0tab\0space\0pipe\0");
    if (value->count != 1 || (index < 0 && !can_separate(value->words))) {
        return bad_value(SEPARATOR, value->words);
    }
    *separator = index < 0 ? *value->words : known[index];
    return DNN_OK;
}

static void set_targets(const struct csv_list *value, struct csv_options *options)
{
    const int index = value->count == 1 ? index_of(value->words, "last\0first\0none\0") : -1;
    options->targets = index < 0 ? CSV_TARGETS_LISTED : (enum csv_targets)index;
    options->target_columns = *value;
}

static int32_t set_option(struct csv_options *options, const char *key, const struct csv_list *value)
{
    int which = 0, choice = 0;
    while (which < KEY_COUNT && strcmp(key, keys[which].name) != 0) {
        which++;
    }
    int32_t status = DNN_OK;
    switch (which) {
    case HEADER:
        status = set_choice(HEADER, value, "auto\0true\0false\0", &choice);
        options->header = (enum csv_choice)choice;
        return status;
    case SEPARATOR:
        return set_separator(value, &options->separator);
    case TARGETS:
        set_targets(value, options);
        return DNN_OK;
    case DECIMAL:
        status = set_choice(DECIMAL, value, "point\0comma\0", &choice);
        options->point = choice == 1 ? ',' : '.';
        return status;
    case MISSING:
        status = set_choice(MISSING, value, "error\0drop\0mean\0", &choice);
        options->missing = (enum csv_missing)choice;
        return status;
    case CLASSES:
        status = set_choice(CLASSES, value, "auto\0true\0false\0", &choice);
        options->classes = (enum csv_choice)choice;
        return status;
    case IGNORE:
        options->ignore = *value;
        return DNN_OK;
    default:
        return status_error(
            DNN_ERROR_INVALID_ARGUMENT,
            "there is no CSV option \"%s\"; the options are header, separator, targets, decimal, missing, "
            "classes and ignore, as key=value with spaces between them",
            key);
    }
}

/* One word of a list, without its quotes, to *to. False if a quote is not closed. */
static bool read_word(const char **from, char **to)
{
    const char *p = *from;
    bool is_quoted = false;
    for (; *p != '\0' && (is_quoted || strchr(WHITE ",", *p) == NULL); p++) {
        if (*p != '"') {
            *(*to)++ = *p;
        } else if (is_quoted && p[1] == '"') {
            *(*to)++ = *p++;
        } else {
            is_quoted = !is_quoted;
        }
    }
    *(*to)++ = '\0';
    *from = p;
    return !is_quoted;
}

/* The words of a value. A comma alone is itself: separator=, */
static bool read_value(const char **from, char **to, struct csv_list *value)
{
    value->words = *to;
    value->count = 1;
    if (**from == ',' && ((*from)[1] == '\0' || strchr(WHITE, (*from)[1]) != NULL)) {
        memcpy(*to, ",", 2);
        *to += 2;
        (*from)++;
        return true;
    }
    bool is_right = read_word(from, to);
    while (is_right && **from == ',') {
        (*from)++;
        value->count++;
        is_right = read_word(from, to);
    }
    return is_right;
}

static int32_t read_pairs(const char *from, char *to, struct csv_options *options)
{
    int32_t status = DNN_OK;
    for (from += strspn(from, WHITE); status == DNN_OK && *from != '\0'; from += strspn(from, WHITE)) {
        const size_t length = strcspn(from, "=" WHITE);
        char *const key = to;
        memcpy(to, from, length);
        to[length] = '\0';
        if (from[length] != '=') {
            return status_error(
                DNN_ERROR_INVALID_ARGUMENT,
                "CSV option \"%s\" has no value, expected key=value; a value with spaces stands in quotes", key);
        }
        to += length + 1;
        from += length + 1;
        struct csv_list value;
        if (!read_value(&from, &to, &value)) {
            return status_error(DNN_ERROR_INVALID_ARGUMENT, "CSV option %s: a quote is not closed", key);
        }
        status = set_option(options, key, &value);
    }
    return status;
}

int32_t csv_options_read(const char *text, struct csv_options *options)
{
    *options = (struct csv_options){.point = '.'};
    if (text == NULL) {
        return DNN_OK;
    }
    /* Each character of a pair becomes one at most; its "=" pays for a NUL, and so does what ends it. */
    options->words = memory_new((int64_t)strlen(text) + 2, 1);
    if (options->words == NULL) {
        return status_out_of_memory("options");
    }
    const int32_t status = read_pairs(text, options->words, options);
    if (status == DNN_OK && options->point == ',' && options->separator == ',') {
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "CSV options decimal=comma and separator=comma exclude each other");
    }
    return status;
}

void csv_options_release(struct csv_options *options)
{
    memory_free(options->words);
}
