/*
 * files.h - files for the tests of readers: written, compressed, and damaged in every way that one bit or one cut can.
 *
 * Linked into every test program.
 */
#ifndef DNN_TESTS_FILES_H
#define DNN_TESTS_FILES_H

#include <stddef.h>
#include <stdint.h>

enum { FILES_PATH_CAPACITY = 96 };

/* A folder of this program's own; files_leave removes it with what files_path named in it. 0, or −1 if there is none. */
int files_enter(void **state);
int files_leave(void **state);

/* The path of a file in that folder. path: [FILES_PATH_CAPACITY]. Returns path. */
const char *files_path(const char *name, char *path);

/* Makes bytes the content of a file. */
void files_write(const char *path, const void *bytes, size_t size);

/* The bytes as one gzip member. Returns its size; *out is released with free. */
size_t files_gzip(const void *bytes, size_t size, uint8_t **out);

/* The same, to a file. */
void files_write_gzip(const char *path, const void *bytes, size_t size);

enum files_damage { FILES_CUT, FILES_FLIPPED };

/* Calls attempt with the bytes cut at every place, then with each single bit flipped. */
void files_damage_everywhere(const uint8_t *bytes, size_t size,
                             void (*attempt)(void *user, enum files_damage damage, const uint8_t *bytes, size_t size),
                             void *user);

#endif
