/* The history: rows as written, in both files; what is left after a kill can be read; resuming drops later rows.
 * Run with 1 and 2 ranks.
 *
 * test_history DIR [BYTES] writes rows; BYTES: no file may be larger. */
#include "base/memory.h"
#include "io/io.h"

#include <hdf5.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NCOLUMN = 3, MOST = 5000 };
static const struct io_column COLUMNS[NCOLUMN] = {
    {"time", "code_time", "time of the row"}, {"mass", "code_mass", "total mass"}, {"max_div_b", "1", "max |div B| dx / |B|"}};
static const struct io_record RECORD = {.run_name = "r", .setup = "test", .parameters = "a: 1\n", .version = "0.0", .gamma = 1.4};

static char folder[64];
static struct mesh mesh; /* only comm and rank are used */

/* Numbers with all 53 bits. */
static double cell(int row, int column) { return column == 0 ? 0.1 * row : (row + 1) / 3.0 * pow(-1e3, column) / 7.0; }

static void write_rows(const char *dir, int first, int last, bool append, double time) {
  struct io_history *h = io_history_open(dir, &RECORD, &mesh, NCOLUMN, COLUMNS, append, time);
  for (int r = first; r < last; r++) {
    double values[NCOLUMN];
    for (int c = 0; c < NCOLUMN; c++) values[c] = cell(r, c);
    io_history_row(h, values);
  }
  io_history_close(h);
}

/* Rows in history.h5, -1 when it is damaged; all values of rows must be right. */
static int rows_h5(const char *dir) {
  char path[128];
  static double v[MOST];
  int rows = -1;
  snprintf(path, sizeof path, "%s/history.h5", dir);
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file < 0) return -1;
  for (int c = 0; c < NCOLUMN; c++) {
    hid_t set = H5Dopen2(file, COLUMNS[c].name, H5P_DEFAULT);
    hid_t space = set < 0 ? -1 : H5Dget_space(set);
    int n = space < 0 ? -1 : (int)H5Sget_simple_extent_npoints(space);
    if (n > MOST || n < 0 || H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, v) < 0) return -1;
    for (int r = 0; r < n; r++) {
      bool torn = r == n - 1 && isnan(v[r]);
      if (v[r] != cell(r, c) && !torn) return -1;
    }
    rows = c == 0 || n < rows ? n : rows;
    H5Sclose(space);
    H5Dclose(set);
  }
  H5Fclose(file);
  return rows;
}

static int rows_text(const char *dir) {
  char path[128], line[256];
  int rows = 0;
  double v[NCOLUMN];
  snprintf(path, sizeof path, "%s/history.txt", dir);
  FILE *f = fopen(path, "r");
  if (f == NULL) return -1;
  while (fgets(line, sizeof line, f) != NULL) {
    if (line[0] == '#' || line[strlen(line) - 1] != '\n') continue;
    if (sscanf(line, "%lf %lf %lf", &v[0], &v[1], &v[2]) != NCOLUMN) rows = -1000000;
    for (int c = 0; c < NCOLUMN; c++) rows = v[c] == cell(rows, c) ? rows : -1000000;
    rows++;
  }
  fclose(f);
  return rows;
}

/* Rank 0 reads, all ranks assert. */
static void expect_rows(int wanted) {
  int got[2] = {wanted, wanted};
  if (mesh.rank == 0) {
    got[0] = rows_h5(folder);
    got[1] = rows_text(folder);
  }
  MPI_Bcast(got, 2, MPI_INT, 0, mesh.comm);
  assert_int_equal(got[0], wanted);
  assert_int_equal(got[1], wanted);
}

static void rows(void **s) {
  (void)s;
  write_rows(folder, 0, 0, false, 0.0);
  expect_rows(0);
  write_rows(folder, 0, 700, false, 0.0); /* more than a chunk */
  expect_rows(700);
}

static void resume(void **s) {
  (void)s;
  write_rows(folder, 0, 20, false, 0.0);
  write_rows(folder, 11, 30, true, cell(10, 0)); /* the row of that time stays */
  expect_rows(30);
  if (mesh.rank == 0) {
    char path[128];
    snprintf(path, sizeof path, "%s/history.txt", folder);
    FILE *f = fopen(path, "a");
    fputs("   2.9000e+00  1.", f); /* torn by a kill */
    fclose(f);
  }
  MPI_Barrier(mesh.comm);
  write_rows(folder, 30, 31, true, 100.0);
  expect_rows(31);
}

/* A writer that does nothing else, killed at many moments. */
static void killed(void **s) {
  (void)s;
  int bad = 0, most = 0;
  char text_path[128];
  if (mesh.rank != 0) return;
  snprintf(text_path, sizeof text_path, "%s/history.txt", folder);
  for (int attempt = 0; attempt < 40; attempt++) {
    struct timespec wait = {0, 5000000 + 1234567 * attempt};
    remove(text_path);
    pid_t child = fork();
    if (child == 0) { /* only files from here on, no MPI */
      struct mesh one = {.rank = 0};
      struct io_history *h = io_history_open(folder, &RECORD, &one, NCOLUMN, COLUMNS, false, 0.0);
      for (int r = 0; r < MOST; r++) io_history_row(h, (double[]){cell(r, 0), cell(r, 1), cell(r, 2)});
      _exit(0);
    }
    nanosleep(&wait, NULL);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    int text = rows_text(folder), h5 = rows_h5(folder);
    if (access(text_path, F_OK) != 0) continue; /* before it began */
    bad += text < 0 || h5 < 0 || h5 > text || h5 < text - 1;
    most = text > most ? text : most;
  }
  assert_int_equal(bad, 0);
  assert_true(most > 10);
}

/* As with a full disk or quota. */
static void limit_files(rlim_t bytes) {
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){bytes, bytes});
  signal(SIGXFSZ, SIG_IGN);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int result = 0;
  mesh.comm = MPI_COMM_WORLD;
  MPI_Comm_rank(MPI_COMM_WORLD, &mesh.rank);
  if (argc > 1) {
    if (argc > 2) limit_files((rlim_t)atol(argv[2]));
    io_prepare_folder(mesh.comm, argv[1], false, false);
    write_rows(argv[1], 0, MOST, false, 0.0);
  } else {
    char command[128];
    if (mesh.rank == 0) {
      snprintf(folder, sizeof folder, "/tmp/crux_history_XXXXXX");
      if (mkdtemp(folder) == NULL) return 1;
    }
    MPI_Bcast(folder, sizeof folder, MPI_CHAR, 0, MPI_COMM_WORLD);
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows), cmocka_unit_test(resume), cmocka_unit_test(killed)};
    result = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -r %s", folder);
    if (mesh.rank == 0 && system(command) != 0) result = 1;
  }
  MPI_Finalize();
  return result;
}
