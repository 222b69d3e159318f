/* Prolongation of cells and faces: what it keeps, its order, and symmetry to the last bit. */
#include "amr/prolong.h"
#include "amr/restrict.h"
#include "base/minmax.h"
#include "tests/unit/turned.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

enum { N = 5, G = 1, C = N + 2 * G, F = 2 * N, LONG = 70 };

static int zero[3] = {0, 0, 0};

/* Coarse cells with a layer of ghosts, and their children. */
struct cells { int dim, n[3]; double coarse[C * C * (LONG + 2)], fine[F * F * 2 * LONG]; };

static struct view coarse_view(struct cells *s) {
  int extent[3], g[3];
  for (int d = 0; d < 3; d++) {
    g[d] = d < s->dim ? G : 0;
    extent[d] = s->n[d] + 2 * g[d];
  }
  return view_array(s->coarse, extent, g);
}

static struct view fine_view(struct cells *s, int upper[3]) {
  for (int d = 0; d < 3; d++) upper[d] = d < s->dim ? 2 * s->n[d] : 1;
  return view_packed(s->fine, upper);
}

static struct cells *make(int dim, int nx) {
  static struct cells s;
  s = (struct cells){.dim = dim, .n = {nx, dim > 1 ? N : 1, dim > 2 ? N : 1}};
  for (size_t i = 0; i < sizeof s.coarse / sizeof s.coarse[0]; i++) {
    double x = noise_number();
    s.coarse[i] = x < 0.2 ? 1e-12 * noise_number() + 1e-13 : 4.0 * x;
  }
  return &s;
}

static void parent(const struct cells *s, const int i[3], int p[3]) {
  for (int d = 0; d < 3; d++) p[d] = d < s->dim ? i[d] / 2 : 0;
}

static void run(struct cells *s, bool positive) {
  int upper[3];
  struct view f = fine_view(s, upper);
  prolong_cells(s->dim, f, coarse_view(s), zero, upper, positive);
}

/* The mean of the children, no new extrema, no negative values; also in rows longer than those done at once. */
static void test_cells(void **state) {
  (void)state;
  for (int dim = 1; dim <= 3; dim++) {
    for (int repeat = 0; repeat < 20; repeat++) {
      struct cells *s = make(dim, repeat ? N : LONG);
      double mean[N * N * LONG];
      int upper[3], i[3], p[3];
      struct view c = coarse_view(s), f = fine_view(s, upper);
      const ptrdiff_t stride[3] = {1, c.sy, c.sz};
      run(s, repeat % 2);
      restrict_cells(dim, view_packed(mean, s->n), f, s->n);
      FOR_RANGE(i, zero, s->n) {
        double here = *entry(c, i);
        assert_true(fabs(*entry(view_packed(mean, s->n), i) - here) <= 4e-16 * here);
      }
      FOR_RANGE(i, zero, upper) {
        parent(s, i, p);
        const double *here = entry(c, p), child = *entry(f, i);
        double lo = *here, hi = *here;
        for (int d = 0; d < dim; d++) {
          lo = min(lo, min(here[-stride[d]], here[stride[d]]));
          hi = max(hi, max(here[-stride[d]], here[stride[d]]));
        }
        assert_true(child >= lo - 4e-16 * *here && child <= hi + 4e-16 * *here);
        if (repeat % 2) assert_true(child >= 0.125 * *here * (1.0 - 1e-14));
      }
    }
  }
}

/* Second order for smooth functions, third along an axis: the error falls by 8 (1-D) or 4 as the cell is halved. */
static double smooth_error(int dim, double h) {
  struct cells *s = make(dim, N);
  struct view c = coarse_view(s);
  int upper[3], i[3], lower[3], end[3];
  for (int d = 0; d < 3; d++) {
    lower[d] = d < dim ? -1 : 0;
    end[d] = d < dim ? s->n[d] + 1 : 1;
  }
  /* Mean of exp(sum x) over a cell of width w that begins at a */
#define MEAN(value, w, i)                                                                                       \
  double value = 1.0;                                                                                           \
  for (int d = 0; d < dim; d++) value *= exp(0.7 * (w) * i[d]) * (exp(0.7 * (w)) - 1.0) / (0.7 * (w))
  FOR_RANGE(i, lower, end) {
    MEAN(value, h, i);
    *entry(c, i) = value;
  }
  run(s, false);
  double error = 0.0;
  struct view f = fine_view(s, upper);
  FOR_RANGE(i, zero, upper) {
    MEAN(value, 0.5 * h, i);
    error = max(error, fabs(*entry(f, i) - value));
  }
  return error;
}

