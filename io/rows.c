#include "io/rows.h"

#include "base/fail.h"
#include "base/memory.h"
#include "base/units.h"
#include "io/hdf5_util.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 64, COPY = 1 << 16 };

/* The file that is being written. */
struct target { hid_t file; const char *path; };

static void check(const struct target *t, bool good, const char *what) {
  char reason[250];
  if (good) return;
  hdf5_reason(reason, sizeof reason);
  fail("cannot write %s: %s: %s", t->path, what, reason);
}

static bool copy(const char *from, const char *to) {
  FILE *in = fopen(from, "rb");
  if (in == NULL && errno == ENOENT) return false;
  require(in != NULL, "cannot read %s: %s", from, strerror(errno));
  FILE *out = fopen(to, "wb");
  require(out != NULL, "cannot write %s: %s", to, strerror(errno));
  char *buffer = memory_get(COPY);
  size_t n;
  while ((n = fread(buffer, 1, COPY, in)) > 0) require(fwrite(buffer, 1, n, out) == n, "cannot write %s: %s", to, strerror(errno));
  require(!ferror(in) && fclose(out) == 0, "cannot write %s: %s", to, strerror(errno));
  fclose(in);
  memory_free(buffer);
  return true;
}

static void note_text(const struct target *t, hid_t loc, const char *name, const char *text) { check(t, hdf5_attribute_text(loc, name, text), name); }

static void note_numbers(const struct target *t, hid_t loc, const char *name, int count, const double *values) {
  check(t, hdf5_attribute(loc, name, H5T_NATIVE_DOUBLE, count, values), name);
}

/* With its groups; rows that were missed are NaN. */
static hid_t create(const struct target *t, const struct io_rows_set *s) {
  const double missing = NAN;
  hsize_t extent[IO_ROWS_DIM + 1] = {0}, most[IO_ROWS_DIM + 1] = {H5S_UNLIMITED}, chunk[IO_ROWS_DIM + 1] = {1};
  const int first = s->fixed ? 0 : 1, dim = s->dim + first;
  double size = 1.0;
  for (int d = 0; d < s->dim; d++) {
    extent[first + d] = most[first + d] = chunk[first + d] = (hsize_t)s->extent[d];
    size *= s->extent[d];
  }
  if (!s->fixed && size < CHUNK) chunk[0] = (hsize_t)(CHUNK / size);
  hid_t space = H5Screate_simple(dim, extent, most), how = H5Pcreate(H5P_DATASET_CREATE), link = H5Pcreate(H5P_LINK_CREATE);
  check(t, H5Pset_create_intermediate_group(link, 1) >= 0 && H5Pset_fill_value(how, H5T_NATIVE_DOUBLE, &missing) >= 0, s->name);
  if (!s->fixed) check(t, H5Pset_chunk(how, dim, chunk) >= 0, s->name);
  hid_t set = H5Dcreate2(t->file, s->name, H5T_NATIVE_DOUBLE, space, link, how, H5P_DEFAULT);
  check(t, set >= 0, s->name);
  note_text(t, set, "unit", s->unit);
  note_text(t, set, "meaning", s->meaning);
  if (s->fixed) check(t, H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, s->values) >= 0, s->name);
  H5Pclose(link);
  H5Pclose(how);
  H5Sclose(space);
  return set;
}

static bool has(const struct target *t, const char *name) {
  char part[200];
  for (const char *c = name; (c = strchr(c, '/')) != NULL; c++) {
    snprintf(part, sizeof part, "%.*s", (int)(c - name), name);
    if (H5Lexists(t->file, part, H5P_DEFAULT) <= 0) return false;
  }
  return H5Lexists(t->file, name, H5P_DEFAULT) > 0;
}

