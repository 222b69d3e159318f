/* Reading checkpoints.  Every rank reads for itself, so that a fault on one of them leaves nobody waiting; after each part they compare
 * notes. */
#include "io/checkpoint.h"

#include "base/fail.h"
#include "base/memory.h"
#include "base/text.h"
#include "io/checkpoint_layout.h"
#include "io/checksum.h"
#include "io/hdf5_util.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const size_t BUFFER = 32 << 20; /* bytes read at once */
enum { WHY = 300, TEXT_MOST = 1 << 24 };

struct reader {
  MPI_Comm comm;
  hid_t file;
  char error[WHY]; /* first fault on this rank; empty: none */
};

__attribute__((format(printf, 3, 4))) static bool check(struct reader *r, bool good, const char *format, ...) {
  if (good || r->error[0] != '\0') return good;
  va_list args;
  va_start(args, format);
  vsnprintf(r->error, sizeof r->error, format, args);
  va_end(args);
  return false;
}

/* Whether all ranks are well; if not, all have the message of the first that is not. */
static bool agree(struct reader *r) {
  int rank, first, mine = INT_MAX;
  MPI_Comm_rank(r->comm, &rank);
  if (r->error[0] != '\0') mine = rank;
  MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, r->comm);
  if (first == INT_MAX) return true;
  MPI_Bcast(r->error, sizeof r->error, MPI_CHAR, first, r->comm);
  return false;
}

static void open_file(struct reader *r, const char *path) {
  struct stat info;
  char reason[200];
  r->file = -1;
  if (!check(r, stat(path, &info) == 0, "%s", strerror(errno))) return;
  if (!check(r, S_ISREG(info.st_mode), "is no file")) return;
  if (!check(r, access(path, R_OK) == 0, "%s", strerror(errno))) return;
  hdf5_quiet();
  hid_t plist = H5Pcreate(H5P_FILE_ACCESS);
  check(r, H5Pset_fapl_sec2(plist) >= 0 && H5Pset_file_locking(plist, false, true) >= 0, "HDF5");
  r->file = H5Fopen(path, H5F_ACC_RDONLY, plist);
  if (r->file < 0) {
    hdf5_reason(reason, sizeof reason);
    check(r, false, "no intact HDF5 file: %s", reason);
  }
  H5Pclose(plist);
}

static char *read_text(struct reader *r, const char *name) {
  char *text = NULL;
  hid_t a = H5Aopen(r->file, name, H5P_DEFAULT), type = a < 0 ? -1 : H5Aget_type(a), space = a < 0 ? -1 : H5Aget_space(a);
  size_t size = type < 0 ? 0 : H5Tget_size(type);
  bool good = type >= 0 && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && size > 0 && size < TEXT_MOST &&
              H5Sget_simple_extent_npoints(space) == 1;
  if (good) {
    text = memory_get(size + 1);
    good = H5Aread(a, type, text) >= 0;
  }
  if (type >= 0) H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  if (a >= 0) H5Aclose(a);
  if (good) return text;
  memory_free(text);
  check(r, false, "cannot read its %s", name);
  return NULL;
}

static void read_values(struct reader *r, hid_t loc, const char *name, hid_t type, int count, void *values) {
  hid_t a = H5Aopen(loc, name, H5P_DEFAULT), space = a < 0 ? -1 : H5Aget_space(a), stored = a < 0 ? -1 : H5Aget_type(a);
  bool good = stored >= 0 && H5Tequal(stored, type) > 0 && H5Sget_simple_extent_npoints(space) == count && H5Aread(a, type, values) >= 0;
  if (stored >= 0) H5Tclose(stored);
  if (space >= 0) H5Sclose(space);
  if (a >= 0) H5Aclose(a);
  check(r, good, "cannot read its %s: damaged, or written by another version of crux", name);
}

