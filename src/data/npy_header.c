/*
 * data/npy_header.c - a strict parser of the one dict that numpy.save writes.
 *
 * It takes what Python would take of such a dict and NumPy would write: the three keys, each once, in any order, in
 * single or double quotes, with spaces anywhere and a comma after the last; an L after an integer, which Python 2 wrote.
 * All else is refused, with the place: what is not understood is not guessed at.
 */
#include "data/npy_header.h"

#include "base/memory.h"
#include "base/status.h"

#include <string.h>

/* NumPy's own bound, since version 2. */
enum { LARGEST_RANK = 64 };

enum { HAS_DESCR = 1, HAS_ORDER = 2, HAS_SHAPE = 4, HAS_ALL = 7 };

struct parser {
    const char *text; /* [length] */
    int64_t length;
    int64_t at;
    struct number_stream *stream;
};

/* A piece of the text. */
struct slice {
    const char *text;
    int64_t length;
};

static int32_t expected(const struct parser *parser, const char *what)
{
    return status_error(DNN_ERROR_FORMAT, "\"%s\": its header is damaged at character %lld: expected %s",
                        parser->stream->path, (long long)parser->at + 1, what);
}

/* ---- pieces ---- */

static void skip_spaces(struct parser *parser)
{
    while (parser->at < parser->length && memchr(" \t\r\n", parser->text[parser->at], 4) != NULL) {
        parser->at++;
    }
}

/* The next character that is no space; 0 at the end. */
static char next(struct parser *parser)
{
    skip_spaces(parser);
    return parser->at < parser->length ? parser->text[parser->at] : '\0';
}

/* Takes the next character if it is this one. */
static bool take(struct parser *parser, char character)
{
    const bool is_there = next(parser) == character;
    parser->at += is_there;
    return is_there;
}

/* Takes the next characters if they are this word. */
static bool take_word(struct parser *parser, const char *word)
{
    skip_spaces(parser);
    const int64_t length = (int64_t)strlen(word);
    if (parser->length - parser->at < length || memcmp(parser->text + parser->at, word, (size_t)length) != 0) {
        return false;
    }
    parser->at += length;
    return true;
}

static int32_t take_string(struct parser *parser, struct slice *out)
{
    const char quote = next(parser);
    if (quote != '\'' && quote != '"') {
        return expected(parser, "a string");
    }
    const char *start = parser->text + parser->at + 1;
    const char *end = memchr(start, quote, (size_t)(parser->length - parser->at - 1));
    if (end == NULL) {
        return expected(parser, "the end of the string that begins here");
    }
    *out = (struct slice){start, end - start};
    parser->at += out->length + 2;
    return DNN_OK;
}

static bool is_slice(struct slice slice, const char *text)
{
    return slice.length == (int64_t)strlen(text) && memcmp(slice.text, text, (size_t)slice.length) == 0;
}

/* ---- descr ---- */

/* What a type that is no number is called; NULL for a letter that NumPy does not know. */
static const char *kind_of(char letter)
{
    static const char letters[] = "OSaUVcmMfiub";
    static const char *const names[] = {"Python objects",  "text",      "text",  "text",   "structures",
                                        "complex numbers", "durations", "dates", "floats", "integers",
                                        "integers",        "bools"};
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);
    return found != NULL ? names[found - letters] : NULL;
}

static int32_t unsupported(const struct number_stream *stream, const char *kind, struct slice descr)
{
    return status_error(DNN_ERROR_UNSUPPORTED,
                        "\"%s\" holds %s of type '%.*s', expected b1, u1, i1, u2, i2, f2, u4, i4, f4, u8, i8 or f8",
                        stream->path, kind, (int)(descr.length < 80 ? descr.length : 80), descr.text);
}

/* '<f8', '>i2', '|u1' */
static int32_t parse_type(struct parser *parser, struct slice descr)
{
    struct number_stream *stream = parser->stream;
    const char order = descr.length > 0 ? descr.text[0] : '\0';
    const bool is_byte = descr.length == 3 && descr.text[2] == '1';
    if (order == '<' || order == '>' || (order == '|' && is_byte)) {
        for (int element = 0; element < ELEMENT_COUNT; element++) {
            if (is_slice((struct slice){descr.text + 1, descr.length - 1}, element_name((enum element)element))) {
                stream->element = (enum element)element;
                stream->is_big_endian = order == '>';
                return DNN_OK;
            }
        }
    }
    const char *kind = descr.length > 1 && strchr("<>|=", order) != NULL ? kind_of(descr.text[1]) : NULL;
    return unsupported(stream, kind != NULL ? kind : "numbers", descr);
}

