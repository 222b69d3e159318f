/* Sums over directions must not notice how the axes are called. */
#include "base/minmax.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

/* Numbers of very different size and both signs, so that almost every order of adding rounds differently. */
static double next(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  double x = (double)(*seed >> 11) * 0x1p-53 - 0.5;
  return x * (double)(1 << (*seed >> 5) % 30);
}

static void test_min_max(void **state) {
  (void)state;
  assert_true(min(1.0, 2.0) == 1.0 && min(2.0, 1.0) == 1.0 && min(-1.0, 1.0) == -1.0);
  assert_true(max(1.0, 2.0) == 2.0 && max(2.0, 1.0) == 2.0 && max(-1.0, -2.0) == -1.0);
}

static void test_sum3(void **state) {
  (void)state;
  uint64_t seed = 1;
  int differ = 0;
  for (int i = 0; i < 100000; i++) {
    double a = next(&seed), b = next(&seed), c = next(&seed), s = sum3(a, b, c);
    assert_true(same(s, sum3(a, c, b)) && same(s, sum3(b, a, c)) && same(s, sum3(b, c, a)));
    assert_true(same(s, sum3(c, a, b)) && same(s, sum3(c, b, a)));
    assert_true(same(-s, sum3(-a, -b, -c)));
    assert_true(s - (a + b + c) < 1e-6 && s - (a + b + c) > -1e-6);
    differ += (a + b) + c != a + (b + c);
  }
  assert_true(differ > 10000); /* the numbers are a test */
}

static void test_sum4(void **state) {
  (void)state;
  uint64_t seed = 2;
  for (int i = 0; i < 100000; i++) {
    double x[4] = {next(&seed), next(&seed), next(&seed), next(&seed)}, s = sum4(x[0], x[1], x[2], x[3]);
    for (int p = 0; p < 256; p++) {
      int a = p & 3, b = p >> 2 & 3, c = p >> 4 & 3, d = p >> 6;
      if ((1 << a | 1 << b | 1 << c | 1 << d) != 15) continue;
      assert_true(same(s, sum4(x[a], x[b], x[c], x[d])));
    }
    assert_true(same(-s, sum4(-x[0], -x[1], -x[2], -x[3])));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_min_max), cmocka_unit_test(test_sum3), cmocka_unit_test(test_sum4)};
  return cmocka_run_group_tests_name("minmax", tests, NULL, NULL);
}
