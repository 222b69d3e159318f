/* Vectors of doubles have the bits of single ones, and touch nothing behind the numbers they are given. */
#include "base/lanes.h"

#include "base/minmax.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { SAMPLES = 13 };
static const double sample[SAMPLES] = {0.0, -0.0, 1.0, -1.0, 1e-310, -1e-310, 1e300, -1e300, 3.0, -2.5, 1e-300, INFINITY, -INFINITY};

static uint64_t bits(double x) {
  uint64_t u;
  memcpy(&u, &x, sizeof u);
  return u;
}

static void same(double got, double wanted) { assert_int_equal(bits(got), bits(wanted)); }

static void test_operations(void **state) {
  (void)state;
  for (int i = 0; i < SAMPLES; i++)
    for (int j = 0; j < SAMPLES; j++) {
      lanes a, b;
      for (int l = 0; l < LANES; l++) {
        a[l] = sample[(i + l) % SAMPLES];
        b[l] = sample[(j + 3 * l) % SAMPLES];
      }
      const lanes least = lanes_min(a, b), most = lanes_max(a, b), size = lanes_abs(a), with = lanes_copysign(a, b);
      const lanes positive = lanes_where_positive(a, b), different = lanes_where_different(a, b, b);
      for (int l = 0; l < LANES; l++) {
        same(least[l], min(a[l], b[l]));
        same(most[l], max(a[l], b[l]));
        same(size[l], fabs(a[l]));
        same(with[l], copysign(a[l], b[l]));
        same(positive[l], a[l] > 0.0 ? b[l] : 0.0);
        same(different[l], a[l] != b[l] ? b[l] : 0.0);
      }
      const lanes behind = lanes_behind(a, b);
      same(behind[0], a[LANES - 1]);
      for (int l = 1; l < LANES; l++) same(behind[l], b[l - 1]);
    }
}

static void test_parts(void **state) {
  (void)state;
  double from[3 * LANES], to[3 * LANES];
  for (int i = 0; i < 3 * LANES; i++) from[i] = 1.0 + i;
  for (int start = 0; start < LANES; start++)
    for (int n = 1; n <= LANES + 2; n++) {
      for (int i = 0; i < 3 * LANES; i++) to[i] = -1.0;
      const lanes v = lanes_load(from + start, n);
      lanes_store(to + start, v, n);
      for (int l = 0; l < LANES; l++) same(v[l], l < n ? from[start + l] : 0.0);
      for (int i = 0; i < 3 * LANES; i++) same(to[i], i >= start && i < start + (n < LANES ? n : LANES) ? from[i] : -1.0);
    }
  same(lanes_sum(lanes_load(from, LANES)), 0.5 * LANES * (LANES + 1));
  same(lanes_of(2.5)[LANES - 1], 2.5);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_operations), cmocka_unit_test(test_parts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
