/*
 * format/json_scan.c - see json_scan.h. Strict: a text that another reader might take in another way is refused.
 */
#include "format/json_scan.h"

#include "base/status.h"
#include "base/utf8.h"
#include "format/json.h"

#include <string.h>

enum {
    BYTES_A_VALUE = 3,     /* of text a value takes in a file that is right, on average, and rather more */
    VALUES_FOR_FREE = 256, /* before that is counted */
    LONGEST_CHARACTER = 4  /* bytes of UTF-8 */
};

int32_t json_scan_wrong(const struct json_scan *scan, const char *what)
{
    return status_error(DNN_ERROR_FORMAT, "\"%s\": its %s is %s", scan->source->file, scan->source->part, what);
}

int32_t json_scan_error(const struct json_scan *scan, const char *what)
{
    return status_error(DNN_ERROR_FORMAT, "\"%s\": its %s is no JSON: %s, at byte %lld of it", scan->source->file,
                        scan->source->part, what, (long long)scan->at);
}

char json_scan_peek(const struct json_scan *scan)
{
    return scan->at < scan->source->length ? scan->source->text[scan->at] : '\0';
}

bool json_scan_take(struct json_scan *scan, char c)
{
    const bool is_there = json_scan_peek(scan) == c && scan->at < scan->source->length;
    scan->at += is_there;
    return is_there;
}

void json_scan_space(struct json_scan *scan)
{
    while (json_scan_take(scan, ' ') || json_scan_take(scan, '\t') || json_scan_take(scan, '\n') ||
           json_scan_take(scan, '\r')) {
    }
}

int32_t json_scan_count(struct json_scan *scan)
{
    scan->tokens++;
    return scan->tokens <= VALUES_FOR_FREE + scan->source->length / BYTES_A_VALUE
               ? DNN_OK
               : json_scan_wrong(scan, "full of tiny values");
}

/* -------------------------------------------------- texts --------------------------------------------------- */

static void put(struct json_scan *scan, uint32_t byte)
{
    if (scan->bytes != NULL) {
        scan->bytes[scan->byte_count] = (char)(unsigned char)byte;
    }
    scan->byte_count++;
}

static void put_code(struct json_scan *scan, uint32_t code)
{
    if (code < 0x80) {
        put(scan, code);
    } else if (code < 0x800) {
        put(scan, 0xC0 | code >> 6);
        put(scan, 0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(scan, 0xE0 | code >> 12);
        put(scan, 0x80 | (code >> 6 & 0x3F));
        put(scan, 0x80 | (code & 0x3F));
    } else {
        put(scan, 0xF0 | code >> 18);
        put(scan, 0x80 | (code >> 12 & 0x3F));
        put(scan, 0x80 | (code >> 6 & 0x3F));
        put(scan, 0x80 | (code & 0x3F));
    }
}

/* Four hexadecimal digits; false if they are not there. */
static bool take_digits(struct json_scan *scan, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++) {
        const char c = json_scan_peek(scan), letter = (char)(c | 32);
        const bool is_digit = c >= '0' && c <= '9', is_letter = letter >= 'a' && letter <= 'f';
        if (!is_digit && !is_letter) {
            return false;
        }
        *code = *code << 4 | (uint32_t)(is_digit ? c - '0' : letter - 'a' + 10);
        scan->at++;
    }
    return true;
}

/* What follows \u. A character beyond U+FFFF comes as two halves (RFC 8259, section 7). */
static int32_t take_code(struct json_scan *scan)
{
    uint32_t code, low;
    if (!take_digits(scan, &code)) {
        return json_scan_error(scan, "\\u without four digits");
    }
    if (code >= 0xD800 && code < 0xDC00) {
        if (!json_scan_take(scan, '\\') || !json_scan_take(scan, 'u') || !take_digits(scan, &low) || low < 0xDC00 ||
            low > 0xDFFF) {
            return json_scan_error(scan, "half a character");
        }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code < 0xE000) {
        return json_scan_error(scan, "half a character");
    }
    if (code == 0) {
        return json_scan_error(scan, "a NUL in a text");
    }
    put_code(scan, code);
    return DNN_OK;
}

