/* Adapting a mesh at random, many times: the leaves are those of a forest adapted by brute force; sums, div B and common faces hold; weights and
 * the number of ranks change nothing.  Run with 1, 2, 3 and 5 ranks. */
#include "amr/adapt.h"

#include "amr/exchange.h"
#include "amr/shared.h"
#include "amr/view.h"
#include "base/minmax.h"
#include "base/sum.h"
#include "tests/unit/mesh_cases.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 40, CELLS = 3 };

static uint64_t scramble(uint64_t h, uint64_t v) {
  h = (h ^ v) * 0x9e3779b97f4a7c15u;
  return h ^ h >> 29;
}

static uint64_t name_of(const struct block *b, uint64_t seed) {
  uint64_t h = scramble(seed + 1, (uint64_t)b->level + 1);
  for (int d = 0; d < 3; d++) h = scramble(h, (uint64_t)b->pos[d] + 7);
  return scramble(h, 5);
}

/* Most families would join; of the other blocks some split. */
static int8_t tag_of(const struct block *b, int round, int most) {
  const struct block parent = {.level = b->level - 1, .pos = {b->pos[0] >> 1, b->pos[1] >> 1, b->pos[2] >> 1}};
  if (b->level > 0 && name_of(&parent, (uint64_t)round) % 100 < 45) return -1;
  return name_of(b, (uint64_t)round) % 100 < 40 && b->level < most;
}

/* ---- brute force ---- */

struct leaf_list { struct block *leaf; int count, size; };

static void put(struct leaf_list *l, int level, const int64_t pos[3]) {
  if (l->count == l->size) {
    struct block *more = memory_get(sizeof *more * (size_t)(2 * l->size + 64));
    if (l->count) memcpy(more, l->leaf, sizeof *more * (size_t)l->count);
    memory_free(l->leaf);
    l->leaf = more;
    l->size = 2 * l->size + 64;
  }
  l->leaf[l->count++] = (struct block){.level = level, .pos = {pos[0], pos[1], pos[2]}};
}

static bool touch(const struct mesh *m, const struct block *a, const struct block *b) {
  const int finest = 8;
  for (int d = 0; d < m->dim; d++) {
    int64_t n = (int64_t)m->root[d] << finest, la = a->pos[d] << (finest - a->level), lb = b->pos[d] << (finest - b->level);
    int64_t wa = (int64_t)1 << (finest - a->level), wb = (int64_t)1 << (finest - b->level);
    bool close = la <= lb + wb && lb <= la + wa;
    if (m->boundary[d][0] == BOUNDARY_PERIODIC) close = close || (la <= lb + wb - n && lb - n <= la + wa) || (la <= lb + wb + n && lb + n <= la + wa);
    if (!close) return false;
  }
  return true;
}

static void split_leaf(struct leaf_list *l, int i, int dim) {
  struct block b = l->leaf[i];
  for (int c = 0; c < 1 << dim; c++) {
    int64_t pos[3];
    for (int d = 0; d < 3; d++) pos[d] = d < dim ? 2 * b.pos[d] + (c >> d & 1) : b.pos[d];
    if (c == 0) for (int d = 0; d < 3; d++) l->leaf[i].pos[d] = pos[d];
    else put(l, b.level + 1, pos);
  }
  l->leaf[i].level++;
}