static void test_order(void **state) {
  (void)state;
  for (int dim = 1; dim <= 3; dim++) {
    double order = log2(smooth_error(dim, 0.02) / smooth_error(dim, 0.01));
    assert_true(order > (dim == 1 ? 2.9 : 1.9));
  }
}

/* Only what was asked for is written, also when the box begins or ends within a coarse cell. */
static void test_clip(void **state) {
  (void)state;
  for (int dim = 1; dim <= 3; dim++) {
    struct cells *s = make(dim, N);
    int upper[3], lo[3], hi[3], i[3];
    struct view f = fine_view(s, upper);
    run(s, false);
    static double whole[F * F * 2 * LONG];
    memcpy(whole, s->fine, sizeof whole);
    for (int odd = 0; odd < 4; odd++) {
      for (int d = 0; d < 3; d++) {
        lo[d] = d < dim ? 2 + odd % 2 : 0;
        hi[d] = d < dim ? 6 + odd / 2 : 1;
      }
      for (size_t k = 0; k < sizeof whole / sizeof whole[0]; k++) s->fine[k] = -1.0;
      prolong_cells(dim, f, coarse_view(s), lo, hi, false);
      FOR_RANGE(i, zero, upper) {
        bool inside = true;
        for (int d = 0; d < dim; d++) inside = inside && i[d] >= lo[d] && i[d] < hi[d];
        assert_true(*entry(f, i) == (inside ? *entry(view_packed(whole, upper), i) : -1.0));
      }
    }
  }
}

/* A uniform value that should be positive and is not, by round-off, is passed on as it is. */
static void test_below_zero(void **state) {
  (void)state;
  for (int dim = 1; dim <= 3; dim++) {
    struct cells *s = make(dim, N);
    for (size_t i = 0; i < sizeof s->coarse / sizeof s->coarse[0]; i++) s->coarse[i] = -1e-30;
    run(s, true);
    int upper[3];
    struct view f = fine_view(s, upper);
    for (int i = 0; i < upper[0]; i++) assert_true(f.at[i] == -1e-30);
  }
}

/* Turned and mirrored cubes, and negated values (as components of vectors are), have the same bits. */
static void test_turned_cells(void **state) {
  (void)state;
  static struct cells original, turned;
  int upper[3], i[3], from[3], last[3] = {N, N, N}, lower[3] = {-1, -1, -1}, end[3] = {N + 1, N + 1, N + 1};
  for (int number = 0; number < 2 * TURNS; number++) {
    const double sign = number < TURNS ? 1.0 : -1.0;
    const struct turn t = turn_number(number % TURNS);
    original = *make(3, N);
    turned = original;
    FOR_RANGE(i, lower, end) {
      turn_index(t, i, lower, last, from);
      *entry(coarse_view(&turned), i) = sign * *entry(coarse_view(&original), from);
    }
    run(&original, false);
    run(&turned, false);
    struct view f = fine_view(&original, upper), g = fine_view(&turned, upper);
    const int fine_last[3] = {F - 1, F - 1, F - 1};
    FOR_RANGE(i, zero, upper) {
      turn_index(t, i, zero, fine_last, from);
      assert_true(*entry(g, i) == sign * *entry(f, from));
    }
  }
}

/* ---- faces ---- */

enum { FC = N + 3, FF = F + 1 };

struct faces { int dim; struct view coarse[3], fine[3]; double coarse_data[3][FC * FC * FC], fine_data[3][FF * FF * FF]; };

static void faces_extent(int dim, int d, int n, int extent[3]) {
  for (int a = 0; a < 3; a++) extent[a] = a < dim ? n + (a == d) : 1;
}

static void make_faces(struct faces *s, int dim) {
  s->dim = dim;
  int g[3], extent[3];
  for (int d = 0; d < 3; d++) {
    for (int a = 0; a < 3; a++) g[a] = a < dim ? G : 0;
    faces_extent(dim, d, C, extent);
    s->coarse[d] = view_array(s->coarse_data[d], extent, g);
    faces_extent(dim, d, F, extent);
    s->fine[d] = view_packed(s->fine_data[d], extent);
    for (int i = 0; i < FC * FC * FC; i++) s->coarse_data[d][i] = noise_number() - 0.5;
    for (int i = 0; i < FF * FF * FF; i++) s->fine_data[d][i] = noise_number() - 0.5;
  }
}

static const double unequal[3] = {1.0, 0.7, 1.3}, equal[3] = {1.0, 1.0, 1.0};

static void run_faces(struct faces *s, bool known[3][2], const double dx[3]) {
  int upper[3];
  faces_extent(s->dim, 7, N, upper);
  prolong_faces(s->dim, s->fine, s->coarse, zero, upper, known, dx);
}

