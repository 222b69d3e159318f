/* The leaves of a mesh: compared with a forest built by brute force, for any number of ranks (run with 1, 2, 3 and 5). */
#include "tests/unit/mesh_cases.h"

#include <stdlib.h>
#include <string.h>

/* ---- a reference forest: a list of leaves, searched from end to end ---- */

enum { REFERENCE_MOST = 4096 };
struct reference { int count; struct place leaf[REFERENCE_MOST]; };

/* Position of the lower corner and width in units of the finest block. */
static int64_t width(const struct place *p, int finest) { return (int64_t)1 << (finest - p->level); }

/* Whether two leaves touch, also by a corner and across periodic ends. */
static bool touch(const struct mesh_case *c, const struct place *p, const struct place *q) {
  int finest = c->max_level;
  for (int d = 0; d < c->dim; d++) {
    int64_t wp = width(p, finest), wq = width(q, finest), n = (int64_t)c->root[d] << finest;
    int64_t lp = p->pos[d] * wp, lq = q->pos[d] * wq;
    bool near = false;
    int wraps = c->boundary[d][0] == BOUNDARY_PERIODIC;
    for (int s = -wraps; s <= wraps; s++) near = near || (lp + s * n <= lq + wq && lq <= lp + s * n + wp);
    if (!near) return false;
  }
  return true;
}

static void split(const struct mesh_case *c, struct reference *f, int i) {
  struct place parent = f->leaf[i];
  for (int o = 0; o < 1 << c->dim; o++) {
    struct place child = {.level = parent.level + 1};
    for (int d = 0; d < c->dim; d++) child.pos[d] = 2 * parent.pos[d] + (o >> d & 1);
    f->leaf[o == 0 ? i : f->count++] = child;
  }
}

static bool wanted(const struct mesh_case *c, const struct place *p) {
  for (int r = 0; r < c->regions; r++) {
    bool inside = p->level < c->region[r].level;
    for (int d = 0; d < c->dim; d++) {
      double n = ldexp(c->root[d], (int)p->level), lo = -0.7 + 1.4 * (double)p->pos[d] / n, hi = lo + 1.4 / n;
      double rlo = c->region[r].lower[d], rhi = c->region[r].upper[d];
      inside = inside && (rlo == rhi ? lo <= rlo + 1e-12 && hi >= rlo - 1e-12 : lo < rhi - 1e-12 && hi > rlo + 1e-12);
    }
    if (inside) return true;
  }
  return false;
}

static bool too_coarse(const struct mesh_case *c, const struct reference *f, int i) {
  for (int j = 0; j < f->count; j++) {
    if (f->leaf[j].level > f->leaf[i].level + 1 && touch(c, &f->leaf[i], &f->leaf[j])) return true;
  }
  return false;
}

/* Morton order of the lower corners: of the axes in which two leaves differ the one with the highest differing bit decides, z
 * before y before x. */
static int finest_level;
static int morton(const void *a, const void *b) {
  const struct place *p = a, *q = b;
  int64_t highest = 0;
  int order = 0;
  for (int d = 2; d >= 0; d--) {
    int64_t x = p->pos[d] * width(p, finest_level), y = q->pos[d] * width(q, finest_level), differ = x ^ y;
    if (differ > highest && (differ ^ highest) > highest) {
      highest = differ;
      order = x < y ? -1 : 1;
    }
  }
  return order;
}

static struct reference *reference_build(const struct mesh_case *c) {
  struct reference *f = memory_get(sizeof *f);
  for (int z = 0; z < c->root[2]; z++) {
    for (int y = 0; y < c->root[1]; y++) {
      for (int x = 0; x < c->root[0]; x++) f->leaf[f->count++] = (struct place){.pos = {x, y, z}};
    }
  }
  for (int i = 0; i < f->count; i++) {
    while (wanted(c, &f->leaf[i])) split(c, f, i);
  }
  for (int changed = 1; changed;) {
    changed = 0;
    for (int i = 0; i < f->count; i++) {
      if (too_coarse(c, f, i)) {
        split(c, f, i);
        changed = 1;
      }
    }
  }
  finest_level = c->max_level;
  qsort(f->leaf, (size_t)f->count, sizeof f->leaf[0], morton);
  return f;
}

