/*
 * base/status.c - the message of the latest failure, one for each thread.
 *
 * The buffer is plain thread-local storage: it needs no allocation (so "out of memory" can always be said), no lock,
 * and no destructor. Messages use no floating-point conversion, whose decimal point would follow the host's locale.
 */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_CAPACITY = 1024 };

static _Thread_local char message[MESSAGE_CAPACITY];

/* Shortens text to whole UTF-8 characters: takes a cut-off lead byte and what follows it away. */
static void trim_partial_character(char *text)
{
    size_t length = strlen(text);
    size_t start = length;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) {
        start--;
    }
    if (start == 0 || ((unsigned char)text[start - 1] & 0x80) == 0) {
        return;
    }
    const unsigned char lead = (unsigned char)text[start - 1];
    const size_t expected = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (length - (start - 1) < expected) {
        text[start - 1] = '\0';
    }
}

/* Text that came from outside (a key, a path) may hold line breaks and escape codes; the message is promised to be
 * one plain line. */
static void flatten_controls(char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7F) {
            *text = ' ';
        }
    }
}

int32_t status_error(int32_t status, const char *format, ...)
{
    /* Formatted aside first: an argument may point into the present message. */
    char text[MESSAGE_CAPACITY];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        text[0] = '\0';
    } else if ((size_t)length >= sizeof text) {
        trim_partial_character(text);
    }
    flatten_controls(text);
    memcpy(message, text, strlen(text) + 1);
    return status;
}

int32_t status_out_of_memory(const char *purpose)
{
    return status_error(DNN_ERROR_OUT_OF_MEMORY, "not enough memory for %s", purpose);
}

const char *status_message(void)
{
    return message;
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
