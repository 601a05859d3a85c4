/*
 * base/utf8.c - see utf8.h. A character's first byte tells its length; overlong forms, surrogates and what lies above
 * U+10FFFF are refused.
 */
#include "base/utf8.h"

int64_t utf8_length(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    if (c[0] < 0x80) {
        return 1;
    }
    const int64_t length = c[0] >= 0xF0 ? 4 : c[0] >= 0xE0 ? 3 : 2;
    const bool is_lead = c[0] >= 0xC2 && c[0] <= 0xF4;
    const bool is_overlong = (c[0] == 0xE0 && c[1] < 0xA0) || (c[0] == 0xF0 && c[1] < 0x90);
    const bool is_outside = (c[0] == 0xED && c[1] > 0x9F) || (c[0] == 0xF4 && c[1] > 0x8F);
    for (int64_t i = 1; i < length; i++) {
        if (!is_lead || is_overlong || is_outside || (c[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

bool utf8_is_valid(const char *text, int64_t length)
{
    int64_t at = 0;
    while (at < length) {
        const int64_t step = utf8_length(text + at);
        if (step == 0) {
            return false;
        }
        at += step;
    }
    return at == length;
}
