/* The table of ionisation rates gives what the spectrum itself gives, for the spectra near the Sun. */
#include "microphysics/cr_zeta.h"
#include "microphysics/lism.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_near_the_sun(void **unused) {
  (void)unused;
  enum { MOST = 512 };
  struct cr_network net;
  struct cr_observe o;
  struct cr_zeta z;
  double lo[MOST], hi[MOST], slope[MOST], zeta = 0.0;
  cr_observe_defaults(&o);
  assert_true(cr_network_named(&net, "hopkins2022", NULL));
  assert_true(cr_network_bins(&net) <= MOST);
  cr_lism(&net, lo, hi);
  cr_slopes(&net, lo, hi, slope);
  const struct cr_cell cell = {.net = &net, .lo = lo, .hi = hi, .slope = slope};
  cr_zeta_create(&z, &net, &o);
  for (int k = 0; k < z.bins; k++) cr_zeta_add(&z, k, 1, &lo[k], &hi[k], &zeta);
  const double exact = cr_ionisation_rate(&cell, -1, &o);
  assert_true(exact > 1e-17 && fabs(zeta / exact - 1.0) < 0.01); /* linear between 65 points */
  cr_zeta_destroy(&z);
  cr_network_free(&net);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_near_the_sun)};
  return cmocka_run_group_tests_name("cr_zeta", tests, NULL, NULL);
}
