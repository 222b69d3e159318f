#define _GNU_SOURCE /* fallocate */
#include "io/hdf5_util.h"

#include "base/fail.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct words { char *text; size_t size; };

/* The innermost entry of the error stack that says something. */
static herr_t innermost(unsigned n, const H5E_error2_t *error, void *data) {
  struct words *w = data;
  (void)n;
  if (error->desc != NULL && error->desc[0] != '\0') snprintf(w->text, w->size, "%s", error->desc);
  return 0;
}

void hdf5_quiet(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

void hdf5_reason(char *text, size_t size) {
  struct words w = {text, size};
  text[0] = '\0';
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, innermost, &w);
  const char *system = strstr(text, "error message = '"); /* the rest is about descriptors and addresses */
  if (system != NULL) {
    system += strlen("error message = '");
    size_t n = strcspn(system, "'");
    memmove(text, system, n);
    text[n] = '\0';
  }
  for (char *c = text; *c != '\0'; c++) {
    if (*c == '\n') *c = ' ';
  }
  if (text[0] == '\0') snprintf(text, size, "unknown reason");
}

void hdf5_check(struct hdf5_file *f, int ok, const char *what) {
  char reason[250];
  if (ok || f->error[0] != '\0') return;
  hdf5_reason(reason, sizeof reason);
  snprintf(f->error, sizeof f->error, "%s: %s", what, reason);
}

/* One rank with a fault speaks, then all stop; the others wait for the end. */
static void agree(struct hdf5_file *f) {
  int rank, first, mine = INT_MAX;
  MPI_Comm_rank(f->comm, &rank);
  if (f->error[0] != '\0') mine = rank;
  MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, f->comm);
  if (first == INT_MAX) return;
  if (rank == first) {
    unlink(f->temporary);
    fail("cannot write %s: %s", f->path, f->error);
  }
  MPI_Barrier(f->comm);
}

/* Make the file and reserve its room, which does not change its size; 0 or the reason.  Where the file system cannot reserve,
 * look at what is free. */
static int reserve(const char *path, bool fresh, double bytes) {
  struct statvfs disk;
  int fd = open(path, O_WRONLY | O_CREAT, 0666), reason = 0;
  if (fd < 0) return errno;
  if (fresh && (ftruncate(fd, (off_t)bytes) != 0 || ftruncate(fd, 0) != 0)) {
    reason = errno; /* too large for the file system or the limit of the shell */
  } else if (bytes > 0 && fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes) != 0) {
    reason = errno;
    if (reason != ENOSPC && reason != EDQUOT && reason != EFBIG) {
      bool full = fstatvfs(fd, &disk) == 0 && (double)disk.f_bavail * (double)disk.f_frsize < bytes;
      reason = full ? ENOSPC : 0;
    }
  }
  close(fd);
  if (reason != 0) unlink(path);
  return reason;
}

static void try_room(struct hdf5_file *f, double bytes) {
  int rank, reason = 0;
  MPI_Comm_rank(f->comm, &rank);
  if (rank == 0) reason = reserve(f->temporary, true, bytes);
  MPI_Bcast(&reason, 1, MPI_INT, 0, f->comm);
  if (reason == 0) return;
  if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG) {
    fail_user("crux: error: cannot write %s: %s; it needs %.1f MB", f->path, strerror(reason), bytes / 1e6);
  }
  fail_user("crux: error: cannot write %s: %s", f->path, strerror(reason));
}

