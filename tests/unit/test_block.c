/* A stage on one block must not know its axes: permuted or mirrored data give permuted or mirrored results to the last bit.
 * It must conserve, keep div B, keep a uniform state, and a fallback must take the same fluxes on both sides of a face. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "mhd/block.h"
#include "mhd/mhd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NB = 8, VARS = 7 }; /* rho, momentum, energy, a scalar, internal energy */

/* State, faces and result of one block, cubic, all ghosts filled. */
struct data {
  int ng, n;
  double *u, *b[3], *u_out, *b_out[3], *mask;
};

static size_t cell(const struct data *s, int i, int j, int k) { return ((size_t)k * s->n + j) * s->n + i; }
static size_t face(const struct data *s, int d, int i, int j, int k) {
  int nx = s->n + (d == 0), ny = s->n + (d == 1);
  return ((size_t)k * ny + j) * nx + i;
}
static size_t cells(const struct data *s) { return (size_t)s->n * s->n * s->n; }
static size_t faces(const struct data *s) { return cells(s) / s->n * (s->n + 1); }

static struct data make(int ng) {
  struct data s = {.ng = ng, .n = NB + 2 * ng};
  s.u = memory_get(sizeof(double) * VARS * cells(&s));
  s.u_out = memory_get(sizeof(double) * VARS * cells(&s));
  s.mask = memory_get(sizeof(double) * cells(&s));
  for (int d = 0; d < 3; d++) {
    s.b[d] = memory_get(sizeof(double) * faces(&s));
    s.b_out[d] = memory_get(sizeof(double) * faces(&s));
  }
  return s;
}

static void drop(struct data *s) {
  memory_free(s->u);
  memory_free(s->u_out);
  memory_free(s->mask);
  for (int d = 0; d < 3; d++) {
    memory_free(s->b[d]);
    memory_free(s->b_out[d]);
  }
}

static double uniform(double lo, double hi) { return lo + (hi - lo) * rand() / RAND_MAX; }

static struct data random_data(int ng) {
  struct data s = make(ng);
  srand(7);
  for (size_t c = 0; c < cells(&s); c++) {
    s.u[c] = uniform(0.5, 1.5);
    for (int d = 0; d < 3; d++) s.u[(1 + d) * cells(&s) + c] = uniform(-1.0, 1.0);
    s.u[4 * cells(&s) + c] = uniform(6.0, 8.0);
    s.u[5 * cells(&s) + c] = uniform(0.0, 1.0);
    s.u[6 * cells(&s) + c] = uniform(3.0, 4.0);
    s.mask[c] = uniform(0.0, 1.0) < 0.1 ? 1.0 : 0.0;
  }
  for (int d = 0; d < 3; d++)
    for (size_t c = 0; c < faces(&s); c++) s.b[d][c] = uniform(-1.0, 1.0);
  return s;
}

struct variant { int riemann; bool magnetic, isothermal, ppm, flat, masked; };

static struct mhd_block_counts advance(struct data *s, const struct variant *v, double w, double dt) {
  struct mhd_scheme m = {.dim = 3, .nc = {NB, NB, NB}, .ng = {s->ng, s->ng, s->ng}, .magnetic = v->magnetic, .isothermal = v->isothermal, .fine_center = v->ppm,
                         .eos = v->isothermal ? 0.7 : 1.4, .nscalar = 1, .floor_density = 1e-20, .floor_pressure = 1e-20, .dual_energy = 1e-3,
                         .reconstruct = v->ppm ? reconstruct_ppm : reconstruct_plm_mc, .first_order = reconstruct_flat,
                         .radius = v->ppm ? 2 : 1, .riemann = riemann_find(v->riemann, v->magnetic, v->isothermal),
                         .safe = riemann_find(RIEMANN_LLF, v->magnetic, v->isothermal)};
  struct block_scratch *scratch = block_scratch_create(&m);
  struct mhd_stage a = {.u = s->u, .b = {s->b[0], s->b[1], s->b[2]}, .u_base = s->u, .b_base = {s->b[0], s->b[1], s->b[2]},
                        .u_out = s->u_out, .b_out = {s->b_out[0], s->b_out[1], s->b_out[2]}, .u_comp = cells(s), .w = w, .dt = dt,
                        .dx = {0.5, 0.5, 0.5}, .flat = v->flat, .mask = v->masked ? s->mask : NULL};
  struct mhd_block_counts n = mhd_block_stage(&m, scratch, &a);
  block_scratch_destroy(scratch);
  return n;
}

