/* Conservation and div B across levels, after random fluxes and EMFs (run with 1, 2, 3 and 5 ranks). */
#include "amr/correction.h"
#include "amr/restrict.h"
#include "tests/unit/mesh_cases.h"

#include <string.h>

enum { NCOMP = 2 };

struct state { struct mesh mesh; struct field cells, faces; struct correction *c; };

static uint64_t mix(uint64_t h, uint64_t x) {
  h = (h ^ x) * 0x9e3779b97f4a7c15u;
  return h ^ (h >> 29);
}

/* Noise by the place on the grid of the level: the same for all blocks that touch it, zero at the ends of the domain. */
static double noise(const struct mesh *m, int b, int kind, const int i[3], int normal) {
  const struct block *k = &m->block[b];
  uint64_t h = mix(mix(5, (uint64_t)kind), (uint64_t)k->level);
  bool outside = false;
  for (int d = 0; d < 3; d++) {
    int64_t n = d < m->dim ? ((int64_t)m->root[d] << k->level) * m->nc[d] : 1, at = k->pos[d] * m->nc[d] + i[d];
    if (m->boundary[d][0] == BOUNDARY_PERIODIC) at %= n;
    else if (d == normal && (at == 0 || at == n)) outside = true;
    h = mix(h, (uint64_t)at);
  }
  return outside ? 0.0 : (double)(h >> 11) / 9007199254740992.0 - 0.5;
}

static double flux(const struct mesh *m, int b, int comp, int axis, const int i[3]) {
  return noise(m, b, 10 * comp + axis, i, axis);
}

static double emf(const struct mesh *m, int b, int axis, const int i[3]) { return noise(m, b, 100 + axis, i, -1); }

static struct view get(const struct state *s, int b, int c) {
  return view_field(&s->mesh, c < NCOMP ? &s->cells : &s->faces, b, c < NCOMP ? c : c - NCOMP);
}

/* Faces of component d in a block. */
static void count_faces(const struct mesh *m, int d, int n[3]) {
  for (int a = 0; a < 3; a++) n[a] = m->nc[a] + (a == d && d < m->dim);
}

#define FOR_BOX(i, n)                        \
  for (i[2] = 0; i[2] < (n)[2]; i[2]++)      \
    for (i[1] = 0; i[1] < (n)[1]; i[1]++)    \
      for (i[0] = 0; i[0] < (n)[0]; i[0]++)

/* The change without correction. */
static void advance(struct state *s, int b, double dt) {
  const struct mesh *m = &s->mesh;
  const double *dx = m->block[b].dx;
  int i[3], n[3];
  for (int comp = 0; comp < NCOMP; comp++) {
    struct view u = get(s, b, comp);
    FOR_BOX(i, m->nc) {
      for (int d = 0; d < m->dim; d++) {
        int up[3] = {i[0], i[1], i[2]};
        up[d]++;
        *view_move(u, i[0], i[1], i[2]).at -= dt / dx[d] * (flux(m, b, comp, d, up) - flux(m, b, comp, d, i));
      }
    }
  }
  for (int d = 0; d < 3; d++) {
    struct view f = get(s, b, NCOMP + d);
    const int p = (d + 1) % 3, q = (d + 2) % 3;
    count_faces(m, d, n);
    FOR_BOX(i, n) {
      int up[3] = {i[0], i[1], i[2]}, uq[3] = {i[0], i[1], i[2]};
      up[p] += p < m->dim;
      uq[q] += q < m->dim;
      *view_move(f, i[0], i[1], i[2]).at -= dt * ((emf(m, b, q, up) - emf(m, b, q, i)) / dx[p] -
                                                 (emf(m, b, p, uq) - emf(m, b, p, i)) / dx[q]);
    }
  }
}

