/* The history of a run: history.txt for people and as the record, history.h5 for programs.
 *
 * A process may be killed at any time.  A row of the text is one write of one line, so at most the last line is torn, and a
 * torn line is left out when the run goes on.  history.h5 is opened, extended and closed for every row; HDF5 writes the values before
 * the tables that point to them.  When a run is resumed, history.h5 is made anew from the text. */
#include "io/io.h"

#include "base/fail.h"
#include "base/memory.h"
#include "io/hdf5_util.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 24, CHUNK = 512 };

struct io_history {
  bool writer;               /* this is rank 0 */
  int ncolumn;
  struct io_column *column;
  char text_path[PATH_MAX], path[PATH_MAX];
  FILE *text;
  hid_t access;
};

static void check(const struct io_history *h, bool good, const char *what) {
  char reason[250];
  if (good) return;
  hdf5_reason(reason, sizeof reason);
  fail("cannot write %s: %s: %s", h->path, what, reason);
}

static void attribute(const struct io_history *h, hid_t loc, const char *name, const char *text) { check(h, hdf5_attribute_text(loc, name, text), name); }

/* A new history.h5 with nrow rows of ncolumn values. */
static void create_h5(const struct io_history *h, const struct io_record *rec, size_t nrow, const double *rows) {
  char temporary[PATH_MAX];
  require(snprintf(temporary, sizeof temporary, "%s.tmp", h->path) < PATH_MAX, "path too long: %s", h->path);
  hid_t create = H5Pcreate(H5P_DATASET_CREATE), file = H5Fcreate(temporary, H5F_ACC_TRUNC, H5P_DEFAULT, h->access);
  check(h, file >= 0, "create");
  attribute(h, file, "code", "crux");
  attribute(h, file, "version", rec->version);
  attribute(h, file, "run_name", rec->run_name);
  attribute(h, file, "setup", rec->setup);
  attribute(h, file, "parameters", rec->parameters);

  hsize_t extent = nrow, most = H5S_UNLIMITED, chunk = CHUNK;
  double missing = NAN, *values = memory_get(sizeof *values * nrow);
  hid_t space = H5Screate_simple(1, &extent, &most);
  check(h, H5Pset_chunk(create, 1, &chunk) >= 0, "chunks");
  check(h, H5Pset_fill_value(create, H5T_NATIVE_DOUBLE, &missing) >= 0, "fill value");
  for (int c = 0; c < h->ncolumn; c++) {
    const struct io_column *column = &h->column[c];
    for (size_t r = 0; r < nrow; r++) values[r] = rows[r * (size_t)h->ncolumn + (size_t)c];
    hid_t set = H5Dcreate2(file, column->name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, create, H5P_DEFAULT);
    check(h, set >= 0, column->name);
    if (nrow > 0) {
      check(h, H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0, column->name);
    }
    attribute(h, set, "unit", column->unit);
    attribute(h, set, "meaning", column->meaning);
    check(h, H5Dclose(set) >= 0, column->name);
  }
  memory_free(values);
  H5Sclose(space);
  H5Pclose(create);
  check(h, H5Fclose(file) >= 0, "close");
  require(rename(temporary, h->path) == 0, "cannot write %s: %s", h->path, strerror(errno));
}

static void append_h5(const struct io_history *h, const double *values) {
  hid_t file = H5Fopen(h->path, H5F_ACC_RDWR, h->access);
  check(h, file >= 0, "open");
  hsize_t one = 1;
  hid_t memory = H5Screate_simple(1, &one, NULL);
  for (int c = 0; c < h->ncolumn; c++) {
    hid_t set = H5Dopen2(file, h->column[c].name, H5P_DEFAULT);
    check(h, set >= 0, h->column[c].name);
    hid_t space = H5Dget_space(set);
    hsize_t row = (hsize_t)H5Sget_simple_extent_npoints(space), rows = row + 1;
    H5Sclose(space);
    check(h, H5Dset_extent(set, &rows) >= 0, "extend");
    space = H5Dget_space(set);
    check(h, H5Sselect_hyperslab(space, H5S_SELECT_SET, &row, NULL, &one, NULL) >= 0, "select");
    check(h, H5Dwrite(set, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, &values[c]) >= 0, h->column[c].name);
    H5Sclose(space);
    check(h, H5Dclose(set) >= 0, h->column[c].name);
  }
  H5Sclose(memory);
  check(h, H5Fclose(file) >= 0, "close");
}

static void print_names(const struct io_history *h, FILE *o) {
  fputc('#', o);
  for (int c = 0; c < h->ncolumn; c++) fprintf(o, " %*s", c == 0 ? WIDTH - 1 : WIDTH, h->column[c].name);
  fputc('\n', o);
}

static void print_head(const struct io_history *h, FILE *o, const struct io_record *rec) {
  fprintf(o, "# History of run %s, setup %s, %s\n", rec->run_name, rec->setup, rec->version);
  for (int c = 0; c < h->ncolumn; c++) {
    fprintf(o, "# %3d  %-20s [%s]  %s\n", c + 1, h->column[c].name, h->column[c].unit, h->column[c].meaning);
  }
  print_names(h, o);
}

