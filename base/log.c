#include "base/log.h"

#include "base/fail.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <mpi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { LINE_SIZE = 256, HEAD_EVERY = 50, BAR_WIDTH = 12 };
static const double BAR_SECONDS = 0.2, LINE_SECONDS = 10.0, RATE_SECONDS = 60.0;

/* The one global state of crux: only rank 0 uses it. */
static struct {
  bool started, bar;        /* bar: rewrite one line of the terminal                           */
  int width;                /* of the terminal                                                 */
  FILE *file;
  struct text early;        /* messages before there was a file                                */
  int64_t lines;            /* step lines in the file                                          */
  bool drawn;               /* the bar is on the current line of the terminal                  */
  bool head;                /* the head line was printed to a stdout that is no terminal       */
  double printed;           /* when a step was last shown on stdout                            */
  char last[LINE_SIZE];     /* the last step as shown on stdout                                */
  bool pending;             /* last was not shown yet                                          */
  double anchor_clock[2], anchor_time[2]; /* for the time left: now and then a point of the run */
} state;

static bool is_root(void) {
  int started = 0, finished = 0, rank = 0;
  MPI_Initialized(&started);
  MPI_Finalized(&finished);
  if (started && !finished) MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank == 0;
}

static double clock_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* mpirun gives its ranks a terminal of width 0 even when it writes to a file itself; CRUX_PROGRESS=bar or lines says
 * what is at the other end. */
static void start(void) {
  if (state.started) return;
  state.started = true;
  struct winsize size = {0};
  bool terminal = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  const char *wish = getenv("CRUX_PROGRESS"), *columns = getenv("COLUMNS");
  state.bar = wish != NULL ? strcmp(wish, "bar") == 0 : terminal;
  state.width = terminal ? size.ws_col : columns != NULL ? atoi(columns) : 80;
  if (state.width < 20 || state.width > LINE_SIZE) state.width = state.width < 20 ? 20 : LINE_SIZE;
}

static void clear_bar(void) {
  if (state.drawn) printf("\r\033[K");
  state.drawn = false;
}

static void draw_bar(void) {
  printf("\r\033[K%.*s", state.width - 1, state.last);
  fflush(stdout);
  state.drawn = true;
  state.pending = false;
}

void log_open(const char *path, bool append) {
  if (!is_root()) return;
  start();
  if (state.file != NULL) fclose(state.file);
  state.lines = 0;
  state.file = fopen(path, append ? "a" : "w");
  require(state.file != NULL, "%s: cannot be written: %s", path, strerror(errno));
  if (state.early.s != NULL) fputs(state.early.s, state.file);
  text_free(&state.early);
}

void log_close(void) {
  if (!is_root()) return;
  if (state.pending && state.bar) draw_bar();
  if (state.pending) puts(state.last);
  if (state.drawn) putchar('\n');
  state.pending = state.drawn = false;
  fflush(stdout);
  if (state.file != NULL) fclose(state.file);
  state.file = NULL;
}

static void message(const char *mark, const char *format, va_list args) {
  char text[4096];
  if (!is_root()) return;
  start();
  vsnprintf(text, sizeof text, format, args);
  bool redraw = state.drawn;
  clear_bar();
  printf("%s%s\n", mark, text);
  if (redraw) draw_bar();
  fflush(stdout);
  if (state.file == NULL) {
    text_add(&state.early, "# %s%s\n", mark, text);
    return;
  }
  fprintf(state.file, "# %s%s\n", mark, text);
  fflush(state.file);
}

void log_info(const char *format, ...) {
  va_list args;
  va_start(args, format);
  message("", format, args);
  va_end(args);
}

void log_warning(const char *format, ...) {
  va_list args;
  va_start(args, format);
  message("warning: ", format, args);
  va_end(args);
}

/* Seconds to the end, from the progress in the last one to two minutes; below zero when it is not known. */
static double seconds_left(const struct log_step *s, double now) {
  if (state.anchor_clock[1] == 0.0) {
    for (int i = 0; i < 2; i++) {
      state.anchor_clock[i] = now;
      state.anchor_time[i] = s->time - s->dt;
    }
    return -1.0;
  }
  if (now - state.anchor_clock[1] > RATE_SECONDS) {
    state.anchor_clock[0] = state.anchor_clock[1];
    state.anchor_time[0] = state.anchor_time[1];
    state.anchor_clock[1] = now;
    state.anchor_time[1] = s->time;
  }
  double rate = (s->time - state.anchor_time[0]) / (now - state.anchor_clock[0]);
  double left = (s->time_end - s->time) / rate;
  if (s->time >= s->time_end) return 0.0;
  return rate > 0.0 && left < 3e8 ? left : -1.0;
}

