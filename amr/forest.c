/* The only file that calls p4est (Burstedde, Wilcox & Ghattas 2011, SIAM J. Sci. Comput. 33, 1103).  Compiled with FOREST_DIM 2
 * and 3: p4est_to_p8est.h turns the names of the quadtree library into those of the octree library. */
#include "amr/forest.h"
#include "base/fail.h"
#include "base/memory.h"

#if FOREST_DIM == 3
#include <p4est_to_p8est.h>
#include <p8est_algorithms.h>
#include <p8est_extended.h>
#include <p8est_ghost.h>
#define FOREST forest3
#else
#include <p4est_algorithms.h>
#include <p4est_extended.h>
#include <p4est_ghost.h>
#define FOREST forest2
#endif

struct request { forest_split_fn *split; const void *data; };

/* The library logs and counts its memory in one place per process, so it is started once and never stopped.
 * This is collective over all processes, so the first mesh has to be made by all of them. */
static void start_library(void) {
  if (sc_package_id < 0) sc_init(MPI_COMM_WORLD, 0, 0, NULL, SC_LP_ERROR);
  if (p4est_package_id < 0) p4est_init(NULL, SC_LP_ERROR);
}

/* Trees of a brick are numbered along a space-filling curve, so their place is taken from their first vertex. */
static struct leaf leaf_of(p4est_connectivity_t *conn, p4est_topidx_t tree, const p4est_quadrant_t *q) {
  const double *root = conn->vertices + 3 * conn->tree_to_vertex[P4EST_CHILDREN * tree];
  const p4est_qcoord_t at[3] = {q->x, q->y,
#if FOREST_DIM == 3
                                q->z
#else
                                0
#endif
  };
  struct leaf leaf = {.level = q->level};
  for (int d = 0; d < FOREST_DIM; d++) {
    leaf.pos[d] = ((int64_t)(root[d] + 0.5) << q->level) + (at[d] >> (P4EST_MAXLEVEL - q->level));
  }
  return leaf;
}

static int wants_split(p4est_t *tree, p4est_topidx_t which, p4est_quadrant_t *q) {
  const struct request *request = tree->user_pointer;
  struct leaf leaf = leaf_of(tree->connectivity, which, q);
  return request->split(request->data, leaf.level, leaf.pos);
}

static struct forest *create(MPI_Comm comm, const int root[3], const bool periodic[3]) {
  start_library();
  struct forest *f = memory_get(sizeof *f);
  f->kind = &FOREST;
  f->comm = comm;
  for (int d = 0; d < 3; d++) {
    f->root[d] = root[d];
    f->periodic[d] = periodic[d];
  }
#if FOREST_DIM == 3
  f->connectivity = p4est_connectivity_new_brick(root[0], root[1], root[2], periodic[0], periodic[1], periodic[2]);
#else
  f->connectivity = p4est_connectivity_new_brick(root[0], root[1], periodic[0], periodic[1]);
#endif
  f->tree = p4est_new_ext(comm, f->connectivity, 0, 0, 1, 0, NULL, NULL);
  return f;
}

static void destroy(struct forest *f) {
  if (f == NULL) return;
  p4est_destroy(f->tree);
  p4est_connectivity_destroy(f->connectivity);
  memory_free(f);
}

/* One level at a time with a new partition after each, so that no rank has to hold all of a deep refinement. */
static void refine(struct forest *f, int max_level, forest_split_fn *split, const void *data) {
  require(max_level <= P4EST_QMAXLEVEL, "mesh: level %d is beyond what the forest can name (%d)", max_level, P4EST_QMAXLEVEL);
  p4est_t *tree = f->tree;
  struct request request = {split, data};
  tree->user_pointer = &request;
  for (int level = 0; level < max_level; level++) {
    int64_t before = tree->global_num_quadrants;
    p4est_refine_ext(tree, 0, max_level, wants_split, NULL, NULL);
    if (tree->global_num_quadrants == before) break;
    p4est_partition_ext(tree, 1, NULL);
  }
  tree->user_pointer = NULL;
  p4est_balance_ext(tree, P4EST_CONNECT_FULL, NULL, NULL);
  p4est_partition_ext(tree, 1, NULL);
}

/* A number for each local leaf, kept in its quadrant. */
static void mark(p4est_t *tree, const int *value) {
  int n = 0;
  for (p4est_topidx_t t = tree->first_local_tree; t <= tree->last_local_tree; t++) {
    p4est_tree_t *one = p4est_tree_array_index(tree->trees, t);
    for (size_t i = 0; i < one->quadrants.elem_count; i++) p4est_quadrant_array_index(&one->quadrants, i)->p.user_int = value[n++];
  }
}

