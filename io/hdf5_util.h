/* HDF5 files that all ranks write together.
 *
 * A file is written as "<path>.tmp" and gets its name when it is complete, so a file with the right name is whole.  Between
 * hdf5_create and hdf5_close nothing stops: the first thing that goes wrong on a rank is remembered, all ranks go on
 * through the same calls, and hdf5_close stops the program with one message.  All functions are collective, and all ranks pass
 * the same arguments but for their rows.  File type and memory type are always the same native type, because
 * a conversion inside HDF5 would silently turn collective writing off.
 *
 * No times are kept in the file: the same data give the same bytes. */
#ifndef IO_HDF5_UTIL_H
#define IO_HDF5_UTIL_H

#include <hdf5.h>
#include <limits.h>
#include <mpi.h>
#include <stdbool.h>

struct hdf5_file {
  MPI_Comm comm;
  hid_t id, transfer;        /* the file, and how data are written */
  bool durable;              /* set after hdf5_create: hdf5_close returns when the file and its name are on the disk */
  char path[PATH_MAX], temporary[PATH_MAX];
  char error[400];           /* first fault on this rank; empty: none */
};

/* bytes: about what will be written.  Ends the program with the path and the system's reason when the file cannot be made, or when
 * the disk or the quota has no room for it: room is reserved first, because Open MPI may lose data of a full disk silently. */
void hdf5_create(struct hdf5_file *f, const char *path, double bytes, MPI_Comm comm);
/* Close, compare notes, and give the file its name. */
void hdf5_close(struct hdf5_file *f);

/* Remember a fault when !ok; what: the step that went wrong. */
void hdf5_check(struct hdf5_file *f, int ok, const char *what);
/* Stop HDF5 from printing its own error stack, and the cause of its last error in words. */
void hdf5_quiet(void);
void hdf5_reason(char *text, size_t size);
/* An attribute of any file or dataset: n values, or a scalar where n = 0; a string of fixed length.  Whether it was written. */
bool hdf5_attribute(hid_t loc, const char *name, hid_t type, int n, const void *values);
bool hdf5_attribute_text(hid_t loc, const char *name, const char *text);

/* Attributes of the file (loc = f->id) or of a dataset: n values, or a scalar where n = 0.  Strings have a fixed length:
 * yt cannot read others. */
void hdf5_ints(struct hdf5_file *f, hid_t loc, const char *name, int n, const int *values);
void hdf5_reals(struct hdf5_file *f, hid_t loc, const char *name, int n, const double *values);
void hdf5_values(struct hdf5_file *f, hid_t loc, const char *name, hid_t type, int n, const void *values);
void hdf5_text(struct hdf5_file *f, hid_t loc, const char *name, const char *text);
/* n strings; those longer than size - 1 are cut, size = 0: as long as needed. */
void hdf5_texts(struct hdf5_file *f, hid_t loc, const char *name, int n, size_t size, const char *const *texts);

/* A dataset of the given native type, never filled. */
hid_t hdf5_dataset(struct hdf5_file *f, const char *name, hid_t type, int ndim, const hsize_t *extent);
void hdf5_dataset_close(struct hdf5_file *f, hid_t dataset);
/* Every rank writes its own box of the dataset, which may be empty (some count = 0; values may then be NULL). */
void hdf5_write(struct hdf5_file *f, hid_t dataset, hid_t type, int ndim, const hsize_t *start, const hsize_t *count,
                const void *values);

#endif