/* Everything but the tables. */
static void read_header(struct reader *r, struct io_checkpoint *c, struct checkpoint_sizes *s, int nstate, const struct io_state *state) {
  char *text[CHECKPOINT_TEXTS] = {NULL};
  struct io_state sizes[CHECKPOINT_SIZES];
  uint64_t stored = 0;
  checkpoint_sizes_list(s, sizes);
  for (int i = 0; i < CHECKPOINT_TEXTS && r->error[0] == '\0'; i++) {
    text[i] = read_text(r, checkpoint_text_names[i]);
    if (text[i] == NULL && i <= TEXT_KIND) snprintf(r->error, WHY, "is not a checkpoint of crux");
  }
  if (r->error[0] == '\0' && (strcmp(text[TEXT_CODE], "crux") != 0 || strcmp(text[TEXT_KIND], "checkpoint") != 0)) {
    check(r, false, "is not a checkpoint of crux");
  }
  for (int i = 0; i < CHECKPOINT_SIZES && r->error[0] == '\0'; i++) {
    read_values(r, r->file, sizes[i].name, checkpoint_type(sizes[i].kind), sizes[i].count, sizes[i].value);
    bool known = i > 0 || s->format == CHECKPOINT_FORMAT;
    check(r, known, "format %lld, want %d: written by another version of crux", (long long)s->format, CHECKPOINT_FORMAT);
  }
  for (int i = 0; i < nstate && r->error[0] == '\0'; i++) {
    read_values(r, r->file, state[i].name, checkpoint_type(state[i].kind), state[i].count, state[i].value);
  }
  if (r->error[0] == '\0') read_values(r, r->file, "checksum", H5T_NATIVE_UINT64, 1, &stored);
  if (r->error[0] == '\0') {
    uint64_t sum = checkpoint_header_sum((const char *const *)text, CHECKPOINT_SIZES, sizes, 0);
    check(r, checkpoint_header_sum(NULL, nstate, state, sum) == stored, "parameters or state do not match their checksum");
    check(r, s->count > 0 && s->dim >= 1 && s->dim <= 3, "impossible sizes");
  }
  c->version = text[TEXT_VERSION];
  c->setup = text[TEXT_SETUP];
  c->parameters = text[TEXT_PARAMETERS];
  memory_free(text[TEXT_CODE]);
  memory_free(text[TEXT_KIND]);
  memory_free(text[TEXT_RUN]);
}

/* A dataset whose rows are of 8-byte numbers; how many numbers. */
struct rows { hid_t set, type, space; int ndim; hsize_t extent[8]; size_t numbers; };

static bool open_rows(struct reader *r, const char *name, struct rows *t) {
  *t = (struct rows){.set = H5Dopen2(r->file, name, H5P_DEFAULT), .type = -1, .space = -1, .numbers = 1};
  if (!check(r, t->set >= 0, "cannot open its %s", name)) return false;
  t->space = H5Dget_space(t->set);
  hid_t stored = H5Dget_type(t->set);
  bool real = stored >= 0 && H5Tequal(stored, H5T_NATIVE_DOUBLE) > 0, integer = stored >= 0 && H5Tequal(stored, H5T_NATIVE_INT64) > 0;
  t->type = real ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64;
  if (stored >= 0) H5Tclose(stored);
  t->ndim = t->space < 0 ? -1 : H5Sget_simple_extent_ndims(t->space);
  bool good = (real || integer) && t->ndim >= 1 && t->ndim <= 8 && H5Sget_simple_extent_dims(t->space, t->extent, NULL) == t->ndim;
  for (int d = 1; good && d < t->ndim; d++) {
    good = t->extent[d] > 0 && t->extent[d] < (1 << 24);
    t->numbers *= (size_t)t->extent[d];
    good = good && t->numbers < ((size_t)1 << 40);
  }
  return check(r, good, "%s has an unknown shape", name);
}

static void close_rows(struct rows *t) {
  if (t->space >= 0) H5Sclose(t->space);
  if (t->set >= 0) H5Dclose(t->set);
}

