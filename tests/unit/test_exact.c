/* Sums without rounding: the same digits for any order, and none of them lost. */
#include "base/exact.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static uint64_t random_bits(uint64_t *seed) { /* xorshift: Marsaglia 2003, J. Stat. Soft. 8, 14 */
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  return *seed ^= *seed << 17;
}

/* All magnitudes there are, and pairs that cancel; the sum is that of the last, lone numbers. */
static void fill(int n, double *x) {
  uint64_t seed = 88172645463325252u;
  for (int i = 0; i + 1 < n; i += 2) {
    const double size = ldexp(1.0 + (double)(random_bits(&seed) >> 12) * 0x1p-52, (int)(random_bits(&seed) % 2090) - 1070);
    x[i] = size;
    x[i + 1] = -size;
  }
  x[2] = 1.0;
  x[3] = 0x1p-60;
  x[4] = 3.0 * DBL_TRUE_MIN;
  x[5] = -0x1p-200;
  for (int i = n - 1; i > 0; i--) { /* in any order */
    const int j = (int)(random_bits(&seed) % (uint64_t)(i + 1));
    const double y = x[i];
    x[i] = x[j];
    x[j] = y;
  }
}

static void test_order(void **state) {
  (void)state;
  enum { N = 20000 };
  static double x[N];
  fill(N, x);
  struct exact s = {{0}, 0, 0}, t = s, u = s;
  for (int i = 0; i < N; i++) {
    exact_add(&s, x[i]);
    exact_add(i % 3 ? &t : &u, x[N - 1 - i]);
  }
  assert_true(exact_value(&s) == 1.0);
  exact_join(&t, &u);
  exact_carry(&s);
  exact_carry(&t);
  assert_memory_equal(&s, &t, sizeof s);
  exact_add(&s, -1.0);
  assert_true(exact_value(&s) == 0x1p-60);
  exact_add(&s, -0x1p-60);
  assert_true(exact_value(&s) == -0x1p-200);
  exact_add(&s, 0x1p-200);
  assert_true(exact_value(&s) == 3.0 * DBL_TRUE_MIN);
  exact_add(&s, -4.0 * DBL_TRUE_MIN);
  assert_true(exact_value(&s) == -DBL_TRUE_MIN);
  exact_add(&s, DBL_MAX);
  assert_true(exact_value(&s) == DBL_MAX);
  exact_add(&s, DBL_MAX); /* what is too large on the way does not matter in the end */
  assert_true(isinf(exact_value(&s)));
  exact_add(&s, -DBL_MAX);
  exact_add(&s, -DBL_MAX);
  assert_true(exact_value(&s) == -DBL_TRUE_MIN);
  exact_add(&s, INFINITY);
  exact_add(&s, -INFINITY);
  assert_true(isnan(exact_value(&s)));
}

/* Numbers of one sign and size, many more than a part takes before it carries; odd in the sign. */
static void test_many(void **state) {
  (void)state;
  struct exact s = {{0}, 0, 0}, minus = s;
  const double x = 0x1.fffffffffffffp+57; /* all digits, as far in the upper of two parts as can be */
  for (int i = 0; i < 1 << 20; i++) exact_add(&s, x), exact_add(&minus, -x);
  assert_true(exact_value(&s) == 0x1p20 * x && exact_value(&minus) == -0x1p20 * x);
  struct exact tenth = {{0}, 0, 0};
  for (int i = 0; i < 10; i++) exact_add(&tenth, 0.1);
  assert_true(exact_value(&tenth) == 1.0); /* ten times the double next to 0.1, rounded */
}

/* The same digits however the numbers are spread over ranks. */
static void test_over_ranks(void **state) {
  (void)state;
  enum { N = 6000 };
  static double x[N];
  int rank, size;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  fill(N, x);
  struct exact alone = {{0}, 0, 0}, s[2] = {alone, alone};
  for (int i = 0; i < N; i++) {
    exact_add(&alone, x[i]);
    if (i % size == rank) exact_add(&s[0], x[i]);
  }
  exact_add(&s[1], rank + 1.0);
  exact_over_ranks(MPI_COMM_WORLD, 2, s);
  exact_carry(&alone);
  const int same = memcmp(&alone, &s[0], sizeof alone) == 0 && exact_value(&s[1]) == 0.5 * size * (size + 1);
  int all;
  MPI_Allreduce(&same, &all, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
  assert_true(all);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_many), cmocka_unit_test(test_over_ranks)};
  int failed = cmocka_run_group_tests_name("exact", tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
