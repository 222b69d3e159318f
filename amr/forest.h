/* The leaves of the forest: what mesh.c knows of p4est.  Private to amr/.
 *
 * forest.c is compiled once for quadtrees (forest2) and once for octrees (forest3); row.c is the uniform 1-D mesh (forest1). */
#ifndef AMR_FOREST_H
#define AMR_FOREST_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

/* Lives from mesh_create to mesh_destroy, so that the mesh can be adapted. */
struct forest {
  const struct forest_kind *kind;
  MPI_Comm comm;             /* not owned; must live as long as the forest */
  int root[3];               /* root blocks per axis */
  bool periodic[3];
  void *connectivity, *tree; /* of p4est; NULL in 1-D */
};

/* A leaf: its place among the blocks of its level, and where its data live. */
struct leaf { int level; int64_t pos[3]; int owner, owner_index; };

struct leaves {
  int count, ghost_count;
  int64_t global_count, first; /* leaves on all ranks; global number of the first here */
  struct leaf *leaf; /* [count + ghost_count] local ones in Morton order, then ghosts by owner and index; memory_free when done */
};

/* Whether a leaf has to be split. */
typedef bool forest_split_fn(const void *data, int level, const int64_t pos[3]);

/* All collective. */
struct forest_kind {
  /* Root blocks only, spread evenly. */
  struct forest *(*create)(MPI_Comm comm, const int root[3], const bool periodic[3]);
  void (*destroy)(struct forest *f);
  /* Split again and again where asked for, down to max_level; then 2:1 balance over faces, edges and corners, and about the
   * same number of leaves on each rank.  Leaves that could be joined always share a rank. */
  void (*refine)(struct forest *f, int max_level, forest_split_fn *split, const void *data);
  /* The leaves of this rank, and those of others that touch them, also across periodic ends. */
  struct leaves (*leaves)(const struct forest *f);
  /* Split local leaves with tag > 0, join those of a parent that all have tag < 0, by one level; then 2:1 balance, which may split
   * more (and undo joining), but none twice.  The new leaves stay on the rank of the old ones. */
  void (*adapt)(struct forest *f, const int8_t *tag);
  /* The local leaves alone. */
  struct leaves (*own)(const struct forest *f);
  /* Spread the leaves by their weights > 0; NULL: move only what brings leaves together that could be joined.  first[size + 1]: global
   * number of the first leaf of each rank before and after.  Returns whether any leaf moved. */
  bool (*partition)(struct forest *f, const int *weight, int64_t *before, int64_t *after);
};

extern const struct forest_kind forest1, forest2, forest3;

#endif