static int32_t take_escape(struct json_scan *scan)
{
    static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    if (json_scan_take(scan, 'u')) {
        return take_code(scan);
    }
    const char c = json_scan_peek(scan);
    const char *escape = c == '\0' ? NULL : strchr(escapes, c);
    if (escape == NULL) {
        return json_scan_error(scan, "an escape that is none");
    }
    put(scan, (uint32_t)meanings[escape - escapes]);
    scan->at++;
    return DNN_OK;
}

/* One character that stands for itself. */
static int32_t take_character(struct json_scan *scan)
{
    char character[LONGEST_CHARACTER + 1] = {0};
    const int64_t left = scan->source->length - scan->at;
    if (left <= 0) {
        return json_scan_error(scan, "a text without its end");
    }
    memcpy(character, scan->source->text + scan->at, (size_t)(left < LONGEST_CHARACTER ? left : LONGEST_CHARACTER));
    const int64_t length = utf8_length(character);
    if (length == 0 || (unsigned char)character[0] < 0x20) {
        return json_scan_error(scan, length == 0 ? "no UTF-8" : "a control character in a text");
    }
    for (int64_t i = 0; i < length; i++) {
        put(scan, (unsigned char)character[i]);
    }
    scan->at += length;
    return DNN_OK;
}

int32_t json_scan_text(struct json_scan *scan, const char **out)
{
    const int64_t begin = scan->byte_count;
    int32_t status = json_scan_count(scan);
    while (status == DNN_OK && !json_scan_take(scan, '"')) {
        status = json_scan_take(scan, '\\') ? take_escape(scan) : take_character(scan);
    }
    put(scan, '\0');
    *out = scan->bytes == NULL ? NULL : scan->bytes + begin;
    return status;
}

/* -------------------------------------------------- numbers ------------------------------------------------- */

/* Any number of digits, and how many there were. *number: the integer they are; −1 where that is beyond 2⁶³. */
static int64_t take_run(struct json_scan *scan, uint64_t *number)
{
    const uint64_t most = (uint64_t)INT64_MAX + 1;
    int64_t count = 0;
    bool is_too_large = false;
    *number = 0;
    for (; json_scan_peek(scan) >= '0' && json_scan_peek(scan) <= '9'; scan->at++, count++) {
        const uint64_t digit = (uint64_t)(json_scan_peek(scan) - '0');
        is_too_large = is_too_large || *number > (most - digit) / 10;
        *number = is_too_large ? 0 : *number * 10 + digit;
    }
    *number = is_too_large ? UINT64_MAX : *number;
    return count;
}

int32_t json_scan_number(struct json_scan *scan, struct json_value *value)
{
    uint64_t number, rest;
    const bool is_negative = json_scan_take(scan, '-');
    const bool is_zero = json_scan_peek(scan) == '0';
    const int64_t digits = take_run(scan, &number);
    bool is_right = digits > 0 && (digits == 1 || !is_zero), is_integer = true;
    if (json_scan_take(scan, '.')) {
        is_integer = false;
        is_right = is_right && take_run(scan, &rest) > 0;
    }
    if (json_scan_take(scan, 'e') || json_scan_take(scan, 'E')) {
        is_integer = false;
        (void)(json_scan_take(scan, '+') || json_scan_take(scan, '-'));
        is_right = is_right && take_run(scan, &rest) > 0;
    }
    if (!is_right) {
        return json_scan_error(scan, "a number that is none");
    }
    if (is_integer && number > (uint64_t)INT64_MAX + is_negative) {
        return json_scan_error(scan, "an integer beyond 64 bits");
    }
    value->kind = is_integer ? JSON_INTEGER : JSON_OTHER;
    if (is_integer) {
        value->as.integer = is_negative ? (int64_t)(0 - number) : (int64_t)number;
    }
    return DNN_OK;
}