static void print_row(const struct io_history *h, FILE *o, const double *values) {
  for (int c = 0; c < h->ncolumn; c++) fprintf(o, " %*.16e", WIDTH, values[c]);
  fputc('\n', o);
}

/* Read the rows up to a time; a last line without end is no row.  The names must be those of this run. */
static double *read_text(const struct io_history *h, double time, size_t *nrow) {
  size_t size = 0, room = 0, n = (size_t)h->ncolumn;
  double *rows = NULL;
  char *line = NULL;
  bool named = false;
  *nrow = 0;
  FILE *in = fopen(h->text_path, "r");
  if (in == NULL && errno == ENOENT) return NULL; /* stopped before the history began */
  require(in != NULL, "cannot read %s: %s", h->text_path, strerror(errno));
  for (int number = 1; getline(&line, &size, in) > 0; number++) {
    char *end = line + strlen(line), *p = line;
    if (end[-1] != '\n') break;
    if (line[0] == '#') {
      char name[NAME_MAX];
      int c = 0, used = 0;
      for (p++; sscanf(p, "%254s%n", name, &used) == 1 && c < h->ncolumn && strcmp(name, h->column[c].name) == 0; c++) p += used;
      named = named || (c == h->ncolumn && sscanf(p, "%254s", name) != 1);
      continue;
    }
    if (*nrow == room) {
      room = 2 * room + 100;
      rows = realloc(rows, sizeof *rows * n * room);
      require(rows != NULL, "out of memory");
    }
    for (size_t c = 0; c < n; c++) {
      char *next;
      rows[*nrow * n + c] = strtod(p, &next);
      require(next != p, "%s:%d: damaged line; resume in a copy without it", h->text_path, number);
      p = next;
    }
    if (rows[*nrow * n] <= time) ++*nrow;
  }
  free(line);
  fclose(in);
  require(named, "%s: its columns are not those of this version; move it away to resume", h->text_path);
  return rows;
}

/* A new history.txt with nrow rows, left open for more. */
static void create_text(struct io_history *h, const struct io_record *rec, size_t nrow, const double *rows) {
  char temporary[PATH_MAX];
  require(snprintf(temporary, sizeof temporary, "%s.tmp", h->text_path) < PATH_MAX, "path too long: %s", h->text_path);
  h->text = fopen(temporary, "w");
  require(h->text != NULL, "cannot write %s: %s", h->text_path, strerror(errno));
  print_head(h, h->text, rec);
  for (size_t r = 0; r < nrow; r++) print_row(h, h->text, rows + r * (size_t)h->ncolumn);
  require(fflush(h->text) == 0 && rename(temporary, h->text_path) == 0, "cannot write %s: %s", h->text_path, strerror(errno));
}

struct io_history *io_history_open(const char *dir, const struct io_record *rec, const struct mesh *mesh, int ncolumn,
                                   const struct io_column *columns, bool append, double time) {
  struct io_history *h = memory_get(sizeof *h);
  h->writer = mesh->rank == 0;
  h->ncolumn = ncolumn;
  if (!h->writer) return h;
  h->column = memory_get(sizeof *columns * (size_t)ncolumn);
  memcpy(h->column, columns, sizeof *columns * (size_t)ncolumn);
  int n = snprintf(h->text_path, PATH_MAX, "%s/history.txt", dir), m = snprintf(h->path, PATH_MAX, "%s/history.h5", dir);
  require(n < PATH_MAX && m < PATH_MAX, "path too long: %s", dir);

  /* Without file locking a reader cannot stop the run; sec2: an ordinary file, of this rank alone. */
  hdf5_quiet();
  h->access = H5Pcreate(H5P_FILE_ACCESS);
  check(h, H5Pset_fapl_sec2(h->access) >= 0 && H5Pset_file_locking(h->access, false, true) >= 0, "access");
  check(h, H5Pset_libver_bounds(h->access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18) >= 0, "format version");

  size_t nrow = 0;
  double *rows = append ? read_text(h, time, &nrow) : NULL;
  create_h5(h, rec, nrow, rows);
  create_text(h, rec, nrow, rows); /* last: the old record stays until all else is there */
  free(rows);
  return h;
}

void io_history_row(struct io_history *h, const double *values) {
  if (!h->writer) return;
  print_row(h, h->text, values);
  require(fflush(h->text) == 0, "cannot write %s: %s", h->text_path, strerror(errno));
  append_h5(h, values);
}

void io_history_close(struct io_history *h) {
  if (h == NULL) return;
  if (h->writer) {
    require(fclose(h->text) == 0, "cannot write %s: %s", h->text_path, strerror(errno));
    H5Pclose(h->access);
    memory_free(h->column);
  }
  memory_free(h);
}
