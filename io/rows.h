/* An HDF5 file of tables that grow by a row at each output time, such as observables.h5.
 *
 * It is copied, extended beside itself and renamed, so that a process that is killed at any time leaves a whole file.  Rows at or after the time of the new one
 * are dropped first: a run that goes on from a checkpoint needs nothing else. */
#ifndef IO_ROWS_H
#define IO_ROWS_H

#include "io/io.h"

enum { IO_ROWS_DIM = 2 };

/* A dataset [row][extent[0]]...[extent[dim - 1]] with its new row, or without growth (fixed) a table that is written once. */
struct io_rows_set {
  const char *name;         /* with its groups: "solar_circle/spectra/p/j"; they are made   */
  const char *unit, *meaning;
  bool fixed;
  int dim, extent[IO_ROWS_DIM];
  const double *values;
};
/* An attribute: a text or numbers of a group or dataset. */
struct io_rows_note { const char *of, *name, *text; int count; const double *values; };

/* Add a row at this time to "<dir>/<file>"; the datasets "time" and "step" are its own.  A dataset that the file has not yet has NaN in earlier rows.  One
 * process only. */
void io_rows_add(const char *dir, const char *file, const struct io_record *rec, double time, int64_t step, int count, const struct io_rows_set *set, int notes,
                 const struct io_rows_note *note);

#endif