/* Rows from first to before first + n. */
static bool read_rows(struct reader *r, const struct rows *t, const char *name, int64_t first, int64_t n, void *values) {
  hsize_t start[8] = {(hsize_t)first}, count[8];
  memcpy(count, t->extent, sizeof count);
  count[0] = (hsize_t)n;
  if (n == 0) return true;
  hid_t memory = H5Screate_simple(t->ndim, count, NULL);
  bool good = H5Sselect_hyperslab(t->space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
              H5Dread(t->set, t->type, memory, t->space, H5P_DEFAULT, values) >= 0;
  H5Sclose(memory);
  return check(r, good, "cannot read %s", name);
}

/* Every rank sums a share of the rows. */
static void verify(struct reader *r, const char *name, int64_t count) {
  struct rows t;
  int rank, size;
  uint64_t sum = 0, total = 0, stored = 0;
  MPI_Comm_rank(r->comm, &rank);
  MPI_Comm_size(r->comm, &size);
  bool good = open_rows(r, name, &t);
  if (good && check(r, t.extent[0] == (hsize_t)count, "%s has %lld rows, want %lld", name, (long long)t.extent[0], (long long)count)) {
    read_values(r, t.set, "checksum", H5T_NATIVE_UINT64, 1, &stored);
    size_t bytes = t.numbers * 8;
    int64_t at = count / size * rank + count % size * rank / size, end = count / size * (rank + 1) + count % size * (rank + 1) / size;
    int64_t most = BUFFER / bytes > 0 ? (int64_t)(BUFFER / bytes) : 1;
    char *buffer = memory_get(bytes * (size_t)(end - at < most ? end - at : most));
    while (at < end && r->error[0] == '\0') {
      int64_t n = end - at < most ? end - at : most;
      if (!read_rows(r, &t, name, at, n, buffer)) break;
      for (int64_t i = 0; i < n; i++) sum += checksum_row(at + i, buffer + (size_t)i * bytes, bytes);
      at += n;
    }
    memory_free(buffer);
  }
  close_rows(&t);
  if (!agree(r)) return;
  MPI_Allreduce(&sum, &total, 1, MPI_UINT64_T, MPI_SUM, r->comm);
  check(r, total == stored, "%s does not match its checksum", name);
  agree(r);
}

static void verify_all(struct reader *r, const struct checkpoint_sizes *s) {
  hsize_t links = 0;
  H5G_info_t info;
  if (check(r, H5Gget_info(r->file, &info) >= 0, "cannot list its contents")) links = info.nlinks;
  check(r, links == (hsize_t)s->tables, "holds %lld datasets, want %lld", (long long)links, (long long)s->tables);
  if (!agree(r)) return;
  for (hsize_t i = 0; i < links; i++) {
    char name[CHECKPOINT_NAME] = "";
    ssize_t n = H5Lget_name_by_idx(r->file, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT);
    check(r, n > 0 && n < (ssize_t)sizeof name, "cannot list its contents");
    if (!agree(r)) return;
    verify(r, name, s->count);
    if (r->error[0] != '\0') return;
  }
}

static void read_leaves(struct reader *r, struct io_checkpoint *c) {
  struct rows places, weights;
  size_t n = (size_t)c->count;
  int64_t *place = memory_get(sizeof *place * 5 * n);
  double *weight = memory_get(sizeof *weight * n);
  bool good = open_rows(r, "leaves", &places) && check(r, places.numbers == 5, "leaves has an unknown shape");
  if (good) read_rows(r, &places, "leaves", 0, c->count, place);
  close_rows(&places);
  good = open_rows(r, "weights", &weights) && check(r, weights.numbers == 1, "weights has an unknown shape");
  if (good) read_rows(r, &weights, "weights", 0, c->count, weight);
  close_rows(&weights);
  c->leaf = memory_get(sizeof *c->leaf * n);
  for (size_t i = 0; i < n; i++) {
    c->leaf[i] = (struct mesh_leaf){(int)place[5 * i], {place[5 * i + 1], place[5 * i + 2], place[5 * i + 3]}, weight[i],
                                      (int)place[5 * i + 4]};
  }
  memory_free(place);
  memory_free(weight);
  agree(r);
}

/* Whether the file is intact; otherwise r->error says why not. */
static bool take(struct reader *r, struct io_checkpoint *c, int nstate, const struct io_state *state) {
  struct checkpoint_sizes sizes = {0};
  open_file(r, c->path);
  if (r->file >= 0) read_header(r, c, &sizes, nstate, state);
  if (agree(r)) {
    c->count = sizes.count;
    c->dim = (int)sizes.dim;
    for (int d = 0; d < 3; d++) c->nc[d] = (int)sizes.nc[d];
    verify_all(r, &sizes);
    if (r->error[0] == '\0') read_leaves(r, c);
  }
  if (r->file >= 0) H5Fclose(r->file);
  return r->error[0] == '\0';
}

/* Whether the file says that it is a checkpoint of crux. */
static bool is_checkpoint(MPI_Comm comm, const char *path) {
  struct reader r = {.comm = comm};
  open_file(&r, path);
  for (int i = 0; i <= TEXT_KIND && r.error[0] == '\0'; i++) {
    char *text = read_text(&r, checkpoint_text_names[i]);
    check(&r, text != NULL && strcmp(text, i == 0 ? "crux" : "checkpoint") == 0, "is not a checkpoint of crux");
    memory_free(text);
  }
  if (r.file >= 0) H5Fclose(r.file);
  return agree(&r);
}

static int descending(const void *a, const void *b) { return *(const int *)b - *(const int *)a; }

/* Numbers of the files in the folder, highest first; rank 0 looks. */
static int *list_files(MPI_Comm comm, const char *dir, int *count) {
  int rank, *numbers = NULL, room = 0;
  *count = 0;
  MPI_Comm_rank(comm, &rank);
  DIR *d = rank == 0 ? opendir(dir) : NULL;
  for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d)) {
    int length = 0, number;
    if (strncmp(e->d_name, "checkpoint.", 11) != 0 || strspn(e->d_name + 11, "0123456789") < 5) continue;
    if (sscanf(e->d_name, "checkpoint.%9d.h5%n", &number, &length) != 1 || length == 0 || e->d_name[length] != '\0') continue;
    if (*count == room) {
      room = 2 * room + 16;
      int *more = memory_get(sizeof *more * (size_t)room);
      if (*count > 0) memcpy(more, numbers, sizeof *more * (size_t)*count);
      memory_free(numbers);
      numbers = more;
    }
    numbers[(*count)++] = number;
  }
  if (d != NULL) closedir(d);
  MPI_Bcast(count, 1, MPI_INT, 0, comm);
  if (rank != 0) numbers = memory_get(sizeof *numbers * (size_t)*count);
  if (*count > 0 && rank == 0) qsort(numbers, (size_t)*count, sizeof *numbers, descending);
  MPI_Bcast(numbers, *count, MPI_INT, 0, comm);
  return numbers;
}

