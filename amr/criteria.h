/* Where a mesh should be finer: measures of how well cells are resolved, and from them the tags of blocks for mesh_adapt.
 *
 * Measures are of one block.  q[k][j][i] holds the cells with one layer of ghosts along the dim axes that exist, n cells without
 * them; value[k][j][i] gets n[0] n[1] n[2] results.  They do not change when axes are permuted or mirrored. */
#ifndef AMR_CRITERIA_H
#define AMR_CRITERIA_H

#include "amr/mesh.h"

/* Relative difference across a cell: the largest along any axis of |q+ - q-| / (|q+| + |q-|), which for a smooth q is dx |q'| / q.  Where
 * (|q+| + |q-|) / 2 is below scale, scale stands for it. */
void criterion_gradient(int dim, const int n[3], const double *q, double scale, double *value);

/* Second over first differences, from 0 (linear) to 1 (a jump), with a filter of 0.01 against ripples: Loehner 1987, Comput.
 * Methods Appl. Mech. Eng. 61, 323, without mixed derivatives.  Where |q| is below scale, scale stands for it in the filter. */
void criterion_second_derivative(int dim, const int n[3], const double *q, double scale, double *value);

/* A sphere (radius > 0) or box (half its widths) that moves; ends that are periodic are passed. */
struct moving_region { double center[3], velocity[3], radius, half_width[3]; };
/* 1 for cells that overlap the region at time t, 0 for others. */
void criterion_region(const struct mesh *mesh, const struct block *block, const struct moving_region *r, double t, double *value);

/* What the criteria say of a block: the level it should have at least (0: no wish), and whether it may be coarser than it is. */
struct wish { int level; bool coarser; bool near[DIRECTIONS]; /* flagged cells are close to the neighbour in this direction */ };

/* Mark in near the directions in which a flagged cell (value > above) is within the given number of cells of the end of the block. */
void criteria_near(const struct mesh *mesh, const double *value, double above, int cells, bool near[DIRECTIONS]);

/* Limits for all blocks. */
struct wish_limits {
  int min_level, max_level;
  int quiet;                          /* blocks become coarser only when they could have for so many calls before */
  int region_count;
  const struct mesh_region *region;   /* these are never coarser than that */
};

/* Tags from wishes.  Neighbours of blocks with flagged cells nearby get their wish too.  Counts in block.quiet.  Collective. */
void criteria_tags(struct mesh *mesh, const struct wish *wish, const struct wish_limits *limits, int8_t *tags);

#endif
