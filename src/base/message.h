/*
 * base/message.h - the text of each thread's latest failure.
 */
#ifndef DNN_BASE_MESSAGE_H
#define DNN_BASE_MESSAGE_H

enum { MESSAGE_CAPACITY = 1024 };

/* text becomes this thread's message. Where there is no place for it, message_read has a sentence that says so. */
void message_write(const char text[MESSAGE_CAPACITY]);

/* This thread's message, "" if there is none. It stays until the next message_write in this thread, or the thread's end,
 * and is in one place all the while, once it was looked at. */
const char *message_read(void);

#endif