static void add(const struct target *t, hsize_t row, const struct io_rows_set *s) {
  hid_t set = has(t, s->name) ? H5Dopen2(t->file, s->name, H5P_DEFAULT) : create(t, s);
  check(t, set >= 0, s->name);
  if (!s->fixed) {
    hsize_t extent[IO_ROWS_DIM + 1] = {row + 1}, start[IO_ROWS_DIM + 1] = {row}, count[IO_ROWS_DIM + 1] = {1};
    for (int d = 0; d < s->dim; d++) extent[1 + d] = count[1 + d] = (hsize_t)s->extent[d];
    check(t, H5Dset_extent(set, extent) >= 0, s->name);
    hid_t space = H5Dget_space(set), memory = H5Screate_simple(s->dim + 1, count, NULL);
    check(t, H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0, s->name);
    check(t, H5Dwrite(set, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, s->values) >= 0, s->name);
    H5Sclose(memory);
    H5Sclose(space);
  }
  check(t, H5Dclose(set) >= 0, s->name);
}

/* The number of rows before this time. */
static hsize_t rows_before(const struct target *t, double time) {
  hid_t set = H5Dopen2(t->file, "time", H5P_DEFAULT), space = H5Dget_space(set);
  check(t, set >= 0 && space >= 0, "time");
  const hssize_t n = H5Sget_simple_extent_npoints(space);
  hsize_t rows = 0;
  double *times = memory_get(sizeof *times * (size_t)(n + 1));
  check(t, H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, times) >= 0, "time");
  while (rows < (hsize_t)n && times[rows] < time) rows++;
  memory_free(times);
  H5Sclose(space);
  H5Dclose(set);
  return rows;
}

void io_rows_add(const char *dir, const char *file, const struct io_record *rec, double time, int64_t step, int count, const struct io_rows_set *sets, int notes,
                 const struct io_rows_note *note) {
  char path[PATH_MAX], temporary[PATH_MAX];
  require(snprintf(path, sizeof path, "%s/%s", dir, file) < PATH_MAX, "path too long: %s", dir);
  require(snprintf(temporary, sizeof temporary, "%s.tmp", path) < PATH_MAX, "path too long: %s", path);
  hdf5_quiet();
  hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_FILE_CREATE);
  struct target t = {.path = path};
  check(&t, H5Pset_fapl_sec2(access) >= 0 && H5Pset_file_locking(access, false, true) >= 0, "access");
  check(&t, H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0, "format version");
  check(&t, H5Pset_obj_track_times(creation, false) >= 0, "times");
  const bool old = copy(path, temporary);
  t.file = old ? H5Fopen(temporary, H5F_ACC_RDWR, access) : H5Fcreate(temporary, H5F_ACC_TRUNC, creation, access);
  check(&t, t.file >= 0, old ? "open" : "create");
  const double at = (double)step;
  const struct io_rows_set own[] = {{.name = "time", .unit = "code_time", .meaning = "time of the rows", .values = &time},
                                    {.name = "step", .unit = "1", .meaning = "steps since the start", .values = &at}};
  hsize_t row = 0;
  if (old) {
    row = rows_before(&t, time);
  } else {
    note_text(&t, t.file, "code", "crux");
    note_text(&t, t.file, "kind", "statistics of cosmic rays in regions");
    note_text(&t, t.file, "version", rec->version);
    note_text(&t, t.file, "run_name", rec->run_name);
    note_text(&t, t.file, "setup", rec->setup);
    note_text(&t, t.file, "parameters", rec->parameters);
    note_numbers(&t, t.file, "time_s", 1, &rec->units->time_s);
  }
  for (int i = 0; i < 2; i++) add(&t, row, &own[i]);
  for (int i = 0; i < count; i++) add(&t, row, &sets[i]);
  for (int i = 0; i < notes; i++) {
    hid_t loc = H5Oopen(t.file, note[i].of, H5P_DEFAULT);
    check(&t, loc >= 0, note[i].of);
    if (H5Aexists(loc, note[i].name) > 0) check(&t, H5Adelete(loc, note[i].name) >= 0, note[i].name);
    if (note[i].text != NULL) note_text(&t, loc, note[i].name, note[i].text);
    else note_numbers(&t, loc, note[i].name, note[i].count, note[i].values);
    H5Oclose(loc);
  }
  H5Pclose(creation);
  H5Pclose(access);
  check(&t, H5Fclose(t.file) >= 0, "close");
  require(rename(temporary, path) == 0, "cannot write %s: %s", path, strerror(errno));
}
