/* What a run says: messages on the terminal and in run.log, one line per step, a progress bar. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* Start writing PATH as well (rank 0 only; append goes on with an old file), with the messages that there were before. */
void log_open(const char *path, bool append);
void log_close(void);

/* A line for the user and for run.log; a warning is marked as such.  Only rank 0 prints; any rank may call. */
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct log_step {
  int64_t step;
  double time, dt, time_end; /* code units */
  int64_t blocks, cells;
  double updates_per_second; /* cell updates per second, all ranks, since the last line */
  double max_div_b;          /* max |div B| dx / |B| */
  int64_t fallbacks;         /* cells that took the first-order flux, since the start */
  int64_t floors;            /* cells at a floor, since the start */
};

/* One fixed-column line in run.log (with a head line now and then).  On a terminal a progress bar with the time left, drawn at most
 * five times a second; elsewhere the same line on stdout for the first step, the last, and every ten seconds.
 * Ranks cannot see what mpirun writes to: CRUX_PROGRESS=bar or lines in the environment decides, COLUMNS is the width. */
void log_step(const struct log_step *s);

/* Where work without steps in time is: a part of 0 to 1 of all of it, and what it is at.  On a terminal a bar with the time left, elsewhere a line every ten
 * seconds; nothing of it in run.log.  The part may go back when more turns out to be needed. */
void log_progress(double part, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