static void unmark(p4est_t *tree, p4est_topidx_t which, p4est_quadrant_t *q) {
  (void)tree, (void)which;
  q->p.user_int = 0;
}

static int marked_to_split(p4est_t *tree, p4est_topidx_t which, p4est_quadrant_t *q) {
  (void)tree, (void)which;
  return q->p.user_int > 0;
}

static int marked_to_join(p4est_t *tree, p4est_topidx_t which, p4est_quadrant_t *q[]) {
  (void)tree, (void)which;
  for (int i = 0; i < P4EST_CHILDREN; i++) {
    if (q[i] == NULL || q[i]->p.user_int >= 0) return 0;
  }
  return 1;
}

static void adapt(struct forest *f, const int8_t *tag) {
  p4est_t *tree = f->tree;
  int *value = memory_get(sizeof *value * (size_t)tree->local_num_quadrants);
  for (int i = 0; i < tree->local_num_quadrants; i++) value[i] = tag[i];
  mark(tree, value);
  memory_free(value);
  p4est_refine_ext(tree, 0, P4EST_QMAXLEVEL, marked_to_split, unmark, NULL);
  p4est_coarsen_ext(tree, 0, 0, marked_to_join, unmark, NULL);
  p4est_balance_ext(tree, P4EST_CONNECT_FULL, unmark, NULL);
}

static int weight_of(p4est_t *tree, p4est_topidx_t which, p4est_quadrant_t *q) {
  (void)tree, (void)which;
  return q->p.user_int;
}

static bool partition(struct forest *f, const int *weight, int64_t *before, int64_t *after) {
  p4est_t *tree = f->tree;
  const int size = tree->mpisize;
  for (int r = 0; r <= size; r++) before[r] = tree->global_first_quadrant[r];
  if (weight != NULL) {
    mark(tree, weight);
    p4est_partition_ext(tree, 1, weight_of);
  } else {
    p4est_locidx_t *count = memory_get(sizeof *count * (size_t)size);
    for (int r = 0; r < size; r++) count[r] = (p4est_locidx_t)(before[r + 1] - before[r]);
    p4est_partition_for_coarsening(tree, count);
    p4est_partition_given(tree, count);
    memory_free(count);
  }
  bool moved = false;
  for (int r = 0; r <= size; r++) {
    after[r] = tree->global_first_quadrant[r];
    moved = moved || after[r] != before[r];
  }
  return moved;
}

/* Room for more leaves behind them. */
static struct leaves own_and(const struct forest *f, int more) {
  p4est_t *tree = f->tree;
  int rank = tree->mpirank, n = 0;
  struct leaves l = {.count = tree->local_num_quadrants, .ghost_count = more, .global_count = tree->global_num_quadrants,
                     .first = tree->global_first_quadrant[rank]};
  l.leaf = memory_get(sizeof *l.leaf * ((size_t)l.count + (size_t)more));
  for (p4est_topidx_t t = tree->first_local_tree; t <= tree->last_local_tree; t++) {
    p4est_tree_t *one = p4est_tree_array_index(tree->trees, t);
    for (size_t i = 0; i < one->quadrants.elem_count; i++, n++) {
      l.leaf[n] = leaf_of(f->connectivity, t, p4est_quadrant_array_index(&one->quadrants, i));
      l.leaf[n].owner = rank;
      l.leaf[n].owner_index = n;
    }
  }
  require(n == l.count, "p4est: %d leaves in the trees, %d expected", n, l.count);
  return l;
}

static struct leaves own(const struct forest *f) { return own_and(f, 0); }

static struct leaves leaves(const struct forest *f) {
  p4est_t *tree = f->tree;
  p4est_connectivity_t *conn = f->connectivity;
  p4est_ghost_t *ghost = p4est_ghost_new(tree, P4EST_CONNECT_FULL);
  struct leaves l = own_and(f, (int)ghost->ghosts.elem_count);
  int n = l.count;
  for (int owner = 0; owner < tree->mpisize; owner++) {
    for (p4est_locidx_t g = ghost->proc_offsets[owner]; g < ghost->proc_offsets[owner + 1]; g++, n++) {
      p4est_quadrant_t *q = p4est_quadrant_array_index(&ghost->ghosts, (size_t)g);
      l.leaf[n] = leaf_of(conn, q->p.piggy3.which_tree, q);
      l.leaf[n].owner = owner;
      l.leaf[n].owner_index = q->p.piggy3.local_num;
    }
  }
  p4est_ghost_destroy(ghost);
  return l;
}

const struct forest_kind FOREST = {create, destroy, refine, leaves, adapt, own, partition};
