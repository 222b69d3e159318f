/* Files of a run, in its output folder.
 *
 *   <name>.NNNNN.athdf   snapshot (HDF5, layout of Athena++, opened by yt), with .athdf.xdmf beside it for ParaView and VisIt
 *   history.h5, history.txt   one row per history interval
 *   parameters.yaml      all parameters as they were resolved
 *   run.log              see base/log.h
 */
#ifndef IO_IO_H
#define IO_IO_H

#include "amr/field.h"

struct params;
struct units;

/* One variable of a snapshot: values of the interior cells of local block b, x fastest, nc cells, code units. */
typedef void io_fill_fn(const void *data, const struct mesh *mesh, int b, double *values);
struct io_variable {
  char name[21];            /* name in the file, unique */
  const char *unit;         /* what it is in code units, as text: "code_density" ... and */
  double cgs;               /* its code unit in cgs (1 in runs with units: code) */
  const char *cgs_unit;     /* "g cm^-3" */
  const char *meaning;
  io_fill_fn *fill;
  const void *data;
};

/* What every file carries. */
struct io_record {
  const char *run_name;     /* run.name */
  const char *setup;
  const char *parameters;   /* resolved YAML */
  const char *version;      /* crux version and git commit */
  const struct units *units;
  double gamma;
};

/* Write one snapshot to "<dir>/<name>.<number>.athdf" through a temporary name; datasets of float32 or float64.  Fails with the
 * path and the system's reason.  Collective. */
void io_snapshot(const char *dir, const struct io_record *rec, const struct mesh *mesh, double time, int64_t step, int number,
                 int nvariable, const struct io_variable *variables, bool single, bool xdmf);

/* History: columns declared once, then rows.  Collective; rank 0 writes. */
struct io_history;
struct io_column { const char *name, *unit, *meaning; };
struct io_history *io_history_open(const char *dir, const struct io_record *rec, const struct mesh *mesh, int ncolumn,
                                   const struct io_column *columns, bool append);
void io_history_row(struct io_history *h, const double *values);
void io_history_close(struct io_history *h);

#endif