static double div_b(const struct faces *s, const struct view *v, const int i[3], const double dx[3], double *size) {
  double sum = 0.0;
  *size = 0.0;
  for (int d = 0; d < s->dim; d++) {
    const double *at = entry(v[d], i);
    const ptrdiff_t up = d == 0 ? 1 : d == 1 ? v[d].sy : v[d].sz;
    sum += (at[up] - at[0]) / dx[d];
    *size += (fabs(at[up]) + fabs(at[0])) / dx[d];
  }
  return sum;
}

/* Unknown faces keep the flux of the coarse ones, known ones stay, and all children of a cell have the div B of the surface. */
static void test_faces(void **state) {
  (void)state;
  static struct faces s, before;
  for (int dim = 1; dim <= 3; dim++) {
    for (int number = 0; number < 64; number++) {
      bool known[3][2];
      for (int k = 0; k < 6; k++) known[k / 2][k % 2] = number >> k & 1;
      make_faces(&s, dim);
      before = s;
      run_faces(&s, known, unequal);
      int i[3], n[3], cells[3];
      for (int d = 0; d < dim; d++) {
        double mean[(N + 1) * (N + 1) * (N + 1)];
        faces_extent(dim, d, N, n);
        restrict_faces(dim, d, view_packed(mean, n), s.fine[d], n);
        FOR_RANGE(i, zero, n) {
          const bool kept = (i[d] == 0 && known[d][0]) || (i[d] == N && known[d][1]);
          if (!kept) assert_true(fabs(*entry(view_packed(mean, n), i) - *entry(s.coarse[d], i)) < 1e-15);
        }
        faces_extent(dim, d, F, n);
        FOR_RANGE(i, zero, n) {
          const bool kept = (i[d] == 0 && known[d][0]) || (i[d] == F && known[d][1]);
          const double *was = &before.fine_data[d][entry(s.fine[d], i) - s.fine_data[d]];
          if (kept) assert_true(*was == *entry(s.fine[d], i));
        }
      }
      faces_extent(dim, 7, N, cells);
      FOR_RANGE(i, zero, cells) {
        double first = 0.0;
        for (int child = 0; child < 1 << dim; child++) {
          int f[3];
          double size;
          for (int d = 0; d < 3; d++) f[d] = d < dim ? 2 * i[d] + (child >> d & 1) : 0;
          double here = div_b(&s, s.fine, f, unequal, &size);
          if (child == 0) first = here;
          assert_true(fabs(here - first) < 4e-15 * size + 1e-15);
        }
      }
    }
  }
}

/* Turned, mirrored and negated cubes of faces have the same bits. */
static void test_turned_faces(void **state) {
  (void)state;
  static struct faces s, t;
  for (int number = 0; number < TURNS; number++) {
    const struct turn turn = turn_number(number);
    bool known[3][2], turned[3][2];
    for (int k = 0; k < 6; k++) known[k / 2][k % 2] = number * 13 >> k & 1;
    make_faces(&s, 3);
    make_faces(&t, 3);
    for (int d = 0; d < 3; d++) { /* of the turned cube */
      const int o = turn.axis[d], mirror = turn.sign[d] < 0;
      int i[3], from[3], first[3] = {-1, -1, -1}, last[3] = {N, N, N}, end[3] = {N + 1, N + 1, N + 1}, fine_last[3], n[3];
      for (int side = 0; side < 2; side++) turned[d][side] = known[o][side ^ mirror];
      last[d]++;
      end[d]++;
      FOR_RANGE(i, first, end) {
        turn_index(turn, i, first, last, from);
        *entry(t.coarse[d], i) = turn.sign[d] * *entry(s.coarse[o], from);
      }
      faces_extent(3, d, F, n);
      for (int a = 0; a < 3; a++) fine_last[a] = n[a] - 1;
      FOR_RANGE(i, zero, n) {
        turn_index(turn, i, zero, fine_last, from);
        *entry(t.fine[d], i) = turn.sign[d] * *entry(s.fine[o], from);
      }
    }
    run_faces(&s, known, equal);
    run_faces(&t, turned, equal);
    for (int d = 0; d < 3; d++) {
      int i[3], from[3], n[3], last[3];
      faces_extent(3, d, F, n);
      for (int a = 0; a < 3; a++) last[a] = n[a] - 1;
      FOR_RANGE(i, zero, n) {
        turn_index(turn, i, zero, last, from);
        assert_true(*entry(t.fine[d], i) == turn.sign[d] * *entry(s.fine[turn.axis[d]], from));
      }
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_cells), cmocka_unit_test(test_order), cmocka_unit_test(test_clip),
                                     cmocka_unit_test(test_below_zero),
                                     cmocka_unit_test(test_turned_cells), cmocka_unit_test(test_faces),
                                     cmocka_unit_test(test_turned_faces)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