/* New axis d is old axis axis[d]; mirror[d]: turned around. */
struct turn { int axis[3]; bool mirror[3]; };

/* Old place of the new place x; extents n (cells) or, for faces normal to the new axis f, n + 1 along it. */
static void old_place(const struct data *s, const struct turn *t, int f, const int x[3], int old[3]) {
  for (int d = 0; d < 3; d++) {
    int last = s->n - 1 + (d == f);
    old[t->axis[d]] = t->mirror[d] ? last - x[d] : x[d];
  }
}

static void turn_data(const struct data *from, const struct turn *t, const double *u, double *const *b, double *u_new, double **b_new) {
  int old[3], n = from->n;
  for (int f = -1; f < 3; f++) {
    for (int k = 0; k < n + (f == 2); k++) {
      for (int j = 0; j < n + (f == 1); j++) {
        for (int i = 0; i < n + (f == 0); i++) {
          int x[3] = {i, j, k};
          old_place(from, t, f, x, old);
          if (f >= 0) {
            double v = b[t->axis[f]][face(from, t->axis[f], old[0], old[1], old[2])];
            b_new[f][face(from, f, i, j, k)] = t->mirror[f] ? -v : v;
            continue;
          }
          size_t to = cell(from, i, j, k), at = cell(from, old[0], old[1], old[2]);
          for (int v = 0; v < VARS; v++) {
            int vector = v >= 1 && v <= 3, source = vector ? 1 + t->axis[v - 1] : v;
            double value = u[source * cells(from) + at];
            u_new[v * cells(from) + to] = vector && t->mirror[v - 1] ? -value : value;
          }
        }
      }
    }
  }
}

/* Interiors (faces: with the boundary) of the results are the same numbers. */
static void assert_same(const struct data *s, const double *u, double *const *b, const struct data *t, const struct variant *v) {
  for (int k = s->ng; k < s->ng + NB; k++)
    for (int j = s->ng; j < s->ng + NB; j++)
      for (int i = s->ng; i < s->ng + NB; i++)
        for (int c = 0; c < VARS; c++) {
          if ((c == 4 || c == 6) && v->isothermal) continue;
          assert_true(u[c * cells(s) + cell(s, i, j, k)] == t->u_out[c * cells(s) + cell(s, i, j, k)]);
        }
  for (int d = 0; v->magnetic && d < 3; d++)
    for (int k = s->ng; k < s->ng + NB + (d == 2); k++)
      for (int j = s->ng; j < s->ng + NB + (d == 1); j++)
        for (int i = s->ng; i < s->ng + NB + (d == 0); i++) assert_true(b[d][face(s, d, i, j, k)] == t->b_out[d][face(s, d, i, j, k)]);
}

static void check_turn(const struct variant *v, const struct turn *t) {
  struct data s = random_data(v->ppm ? 3 : 2), r = make(s.ng), expected = make(s.ng);
  turn_data(&s, t, s.u, s.b, r.u, r.b);
  double *m = memory_get(sizeof(double) * VARS * cells(&s)), *m_new = memory_get(sizeof(double) * VARS * cells(&s));
  memcpy(m, s.mask, sizeof(double) * cells(&s));
  turn_data(&s, t, m, s.b, m_new, expected.b);
  memcpy(r.mask, m_new, sizeof(double) * cells(&s));
  advance(&s, v, 0.75, 0.01);
  advance(&r, v, 0.75, 0.01);
  turn_data(&s, t, s.u_out, s.b_out, expected.u, expected.b);
  assert_same(&s, expected.u, expected.b, &r, v);
  memory_free(m);
  memory_free(m_new);
  drop(&s);
  drop(&r);
  drop(&expected);
}

static const struct variant variants[] = {
    {RIEMANN_HLLD, true, false, false, false, false}, {RIEMANN_HLLD, true, false, true, false, false}, {RIEMANN_HLLE, true, false, false, true, false},
    {RIEMANN_LLF, true, true, false, false, false},   {RIEMANN_HLLD, true, true, false, false, false}, {RIEMANN_HLLD, false, false, false, false, false},
    {RIEMANN_HLLD, true, false, false, false, true},  {RIEMANN_HLLE, false, true, true, false, false},
};
enum { VARIANTS = sizeof variants / sizeof *variants };

