/* The mesh: a forest of octrees (3-D), quadtrees (2-D) or a row (1-D, uniform) whose leaves are blocks of cells.
 *
 * Only amr/forest.c calls p4est.  All other code sees the leaves of this rank as an array of blocks in Morton order,
 * followed by the ghost leaves: those of other ranks that touch a local one.  Lengths are in code units.  A function marked
 * "collective" has to be called by all ranks, in the same order. */
#ifndef AMR_MESH_H
#define AMR_MESH_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

struct params;
struct forest;

enum boundary { BOUNDARY_PERIODIC, BOUNDARY_OUTFLOW, BOUNDARY_REFLECTING, BOUNDARY_USER };

/* Refine every block that overlaps the box to at least this level.  A box without width along an axis is a plane, line or point:
 * blocks on both sides of it are refined when it lies between them. */
struct mesh_region { int level; double lower[3], upper[3]; };

enum { MESH_REGIONS = 64, MESH_LEVELS = 16 };

struct mesh_params {
  int dim;                  /* 1, 2 or 3                                                */
  int cells[3];             /* cells of the root grid; ignored along axes that do not exist */
  double lower[3], upper[3];
  int block;                /* cells along the side of a block; 0: automatic            */
  int boundary[3][2];       /* enum boundary at the lower and upper end of each axis    */
  int max_level;            /* finest level allowed; 0: uniform                         */
  int region_count;
  struct mesh_region region[MESH_REGIONS];
  char problem[240];        /* private: message about cells and block                   */
};

struct block {
  int level;                /* 0 for a root block; dx halves with every level           */
  int64_t pos[3];           /* place among the blocks of its level, from 0              */
  double lower[3], dx[3];   /* lower corner of the first cell that is not a ghost; cell widths.  Along axes that do
                               not exist dx is the width of the domain, or 1 if that is 0 */
  double weight;            /* cost, for the load balance                               */
  int quiet;                /* how often in a row the block could have been coarsened   */
  bool remote;              /* some neighbour lives on another rank                     */
  bool jump;                /* some neighbour (of the 26) has another level             */
};

enum { NEIGHBOUR_NONE, NEIGHBOUR_SAME, NEIGHBOUR_COARSE, NEIGHBOUR_FINE };

/* What lies in one of the 26 directions of a block.  id < mesh.count: local block; otherwise ghost leaf.
 * FINE: the 4 (face), 2 (edge), 1 (corner) leaves that touch, in Morton order; in 2-D 2 (face), 1 (corner). */
struct neighbour { int kind, count, id[4]; };

enum { DIRECTIONS = 27, DIRECTION_SELF = 13 };
/* d[i] in {-1, 0, 1} */
static inline int direction(int dx, int dy, int dz) { return (dz + 1) * 9 + (dy + 1) * 3 + dx + 1; }

/* What adapting has done and taken so far; seconds on this rank. */
struct mesh_adapted { int64_t calls, changes, split, joined, moved; double seconds, seconds_moving; };

struct mesh {
  MPI_Comm comm;
  int rank, size;
  int dim, nb, ng;          /* dimension, cells along a block, ghost layers             */
  int nc[3];                /* cells of a block per axis: nb, or 1                      */
  int ngd[3];               /* ghost layers per axis: ng, or 0                          */
  int count;                /* blocks on this rank; may be 0                            */
  int ghost_count;
  int64_t global_count, first; /* blocks on all ranks; global number of the first here  */
  int max_level;            /* finest level present, on all ranks                       */
  int64_t level_count[MESH_LEVELS]; /* blocks per level on all ranks                    */
  double lower[3], upper[3];
  int root[3];              /* root blocks per axis                                     */
  int boundary[3][2];
  struct block *block;      /* [count + ghost_count]                                    */
  int *owner, *owner_index; /* [ghost_count] rank of a ghost leaf, and its local number there */
  struct neighbour (*neighbour)[DIRECTIONS]; /* [count] kind NONE outside the domain and along missing axes */
  struct forest *forest;    /* private to amr/                                          */
  double imbalance;         /* most loaded rank over the mean at which mesh_adapt spreads the blocks anew */
  struct mesh_adapted adapted;
};

/* The "mesh" section. */
void mesh_declare(struct params *ps, struct mesh_params *par);

/* Cells along the side of a block; 0 when the root grid cannot be divided. */
int mesh_params_block(const struct mesh_params *par);

/* Root grid, static regions refined, 2:1 balance over faces, edges and corners, partition by number of blocks.
 * ng: ghost layers the solvers want (2 or 3).  Collective. */
void mesh_create(struct mesh *mesh, const struct mesh_params *par, int ng, MPI_Comm comm);
/* The mesh of a checkpoint: these leaves and no others, which every rank gives in Morton order with their weights.  Fails when no mesh
 * of these root blocks has them.  Collective. */
struct mesh_leaf { int level; int64_t pos[3]; double weight; int quiet; };
void mesh_create_from_leaves(struct mesh *mesh, const struct mesh_params *par, int ng, MPI_Comm comm, int64_t count,
                             const struct mesh_leaf *leaf);
void mesh_destroy(struct mesh *mesh);

/* Where along the axis the lower face of cell i of a block lies, i = 0 being the first that is not a ghost; i + 0.5 for
 * its centre.  The same to the last bit from every block that shares the point, for all block sizes, ranks and levels; and
 * mirrored exactly where the domain is symmetric about zero.  Exact at the ends of the domain.  (lower + i * dx is not.) */
double mesh_coordinate(const struct mesh *mesh, const struct block *block, int axis, double i);

/* Everything that follows from the leaves of the forest, once more.  Weights and quiet are lost.  Private to amr/.  Collective. */
void mesh_take_leaves(struct mesh *mesh);

/* Volume of a cell of the root grid, the same for all orders of the axes. */
double mesh_root_volume(const struct mesh *mesh);

/* Number of cells of all blocks on all ranks. */
int64_t mesh_cells(const struct mesh *mesh);

#endif
