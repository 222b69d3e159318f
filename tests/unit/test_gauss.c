/* Rules of n points integrate polynomials of degree 2 n - 1 and no more, and are exactly symmetric. */
#include "setups/gauss.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

static void test_degree(void **state) {
  (void)state;
  for (int n = 1; n <= GAUSS_MOST; n++) {
    const struct gauss *g = gauss_rule(n);
    for (int degree = 0; degree <= 2 * n; degree++) {
      double sum = 0.0, exact = degree % 2 ? 0.0 : 1.0 / (degree + 1);
      for (int i = 0; i < n; i++) sum += g->weight[i] * pow(g->node[i], degree);
      if (degree < 2 * n) assert_true(fabs(sum - exact) < 4e-16);
      else assert_true(fabs(sum - exact) > 1e-6);
    }
    for (int i = 0; i < n; i++) assert_true(g->node[i] == -g->node[n - 1 - i] && g->weight[i] == g->weight[n - 1 - i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_degree)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