void io_checkpoint_find(MPI_Comm comm, const char *dir, int nstate, const struct io_state *state, struct io_checkpoint *c) {
  struct text skipped = {0};
  int count, *numbers = list_files(comm, dir, &count);
  *c = (struct io_checkpoint){.number = -1, .last = count > 0 ? numbers[0] : -1};
  for (int i = 0; i < count && c->number < 0; i++) {
    struct reader r = {.comm = comm};
    require(checkpoint_path(c->path, dir, numbers[i]) < PATH_MAX, "path too long: %s", dir);
    if (take(&r, c, nstate, state)) {
      c->number = numbers[i];
    } else {
      text_add(&skipped, "%s: %s\n", c->path, r.error);
      struct io_checkpoint used = *c;
      io_checkpoint_free(&used);
      *c = (struct io_checkpoint){.number = -1, .last = numbers[0]};
    }
  }
  c->older = memory_get(sizeof *c->older * (size_t)count);
  for (int i = count - 1; i >= 0 && numbers[i] < c->number; i--) {
    char path[PATH_MAX];
    if (checkpoint_path(path, dir, numbers[i]) < PATH_MAX && is_checkpoint(comm, path)) c->older[c->nolder++] = numbers[i];
  }
  memory_free(numbers);
  c->skipped = text_copy(skipped.s);
  text_free(&skipped);
}

void io_checkpoint_free(struct io_checkpoint *c) {
  memory_free(c->version);
  memory_free(c->setup);
  memory_free(c->parameters);
  memory_free(c->leaf);
  memory_free(c->older);
  memory_free(c->skipped);
  *c = (struct io_checkpoint){.number = -1};
}

static void load_table(struct reader *r, const struct table *t, const struct mesh *mesh) {
  struct rows rows;
  bool good = open_rows(r, t->name, &rows) && check(r, rows.ndim == t->ndim + 1, "%s has another shape", t->name);
  for (int d = 0; good && d < t->ndim; d++) good = check(r, rows.extent[d + 1] == (hsize_t)t->extent[d], "%s has another shape", t->name);
  size_t bytes = t->numbers * 8;
  int most = BUFFER / bytes > 0 ? (int)(BUFFER / bytes) : 1;
  if (most > mesh->count) most = mesh->count;
  char *buffer = memory_get(bytes * (size_t)most);
  for (int b = 0; good && b < mesh->count; b += most) {
    int n = mesh->count - b < most ? mesh->count - b : most;
    good = read_rows(r, &rows, t->name, mesh->first + b, n, buffer);
    for (int i = 0; good && i < n; i++) checkpoint_unpack(t, mesh, b + i, buffer + (size_t)i * bytes);
  }
  memory_free(buffer);
  close_rows(&rows);
}

void io_checkpoint_load(const struct io_checkpoint *c, const struct mesh *mesh, int nfield, struct field *const *fields) {
  struct reader r = {.comm = mesh->comm};
  struct table *table = memory_get(sizeof *table * CHECKPOINT_TABLES);
  int ntable = checkpoint_tables(mesh, nfield, fields, table);
  open_file(&r, c->path);
  for (int t = 0; r.file >= 0 && t < ntable; t++) {
    if (table[t].field != NULL) load_table(&r, &table[t], mesh);
  }
  if (!agree(&r)) fail("%s: %s", c->path, r.error);
  if (r.file >= 0) H5Fclose(r.file);
  memory_free(table);
}
