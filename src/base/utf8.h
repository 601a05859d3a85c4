/*
 * base/utf8.h - what is UTF-8 and what is not: RFC 3629, section 4.
 */
#ifndef DNN_BASE_UTF8_H
#define DNN_BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of the character that a text, closed by NUL, starts with; 0 if it starts with none. */
int64_t utf8_length(const char *text);

/* Whether all of text is UTF-8. text: [length], followed by a byte that is no continuation of a character, such as NUL. */
bool utf8_is_valid(const char *text, int64_t length);

#endif
