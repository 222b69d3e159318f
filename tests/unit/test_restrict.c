/* Averages from fine to coarse: of linear functions, sums, and symmetry to the last bit. */
#include "amr/restrict.h"
#include "tests/unit/turned.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

enum { N = 4, F = 2 * N + 1 }; /* coarse cells, and fine faces, along a side */

static double fine_data[F * F * F], turned_data[F * F * F], coarse_data[F * F * F], turned_coarse[F * F * F];

/* axis -1: cells. */
static void average(int dim, int axis, double *coarse, double *fine, int n[3]) {
  const int extent[3] = {F, dim > 1 ? F : 1, dim > 2 ? F : 1};
  for (int d = 0; d < 3; d++) n[d] = d < dim ? N + (d == axis) : 1;
  struct view c = view_packed(coarse, n), f = view_packed(fine, extent);
  if (axis < 0) restrict_cells(dim, c, f, n);
  else restrict_faces(dim, axis, c, f, n);
}

static void test_linear(void **state) {
  (void)state;
  const double slope[3] = {0.25, -0.5, 2.0}; /* powers of 2, so that all sums are exact */
  for (int dim = 1; dim <= 3; dim++) {
    for (int axis = -1; axis < 3; axis++) {
      const int extent[3] = {F, dim > 1 ? F : 1, dim > 2 ? F : 1};
      struct view f = view_packed(fine_data, extent);
      int i[3], n[3], zero[3] = {0, 0, 0};
      FOR_RANGE(i, zero, extent) {
        double sum = 1.0;
        for (int d = 0; d < dim; d++) sum += slope[d] * (i[d] + (d == axis ? 0.0 : 0.5));
        *entry(f, i) = sum;
      }
      average(dim, axis, coarse_data, fine_data, n);
      FOR_RANGE(i, zero, n) {
        double sum = 1.0;
        for (int d = 0; d < dim; d++) sum += slope[d] * 2.0 * (i[d] + (d == axis ? 0.0 : 0.5));
        assert_true(*entry(view_packed(coarse_data, n), i) == sum);
      }
    }
  }
}

/* The sum over the coarse cells times their volume is that over the fine ones. */
static void test_sum(void **state) {
  (void)state;
  for (int i = 0; i < F * F * F; i++) fine_data[i] = noise_number();
  int n[3], i[3], zero[3] = {0, 0, 0}, fine_n[3] = {2 * N, 2 * N, 2 * N}, extent[3] = {F, F, F};
  average(3, -1, coarse_data, fine_data, n);
  double coarse = 0.0, fine = 0.0;
  FOR_RANGE(i, zero, n) coarse += 8.0 * *entry(view_packed(coarse_data, n), i);
  FOR_RANGE(i, zero, fine_n) fine += *entry(view_packed(fine_data, extent), i);
  assert_true(fabs(coarse - fine) < 1e-13 * fine);
}

static void test_turned(void **state) {
  (void)state;
  for (int i = 0; i < F * F * F; i++) fine_data[i] = noise_number() - 0.5;
  for (int number = 0; number < TURNS; number++) {
    const struct turn t = turn_number(number);
    for (int axis = -1; axis < 3; axis++) { /* of the original */
      int turned_axis = -1;
      for (int a = 0; a < 3; a++) turned_axis = axis >= 0 && t.axis[a] == axis ? a : turned_axis;
      int i[3], from[3], n[3], turned_n[3], zero[3] = {0, 0, 0}, last[3], extent[3] = {F, F, F}, used[3];
      for (int a = 0; a < 3; a++) {
        used[a] = 2 * N + (a == turned_axis);
        last[a] = used[a] - 1;
      }
      FOR_RANGE(i, zero, used) {
        turn_index(t, i, zero, last, from);
        *entry(view_packed(turned_data, extent), i) = *entry(view_packed(fine_data, extent), from);
      }
      average(3, axis, coarse_data, fine_data, n);
      average(3, turned_axis, turned_coarse, turned_data, turned_n);
      for (int a = 0; a < 3; a++) last[a] = turned_n[a] - 1;
      FOR_RANGE(i, zero, turned_n) {
        turn_index(t, i, zero, last, from);
        assert_memory_equal(entry(view_packed(turned_coarse, turned_n), i), entry(view_packed(coarse_data, n), from),
                            sizeof(double));
      }
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_linear), cmocka_unit_test(test_sum), cmocka_unit_test(test_turned)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
