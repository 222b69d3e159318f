/* Reconstruction along a row: what is exact (linear data, symmetry, bounds) is tested exactly, PPM also for its order. */
#include "mhd/reconstruct.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N = 1024, PAD = 8 };

static reconstruct_fn *const schemes[] = {reconstruct_flat, reconstruct_plm_mc, reconstruct_plm_vanleer, reconstruct_ppm};
enum { FLAT, MC, VANLEER, PPM, NSCHEME };

static uint64_t seed;
static double uniform(double lo, double hi) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return lo + (hi - lo) * (double)(seed >> 11) * 0x1p-53;
}

struct row { double q[N + 2 * PAD], lo[N], hi[N]; };

static void reconstruct(int scheme, bool positive, struct row *w) {
  const double *q[5];
  for (int m = 0; m < 5; m++) q[m] = w->q + PAD + m - 2;
  schemes[scheme](N, q, positive, w->lo, w->hi);
}

/* Rough data of all kinds: noise, plateaus, steps, spikes, positive tails, constants with round-off. */
static void fill(struct row *w, int kind) {
  seed = 7 + (uint64_t)kind;
  for (int i = 0; i < N + 2 * PAD; i++) {
    double x = uniform(-1, 1);
    w->q[i] = kind == 0 ? x : kind == 1 ? (x > 0.5) : kind == 2 ? floor(3 * x) : kind == 3 ? exp(40 * x)
            : kind == 4 ? 1.0 + 1e-15 * x : kind == 5 ? exp(-0.1 * i) : (i / 16) % 2;
  }
}
enum { NKIND = 7 };

static void test_linear(void **state) {
  (void)state;
  static struct row w;
  for (int s = MC; s < NSCHEME; s++) {
    for (int i = 0; i < N + 2 * PAD; i++) w.q[i] = 3.0 + 0.25 * i;  /* exact in binary */
    reconstruct(s, false, &w);
    for (int i = 0; i < N; i++) {
      assert_true(w.lo[i] == w.q[i + PAD] - 0.125);
      assert_true(w.hi[i] == w.q[i + PAD] + 0.125);
    }
  }
}

/* Mirrored cells, and cells with the opposite sign, give mirrored face values with the same bits. */
static void test_mirror(void **state) {
  (void)state;
  static struct row w, m, o;
  for (int kind = 0; kind < NKIND; kind++) {
    for (int s = 0; s < NSCHEME; s++) {
      fill(&w, kind);
      for (int i = 0; i < N + 2 * PAD; i++) {
        m.q[i] = w.q[N + 2 * PAD - 1 - i];
        o.q[i] = -w.q[i];
      }
      reconstruct(s, kind % 2, &w);
      reconstruct(s, kind % 2, &m);
      for (int i = 0; i < N; i++) assert_true(w.lo[i] == m.hi[N - 1 - i] && w.hi[i] == m.lo[N - 1 - i]);
      if (kind % 2) continue;
      reconstruct(s, false, &o);
      for (int i = 0; i < N; i++) assert_true(w.lo[i] == -o.lo[i] && w.hi[i] == -o.hi[i]);
    }
  }
}

/* Linear schemes: face values lie between the cell and its neighbour, to rounding of one subtraction and addition. */
static void test_bounded(void **state) {
  (void)state;
  static struct row w;
  for (int kind = 0; kind < NKIND; kind++) {
    for (int s = 0; s <= VANLEER; s++) {
      fill(&w, kind);
      reconstruct(s, false, &w);
      for (int i = 0; i < N; i++) {
        const double *q = w.q + i + PAD, tol = 4e-16 * (fabs(q[-1]) + fabs(q[0]) + fabs(q[1]));
        assert_true(w.lo[i] >= fmin(q[-1], q[0]) - tol && w.lo[i] <= fmax(q[-1], q[0]) + tol);
        assert_true(w.hi[i] >= fmin(q[1], q[0]) - tol && w.hi[i] <= fmax(q[1], q[0]) + tol);
        if ((q[1] - q[0]) * (q[0] - q[-1]) <= 0) assert_true(w.lo[i] == q[0] && w.hi[i] == q[0]);
      }
    }
  }
}

/* PPM: no new extrema at steps, at any distance from them, up or down; and within the range of the stencil for steps of any heights
 * that rise or fall together. */
static void test_steps(void **state) {
  (void)state;
  static struct row w;
  for (int kind = 0; kind < 3; kind++) {
    double level = 0.0;
    seed = 11;
    for (int i = 0; i < N + 2 * PAD; i++) {
      double rise = uniform(0, 1);
      if (kind == 0) level = (i / 8) % 2;
      if (kind == 1) level += rise > 0.7 ? exp(8 * rise) : 0.0;
      if (kind == 2) level -= rise * rise * rise;
      w.q[i] = level;
    }
    reconstruct(PPM, false, &w);
    for (int i = 0; i < N; i++) {
      const double *q = w.q + i + PAD, tol = 4e-15 * (fabs(q[-1]) + fabs(q[0]) + fabs(q[1]));
      assert_true(w.lo[i] >= fmin(q[-1], q[0]) - tol && w.lo[i] <= fmax(q[-1], q[0]) + tol);
      assert_true(w.hi[i] >= fmin(q[1], q[0]) - tol && w.hi[i] <= fmax(q[1], q[0]) + tol);
    }
  }
}

static void test_positive(void **state) {
  (void)state;
  static struct row w;
  for (int s = 0; s < NSCHEME; s++) {
    fill(&w, 3);
    reconstruct(s, true, &w);
    for (int i = 0; i < N; i++) assert_true(w.lo[i] > 0.0 && w.hi[i] > 0.0);
  }
}

/* Cell averages of sin(k x) + 0.3 cos(2 k x) over n cells; largest error of the face values, extrema included. */
static double smooth_error(int scheme, int n) {
  static struct row w;
  const double h = 2.0 * acos(-1.0) / n;
  for (int i = 0; i < N + 2 * PAD; i++) {
    double x = (i - PAD) * h;
    w.q[i] = (cos(x) - cos(x + h) + 0.15 * (sin(2 * (x + h)) - sin(2 * x))) / h;
  }
  reconstruct(scheme, false, &w);
  double error = 0.0;
  for (int i = 0; i < n; i++) {
    double x = i * h, y = x + h;
    error = fmax(error, fabs(w.lo[i] - (sin(x) + 0.3 * cos(2 * x))));
    error = fmax(error, fabs(w.hi[i] - (sin(y) + 0.3 * cos(2 * y))));
  }
  return error;
}

/* PPM is not limited on resolved smooth data: fourth order in the largest error and the same value from both cells of a face. */
static void test_order(void **state) {
  (void)state;
  double e1 = smooth_error(PPM, 64), e2 = smooth_error(PPM, 128), e3 = smooth_error(PPM, 256);
  print_message("# PPM errors %.2e %.2e %.2e\n", e1, e2, e3);
  assert_true(e3 < 1e-7);
  assert_true(log2(e1 / e2) > 3.0 && log2(e2 / e3) > 3.8);
}

static void test_continuous(void **state) {
  (void)state;
  static struct row w;
  for (int i = 0; i < N + 2 * PAD; i++) w.q[i] = exp(0.01 * i);
  reconstruct(PPM, true, &w);
  for (int i = 0; i + 1 < N; i++) assert_true(w.hi[i] == w.lo[i + 1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_linear),   cmocka_unit_test(test_mirror), cmocka_unit_test(test_bounded),   cmocka_unit_test(test_steps),
      cmocka_unit_test(test_positive), cmocka_unit_test(test_order),  cmocka_unit_test(test_continuous),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
