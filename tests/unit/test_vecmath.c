/* The vectorisable elementary functions against those of the C library. */
#include "microphysics/vecmath.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Error in units in the last place, against a long double. */
static double ulps(double value, long double exact) {
  double e = fabs((double)exact);
  return fabs((double)((long double)value - exact)) / (nextafter(e, INFINITY) - e);
}

static void test_functions(void **state) {
  (void)state;
  double worst[6] = {0};
  for (int i = 0; i < 200000; i++) {
    double u = (i + 0.37) / 200000.0, x = 1400.0 * u - 700.0, small = 4.0 * u - 2.0, l = pow(10.0, 300.0 * (2.0 * u - 1.0));
    worst[0] = fmax(worst[0], ulps(vec_exp(x), expl((long double)x)));
    worst[0] = fmax(worst[0], ulps(vec_exp(small), expl((long double)small)));
    double d = pow(10.0, 20.0 * u - 17.0);
    worst[1] = fmax(worst[1], ulps(vec_one_minus_exp(d), -expm1l(-(long double)d)));
    worst[2] = fmax(worst[2], ulps(vec_log(l), logl((long double)l)));
    double near = 0.5 + u;
    if (fabs(near - 1.0) > 1e-9) worst[2] = fmax(worst[2], ulps(vec_log(near), logl((long double)near)));
    worst[3] = fmax(worst[3], ulps(vec_cbrt(l), cbrtl((long double)l)));
    worst[3] = fmax(worst[3], ulps(vec_cbrt(near), cbrtl((long double)near)));
    double up, down, a = u * 0.95;
    vec_exp_pair(a, &up, &down);
    worst[4] = fmax(worst[4], fmax(ulps(up, expl((long double)a)), ulps(down, expl(-(long double)a))));
    vec_exp_pair_small(0.3 * a, &up, &down);
    worst[4] = fmax(worst[4], fmax(ulps(up, expl((long double)(0.3 * a))), ulps(down, expl(-(long double)(0.3 * a)))));
    double z = 119.0 * u - 9.5, h, s;
    vec_cosh_sinh(z, &h, &s);
    long double r = sqrtl(fabsl((long double)z));
    long double c = z < 0.0 ? cosl(r) - 1.0L : coshl(r) - 1.0L, sc = z < 0.0 ? sinl(r) / r : sinhl(r) / r;
    worst[5] = fmax(worst[5], (double)(fabsl((long double)h - c) / (fabsl(c) + 1e-3L) + fabsl((long double)s - sc) / (fabsl(sc) + 1e-1L)));
  }
  print_message("# ulp: exp %.2f, 1-exp(-x) %.2f, log %.2f, cbrt %.2f, exp pair %.2f; cosh, sinh %.1e\n", worst[0], worst[1], worst[2],
                worst[3], worst[4], worst[5]);
  for (int i = 0; i < 4; i++) assert_true(worst[i] < 2.0);
  assert_true(worst[4] < 8.0 && worst[5] < 1e-13);
}

static void test_limits(void **state) {
  (void)state;
  assert_true(vec_exp(0.0) == 1.0 && vec_exp(-1e300) > 0.0 && vec_exp(1e300) < INFINITY);
  assert_true(vec_one_minus_exp(0.0) == 0.0 && vec_one_minus_exp(1e300) == 1.0);
  assert_true(vec_log(1.0) == 0.0 && vec_cbrt(8.0) == 2.0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_functions), cmocka_unit_test(test_limits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