void hdf5_create(struct hdf5_file *f, const char *path, double bytes, MPI_Comm comm) {
  int n = snprintf(f->path, sizeof f->path, "%s", path);
  int m = snprintf(f->temporary, sizeof f->temporary, "%s.tmp", path);
  require(n < PATH_MAX && m < PATH_MAX, "path too long: %s", path);
  f->comm = comm;
  f->error[0] = '\0';
  f->durable = false;
  hdf5_quiet();
  try_room(f, bytes);

  hid_t access = H5Pcreate(H5P_FILE_ACCESS), create = H5Pcreate(H5P_FILE_CREATE);
  hdf5_check(f, H5Pset_fapl_mpio(access, comm, MPI_INFO_NULL) >= 0, "MPI-IO");
  /* The format since 1.8: attributes may be longer than 64 kB, and object times can be left out. */
  hdf5_check(f, H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST) >= 0, "format version");
  hdf5_check(f, H5Pset_all_coll_metadata_ops(access, true) >= 0, "collective metadata");
  hdf5_check(f, H5Pset_coll_metadata_write(access, true) >= 0, "collective metadata");
  hdf5_check(f, H5Pset_obj_track_times(create, false) >= 0, "object times");
  f->id = H5Fcreate(f->temporary, H5F_ACC_TRUNC, create, access);
  hdf5_check(f, f->id >= 0, "create");
  H5Pclose(access);
  H5Pclose(create);
  agree(f);
  /* Creating has cut the file and with it the reservation. */
  int rank, reason = 0;
  MPI_Comm_rank(comm, &rank);
  if (rank == 0) reason = reserve(f->temporary, false, bytes);
  if (reason != 0) snprintf(f->error, sizeof f->error, "%s; it needs %.1f MB", strerror(reason), bytes / 1e6);

  f->transfer = H5Pcreate(H5P_DATASET_XFER);
  hdf5_check(f, H5Pset_dxpl_mpio(f->transfer, H5FD_MPIO_COLLECTIVE) >= 0, "collective transfer");
}

/* Rank 0: what was written to a file or folder reaches the disk.  Some file systems cannot sync a folder. */
static void sync_to_disk(struct hdf5_file *f, const char *path, bool folder) {
  int fd = open(path, folder ? O_RDONLY | O_DIRECTORY : O_RDWR);
  bool good = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP);
  if (!good && f->error[0] == '\0') snprintf(f->error, sizeof f->error, "sync: %s", strerror(errno));
  if (fd >= 0) close(fd);
}

static void folder_of(const char *path, char folder[PATH_MAX]) {
  const char *slash = strrchr(path, '/');
  snprintf(folder, PATH_MAX, "%.*s", slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path), slash == NULL ? "." : path);
}

void hdf5_close(struct hdf5_file *f) {
  int rank;
  MPI_Comm_rank(f->comm, &rank);
  hdf5_check(f, H5Pclose(f->transfer) >= 0, "close");
  /* After a failed write closing would fail once more, or hang on what cannot be written. */
  agree(f);
  if (f->durable) hdf5_check(f, H5Fflush(f->id, H5F_SCOPE_GLOBAL) >= 0, "flush"); /* syncs what every rank has written */
  agree(f);
  hdf5_check(f, H5Fclose(f->id) >= 0, "close");
  agree(f);
  if (rank == 0 && f->durable) sync_to_disk(f, f->temporary, false);
  agree(f);
  if (rank == 0 && rename(f->temporary, f->path) != 0) {
    snprintf(f->error, sizeof f->error, "rename: %s", strerror(errno));
  } else if (rank == 0 && f->durable) {
    char folder[PATH_MAX];
    folder_of(f->path, folder);
    sync_to_disk(f, folder, true);
  }
  agree(f);
}

bool hdf5_attribute(hid_t loc, const char *name, hid_t type, int n, const void *values) {
  hsize_t extent = (hsize_t)n;
  hid_t space = n == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &extent, NULL);
  hid_t a = H5Acreate2(loc, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  bool good = a >= 0 && H5Awrite(a, type, values) >= 0;
  if (a >= 0) good = H5Aclose(a) >= 0 && good;
  H5Sclose(space);
  return good;
}

/* n strings of size bytes one after another. */
static bool attribute_strings(hid_t loc, const char *name, int n, size_t size, const char *text) {
  hid_t type = H5Tcopy(H5T_C_S1);
  const bool good = H5Tset_size(type, size) >= 0 && H5Tset_strpad(type, H5T_STR_NULLTERM) >= 0 && hdf5_attribute(loc, name, type, n, text);
  H5Tclose(type);
  return good;
}