static const char *duration(double seconds, char text[48]) {
  long t = lround(seconds);
  if (seconds < 0.0) return "?";
  if (t < 3600) {
    snprintf(text, 48, "%ld:%02ld", t / 60, t % 60);
  } else if (t < 86400) {
    snprintf(text, 48, "%ld:%02ld:%02ld", t / 3600, t / 60 % 60, t % 60);
  } else {
    snprintf(text, 48, "%ldd %ldh", t / 86400 % 10000, t / 3600 % 24);
  }
  return text;
}

/* 3.2e6 as "3.2M". */
static const char *short_number(double x, char text[16]) {
  static const char *const letters[] = {"", "k", "M", "G", "T"};
  int i = 0;
  for (; i < 4 && fabs(x) >= 999.5; i++) x /= 1000.0;
  snprintf(text, 16, fabs(x) < 99.95 && i > 0 ? "%.1f%s" : "%.0f%s", x, letters[i]);
  return text;
}

static const char *const head =
    "#     step           time             dt    blocks         cells  updates/s   max div B   fallbacks      floors";

static void step_line(const struct log_step *s, char line[LINE_SIZE]) {
  snprintf(line, LINE_SIZE, "%10lld %14.7e %14.7e %9lld %13lld %10.3e %11.3e %11lld %11lld", (long long)s->step, s->time, s->dt,
           (long long)s->blocks, (long long)s->cells, s->updates_per_second, s->max_div_b, (long long)s->fallbacks,
           (long long)s->floors);
}

/* "42% [=====>    ] 1:23 left": the number of characters. */
static int bar_start(double part, double left, char line[LINE_SIZE]) {
  part = part < 0.0 ? 0.0 : part > 1.0 ? 1.0 : part;
  char bar[BAR_WIDTH + 1], time_left[48];
  int full = (int)(part * BAR_WIDTH);
  for (int i = 0; i < BAR_WIDTH; i++) bar[i] = i < full ? '=' : i == full ? '>' : ' ';
  bar[BAR_WIDTH] = '\0';
  return snprintf(line, LINE_SIZE, "%3.0f%% [%s] %s left  ", floor(100.0 * part), bar, duration(left, time_left));
}

/* The more a number matters the further left it stands: a narrow terminal cuts on the right. */
static void bar_line(const struct log_step *s, double left, char line[LINE_SIZE]) {
  char rate[16];
  const int n = bar_start(s->time_end > 0.0 ? s->time / s->time_end : 0.0, left, line);
  snprintf(line + n, (size_t)(LINE_SIZE - n), "step %lld  t %.4g  dt %.2e  %lld blocks  %s cells/s  div B %.0e  fallbacks %lld",
           (long long)s->step, s->time, s->dt, (long long)s->blocks, short_number(s->updates_per_second, rate), s->max_div_b,
           (long long)s->fallbacks);
}

void log_step(const struct log_step *s) {
  if (!is_root()) return;
  start();
  double now = clock_seconds(), left = seconds_left(s, now);
  char line[LINE_SIZE];
  step_line(s, line);
  if (state.file != NULL) {
    if (state.lines++ % HEAD_EVERY == 0) fprintf(state.file, "%s\n", head);
    fprintf(state.file, "%s\n", line);
    fflush(state.file);
  }
  bool last = s->time >= s->time_end;
  if (state.bar) {
    bar_line(s, left, state.last);
  } else {
    memcpy(state.last, line, sizeof line);
  }
  state.pending = true;
  double wait = state.bar ? BAR_SECONDS : LINE_SECONDS;
  if (!last && state.printed > 0.0 && now - state.printed < wait) return;
  state.printed = now;
  if (state.bar) {
    draw_bar();
    return;
  }
  if (!state.head) printf("%s\n", head);
  state.head = true;
  puts(state.last);
  fflush(stdout);
  state.pending = false;
}

void log_progress(double part, const char *format, ...) {
  if (!is_root()) return;
  start();
  const struct log_step as = {.time = part, .time_end = 1.0};
  const double now = clock_seconds(), left = seconds_left(&as, now);
  if (part >= 1.0 && !state.bar) return; /* a message follows */
  const bool first = state.printed == 0.0;
  if (part < 1.0 && now - state.printed < (state.bar ? BAR_SECONDS : LINE_SECONDS) && !first) return;
  state.printed = now;
  if (first && !state.bar) return; /* work that is done in less needs no line */
  const int n = bar_start(part, left, state.last);
  va_list args;
  va_start(args, format);
  vsnprintf(state.last + n, (size_t)(LINE_SIZE - n), format, args);
  va_end(args);
  if (state.bar) {
    draw_bar();
    return;
  }
  puts(state.last);
  fflush(stdout);
}
