/*
 * base/seconds.h - how long something takes.
 */
#ifndef DNN_BASE_SECONDS_H
#define DNN_BASE_SECONDS_H

/* Seconds since some moment in the past, by a clock that nobody sets. */
double seconds_now(void);

#endif