/* ---- tests ---- */

/* Set and order of the leaves, whatever the number of ranks; the balance and the regions are those of the reference. */
static void test_leaves(void **state) {
  (void)state;
  for (int n = 0; n < CASE_COUNT; n++) {
    const struct mesh_case *c = &CASES[n];
    struct mesh_params par = case_params(c);
    struct mesh mesh;
    mesh_create(&mesh, &par, 2, MPI_COMM_WORLD);
    struct place *all = gather_leaves(&mesh);
    struct reference *f = reference_build(c);
    int bad = 0;
    EXPECT(bad, c->name, mesh.global_count == f->count);
    for (int64_t i = 0; i < mesh.global_count && i < f->count; i++) {
      EXPECT(bad, c->name, all[i].level == f->leaf[i].level && memcmp(all[i].pos, f->leaf[i].pos, sizeof all[i].pos) == 0);
    }
    memory_free(f);
    memory_free(all);
    mesh_destroy(&mesh);
    assert_true(all_agree(bad == 0));
  }
}

static void test_counts(void **state) {
  (void)state;
  for (int n = 0; n < CASE_COUNT; n++) {
    const struct mesh_case *c = &CASES[n];
    struct mesh_params par = case_params(c);
    struct mesh mesh;
    mesh_create(&mesh, &par, 3, MPI_COMM_WORLD);
    struct place *all = gather_leaves(&mesh);
    int bad = 0, finest = 0;
    int64_t levels[MESH_LEVELS] = {0}, first = 0, count = mesh.count, least = 0, most = 0;
    for (int64_t i = 0; i < mesh.global_count; i++) {
      levels[all[i].level]++;
      if (all[i].level > finest) finest = (int)all[i].level;
      if (all[i].owner < mesh.rank) first++;
    }
    EXPECT(bad, c->name, memcmp(levels, mesh.level_count, sizeof levels) == 0);
    EXPECT(bad, c->name, mesh.max_level == finest && mesh.max_level == c->max_level);
    EXPECT(bad, c->name, mesh.first == first);
    EXPECT(bad, c->name, mesh_cells(&mesh) == mesh.global_count << 3 * c->dim);
    MPI_Allreduce(&count, &least, 1, MPI_INT64_T, MPI_MIN, mesh.comm);
    MPI_Allreduce(&count, &most, 1, MPI_INT64_T, MPI_MAX, mesh.comm);
    /* Leaves that could be joined stay together, so a rank may have a family more or less. */
    EXPECT(bad, c->name, most - least <= (c->max_level > 0 ? 2 << c->dim : 1));
    const int last = (1 << c->dim) - 1;
    for (int64_t i = last; i < mesh.global_count; i++) {
      const struct place *a = &all[i - last], *z = &all[i];
      bool family = a->level > 0 && a->level == z->level;
      for (int d = 0; d < c->dim; d++) family = family && z->pos[d] == a->pos[d] + 1 && a->pos[d] % 2 == 0;
      EXPECT(bad, c->name, !family || a->owner == z->owner);
    }
    for (int d = 0; d < 3; d++) {
      EXPECT(bad, c->name, mesh.nc[d] == (d < c->dim ? 8 : 1) && mesh.ngd[d] == (d < c->dim ? 3 : 0));
    }
    memory_free(all);
    mesh_destroy(&mesh);
    assert_true(all_agree(bad == 0));
  }
}

/* Blocks that share a corner have it at bit-identical coordinates; a domain symmetric about zero mirrors exactly; the ends are
 * exact; block sizes do not matter. */