static struct leaf_list brute(const struct mesh *m, int count, const struct block *old, int round, int most) {
  struct leaf_list l = {0};
  for (int i = 0; i < count; i++) {
    int agreed = 0;
    struct block parent = {.level = old[i].level - 1};
    for (int d = 0; d < 3; d++) parent.pos[d] = d < m->dim ? old[i].pos[d] >> 1 : old[i].pos[d];
    for (int j = 0; j < count; j++) {
      bool sibling = old[j].level == old[i].level && tag_of(&old[j], round, most) < 0;
      for (int d = 0; d < m->dim; d++) sibling = sibling && old[j].pos[d] >> 1 == parent.pos[d];
      agreed += sibling;
    }
    if (tag_of(&old[i], round, most) < 0 && agreed == 1 << m->dim) {
      bool first = true;
      for (int d = 0; d < m->dim; d++) first = first && (old[i].pos[d] & 1) == 0;
      if (first) put(&l, parent.level, parent.pos);
      continue;
    }
    put(&l, old[i].level, old[i].pos);
    if (tag_of(&old[i], round, most) > 0) split_leaf(&l, l.count - 1, m->dim);
  }
  for (bool again = true; again;) {
    again = false;
    for (int i = 0; i < l.count; i++) {
      for (int j = 0; j < l.count; j++) {
        if (l.leaf[j].level <= l.leaf[i].level + 1 || !touch(m, &l.leaf[i], &l.leaf[j])) continue;
        split_leaf(&l, i, m->dim);
        again = true;
        break;
      }
    }
  }
  return l;
}

/* ---- data ---- */

static double noise(uint64_t h) { return (double)(scramble(h, 3) >> 11) / 9007199254740992.0 - 0.5; }

/* Noise on cells; faces from an edge potential that is the same for all blocks and levels: a face is a sum over smallest faces. */
static double potential(const struct mesh *m, const struct block *b, int e, const int edge[3]) {
  double x[3], scale = 6.283185307179586 / 1.4;
  for (int d = 0; d < 3; d++) { /* the same bits at both ends of the domain */
    int64_t n = (int64_t)(2 * m->root[d] * m->nc[d]) << b->level, i = 2 * (b->pos[d] * m->nc[d] + edge[d]) + (d == e);
    x[d] = d < m->dim ? 1.4 * (double)(i % n) / (double)n : 0.0;
  }
  int p = (e + 1) % 3, q = (e + 2) % 3;
  return sin(scale * (x[p] + 2.0 * x[q]) + e) * cos(scale * x[e]);
}

static void fill(const struct mesh *m, struct field *cells, struct field *faces) {
  for (int b = 0; b < m->count; b++) {
    const struct block *k = &m->block[b];
    for (int c = 0; c < CELLS; c++) {
      struct view v = view_field(m, cells, b, c);
      for (int z = 0; z < m->nc[2]; z++)
        for (int y = 0; y < m->nc[1]; y++)
          for (int x = 0; x < m->nc[0]; x++)
            *view_move(v, x, y, z).at = 0.6 * (c == 0) + noise(name_of(k, 99) + (uint64_t)(((c * 64 + z) * 64 + y) * 64 + x));
    }
    for (int d = 0; d < 3; d++) {
      struct view v = view_field(m, faces, b, d);
      const int p = (d + 1) % 3, q = (d + 2) % 3;
      for (int z = 0; z < m->nc[2] + (d == 2 && m->dim > 2); z++)
        for (int y = 0; y < m->nc[1] + (d == 1); y++)
          for (int x = 0; x < m->nc[0] + (d == 0); x++) {
            int at[3] = {x, y, z}, up[3] = {x, y, z}, right[3] = {x, y, z};
            up[p]++;
            right[q]++;
            double curl = 0.0;
            if (p < m->dim) curl += (potential(m, k, q, up) - potential(m, k, q, at)) / k->dx[p];
            if (q < m->dim) curl -= (potential(m, k, p, right) - potential(m, k, p, at)) / k->dx[q];
            *view_move(v, x, y, z).at = curl;
          }
    }
  }
}

struct numbers { double sum[CELLS], div; uint64_t hash; int unequal, uneven, negative; };

