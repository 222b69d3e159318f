/* Writing checkpoints, and what is in them. */
#include "io/checkpoint.h"

#include "base/fail.h"
#include "base/memory.h"
#include "base/units.h"
#include "io/checkpoint_layout.h"
#include "io/checksum.h"
#include "io/hdf5_util.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const size_t BUFFER = 32 << 20; /* bytes written at once by a rank */

const char *const checkpoint_text_names[CHECKPOINT_TEXTS] = {"code", "kind", "version", "run_name", "setup", "parameters"};

hid_t checkpoint_type(enum io_kind kind) {
  return kind == IO_INT64 ? H5T_NATIVE_INT64 : kind == IO_DOUBLE ? H5T_NATIVE_DOUBLE : H5T_NATIVE_UCHAR;
}

size_t checkpoint_type_size(enum io_kind kind) { return kind == IO_BYTE ? 1 : 8; }

int checkpoint_path(char path[PATH_MAX], const char *dir, int number) {
  return snprintf(path, PATH_MAX, "%s/checkpoint.%05d.h5", dir, number);
}

void checkpoint_sizes_list(struct checkpoint_sizes *s, struct io_state list[CHECKPOINT_SIZES]) {
  const struct io_state all[CHECKPOINT_SIZES] = {{"format", IO_INT64, 1, &s->format},
                                                 {"tables", IO_INT64, 1, &s->tables},
                                                 {"blocks", IO_INT64, 1, &s->count},
                                                 {"dimension", IO_INT64, 1, &s->dim},
                                                 {"block_cells", IO_INT64, 3, s->nc}};
  memcpy(list, all, sizeof all);
}

uint64_t checkpoint_header_sum(const char *const text[CHECKPOINT_TEXTS], int nlist, const struct io_state *list, uint64_t sum) {
  for (int i = 0; text != NULL && i < CHECKPOINT_TEXTS; i++) sum = checksum(sum, text[i], strlen(text[i]));
  for (int i = 0; i < nlist; i++) {
    sum = checksum(sum, list[i].name, strlen(list[i].name));
    sum = checksum(sum, list[i].value, (size_t)list[i].count * checkpoint_type_size(list[i].kind));
  }
  return sum;
}

static void add(struct table *t, int *n, const char *name, const char *end, bool integer, int ndim, const int extent[4]) {
  require(*n < CHECKPOINT_TABLES, "a checkpoint holds at most %d datasets", (int)CHECKPOINT_TABLES);
  struct table *one = &t[*n];
  *one = (struct table){.integer = integer, .ndim = ndim, .numbers = 1};
  int length = snprintf(one->name, sizeof one->name, "%s%s", name, end);
  require(length < (int)sizeof one->name, "name too long: %s", name);
  for (int k = 0; k < *n; k++) require(strcmp(t[k].name, one->name) != 0, "two fields are called %s", name);
  for (int d = 0; d < ndim; d++) {
    one->extent[d] = extent[d];
    one->numbers *= (size_t)extent[d];
  }
  ++*n;
}

int checkpoint_tables(const struct mesh *mesh, int nfield, struct field *const *fields, struct table *table) {
  static const char *const axis[] = {"_x", "_y", "_z"};
  const int five[4] = {5};
  int n = 0;
  add(table, &n, "leaves", "", true, 1, five);
  add(table, &n, "weights", "", false, 0, five);
  for (int i = 0; i < nfield; i++) {
    struct field *f = fields[i];
    bool faces = f->centring == CENTRING_FACE;
    for (int c = 0; c < (faces ? 3 : 1); c++) {
      int extent[4] = {f->ncomp, 0, 0, 0}, *cells = faces ? extent : extent + 1;
      for (int d = 0; d < 3; d++) cells[2 - d] = mesh->nc[d] + (faces && c == d && d < mesh->dim);
      add(table, &n, f->name, faces ? axis[c] : "", false, faces ? 3 : 4, extent);
      table[n - 1].field = f;
      table[n - 1].first = faces ? c : 0;
      table[n - 1].last = faces ? c + 1 : f->ncomp;
    }
  }
  return n;
}

/* Row by row between the interior of a field and a block of memory without ghosts. */
static void copy(const struct table *t, const struct mesh *mesh, int b, double *packed, bool out) {
  const int *n = t->extent + t->ndim - 3;
  for (int c = t->first; c < t->last; c++) {
    const int *e = field_extent(t->field, c);
    double *data = field_data(t->field, b, c);
    for (int k = 0; k < n[0]; k++) {
      for (int j = 0; j < n[1]; j++, packed += n[2]) {
        double *at = data + ((size_t)(k + mesh->ngd[2]) * (size_t)e[1] + (size_t)(j + mesh->ngd[1])) * (size_t)e[0] + mesh->ngd[0];
        memcpy(out ? packed : at, out ? at : packed, sizeof(double) * (size_t)n[2]);
      }
    }
  }
}

void checkpoint_pack(const struct table *t, const struct mesh *mesh, int b, void *row) {
  const struct block *k = &mesh->block[b];
  if (t->field != NULL) {
    copy(t, mesh, b, row, true);
  } else if (t->integer) {
    memcpy(row, (int64_t[5]){k->level, k->pos[0], k->pos[1], k->pos[2], k->quiet}, t->numbers * sizeof(int64_t));
  } else {
    memcpy(row, &k->weight, sizeof k->weight);
  }
}