static void test_coordinates(void **state) {
  (void)state;
  for (int n = 0; n < CASE_COUNT; n++) {
    const struct mesh_case *c = &CASES[n];
    struct mesh_params par = case_params(c);
    struct mesh mesh;
    mesh_create(&mesh, &par, 2, MPI_COMM_WORLD);
    int bad = 0;
    for (int b = 0; b < mesh.count; b++) {
      const struct block *k = &mesh.block[b];
      for (int d = 0; d < c->dim; d++) {
        int64_t blocks = (int64_t)mesh.root[d] << k->level;
        EXPECT(bad, c->name, k->lower[d] == mesh_coordinate(&mesh, k, d, 0.0));
        EXPECT(bad, c->name, fabs(k->lower[d] + 8 * k->dx[d] - mesh_coordinate(&mesh, k, d, 8.0)) < 1e-15);
        EXPECT(bad, c->name, k->pos[d] > 0 || k->lower[d] == mesh.lower[d]);
        EXPECT(bad, c->name, k->pos[d] < blocks - 1 || mesh_coordinate(&mesh, k, d, 8.0) == mesh.upper[d]);
        struct block twin = *k;
        twin.pos[d] = blocks - 1 - k->pos[d];
        EXPECT(bad, c->name, mesh_coordinate(&mesh, k, d, 2.5) == -mesh_coordinate(&mesh, &twin, d, 5.5));
        struct block child = *k;
        child.level++;
        child.pos[d] = 2 * k->pos[d] + 1;
        EXPECT(bad, c->name, mesh_coordinate(&mesh, k, d, 5.5) == mesh_coordinate(&mesh, &child, d, 3.0));
      }
      for (int i = 0; i < DIRECTIONS; i++) {
        const struct neighbour *nb = &mesh.neighbour[b][i];
        const int step[3] = {i % 3 - 1, i / 3 % 3 - 1, i / 9 - 1};
        for (int j = 0; nb->kind == NEIGHBOUR_SAME && j < 3; j++) {
          const struct block *o = &mesh.block[nb->id[0]];
          if (step[j] != 1 || o->pos[j] <= k->pos[j]) continue;
          EXPECT(bad, c->name, o->lower[j] == mesh_coordinate(&mesh, k, j, 8.0));
        }
      }
    }
    mesh_destroy(&mesh);
    assert_true(all_agree(bad == 0));
  }

  struct mesh_params small = {.dim = 2, .cells = {96, 96, 1}, .lower = {0.1, 0.2}, .upper = {0.4, 1.3}, .block = 8}, large = small;
  large.block = 48;
  struct mesh a, b;
  mesh_create(&a, &small, 2, MPI_COMM_WORLD);
  mesh_create(&b, &large, 2, MPI_COMM_WORLD);
  struct block first = {.pos = {7, 4}}, second = {.pos = {1, 0}};
  assert_true(mesh_coordinate(&a, &first, 0, 3.5) == mesh_coordinate(&b, &second, 0, 11.5));
  assert_true(mesh_coordinate(&a, &first, 1, -1.0) == mesh_coordinate(&b, &second, 1, 31.0));
  mesh_destroy(&a);
  mesh_destroy(&b);
}

/* 0 picks the largest allowed size that divides the root grid. */
static void test_automatic_block(void **state) {
  (void)state;
  static const struct { int dim, cells[3], block; } wanted_size[] = {
      {3, {64, 64, 32}, 16}, {3, {48, 24, 24}, 12}, {3, {18, 36, 18}, 18}, {2, {128, 64, 1}, 32}, {2, {80, 40, 1}, 20}, {1, {100, 1, 1}, 20},
  };
  for (size_t i = 0; i < sizeof wanted_size / sizeof wanted_size[0]; i++) {
    struct mesh_params par = {.dim = wanted_size[i].dim, .upper = {1.0, 1.0, 1.0}};
    memcpy(par.cells, wanted_size[i].cells, sizeof par.cells);
    struct mesh mesh;
    mesh_create(&mesh, &par, 2, MPI_COMM_WORLD);
    assert_int_equal(mesh.nb, wanted_size[i].block);
    mesh_destroy(&mesh);
  }
}

static int group(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_leaves),
      cmocka_unit_test(test_counts),
      cmocka_unit_test(test_coordinates),
      cmocka_unit_test(test_automatic_block),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