static struct numbers measure(struct mesh *m, struct field *cells, struct field *faces) {
  struct numbers n = {{0}, 0.0, 0, 0, 0, 0};
  struct sum sum[CELLS] = {{0.0, 0.0}};
  struct field both;
  struct field *list[1] = {&both};
  field_create(&both, m, "lower and upper faces", CENTRING_CELL, 6);
  for (int b = 0; b < m->count; b++) {
    const struct block *k = &m->block[b];
    double volume = 1.0;
    for (int d = 0; d < m->dim; d++) volume *= k->dx[d];
    uint64_t h = name_of(k, 1);
    for (int z = 0; z < m->nc[2]; z++)
      for (int y = 0; y < m->nc[1]; y++)
        for (int x = 0; x < m->nc[0]; x++) {
          double div = 0.0;
          for (int c = 0; c < CELLS; c++) {
            double v = *view_move(view_field(m, cells, b, c), x, y, z).at;
            uint64_t bits;
            memcpy(&bits, &v, 8);
            h = scramble(h, bits);
            sum_add(&sum[c], v * volume);
            n.negative += c == 0 && !(v > 0.0);
          }
          for (int d = 0; d < 3; d++) {
            struct view v = view_move(view_field(m, faces, b, d), x, y, z);
            double lower = *v.at, upper = d < m->dim ? *view_move(v, d == 0, d == 1, d == 2).at : lower;
            uint64_t bits[2];
            memcpy(&bits[0], &lower, 8);
            memcpy(&bits[1], &upper, 8);
            h = scramble(scramble(h, bits[0]), bits[1]);
            div += d < m->dim ? (upper - lower) / k->dx[d] : 0.0;
            *view_move(view_field(m, &both, b, d), x, y, z).at = lower;
            *view_move(view_field(m, &both, b, 3 + d), x, y, z).at = upper;
          }
          n.div = max(n.div, fabs(div) * k->dx[0]);
        }
    n.hash += h;
  }
  for (int c = 0; c < CELLS; c++) n.sum[c] = sum_value(&sum[c]);
  struct exchange *x = exchange_create(m);
  exchange_all(x, 1, list);
  for (int b = 0; b < m->count; b++) {
    for (int d = 0; d < m->dim; d++) {
      for (int side = 0; side < 2; side++) {
        int e[3] = {0, 0, 0};
        e[d] = side ? 1 : -1;
        if (m->neighbour[b][direction(e[0], e[1], e[2])].kind != NEIGHBOUR_SAME) continue;
        int from[3] = {0, 0, 0}, to[3] = {m->nc[0], m->nc[1], m->nc[2]};
        from[d] = side ? m->nc[d] - 1 : 0;
        to[d] = from[d] + 1;
        for (int z = from[2]; z < to[2]; z++)
          for (int y = from[1]; y < to[1]; y++)
            for (int i = from[0]; i < to[0]; i++) {
              double own = *view_move(view_field(m, &both, b, side ? 3 + d : d), i, y, z).at;
              double other = *view_move(view_field(m, &both, b, side ? d : 3 + d), i + e[0], y + e[1], z + e[2]).at;
              n.unequal += !(own == other);
            }
      }
    }
  }
  /* Coarse faces are the averages of the fine ones: agreeing once more changes nothing. */
  struct shared *shared = shared_create(m);
  double *was = memory_get(sizeof *was * faces->block_size * (size_t)m->count);
  if (m->count) memcpy(was, faces->data, sizeof *was * faces->block_size * (size_t)m->count);
  shared_agree(shared, faces);
  for (size_t i = 0; i < faces->block_size * (size_t)m->count; i++) n.uneven += !(was[i] == faces->data[i]);
  memory_free(was);
  shared_destroy(shared);
  exchange_destroy(x);
  field_destroy(&both);

  struct numbers all = n;
  MPI_Allreduce(n.sum, all.sum, CELLS, MPI_DOUBLE, MPI_SUM, m->comm);
  MPI_Allreduce(&n.div, &all.div, 1, MPI_DOUBLE, MPI_MAX, m->comm);
  MPI_Allreduce(&n.hash, &all.hash, 1, MPI_UINT64_T, MPI_SUM, m->comm);
  MPI_Allreduce(&n.unequal, &all.unequal, 3, MPI_INT, MPI_SUM, m->comm);
  return all;
}

