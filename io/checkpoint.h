/* Checkpoints: files "checkpoint.NNNNN.h5" from which a run goes on to the last bit, on any number of ranks.
 *
 * A file holds the leaves of the mesh in Morton order, the interiors of the fields (faces with those on the boundary of their
 * block), numbers, and the resolved parameters.  It is complete and on the disk before it has its name.  Every dataset [block]... has a
 * checksum, the attributes together have another; but for that of the measured weights of blocks they do not depend on the number of
 * ranks.  A damaged file is found out before anything is taken from it. */
#ifndef IO_CHECKPOINT_H
#define IO_CHECKPOINT_H

#include "io/io.h"

#include <limits.h>

/* Numbers that a run needs to go on: count values under a name, written from value and read into it. */
enum io_kind { IO_INT64, IO_DOUBLE, IO_BYTE };
struct io_state { const char *name; enum io_kind kind; int count; void *value; };

/* Write "<dir>/checkpoint.<number>.h5".  Names of fields must differ.  Ends the program with the path and the system's reason when it cannot
 * be written.  Collective. */
void io_checkpoint_write(const char *dir, int number, const struct io_record *rec, const struct mesh *mesh, int nstate,
                         const struct io_state *state, int nfield, struct field *const *fields);

struct io_checkpoint {
  int number;               /* -1: there is none that can be used */
  int last;                 /* highest number of any file, also of those that were skipped; -1: none */
  int *older, nolder;       /* other checkpoints of crux with lower numbers, lowest first; not checked for damage */
  char path[PATH_MAX];
  char *version, *setup, *parameters;
  int dim, nc[3];           /* dimensions, cells of a block per axis */
  int64_t count;            /* blocks */
  struct mesh_leaf *leaf;   /* [count] on every rank, in Morton order */
  char *skipped;            /* a line "<path>: <why>" for each newer file that cannot be used; NULL: none */
};

/* Find the newest intact checkpoint in the folder, reading newer ones completely, and set the values of state from it.  Collective. */
void io_checkpoint_find(MPI_Comm comm, const char *dir, int nstate, const struct io_state *state, struct io_checkpoint *c);
/* Fill the fields, made for the mesh of c->leaf.  Fails when the file no longer is what it was.  Collective. */
void io_checkpoint_load(const struct io_checkpoint *c, const struct mesh *mesh, int nfield, struct field *const *fields);
void io_checkpoint_free(struct io_checkpoint *c);

/* Remove one that is no longer needed.  Rank 0 removes; collective over comm. */
void io_checkpoint_remove(MPI_Comm comm, const char *dir, int number);

#endif
