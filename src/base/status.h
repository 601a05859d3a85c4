/*
 * base/status.h - how a failure travels: a status code up the call stack, its message in this thread's buffer.
 *
 * The function that finds an error words it, with status_error; every caller above passes the code on unchanged, so the
 * message that the user reads is the most exact one. The codes are those of dnn.h, their one home.
 */
#ifndef DNN_BASE_STATUS_H
#define DNN_BASE_STATUS_H

#include <dnn.h>

#if defined(__GNUC__)
#define STATUS_PRINTF __attribute__((format(printf, 2, 3)))
#else
#define STATUS_PRINTF
#endif

/* Words this thread's message and returns `status`. A message that is too long loses its middle; what is no UTF-8
 * becomes '?'. */
int32_t status_error(int32_t status, const char *format, ...) STATUS_PRINTF;

/* DNN_ERROR_OUT_OF_MEMORY, with a message that tells what the memory was for. */
int32_t status_out_of_memory(const char *purpose);

/* This thread's message, "" if there is none. */
const char *status_message(void);

const char *status_name(int32_t status);

#endif
