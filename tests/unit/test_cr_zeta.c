/* The table of ionisation rates gives what the spectrum itself gives, for the spectra near the Sun. */
#include "microphysics/cr_zeta.h"
#include "tests/unit/spectra_cases.h"

static void test_near_the_sun(void **unused) {
  (void)unused;
  static struct spectra x;
  struct cr_observe o;
  struct cr_zeta z;
  double zeta = 0.0;
  cr_observe_defaults(&o);
  spectra_local(&x, "hopkins2022");
  cr_zeta_create(&z, &x.net, &o);
  for (int k = 0; k < z.bins; k++) cr_zeta_add(&z, k, 1, &x.lo[k], &x.hi[k], &zeta);
  const double exact = cr_ionisation_rate(&x.cell, -1, &o);
  assert_true(exact > 1e-17 && fabs(zeta / exact - 1.0) < 0.01); /* linear between 65 points */
  cr_zeta_destroy(&z);
  cr_network_free(&x.net);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_near_the_sun)};
  return cmocka_run_group_tests_name("cr_zeta", tests, NULL, NULL);
}