static int32_t parse_descr(struct parser *parser)
{
    const char first = next(parser);
    if (first == '[' || first == '(') {
        return unsupported(parser->stream, "structures",
                           (struct slice){parser->text + parser->at, parser->length - parser->at});
    }
    struct slice descr;
    const int32_t status = take_string(parser, &descr);
    return status == DNN_OK ? parse_type(parser, descr) : status;
}

/* ---- shape ---- */

static bool is_digit(const struct parser *parser)
{
    return parser->at < parser->length && parser->text[parser->at] >= '0' && parser->text[parser->at] <= '9';
}

static int32_t take_size(struct parser *parser, int64_t *out)
{
    skip_spaces(parser);
    const int64_t start = parser->at;
    int64_t size = 0;
    while (is_digit(parser)) {
        const int64_t digit = parser->text[parser->at] - '0';
        if (!memory_multiply(size, 10, &size) || size > INT64_MAX - digit) {
            return status_error(DNN_ERROR_FORMAT, "\"%s\": its dimensions are impossibly large", parser->stream->path);
        }
        size += digit;
        parser->at++;
    }
    const bool has_leading_zero = parser->at - start > 1 && parser->text[start] == '0';
    if (parser->at == start || has_leading_zero) {
        parser->at = start;
        return expected(parser, "a dimension, 0 or more");
    }
    if (parser->at < parser->length && parser->text[parser->at] == 'L') {
        parser->at++;
    }
    *out = size;
    return DNN_OK;
}

/* (), (3,), (3, 4), (3, 4,): a tuple of one has a comma, which makes it one. */
static int32_t parse_shape(struct parser *parser)
{
    struct number_stream *stream = parser->stream;
    if (!take(parser, '(')) {
        return expected(parser, "the shape, a tuple");
    }
    stream->dimensions = 0;
    bool has_comma = true;
    while (!take(parser, ')')) {
        if (!has_comma) {
            return expected(parser, "a comma or the end of the shape");
        }
        if (stream->dimensions == LARGEST_RANK) {
            return status_error(DNN_ERROR_UNSUPPORTED, "\"%s\" has more than %d dimensions", stream->path,
                                LARGEST_RANK);
        }
        const int32_t status = take_size(parser, &stream->sizes[stream->dimensions]);
        if (status != DNN_OK) {
            return status;
        }
        stream->dimensions++;
        has_comma = take(parser, ',');
    }
    if (stream->dimensions == 1 && !has_comma) {
        return expected(parser, "a comma before the end of the shape");
    }
    return DNN_OK;
}

/* ---- the dict ---- */

static int32_t parse_order(struct parser *parser)
{
    parser->stream->is_fortran = take_word(parser, "True");
    return parser->stream->is_fortran || take_word(parser, "False") ? DNN_OK : expected(parser, "True or False");
}

static int32_t parse_value(struct parser *parser, int key)
{
    return key == HAS_DESCR ? parse_descr(parser) : key == HAS_ORDER ? parse_order(parser) : parse_shape(parser);
}

/* One key and its value. *keys: those that have come. */
static int32_t parse_entry(struct parser *parser, int *keys)
{
    struct slice name;
    skip_spaces(parser);
    const int64_t start = parser->at;
    const int32_t status = take_string(parser, &name);
    if (status != DNN_OK) {
        return status;
    }
    const int key = is_slice(name, "descr")           ? HAS_DESCR
                    : is_slice(name, "fortran_order") ? HAS_ORDER
                    : is_slice(name, "shape")         ? HAS_SHAPE
                                                      : 0;
    if (key == 0 || (*keys & key) != 0) {
        parser->at = start;
        return expected(parser, "one each of the keys descr, fortran_order, shape");
    }
    *keys |= key;
    return take(parser, ':') ? parse_value(parser, key) : expected(parser, "a colon");
}

int32_t npy_header_parse(const char *text, int64_t length, struct number_stream *stream)
{
    struct parser parser = {text, length, 0, stream};
    int keys = 0;
    bool has_comma = true;
    if (!take(&parser, '{')) {
        return expected(&parser, "a dict");
    }
    while (!take(&parser, '}')) {
        if (!has_comma) {
            return expected(&parser, "a comma or the end of the dict");
        }
        const int32_t status = parse_entry(&parser, &keys);
        if (status != DNN_OK) {
            return status;
        }
        has_comma = take(&parser, ',');
    }
    if (keys != HAS_ALL) {
        return expected(&parser, "all of the keys descr, fortran_order, shape");
    }
    skip_spaces(&parser);
    return parser.at == length ? DNN_OK : expected(&parser, "nothing more but spaces");
}