static void fill_registers(struct state *s, int b) {
  const struct mesh *m = &s->mesh;
  struct registers *r = correction_registers(s->c, b);
  for (int f = 0; f < 6; f++) {
    const int axis = f / 2, o[2] = {axis == 0 ? 1 : 0, axis == 2 ? 1 : 2};
    int i[3], extent[3], at = 0;
    i[axis] = f % 2 ? m->nc[axis] : 0;
    for (int comp = 0; r->flux[f] && comp < NCOMP; comp++) {
      for (i[o[1]] = 0; i[o[1]] < m->nc[o[1]]; i[o[1]]++) {
        for (i[o[0]] = 0; i[o[0]] < m->nc[o[0]]; i[o[0]]++) r->flux[f][at++] = flux(m, b, comp, axis, i);
      }
    }
    for (int d = 0; d < 3; d++) extent[d] = d < m->dim ? m->nb + 1 : 1;
    for (int e = 0; r->emf[f] && e < 3; e++) {
      double *to = r->emf[f] + e * extent[o[0]] * extent[o[1]];
      for (i[o[1]] = 0; i[o[1]] < extent[o[1]]; i[o[1]]++) {
        for (i[o[0]] = 0; i[o[0]] < extent[o[0]]; i[o[0]]++) {
          to[i[o[0]] + i[o[1]] * extent[o[0]]] = e == axis || i[e] >= m->nc[e] ? NAN : emf(m, b, e, i);
        }
      }
    }
  }
}

static void begin(struct state *s, const struct mesh_case *c, MPI_Comm comm) {
  struct mesh_params par = case_params(c);
  mesh_create(&s->mesh, &par, 2, comm);
  field_create(&s->cells, &s->mesh, "u", CENTRING_CELL, NCOMP);
  field_create(&s->faces, &s->mesh, "b", CENTRING_FACE, 3);
  s->c = correction_create(&s->mesh, NCOMP, true);
  for (int b = 0; b < s->mesh.count; b++) {
    advance(s, b, 0.01);
    fill_registers(s, b);
  }
  correction_exchange(s->c);
  for (int b = 0; b < s->mesh.count; b++) correction_apply(s->c, b, 0.01, &s->cells, &s->faces);
}

static void end(struct state *s) {
  correction_destroy(s->c);
  field_destroy(&s->cells);
  field_destroy(&s->faces);
  mesh_destroy(&s->mesh);
}

/* ---- what has to hold ---- */

/* Nothing went in or out, and everything was zero before. */
static void check_sums(const struct state *s, int *bad) {
  const struct mesh *m = &s->mesh;
  for (int comp = 0; comp < NCOMP; comp++) {
    double part[2] = {0, 0}, all[2];
    int i[3];
    for (int b = 0; b < m->count; b++) {
      double volume = m->block[b].dx[0] * m->block[b].dx[1] * m->block[b].dx[2];
      struct view u = get(s, b, comp);
      FOR_BOX(i, m->nc) {
        double x = *view_move(u, i[0], i[1], i[2]).at;
        part[0] += x * volume;
        part[1] += fabs(x) * volume;
      }
    }
    MPI_Allreduce(part, all, 2, MPI_DOUBLE, MPI_SUM, m->comm);
    EXPECT(*bad, "sum over cells", fabs(all[0]) < 1e-14 * all[1]);
  }
}

static void check_div(const struct state *s, int *bad) {
  const struct mesh *m = &s->mesh;
  int i[3];
  for (int b = 0; b < m->count; b++) {
    FOR_BOX(i, m->nc) {
      double div = 0.0;
      for (int d = 0; d < m->dim; d++) {
        struct view v = view_move(get(s, b, NCOMP + d), i[0], i[1], i[2]);
        const ptrdiff_t up = d == 0 ? 1 : d == 1 ? v.sy : v.sz;
        div += (v.at[up] - v.at[0]) * (m->block[b].dx[0] / m->block[b].dx[d]);
      }
      EXPECT(*bad, "div B", fabs(div) < 1e-14 * 10.0);
    }
  }
}