/* What corrections do: coarse faces next to finer blocks differ from the average by rounding. */
static void drift(struct mesh *m, struct field *faces, int round) {
  for (int b = 0; b < m->count; b++) {
    for (int d = 0; d < m->dim; d++) {
      for (int side = 0; side < 2; side++) {
        int e[3] = {0, 0, 0}, n[3] = {m->nc[0], m->nc[1], m->nc[2]};
        e[d] = side ? 1 : -1;
        n[d] = 1;
        if (m->neighbour[b][direction(e[0], e[1], e[2])].kind != NEIGHBOUR_FINE) continue;
        struct view v = view_field(m, faces, b, d);
        if (side) v = view_move(v, d == 0 ? m->nc[0] : 0, d == 1 ? m->nc[1] : 0, d == 2 ? m->nc[2] : 0);
        for (int z = 0; z < n[2]; z++)
          for (int y = 0; y < n[1]; y++)
            for (int x = 0; x < n[0]; x++)
              *view_move(v, x, y, z).at *= 1.0 + (noise(name_of(&m->block[b], (uint64_t)(round * 64 + 3 * y + x + z))) > 0.0 ? 4e-16 : -2e-16);
      }
    }
  }
}

/* ---- tests ---- */

static const bool positive[CELLS] = {true, false, false};

struct copy { struct mesh mesh; struct field cells, faces; };

static void start(struct copy *s, const struct mesh_params *par, MPI_Comm comm) {
  mesh_create(&s->mesh, par, 2, comm);
  field_create(&s->cells, &s->mesh, "cells", CENTRING_CELL, CELLS);
  field_create(&s->faces, &s->mesh, "faces", CENTRING_FACE, 3);
  s->cells.positive = positive;
  fill(&s->mesh, &s->cells, &s->faces);
}

static void finish(struct copy *s) {
  field_destroy(&s->cells);
  field_destroy(&s->faces);
  mesh_destroy(&s->mesh);
}

static bool adapt(struct copy *s, int round, int most) {
  struct field *fields[2] = {&s->cells, &s->faces};
  struct exchange *x = exchange_create(&s->mesh);
  exchange_all(x, 2, fields);
  exchange_destroy(x);
  int8_t *tags = memory_get((size_t)s->mesh.count + 1);
  double *cost = memory_get(sizeof *cost * (size_t)(s->mesh.count + 1));
  for (int b = 0; b < s->mesh.count; b++) {
    tags[b] = tag_of(&s->mesh.block[b], round, most);
    cost[b] = 1.0 + 3.0 * fabs(noise((uint64_t)(rand() + 1000 * s->mesh.rank)));
    s->mesh.block[b].quiet = s->mesh.block[b].level + 3;
  }
  mesh_weigh(&s->mesh, cost);
  bool changed = mesh_adapt(&s->mesh, tags, 2, fields);
  memory_free(tags);
  memory_free(cost);
  return changed;
}

static bool same_leaves(const struct place *a, int64_t n, const struct leaf_list *l) {
  if (n != l->count) return false;
  for (int64_t i = 0; i < n; i++) {
    bool found = false;
    for (int j = 0; j < l->count && !found; j++)
      found = a[i].level == l->leaf[j].level && memcmp(a[i].pos, l->leaf[j].pos, sizeof a[i].pos) == 0;
    if (!found) return false;
  }
  return true;
}

