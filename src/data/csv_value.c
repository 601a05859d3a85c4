/*
 * data/csv_value.c - see csv_value.h.
 */
#include "data/csv_value.h"

#include "data/csv_number.h"

#include <math.h>
#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void trim(char **text, int64_t *length)
{
    while (*length > 0 && is_space((*text)[*length - 1])) {
        (*length)--;
    }
    while (*length > 0 && is_space(**text)) {
        (*text)++;
        (*length)--;
    }
}

void csv_value_trim(struct csv_field *field)
{
    if (!field->is_quoted) {
        trim(&field->text, &field->length);
    }
}

static bool is_word(const char *text, int64_t length, const char *word)
{
    return length == (int64_t)strlen(word) && memcmp(text, word, (size_t)length) == 0;
}

static bool is_missing(const char *text, int64_t length)
{
    static const char *const words[] = {"", "NA", "N/A", "NaN", "nan", "NULL", "null", "?"};
    for (size_t i = 0; length <= 4 && i < sizeof words / sizeof *words; i++) {
        if (is_word(text, length, words[i])) {
            return true;
        }
    }
    return false;
}

bool csv_value_is_missing(const struct csv_field *field)
{
    char *text = field->text;
    int64_t length = field->length;
    trim(&text, &length);
    return is_missing(text, length);
}

/* [+-] inf or infinity, in any case of letters */
static bool is_infinity(const char *text, int64_t length)
{
    static const char infinity[] = "infinity";
    const int64_t sign = length > 0 && (*text == '+' || *text == '-');
    if (length - sign != 3 && length - sign != 8) {
        return false;
    }
    for (int64_t i = sign; i < length; i++) {
        if ((text[i] | 0x20) != infinity[i - sign]) {
            return false;
        }
    }
    return true;
}

enum csv_kind csv_value(const struct csv_field *field, char point, double *value)
{
    char *text = field->text;
    int64_t length = field->length;
    trim(&text, &length);
    if (length > 0 && csv_number(text, point, value) == text + length) {
        return isfinite(*value) ? CSV_NUMBER : CSV_INFINITE;
    }
    return is_missing(text, length) ? CSV_MISSING : is_infinity(text, length) ? CSV_INFINITE : CSV_TEXT;
}
