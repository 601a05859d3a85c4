/*
 * data/csv_complain.c - see csv_complain.h. Lines and columns are counted from 1 as editors and spreadsheets do; options
 * count columns from 0, so advice names a column where it can.
 */
#include "data/csv_complain.h"

#include "base/status.h"
#include "base/text.h"
#include "data/csv_number.h"

#include <string.h>

enum { MOST_SHOWN = 60, WORDS_CAPACITY = 640, NAME_CAPACITY = 96 };

/* "data.csv", line 17, column 3 ("age"): words */
static int32_t complain(int32_t status, const struct csv_place *place, const char *words)
{
    char name[NAME_CAPACITY] = "";
    struct text text = {name, sizeof name, 0};
    if (place->layout->names != NULL) {
        text_append(&text, " (\"%.*s\")", MOST_SHOWN, place->layout->names[place->column]);
    }
    return status_error(status, "\"%s\", line %lld, column %lld%s: %s", place->path, (long long)place->line,
                        (long long)place->column + 1, name, words);
}

/* As much of a field as fits in a message, whole characters. */
static int shown(const struct csv_field *field)
{
    int64_t length = field->length < MOST_SHOWN ? field->length : MOST_SHOWN;
    while (length > 0 && length < field->length && ((unsigned char)field->text[length] & 0xC0) == 0x80) {
        length--;
    }
    return (int)length;
}

/* How the options name a column. */
static void append_column(const struct csv_place *place, struct text *text)
{
    const char *const *names = (const char *const *)place->layout->names;
    if (names != NULL && names[place->column][0] != '\0' && strchr(names[place->column], '"') == NULL) {
        text_append(text, "\"%.*s\"", MOST_SHOWN, names[place->column]);
    } else {
        text_append(text, "%lld", (long long)place->column);
    }
}

static bool has_decimal_comma(const struct csv_field *field)
{
    double value;
    return field->length > 0 && csv_number(field->text, ',', &value) == field->text + field->length;
}

int32_t csv_complain_text(const struct csv_place *place, const struct csv_options *options, enum csv_role role,
                          const struct csv_field *field)
{
    char words[WORDS_CAPACITY] = "";
    struct text text = {words, sizeof words, 0};
    text_append(&text, "expected a number, found \"%.*s%s\"", shown(field), field->text,
                shown(field) < field->length ? "..." : "");
    if (options->point == '.' && has_decimal_comma(field)) {
        text_append(&text, "; is it a decimal comma (CSV option decimal=comma)?");
    } else if (role == CSV_INPUT) {
        text_append(&text, "; CSV option ignore=");
        append_column(place, &text);
        text_append(&text, " leaves the column out, targets= makes it the target%s",
                    place->line == 1 ? ", header=true takes the first row as names" : "");
    } else if (options->classes == CSV_NO) {
        text_append(&text, "; without classes=false, text becomes classes");
    } else {
        text_append(&text, "; text can be the only target, not one of several");
    }
    return complain(DNN_ERROR_FORMAT, place, words);
}

int32_t csv_complain_missing(const struct csv_place *place, const struct csv_field *field)
{
    char words[WORDS_CAPACITY] = "";
    struct text text = {words, sizeof words, 0};
    text_append(
        &text,
        "a value is missing (\"%.*s\"); CSV option missing=drop leaves such rows out, missing=mean takes the mean "
        "of an input's column",
        shown(field), field->text);
    return complain(DNN_ERROR_FORMAT, place, words);
}

int32_t csv_complain_infinite(const struct csv_place *place, const struct csv_field *field)
{
    char words[WORDS_CAPACITY] = "";
    struct text text = {words, sizeof words, 0};
    text_append(&text, "\"%.*s%s\" is not a finite number", shown(field), field->text,
                shown(field) < field->length ? "..." : "");
    return complain(DNN_ERROR_NOT_FINITE, place, words);
}

int32_t csv_complain_encoding(const struct csv_place *place)
{
    return complain(DNN_ERROR_FORMAT, place, "the text is not UTF-8");
}

int32_t csv_complain_width(const struct csv_place *place, int64_t found)
{
    return status_error(DNN_ERROR_FORMAT, "\"%s\", line %lld: expected %lld fields, as in the first row, found %lld",
                        place->path, (long long)place->line, (long long)place->layout->columns, (long long)found);
}
