/*
 * base/status.c - how a failure is worded. Messages use no floating-point conversion, whose decimal point would follow the
 * host's locale.
 */
#include "base/status.h"

#include "base/message.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Of a longer message: it holds a path of the system's longest, and some words. What of it remains at its end. */
enum { LONGEST_MESSAGE = 5120, TAIL = 400 };

/* The bytes of a character that continue it. */
enum { MOST_CONTINUING = 3 };

static const char omission[] = " ... ";

/* Takes the rest of a character that was cut off the end of text: 3 bytes at most. */
static void trim_end(char *text)
{
    char *const end = text + strlen(text), *last = end;
    while (last > text && end - last < MOST_CONTINUING && ((unsigned char)last[-1] & 0xC0) == 0x80) {
        last--;
    }
    if (last > text && utf8_length(last - 1) == 0) {
        last[-1] = '\0';
    }
}

/* A line break or control character: C0, DEL, C1 (U+0080 to U+009F), or a separator of lines (U+2028, U+2029). */
static bool is_control(const char *text, int64_t length)
{
    const unsigned char *c = (const unsigned char *)text;
    return (length == 1 && (c[0] < 0x20 || c[0] == 0x7F)) || (length == 2 && c[0] == 0xC2 && c[1] < 0xA0) ||
           (length == 3 && c[0] == 0xE2 && c[1] == 0x80 && (c[2] == 0xA8 || c[2] == 0xA9));
}

/* The message is promised to be one line of UTF-8. Text that came from outside (a key, a path), or was cut, may hold
 * line breaks, escape codes and parts of characters. */
static void make_plain(char *text)
{
    while (*text != '\0') {
        const int64_t length = utf8_length(text);
        if (length == 0) {
            *text = '?';
        } else if (is_control(text, length)) {
            memset(text, ' ', (size_t)length);
        }
        text += length == 0 ? 1 : length;
    }
}

/* What is long, such as a path, stands in the middle, and what came of it at the end: so both ends stay. In a function of its
 * own, that other messages need no such stack. */
__attribute__((noinline)) static void shorten(char text[MESSAGE_CAPACITY], const char *format, va_list arguments)
{
    char whole[LONGEST_MESSAGE];
    if (vsnprintf(whole, sizeof whole, format, arguments) < MESSAGE_CAPACITY) {
        trim_end(text); /* it could not be worded again */
        return;
    }
    trim_end(whole);
    const char *tail = whole + strlen(whole) - TAIL;
    for (int i = 0; i < MOST_CONTINUING && ((unsigned char)*tail & 0xC0) == 0x80; i++) {
        tail++;
    }
    text[MESSAGE_CAPACITY - sizeof omission - TAIL] = '\0';
    trim_end(text);
    char *end = text + strlen(text);
    memcpy(end, omission, sizeof omission - 1);
    memcpy(end + sizeof omission - 1, tail, strlen(tail) + 1);
}

int32_t status_error(int32_t status, const char *format, ...)
{
    /* Formatted aside first: an argument may point into the present message. */
    char text[MESSAGE_CAPACITY];
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    if (length < 0) {
        text[0] = '\0';
    } else if ((size_t)length >= sizeof text) {
        shorten(text, format, again);
    }
    va_end(again);
    va_end(arguments);
    make_plain(text);
    message_write(text);
    return status;
}

int32_t status_out_of_memory(const char *purpose)
{
    return status_error(DNN_ERROR_OUT_OF_MEMORY, "not enough memory for %s", purpose);
}

const char *status_message(void)
{
    return message_read();
}

const char *status_name(int32_t status)
{
    switch (status) {
    case DNN_OK:
        return "ok";
    case DNN_STOPPED:
        return "stopped";
    case DNN_ERROR_INVALID_ARGUMENT:
        return "invalid argument";
    case DNN_ERROR_OUT_OF_MEMORY:
        return "out of memory";
    case DNN_ERROR_IO:
        return "input/output error";
    case DNN_ERROR_FORMAT:
        return "damaged file";
    case DNN_ERROR_UNSUPPORTED:
        return "unsupported";
    case DNN_ERROR_NOT_FINITE:
        return "not finite";
    default:
        return "unknown status";
    }
}
