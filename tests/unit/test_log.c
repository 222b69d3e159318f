/* run.log has every step; stdout, where it is no terminal, only the first, one now and then, and the last. */
#include "base/log.h"

#include <mpi.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/crux-log-XXXXXX", log_path[64], out_path[64];

/* What a file holds; valid until the next call. */
static const char *content(const char *path) {
  static char text[65536];
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  text[fread(text, 1, sizeof text - 1, f)] = '\0';
  fclose(f);
  return text;
}

static int count(const char *text, const char *what) {
  int n = 0;
  for (const char *s = strstr(text, what); s != NULL; s = strstr(s + 1, what)) n++;
  return n;
}

/* A run of 120 steps, with stdout going to out_path. */
static void run(bool append) {
  fflush(stdout);
  int terminal = dup(STDOUT_FILENO);
  assert_non_null(freopen(out_path, "w", stdout));
  log_info("before");
  log_open(log_path, append);
  log_warning("%d things", 3);
  struct log_step s = {.dt = 0.01, .time_end = 1.2, .blocks = 64, .cells = 4096, .updates_per_second = 3.21e6, .max_div_b = 1e-14};
  for (s.step = 1; s.step <= 120; s.step++) {
    s.time = s.step == 120 ? 1.2 : 0.01 * (double)s.step;
    log_step(&s);
  }
  log_close();
  fflush(stdout);
  dup2(terminal, STDOUT_FILENO);
  close(terminal);
}

static void test_lines(void **state) {
  (void)state;
  run(false);
  const char *text = content(log_path);
  assert_int_equal(count(text, "\n"), 2 + 120 + 3); /* two messages, the steps, a head line every 50 */
  assert_int_equal(count(text, "updates/s"), 3);
  assert_int_equal(count(text, "# warning: 3 things\n"), 1);
  assert_non_null(strstr(text, "\n       120  1.2000000e+00  1.0000000e-02        64          4096  3.210e+06   1.000e-14           0           0\n"));
  assert_int_equal(count(text, "# before\n"), 1);
  text = content(out_path);
  assert_int_equal(count(text, "\n"), 5); /* two messages, head, first and last step */
  assert_non_null(strstr(text, "before\nwarning: 3 things\n"));
  assert_non_null(strstr(text, "\n         1 "));
  assert_non_null(strstr(text, "\n       120 "));
  assert_null(strchr(text, '\r'));
}

static void test_append(void **state) {
  (void)state;
  run(true);
  assert_int_equal(count(content(log_path), "# warning: 3 things\n"), 2);
  run(false);
  assert_int_equal(count(content(log_path), "# warning: 3 things\n"), 1);
}

/* Of work without steps: nothing before ten seconds where stdout is no terminal, nothing in run.log; a bar on a terminal. */
static void progress(const char *kind) {
  setenv("CRUX_PROGRESS", kind, 1);
  fflush(stdout);
  int terminal = dup(STDOUT_FILENO);
  assert_non_null(freopen(out_path, "w", stdout));
  log_open(log_path, false);
  log_progress(0.25, "bin %d", 3);
  log_progress(0.26, "bin %d", 4);
  log_progress(1.0, "all %s", "done");
  log_info("after");
  log_close();
  fflush(stdout);
  dup2(terminal, STDOUT_FILENO);
  close(terminal);
}

static void test_progress(void **state) {
  const char *kind = *state;
  progress(kind);
  const char *text = content(out_path);
  if (strcmp(kind, "lines") == 0) {
    assert_string_equal(text, "after\n");
  } else {
    assert_non_null(strstr(text, "\r\033[K 25% [===>        ] ? left  bin 3"));
    assert_null(strstr(text, "bin 4"));
    assert_non_null(strstr(text, "100% [============] 0:00 left  all done"));
  }
  assert_string_equal(content(log_path), "# after\n");
}

/* The kind of output is found out once in a program: the bar has a process of its own. */
static void test_bar(void **program) {
  char command[4200];
  snprintf(command, sizeof command, "CRUX_PROGRESS=bar COLUMNS=100 '%s' bar > /dev/null", (char *)*program);
  assert_int_equal(system(command), 0);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  char *kind = argc > 1 ? argv[1] : "lines";
  setenv("CRUX_PROGRESS", kind, 1);
  if (mkdtemp(folder) == NULL) return 1;
  snprintf(log_path, sizeof log_path, "%s/run.log", folder);
  snprintf(out_path, sizeof out_path, "%s/out", folder);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines), cmocka_unit_test(test_append), cmocka_unit_test_prestate(test_progress, kind),
                                     cmocka_unit_test_prestate(test_bar, argv[0])};
  const bool of_bar = argc > 1;
  int failed = of_bar ? cmocka_run_group_tests_name("bar", (const struct CMUnitTest[]){tests[2]}, NULL, NULL)
                      : cmocka_run_group_tests_name("log", tests, NULL, NULL);
  remove(log_path);
  remove(out_path);
  rmdir(folder);
  MPI_Finalize();
  return failed;
}
