/* The uniform 1-D mesh: a row of blocks. */
#include "amr/forest.h"
#include "base/fail.h"
#include "base/memory.h"

static struct forest *create(MPI_Comm comm, const int root[3], const bool periodic[3]) {
  struct forest *f = memory_get(sizeof *f);
  *f = (struct forest){.kind = &forest1, .comm = comm, .root = {root[0], 1, 1}, .periodic = {periodic[0], true, true}};
  return f;
}

static void destroy(struct forest *f) { memory_free(f); }

static void refine(struct forest *f, int max_level, forest_split_fn *split, const void *data) {
  (void)f, (void)split, (void)data;
  require(max_level == 0, "mesh: a 1-D mesh cannot be refined");
}

/* Rank r has the blocks from first(r) to before first(r + 1). */
static int64_t first(int64_t blocks, int rank, int size) { return blocks * rank / size; }

static struct leaf leaf_of(int64_t blocks, int size, int64_t pos) {
  int owner = (int)(((pos + 1) * size - 1) / blocks);
  return (struct leaf){.pos = {pos}, .owner = owner, .owner_index = (int)(pos - first(blocks, owner, size))};
}

static struct leaves leaves(const struct forest *f) {
  int rank, size;
  MPI_Comm_rank(f->comm, &rank);
  MPI_Comm_size(f->comm, &size);
  int64_t n = f->root[0], lo = first(n, rank, size), hi = first(n, rank + 1, size);
  struct leaves l = {.count = (int)(hi - lo), .global_count = n, .first = lo};
  l.leaf = memory_get(sizeof *l.leaf * ((size_t)l.count + 2));
  for (int64_t i = lo; i < hi; i++) l.leaf[i - lo] = leaf_of(n, size, i);
  if (l.count == 0 || l.count == n) return l;

  bool wraps = f->periodic[0];
  int64_t below = lo > 0 ? lo - 1 : n - 1, above = hi < n ? hi : 0;
  bool has_below = lo > 0 || wraps, has_above = (hi < n || wraps) && !(has_below && above == below);
  struct leaf *ghost = l.leaf + l.count;
  if (has_below && has_above && above < below) {
    int64_t swap = below;
    below = above;
    above = swap;
  }
  if (has_below) ghost[l.ghost_count++] = leaf_of(n, size, below);
  if (has_above) ghost[l.ghost_count++] = leaf_of(n, size, above);
  return l;
}

/* Nothing ever changes. */
static void adapt(struct forest *f, const int8_t *tag) { (void)f, (void)tag; }

static bool partition(struct forest *f, const int *weight, int64_t *before, int64_t *after) {
  int size;
  (void)weight;
  MPI_Comm_size(f->comm, &size);
  for (int r = 0; r <= size; r++) before[r] = after[r] = first(f->root[0], r, size);
  return false;
}

const struct forest_kind forest1 = {create, destroy, refine, leaves, adapt, leaves, partition};
