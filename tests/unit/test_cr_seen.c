/* Tables over slopes give what the spectra themselves give, for those near the Sun, and power laws exactly. */
#include "microphysics/cr_seen.h"
#include "tests/unit/spectra_cases.h"

static void test_near_the_sun(void **unused) {
  (void)unused;
  static struct spectra x;
  struct cr_observe o;
  struct cr_seen t;
  double zeta = 0.0, gamma[CR_SEEN_ABOVE] = {0.0}, worst = 0.0;
  cr_observe_defaults(&o);
  spectra_local(&x, "hopkins2022");
  cr_seen_create(&t, &x.net, &o);
  const int p = cr_network_find(&x.net, "p");
  for (int k = 0; k < cr_network_bins(&x.net); k++) {
    const double s = cr_seen_slope(&t, k, x.lo[k], x.hi[k]), n = x.lo[k] + x.hi[k];
    if (n > 0.0) worst = fmax(worst, fabs(s - x.slope[k]));
    zeta += cr_seen_zeta(&t, k, n, s);
    for (int a = 0; a < CR_SEEN_ABOVE && k >= x.net.first[p] && k < x.net.first[p + 1]; a++) gamma[a] += cr_seen_gamma(&t, k, a, n, s);
  }
  assert_true(worst < 1e-3); /* linear over 0.01 in s */
  const double exact = cr_ionisation_rate(&x.cell, -1, &o);
  assert_true(exact > 1e-17 && fabs(zeta / exact - 1.0) < 2e-3); /* 16 nodes there, 96 here, and a threshold */
  for (int a = 0; a < CR_SEEN_ABOVE; a++)
    assert_true(fabs(gamma[a] / cr_gamma_pion_above(&x.cell, &o, cr_seen_above_GeV[a]) - 1.0) < 0.01); /* sums over 48 pieces of a bin there */
  cr_seen_destroy(&t);
  cr_network_free(&x.net);
}

/* Populations of slopes come back as these slopes; the shape is one over the bin; beyond the table the ends count. */
static void test_slopes(void **unused) {
  (void)unused;
  struct cr_network net;
  struct cr_observe o;
  struct cr_seen t;
  cr_observe_defaults(&o);
  assert_true(cr_network_named(&net, "protons", NULL));
  cr_seen_create(&t, &net, &o);
  for (int k = 0; k < cr_network_bins(&net); k++)
    for (double s = -20.0; s <= 20.0; s += 0.7) {
      double lo, hi, sum = 0.0;
      const double width = net.bin[k].width;
      cr_bin_from_slope(&net.bin[k], s, 3.0, &lo, &hi);
      assert_true(fabs(cr_seen_slope(&t, k, lo, hi) - s) < 2e-3 * fmax(1.0, fabs(s)));
      for (int i = 0; i < 4000; i++) sum += width / 4000 * cr_seen_shape(s, width, (i + 0.5) * width / 4000);
      assert_true(fabs(sum - 1.0) < 1e-3);
    }
  assert_true(cr_seen_slope(&t, 0, 1.0, 0.0) == -60.0 && cr_seen_slope(&t, 0, 0.0, 1.0) == 60.0 && cr_seen_slope(&t, 0, 0.0, 0.0) == 0.0);
  const double x[] = {0.0, 1.0, 3.0}, y[] = {5.0, 7.0, 3.0};
  assert_true(cr_seen_between(3, x, y, -1.0) == 5.0 && cr_seen_between(3, x, y, 0.5) == 6.0 && cr_seen_between(3, x, y, 2.0) == 5.0 &&
              cr_seen_between(3, x, y, 9.0) == 3.0 && cr_seen_between(3, x, y, 1.0) == 7.0);
  cr_seen_destroy(&t);
  cr_network_free(&net);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_near_the_sun), cmocka_unit_test(test_slopes)};
  return cmocka_run_group_tests_name("cr_seen", tests, NULL, NULL);
}