static void test_axes(void **unused) {
  (void)unused;
  static const int axes[6][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}, {1, 0, 2}, {0, 2, 1}, {2, 1, 0}};
  for (int v = 0; v < VARIANTS; v++)
    for (int p = 1; p < 6; p++) {
      struct turn t = {.axis = {axes[p][0], axes[p][1], axes[p][2]}};
      check_turn(&variants[v], &t);
    }
}

static void test_mirrors(void **unused) {
  (void)unused;
  for (int v = 0; v < VARIANTS; v++)
    for (int m = 1; m < 8; m++) {
      struct turn t = {.axis = {0, 1, 2}, .mirror = {m & 1, m >> 1 & 1, m >> 2}};
      check_turn(&variants[v], &t);
    }
}

static void set_uniform(struct data *s, double vx) {
  for (size_t c = 0; c < cells(s); c++) {
    double rho = 1.25, p = 0.6, v[3] = {vx, -0.25, 0.125}, b[3] = {0.75, 0.5, -0.25};
    s->u[c] = rho;
    double e = p / 0.4;
    for (int d = 0; d < 3; d++) {
      s->u[(1 + d) * cells(s) + c] = rho * v[d];
      e += 0.5 * (rho * v[d] * v[d] + b[d] * b[d]);
    }
    s->u[4 * cells(s) + c] = e;
    s->u[5 * cells(s) + c] = 0.5 * rho;
    s->u[6 * cells(s) + c] = p / 0.4;
  }
  const double b[3] = {0.75, 0.5, -0.25};
  for (int d = 0; d < 3; d++)
    for (size_t c = 0; c < faces(s); c++) s->b[d][c] = b[d];
}

static void test_uniform_state_stays(void **unused) {
  (void)unused;
  struct data s = make(2);
  set_uniform(&s, 0.5);
  struct mhd_block_counts n = advance(&s, &variants[0], 1.0, 0.1);
  assert_int_equal(n.bad, 0);
  for (int v = 0; v < VARS; v++) {
    size_t c = v * cells(&s) + cell(&s, 5, 6, 7);
    double rounding = v == 6 ? 1e-15 : 0.0; /* the internal energy is what is left of the total */
    assert_true(fabs(s.u_out[c] - s.u[c]) <= rounding);
  }
  for (int d = 0; d < 3; d++) assert_true(s.b_out[d][face(&s, d, 5, 6, 7)] == s.b[d][face(&s, d, 5, 6, 7)]);
  drop(&s);
}

/* div of the change of B vanishes to round-off, whatever the data. */
static void test_divergence(void **unused) {
  (void)unused;
  struct data s = random_data(2);
  advance(&s, &variants[0], 1.0, 0.1);
  for (int k = 2; k < 2 + NB; k++)
    for (int j = 2; j < 2 + NB; j++)
      for (int i = 2; i < 2 + NB; i++) {
        double div = 0.0, change = 0.0;
        for (int d = 0; d < 3; d++) {
          size_t lo = face(&s, d, i, j, k), hi = face(&s, d, i + (d == 0), j + (d == 1), k + (d == 2));
          double h = s.b_out[d][hi] - s.b[d][hi], l = s.b_out[d][lo] - s.b[d][lo];
          div += h - l;
          change += fabs(h) + fabs(l);
        }
        assert_true(change > 0.0 && fabs(div) < 1e-14);
      }
  drop(&s);
}

/* A cell emptied within the step is counted, and its neighbours are not. */
static void test_bad_cells_are_counted(void **unused) {
  (void)unused;
  struct data s = make(2);
  set_uniform(&s, 0.0);
  s.u[4 * cells(&s) + cell(&s, 5, 5, 5)] = 0.01; /* less than its magnetic energy: the internal energy takes over */
  assert_int_equal(advance(&s, &variants[0], 1.0, 1e-9).bad, 0);
  s.u[6 * cells(&s) + cell(&s, 5, 5, 5)] = -1.0;
  struct mhd_block_counts n = advance(&s, &variants[0], 1.0, 1e-9);
  assert_int_equal(n.bad, 1);
  assert_int_equal(n.nan, 0);
  s.u[cell(&s, 9, 9, 9)] = NAN;
  assert_true(advance(&s, &variants[0], 1.0, 1e-9).nan > 0);
  drop(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_axes), cmocka_unit_test(test_mirrors), cmocka_unit_test(test_uniform_state_stays),
      cmocka_unit_test(test_divergence), cmocka_unit_test(test_bad_cells_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
