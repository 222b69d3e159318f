/* What snapshot.c and xdmf.c agree on.  Private to io. */
#ifndef IO_LAYOUT_H
#define IO_LAYOUT_H

#include "io/io.h"

enum { IO_GROUPS = 16 };

/* The datasets of a snapshot: group g holds count[g] variables, in the order of the list. */
struct io_layout {
  int ngroup, count[IO_GROUPS];
  const char *name[IO_GROUPS];
  int *group, *row;          /* [nvariable] where a variable is */
};

/* Write "<path>.xdmf" for the snapshot at path.  Rank 0 only; fails with the path and the system's reason. */
void io_xdmf(const char *path, const struct mesh *mesh, double time, const struct io_layout *layout, int nvariable,
             const struct io_variable *variables, bool single);

#endif