/* The leaves, and that every rank has some work as long as there is some. */
static void test_leaves(void **state) {
  (void)state;
  for (int n = 0; n < CASE_COUNT; n++) {
    const struct mesh_case *c = &CASES[n];
    if (c->max_level == 0) continue;
    struct mesh_params par = case_params(c);
    struct mesh mesh;
    int bad = 0, changes = 0;
    mesh_create(&mesh, &par, 2, MPI_COMM_WORLD);
    for (int round = 0; round < 10; round++) {
      struct place *all = gather_leaves(&mesh);
      const int count = (int)mesh.global_count;
      if (count > 1500) break;
      struct block *old = memory_get(sizeof *old * (size_t)count);
      for (int i = 0; i < count; i++) {
        const int64_t *at = all[i].pos;
        old[i] = (struct block){.level = (int)all[i].level, .pos = {at[0], at[1], at[2]}};
      }
      memory_free(all);
      struct leaf_list wanted = brute(&mesh, count, old, round, 3);
      int8_t *tags = memory_get((size_t)mesh.count + 1);
      for (int b = 0; b < mesh.count; b++) tags[b] = tag_of(&mesh.block[b], round, 3);
      changes += mesh_adapt(&mesh, tags, 0, NULL);
      all = gather_leaves(&mesh);
      EXPECT(bad, c->name, same_leaves(all, mesh.global_count, &wanted));
      EXPECT(bad, c->name, mesh.global_count < 3 * (mesh.size << c->dim) || mesh.count > 0);
      for (int b = 0; b < mesh.count; b++) EXPECT(bad, c->name, mesh.block[b].weight == 1.0);
      memory_free(all);
      memory_free(old);
      memory_free(wanted.leaf);
      memory_free(tags);
    }
    EXPECT(bad, c->name, changes > 1);
    mesh_destroy(&mesh);
    assert_true(all_agree(bad == 0));
  }
}

/* The same on one rank and on all of them, bit by bit; sums, div B and common faces. */
static void test_data(void **state) {
  (void)state;
  struct mesh_adapted total = {0};
  for (int n = 0; n < CASE_COUNT; n++) {
    const struct mesh_case *c = &CASES[n];
    if (c->max_level == 0 || c->root[0] * c->root[1] * c->root[2] > 12) continue;
    struct mesh_params par = case_params(c);
    const int most = c->dim == 3 ? 2 : 3;
    par.region_count = 0;
    par.max_level = most;
    struct copy all, one;
    start(&all, &par, MPI_COMM_WORLD);
    start(&one, &par, MPI_COMM_SELF);
    struct numbers first = measure(&one.mesh, &one.cells, &one.faces);
    int bad = 0, changes = 0;
    for (int round = 0; round < (c->dim == 3 ? ROUNDS / 4 : ROUNDS); round++) {
      const int64_t before = one.mesh.adapted.changes;
      changes += adapt(&all, round, most);
      adapt(&one, round, most);
      struct numbers a = measure(&all.mesh, &all.cells, &all.faces), b = measure(&one.mesh, &one.cells, &one.faces);
      EXPECT(bad, c->name, a.hash == b.hash && all.mesh.global_count == one.mesh.global_count);
      EXPECT(bad, c->name, a.unequal == 0 && b.unequal == 0);
      EXPECT(bad, c->name, one.mesh.adapted.changes == before || (a.uneven == 0 && b.uneven == 0));
      EXPECT(bad, c->name, b.negative == 0);
      EXPECT(bad, c->name, b.div < 3e-14 * 12.0); /* fields of up to 2 * 2 pi / 1.4 * 1.4 */
      for (int v = 0; v < CELLS; v++) EXPECT(bad, c->name, fabs(b.sum[v] - first.sum[v]) < 1e-14);
      for (int k = 0; k < all.mesh.count; k++) {
        const struct block *block = &all.mesh.block[k];
        EXPECT(bad, c->name, block->quiet == block->level + 3 || block->quiet == 0);
        EXPECT(bad, c->name, block->weight > 0.0);
      }
      drift(&all.mesh, &all.faces, round);
      drift(&one.mesh, &one.faces, round);
    }
    total.changes += changes;
    total.split += one.mesh.adapted.split;
    total.joined += one.mesh.adapted.joined;
    total.moved += all.mesh.adapted.moved;
    finish(&all);
    finish(&one);
    assert_true(all_agree(bad == 0));
  }
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  assert_true(all_agree(total.changes > 100 && total.split > 500 && total.joined > 100 && (size == 1 || total.moved > 10)));
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_leaves), cmocka_unit_test(test_data)};
  return cmocka_run_group_tests_name("adapt", tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
