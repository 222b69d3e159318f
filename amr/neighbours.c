/* The table of neighbours in 26 directions.
 *
 * p4est 2.2 has no edge neighbours in its own table, so each place next to a block is looked up among the leaves this rank
 * knows: at the block's level, one level coarser, and as the children one level finer that touch the block. */
#include "amr/neighbours.h"

#include "base/fail.h"
#include "base/memory.h"

/* Open addressing: numbers of leaves, or -1. */
struct index { const struct block *block; int *slot; uint64_t mask; };

static uint64_t hash(int level, const int64_t pos[3]) {
  uint64_t h = (uint64_t)level;
  for (int d = 0; d < 3; d++) {
    h = (h ^ (uint64_t)pos[d]) * 0x9e3779b97f4a7c15u;
    h ^= h >> 29;
  }
  return h;
}

static bool is_at(const struct block *b, int level, const int64_t pos[3]) {
  return b->level == level && b->pos[0] == pos[0] && b->pos[1] == pos[1] && b->pos[2] == pos[2];
}

static struct index index_create(int count, const struct block *block) {
  uint64_t size = 16;
  while (size < 2 * (uint64_t)count) size *= 2;
  struct index x = {block, memory_get(sizeof *x.slot * size), size - 1};
  for (uint64_t s = 0; s < size; s++) x.slot[s] = -1;
  for (int b = 0; b < count; b++) {
    uint64_t s = hash(block[b].level, block[b].pos) & x.mask;
    while (x.slot[s] >= 0) s = (s + 1) & x.mask;
    x.slot[s] = b;
  }
  return x;
}

static int find(const struct index *x, int level, const int64_t pos[3]) {
  uint64_t s = hash(level, pos) & x->mask;
  while (x->slot[s] >= 0 && !is_at(&x->block[x->slot[s]], level, pos)) s = (s + 1) & x->mask;
  return x->slot[s];
}

/* Step from a block in direction d; false when that leads out of the domain. */
static bool step(const struct mesh *mesh, const struct block *b, const int d[3], int64_t pos[3]) {
  for (int a = 0; a < 3; a++) {
    int64_t n = (int64_t)mesh->root[a] << b->level;
    pos[a] = b->pos[a] + d[a];
    if (d[a] == 0) continue;
    if (a >= mesh->dim) return false;
    if (pos[a] >= 0 && pos[a] < n) continue;
    if (mesh->boundary[a][0] != BOUNDARY_PERIODIC) return false;
    pos[a] = (pos[a] + n) % n;
  }
  return true;
}

static struct neighbour look(const struct mesh *mesh, const struct index *x, const struct block *b, const int d[3]) {
  int64_t pos[3], half[3], child[3] = {0, 0, 0};
  struct neighbour nb = {.kind = NEIGHBOUR_NONE};
  if (!step(mesh, b, d, pos)) return nb;

  int id = find(x, b->level, pos);
  if (id >= 0) return (struct neighbour){.kind = NEIGHBOUR_SAME, .count = 1, .id = {id}};

  for (int a = 0; a < 3; a++) half[a] = pos[a] / 2;
  id = b->level > 0 ? find(x, b->level - 1, half) : -1;
  if (id >= 0) return (struct neighbour){.kind = NEIGHBOUR_COARSE, .count = 1, .id = {id}};

  nb.kind = NEIGHBOUR_FINE;
  for (int o = 0; o < 1 << mesh->dim; o++) {
    bool touches = true;
    for (int a = 0; a < mesh->dim; a++) {
      int upper = o >> a & 1;
      child[a] = 2 * pos[a] + upper;
      touches = touches && (d[a] == 0 || upper == (d[a] < 0));
    }
    if (!touches) continue;
    id = find(x, b->level + 1, child);
    require(id >= 0, "mesh: no leaf next to the block at level %d, (%lld, %lld, %lld), in direction (%d, %d, %d)", b->level,
            (long long)b->pos[0], (long long)b->pos[1], (long long)b->pos[2], d[0], d[1], d[2]);
    nb.id[nb.count++] = id;
  }
  return nb;
}

void neighbours_find(struct mesh *mesh) {
  struct index x = index_create(mesh->count + mesh->ghost_count, mesh->block);
  mesh->neighbour = memory_get(sizeof *mesh->neighbour * (size_t)mesh->count);
  for (int b = 0; b < mesh->count; b++) {
    struct block *block = &mesh->block[b];
    block->remote = block->jump = false;
    for (int n = 0; n < DIRECTIONS; n++) {
      struct neighbour *nb = &mesh->neighbour[b][n];
      if (n == DIRECTION_SELF) {
        *nb = (struct neighbour){.kind = NEIGHBOUR_SAME, .count = 1, .id = {b}};
        continue;
      }
      *nb = look(mesh, &x, block, (const int[3]){n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1});
      block->jump = block->jump || nb->kind == NEIGHBOUR_COARSE || nb->kind == NEIGHBOUR_FINE;
      for (int i = 0; i < nb->count; i++) block->remote = block->remote || nb->id[i] >= mesh->count;
    }
  }
  memory_free(x.slot);
}