bool hdf5_attribute_text(hid_t loc, const char *name, const char *text) { return attribute_strings(loc, name, 0, strlen(text) + 1, text); }

void hdf5_values(struct hdf5_file *f, hid_t loc, const char *name, hid_t type, int n, const void *values) {
  hdf5_check(f, hdf5_attribute(loc, name, type, n, values), name);
}

void hdf5_ints(struct hdf5_file *f, hid_t loc, const char *name, int n, const int *values) {
  hdf5_values(f, loc, name, H5T_NATIVE_INT, n, values);
}

void hdf5_reals(struct hdf5_file *f, hid_t loc, const char *name, int n, const double *values) {
  hdf5_values(f, loc, name, H5T_NATIVE_DOUBLE, n, values);
}

void hdf5_text(struct hdf5_file *f, hid_t loc, const char *name, const char *text) { hdf5_check(f, hdf5_attribute_text(loc, name, text), name); }

void hdf5_texts(struct hdf5_file *f, hid_t loc, const char *name, int n, size_t size, const char *const *texts) {
  for (int i = 0; size == 0 && i < n; i++) {
    size = 1;
    for (int k = 0; k < n; k++) size = strlen(texts[k]) + 1 > size ? strlen(texts[k]) + 1 : size;
  }
  char *all = memory_get((size_t)n * size);
  for (int i = 0; i < n; i++) snprintf(all + (size_t)i * size, size, "%s", texts[i]);
  if (n > 0) hdf5_check(f, attribute_strings(loc, name, n, size, all), name);
  memory_free(all);
}

hid_t hdf5_dataset(struct hdf5_file *f, const char *name, hid_t type, int ndim, const hsize_t *extent) {
  hid_t space = H5Screate_simple(ndim, extent, NULL), create = H5Pcreate(H5P_DATASET_CREATE);
  hdf5_check(f, H5Pset_fill_time(create, H5D_FILL_TIME_NEVER) >= 0, name);
  hdf5_check(f, H5Pset_obj_track_times(create, false) >= 0, name);
  hid_t dataset = H5Dcreate2(f->id, name, type, space, H5P_DEFAULT, create, H5P_DEFAULT);
  hdf5_check(f, dataset >= 0, name);
  H5Pclose(create);
  H5Sclose(space);
  return dataset;
}

void hdf5_dataset_close(struct hdf5_file *f, hid_t dataset) {
  if (dataset >= 0) hdf5_check(f, H5Dclose(dataset) >= 0, "close a dataset");
}

void hdf5_write(struct hdf5_file *f, hid_t dataset, hid_t type, int ndim, const hsize_t *start, const hsize_t *count,
                const void *values) {
  hid_t in_file = H5Dget_space(dataset), in_memory = H5Screate_simple(ndim, count, NULL);
  uint32_t here = 0, anywhere = 0;
  static const char nothing = 0;
  bool empty = false;
  for (int d = 0; d < ndim; d++) empty = empty || count[d] == 0;
  if (empty) {
    hdf5_check(f, H5Sselect_none(in_file) >= 0 && H5Sselect_none(in_memory) >= 0, "select nothing");
  } else {
    hdf5_check(f, H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0, "select rows");
  }
  hdf5_check(f, H5Dwrite(dataset, type, in_memory, in_file, f->transfer, empty ? &nothing : values) >= 0, "write");
  hdf5_check(f, H5Pget_mpio_no_collective_cause(f->transfer, &here, &anywhere) >= 0, "cause");
  if (f->error[0] == '\0' && anywhere != H5D_MPIO_COLLECTIVE) {
    snprintf(f->error, sizeof f->error, "HDF5 did not write collectively: causes %#x here, %#x on all ranks",
             (unsigned)here, (unsigned)anywhere);
  }
  H5Sclose(in_memory);
  H5Sclose(in_file);
}
