/* Which preconditioner is taken, from what earlier solutions took. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elliptic/method.h"

#include <math.h>
#include <string.h>

static void test_first(void **state) {
  (void)state;
  const struct method_memory m = {0};
  assert_int_equal(method_choose(&m, 5.0, 8.0), METHOD_DIAGONAL);
  assert_int_equal(method_choose(&m, 1e4, 8.0), METHOD_ILU);
  assert_int_equal(method_choose(&m, HUGE_VAL, 8.0), METHOD_AMG);
  assert_true(method_limit(METHOD_ILU, 8.0, 1000) < 150 && method_limit(METHOD_ILU, 8.0, 10) == 10 && method_limit(METHOD_AMG, 8.0, 1000) == 1000);
}

/* Solutions that take so many iterations with each; how many of them until multigrid is taken, or 100. */
static int until_amg(int ilu) {
  struct method_memory m = {0};
  for (int n = 0; n < 100; n++) {
    const enum method now = method_choose(&m, 1e4, 8.0);
    if (now == METHOD_AMG) return n;
    const bool fresh = method_stale(&m, now, 1e4);
    if (fresh) m.kept[now] = (struct method_kept){.made = true, .stiffness = 1e4};
    method_learn(&m, now, 1e4, 8.0, ilu, fresh);
  }
  return 100;
}

/* Factors that serve are kept, others are given up, the sooner the worse they are; all in all that costs less than twice the best. */
static void test_rent(void **state) {
  (void)state;
  assert_int_equal(until_amg(20), 100);
  const int slow = until_amg(60), slower = until_amg(90);
  assert_true(slower >= 1 && slower <= slow && slow < 10);
}

static void test_kept(void **state) {
  (void)state;
  struct method_memory m = {0};
  m.kept[METHOD_AMG] = (struct method_kept){.made = true, .stiffness = 1e4};
  method_learn(&m, METHOD_AMG, 1e4, 8.0, 10, true);
  method_learn(&m, METHOD_ILU, 1e4, 8.0, 60, true);
  assert_int_equal(method_choose(&m, 1e4, 8.0), METHOD_AMG);
  /* Ten iterations as with a new one: no reason to make it again, whatever the matrix. */
  for (int n = 0; n < 50; n++) method_learn(&m, METHOD_AMG, 1e4, 8.0, 10, false);
  assert_false(method_stale(&m, METHOD_AMG, 1e3));
  /* Twice as many: a new one pays after one more solution than a set-up costs. */
  int n = 0;
  while (!method_stale(&m, METHOD_AMG, 1e4) && n < 50) {
    method_learn(&m, METHOD_AMG, 1e4, 8.0, 15, false);
    n++;
  }
  assert_int_equal(n, 2);
  /* Incomplete factors are for one matrix. */
  m.kept[METHOD_ILU] = (struct method_kept){.made = true, .stiffness = 1e4};
  assert_true(!method_stale(&m, METHOD_ILU, 1e4) && method_stale(&m, METHOD_ILU, 1e3) && !method_stale(&m, METHOD_DIAGONAL, 1e3));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_first), cmocka_unit_test(test_rent), cmocka_unit_test(test_kept)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