/* Blocks agree on the faces between them: to the bit on one level, to round-off with the mean of fine ones. */
static void check_shared_faces(const struct state *s, int *bad) {
  const struct mesh *m = &s->mesh;
  for (int b = 0; b < m->count; b++) {
    for (int f = 0; f < 2 * m->dim; f++) {
      const int axis = f / 2, o[2] = {axis == 0 ? 1 : 0, axis == 2 ? 1 : 2};
      int d[3] = {0, 0, 0}, i[3], n[3] = {m->nc[0], m->nc[1], m->nc[2]};
      d[axis] = f % 2 ? 1 : -1;
      n[axis] = 1;
      const struct neighbour *nb = &m->neighbour[b][direction(d[0], d[1], d[2])];
      for (int leaf = 0; leaf < nb->count; leaf++) {
        if (nb->id[leaf] >= m->count || nb->kind == NEIGHBOUR_COARSE) continue;
        int here[3] = {0, 0, 0}, there[3] = {0, 0, 0}, bits = leaf;
        here[axis] = f % 2 ? m->nc[axis] : 0;
        there[axis] = m->nc[axis] - here[axis];
        const bool fine = nb->kind == NEIGHBOUR_FINE;
        for (int a = 0; fine && a < 2; a++) {
          if (o[a] >= m->dim) continue;
          here[o[a]] = (bits & 1) * m->nb / 2;
          n[o[a]] = m->nb / 2;
          bits >>= 1;
        }
        struct view own = view_move(get(s, b, NCOMP + axis), here[0], here[1], here[2]);
        struct view other = view_move(get(s, nb->id[leaf], NCOMP + axis), there[0], there[1], there[2]);
        double mean[64 * 64];
        if (fine) restrict_faces(m->dim, axis, view_packed(mean, n), other, n);
        FOR_BOX(i, n) {
          double x = *view_move(own, i[0], i[1], i[2]).at;
          if (fine) EXPECT(*bad, "fine faces", fabs(x - mean[i[0] + n[0] * (i[1] + n[1] * i[2])]) < 1e-14);
          else EXPECT(*bad, "same faces", memcmp(&x, view_move(other, i[0], i[1], i[2]).at, sizeof x) == 0);
        }
      }
    }
  }
}

static void over_cases(void (*check)(const struct state *s, int *bad)) {
  for (int k = 0; k < CASE_COUNT; k++) {
    struct state s;
    int bad = 0;
    begin(&s, &CASES[k], MPI_COMM_WORLD);
    check(&s, &bad);
    if (bad) fprintf(stderr, "rank %d: %s: %d wrong\n", s.mesh.rank, CASES[k].name, bad);
    end(&s);
    assert_true(all_agree(bad == 0));
  }
}

static void test_sums(void **state) {
  (void)state;
  over_cases(check_sums);
}

static void test_div(void **state) {
  (void)state;
  over_cases(check_div);
}

static void test_shared_faces(void **state) {
  (void)state;
  over_cases(check_shared_faces);
}

/* Any number of ranks gives the bits of one. */
static void test_ranks(void **state) {
  (void)state;
  for (int k = 0; k < CASE_COUNT; k++) {
    struct state s, alone;
    int bad = 0;
    begin(&s, &CASES[k], MPI_COMM_WORLD);
    begin(&alone, &CASES[k], MPI_COMM_SELF);
    for (int b = 0; b < s.mesh.count; b++) {
      size_t first = (size_t)(s.mesh.first + b);
      bad += memcmp(s.cells.data + s.cells.block_size * (size_t)b, alone.cells.data + alone.cells.block_size * first,
                    sizeof(double) * s.cells.block_size) != 0;
      bad += memcmp(s.faces.data + s.faces.block_size * (size_t)b, alone.faces.data + alone.faces.block_size * first,
                    sizeof(double) * s.faces.block_size) != 0;
    }
    end(&s);
    end(&alone);
    assert_true(all_agree(bad == 0));
  }
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_sums), cmocka_unit_test(test_div), cmocka_unit_test(test_shared_faces),
                                     cmocka_unit_test(test_ranks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
