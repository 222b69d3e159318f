/* Files of a run, in its output folder.
 *
 *   <name>.NNNNN.athdf        snapshot (HDF5, layout of Athena++, opened by yt)
 *   <name>.NNNNN.athdf.xdmf   beside it, for ParaView (choose "XDMF Reader", not Xdmf3) and VisIt
 *   history.txt, history.h5   one row per history interval
 *   observables.h5            see io/rows.h and run/observables.h
 *   checkpoint.NNNNN.h5       see io/checkpoint.h
 *   parameters.yaml           all parameters as they were resolved
 *   run.log                   see base/log.h
 *
 * Snapshots, checkpoints, the history and the parameters are complete or absent under their names: they are written beside them and renamed. */
#ifndef IO_IO_H
#define IO_IO_H

#include "amr/field.h"

struct params;
struct hdf5_file;
struct units;

/* One variable of a snapshot: values of the interior cells of local block b, x fastest, nc[0] nc[1] nc[2] numbers in code units. */
typedef void io_fill_fn(const void *data, const struct mesh *mesh, int b, double *values);
struct io_variable {
  char name[21];            /* name in the file, unique: rho, press, vel1..3, Bcc1..3 are the ones yt knows */
  const char *unit;         /* its code unit in words: "code_density"                   */
  double cgs;               /* the code unit in cgs (1 in runs with units: code)        */
  const char *cgs_unit;     /* "g cm^-3"; "" where it has none                          */
  const char *meaning;
  io_fill_fn *fill;
  const void *data;         /* first argument of fill */
  const char *group;        /* dataset of the file that holds it; NULL: "B" for Bcc*, else "prim" */
};

/* What every file carries. */
struct io_record {
  const char *run_name;     /* run.name */
  const char *setup;
  const char *parameters;   /* resolved YAML */
  const char *version;      /* crux version and git commit */
  const struct units *units;
  double gamma;
  void (*more)(const void *data, struct hdf5_file *f); /* what else a snapshot has; NULL: nothing.  Collective */
  const void *more_data;
};

/* Write one snapshot to "<dir>/<run_name>.<number>.athdf" with datasets of float32 (single) or float64, and its .xdmf if asked for.
 * Every variable is one row [block][k][j][i] of the dataset of its group; blocks are in Morton order, so the bytes of
 * the file do not depend on the number of ranks.  An axis that does not exist has one cell from -0.5 to 0.5 (code units), the
 * thickness yt takes for it.  Fails with the path and the system's reason.  Collective. */
void io_snapshot(const char *dir, const struct io_record *rec, const struct mesh *mesh, double time, int64_t step, int number,
                 int nvariable, const struct io_variable *variables, bool single, bool xdmf);

/* History: columns declared once, then rows; the first column is the time.  history.txt is the record, flushed after every row and
 * exact (17 digits); history.h5 holds the same as one dataset [row] per column and is complete after every row.  With
 * append, rows of an earlier part of the run up to the given time are kept, later ones dropped, and history.h5 is made anew from
 * the text; the columns must be the same.  Without, old files are replaced.  Collective; rank 0 writes. */
struct io_history;
struct io_column { const char *name, *unit, *meaning; };  /* name without blanks or slashes */
struct io_history *io_history_open(const char *dir, const struct io_record *rec, const struct mesh *mesh, int ncolumn,
                                   const struct io_column *columns, bool append, double time);
void io_history_row(struct io_history *h, const double *values);
void io_history_close(struct io_history *h);

/* Make the output folder, with its parents.  One that is not empty ends the run with status 2 unless resume (leave all as it is)
 * or force (remove what crux wrote there, and nothing else).  Collective over comm. */
void io_prepare_folder(MPI_Comm comm, const char *dir, bool resume, bool force);

/* Write text to "<dir>/parameters.yaml".  Collective over comm. */
void io_parameters(MPI_Comm comm, const char *dir, const char *text);

#endif