void checkpoint_unpack(const struct table *t, const struct mesh *mesh, int b, const void *row) {
  if (t->field != NULL) copy(t, mesh, b, (double *)row, false);
}

/* A dataset with its checksum.  All ranks write equally often, because writing is collective. */
static void write_table(struct hdf5_file *f, const struct mesh *mesh, const struct table *t) {
  hid_t type = t->integer ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
  size_t bytes = t->numbers * 8, most = BUFFER / bytes > 0 ? BUFFER / bytes : 1;
  hsize_t all[5] = {(hsize_t)mesh->global_count}, start[5] = {0}, here[5];
  for (int d = 0; d < t->ndim; d++) all[d + 1] = (hsize_t)t->extent[d];
  memcpy(here, all, sizeof here);
  hid_t set = hdf5_dataset(f, t->name, type, t->ndim + 1, all);

  int64_t count = mesh->count, longest;
  MPI_Allreduce(&count, &longest, 1, MPI_INT64_T, MPI_MAX, mesh->comm);
  char *buffer = memory_get(bytes * ((size_t)count < most ? (size_t)count : most));
  uint64_t sum = 0, total;
  for (int64_t done = 0; done < longest; done += (int64_t)most) {
    int64_t n = count - done < (int64_t)most ? count - done : (int64_t)most;
    if (n < 0) n = 0;
    for (int64_t i = 0; i < n; i++) {
      char *row = buffer + (size_t)i * bytes;
      checkpoint_pack(t, mesh, (int)(done + i), row);
      sum += checksum_row(mesh->first + done + i, row, bytes);
    }
    start[0] = (hsize_t)(mesh->first + done);
    here[0] = (hsize_t)n;
    hdf5_write(f, set, type, t->ndim + 1, start, here, buffer);
  }
  memory_free(buffer);
  MPI_Allreduce(&sum, &total, 1, MPI_UINT64_T, MPI_SUM, mesh->comm);
  hdf5_values(f, set, "checksum", H5T_NATIVE_UINT64, 0, &total);
  hdf5_dataset_close(f, set);
}

static void write_list(struct hdf5_file *f, int n, const struct io_state *list) {
  for (int i = 0; i < n; i++) {
    hdf5_values(f, f->id, list[i].name, checkpoint_type(list[i].kind), list[i].count == 1 ? 0 : list[i].count, list[i].value);
  }
}

static void write_header(struct hdf5_file *f, const struct io_record *rec, const struct mesh *mesh, int ntable, int nstate,
                         const struct io_state *state) {
  const char *const text[CHECKPOINT_TEXTS] = {"crux", "checkpoint", rec->version, rec->run_name, rec->setup, rec->parameters};
  struct checkpoint_sizes sizes = {CHECKPOINT_FORMAT, ntable, mesh->global_count, mesh->dim, {mesh->nc[0], mesh->nc[1], mesh->nc[2]}};
  struct io_state list[CHECKPOINT_SIZES];
  checkpoint_sizes_list(&sizes, list);
  for (int i = 0; i < CHECKPOINT_TEXTS; i++) hdf5_text(f, f->id, checkpoint_text_names[i], text[i]);
  write_list(f, CHECKPOINT_SIZES, list);
  write_list(f, nstate, state);
  uint64_t sum = checkpoint_header_sum(text, CHECKPOINT_SIZES, list, 0);
  sum = checkpoint_header_sum(NULL, nstate, state, sum);
  hdf5_values(f, f->id, "checksum", H5T_NATIVE_UINT64, 0, &sum);
  if (rec->units == NULL) return;
  const struct units *u = rec->units; /* for readers other than crux: they follow from the parameters */
  hdf5_text(f, f->id, "units", u->code ? "code" : "cgs");
  hdf5_reals(f, f->id, "length_cm", 0, &u->length_cm);
  hdf5_reals(f, f->id, "mass_g", 0, &u->mass_g);
  hdf5_reals(f, f->id, "time_s", 0, &u->time_s);
  hdf5_reals(f, f->id, "temperature_K", 0, &u->temperature_K);
}

void io_checkpoint_write(const char *dir, int number, const struct io_record *rec, const struct mesh *mesh, int nstate,
                         const struct io_state *state, int nfield, struct field *const *fields) {
  struct hdf5_file *f = memory_get(sizeof *f);
  struct table *table = memory_get(sizeof *table * CHECKPOINT_TABLES);
  char path[PATH_MAX];
  require(checkpoint_path(path, dir, number) < PATH_MAX, "path too long: %s", dir);
  int ntable = checkpoint_tables(mesh, nfield, fields, table);
  double bytes = 65536.0 + (double)strlen(rec->parameters);
  for (int t = 0; t < ntable; t++) bytes += (double)mesh->global_count * (double)table[t].numbers * 8.0;

  hdf5_create(f, path, bytes, mesh->comm);
  f->durable = true;
  write_header(f, rec, mesh, ntable, nstate, state);
  for (int t = 0; t < ntable; t++) write_table(f, mesh, &table[t]);
  hdf5_close(f);
  memory_free(table);
  memory_free(f);
}

void io_checkpoint_remove(MPI_Comm comm, const char *dir, int number) {
  int rank;
  char path[PATH_MAX];
  MPI_Comm_rank(comm, &rank);
  if (rank == 0 && checkpoint_path(path, dir, number) < PATH_MAX) {
    require(unlink(path) == 0 || errno == ENOENT, "cannot remove %s: %s", path, strerror(errno));
  }
}
