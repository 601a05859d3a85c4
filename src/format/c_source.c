/*
 * format/c_source.c - see c_source.h. Numbers are decimal: hexadecimal ones are exact too, but C++ knows them since 2017
 * only, and nobody can read them.
 */
#include "format/c_source.h"

#include "base/file.h"
#include "base/status.h"
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_PIECE = 1024, LONGEST_LINE = 110, LITERAL_CAPACITY = TEXT_NUMBER_CAPACITY + 3 };

int32_t c_source_end(struct c_source *source)
{
    if (source->status == DNN_OK) {
        source->status = file_write_add(source->file, source->block, source->length);
    }
    source->length = 0;
    return source->status;
}

static void put(struct c_source *source, const char *text)
{
    for (; *text != '\0'; text++) {
        if (source->length == C_SOURCE_BLOCK) {
            c_source_end(source);
        }
        source->block[source->length++] = *text;
    }
}

void c_source_add(struct c_source *source, const char *format, ...)
{
    char piece[LONGEST_PIECE];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    assert(length >= 0 && length < LONGEST_PIECE);
    (void)length;
    for (const char *c = piece; *c != '\0'; c++) {
        if (*c == '@') {
            put(source, source->name);
        } else if (*c == '~') {
            put(source, source->is_f32 ? "float" : "double");
        } else if (*c == '$') {
            put(source, source->is_f32 ? "f" : "");
        } else {
            put(source, (const char[]){*c, '\0'});
        }
    }
}

/* "1" → "1.0f": without a point it would be an integer, which has no f. text: [LITERAL_CAPACITY] */
static void make_literal(const struct c_source *source, double number, char *text)
{
    if (source->is_f32) {
        text_from_float((float)number, text);
    } else {
        text_from_number(number, text);
    }
    if (strpbrk(text, ".e") == NULL) {
        strcat(text, ".0");
    }
    strcat(text, source->is_f32 ? "f" : "");
}

void c_source_number(struct c_source *source, double number)
{
    char text[LITERAL_CAPACITY];
    make_literal(source, number, text);
    put(source, text);
}

void c_source_item(struct c_source *source, double number)
{
    char text[LITERAL_CAPACITY];
    make_literal(source, number, text);
    const int64_t length = (int64_t)strlen(text) + 2; /* a space and a comma */
    const bool breaks = source->column > 0 && source->column + length > LONGEST_LINE;
    put(source, breaks ? "\n    " : source->column > 0 ? " " : "    ");
    put(source, text);
    put(source, ",");
    source->column = length + (breaks || source->column == 0 ? 3 : source->column);
}

void c_source_end_line(struct c_source *source)
{
    put(source, "\n");
    source->column = 0;
}
