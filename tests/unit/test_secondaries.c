/* Where secondaries go: antiprotons against the spectra of Winkler 2017, tables of the batched update against direct integrals, nuclei left out. */
#include "microphysics/batch_tables.h"
#include "microphysics/secondaries.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct yields {
  struct cr_network net;
  struct cr_fate_options fate;
  struct cr_secondary_options opt;
  struct cr_production prod;
  struct cr_channel channel[CR_MAX_CHANNELS];
  int count;
};

static void open_yields(struct yields *y, const struct cr_bins_choice *bins) {
  cr_network_named(&y->net, "hopkins2022", bins);
  cr_fate_defaults(&y->fate);
  cr_secondary_defaults(&y->opt);
  y->prod = (struct cr_production){&y->net, &y->fate, &y->opt};
  y->count = cr_channels(&y->prod, y->channel);
}

static const struct cr_channel *find(const struct yields *y, const char *parent, const char *child) {
  int a = cr_network_find(&y->net, parent), b = cr_network_find(&y->net, child);
  for (int i = 0; i < y->count; i++)
    if (y->channel[i].parent == a && y->channel[i].child == b) return &y->channel[i];
  return NULL;
}

/* Antiprotons per second in gas of 1 cm^-3 of protons dN/dp = (p / GeV)^-2.7: integrals over the published table, protons up to 9e5 GeV. */
static void test_antiprotons(void **state) {
  (void)state;
  static const double exact[] = {3.4864e-20, 2.9616e-20, 8.3448e-21, 1.5811e-21}, energy[] = {2.802, 8.737, 27.882, 88.601}, slope = -1.7;
  struct yields y;
  open_yields(&y, NULL);
  const struct cr_channel *ch = find(&y, "p", "pbar");
  assert_non_null(ch);
  for (int k = 0; k < 4; k++) {
    const int bin = k + 3, first = y.net.first[ch->child] + bin, parents = y.net.nbin[ch->parent];
    assert_true(fabs(log(y.net.bin[first].p_lo / pow(10.0, 0.25 + 0.5 * k))) < 1e-3);
    double sum_lo = 0.0, sum_hi = 0.0;
    for (int from = 0; from < parents; from++) {
      const struct cr_bin *b = &y.net.bin[y.net.first[ch->parent] + from];
      double lo, hi, number = (pow(b->p_lo, slope) - pow(b->p_hi, slope)) / -slope;
      cr_channel_yield(&y.prod, ch, from, slope, bin, &lo, &hi);
      sum_lo += number * lo, sum_hi += number * hi;
    }
    const struct cr_bin *b = &y.net.bin[first];
    assert_true(fabs((sum_lo + sum_hi) / exact[k] - 1.0) < 0.05);
    assert_true(fabs((b->t_lo * sum_lo + b->t_hi * sum_hi) / (sum_lo + sum_hi) / energy[k] - 1.0) < 0.06);
  }
  cr_network_free(&y.net);
}

static double at(const struct cr_fit *f, double r) {
  double sum = 0.0;
  for (int i = CR_FIT - 1; i >= 0; i--) sum = sum * r + f->c[i];
  return fmin(fmax(sum, f->least), f->most);
}

/* The top bin of protons, with the particles above it: slopes as they are found. */
static void test_tables(void **state) {
  (void)state;
  struct yields y;
  struct cr_batch_options opt;
  cr_batch_defaults(&opt);
  open_yields(&y, NULL);
  struct cr_tables *t = cr_tables_create(&y.net, &opt);
  const int p = cr_network_find(&y.net, "p"), top = y.net.first[p + 1] - 1;
  int seen = 0;
  for (double slope = -2.1; slope < -1.0; slope += 0.05)
    for (int i = t->first_yield[top]; i < t->first_yield[top + 1]; i++) {
      int s = 0;
      while (t->yield[i].child >= y.net.first[s + 1]) s++;
      const struct cr_channel *ch = find(&y, "p", y.net.species[s].name);
      double a, b, lo, hi;
      assert_non_null(ch);
      cr_bin_from_slope(&y.net.bin[top], slope, 1.0, &a, &b);
      cr_channel_yield(&y.prod, ch, y.net.nbin[p] - 1, slope, t->yield[i].child - y.net.first[s], &lo, &hi);
      assert_true(fabs(at(&t->yield[i].lo, b - a) + at(&t->yield[i].hi, b - a) - lo - hi) < 0.02 * (lo + hi));
      seen++;
    }
  assert_true(seen > 100);
  cr_tables_free(t);
  cr_network_free(&y.net);
}

/* They count for leptons and antiprotons of protons alone. */
static void test_nuclei(void **state) {
  (void)state;
  static const char *const names[] = {"p", "he", "pbar", "e+", "b", "cno"};
  struct yields y;
  open_yields(&y, NULL);
  cr_network_free(&y.net);
  cr_network_create(&y.net, 6, names, NULL);
  y.count = cr_channels(&y.prod, y.channel);
  double before[CR_MAX_CHANNELS];
  for (int i = 0; i < y.count; i++) before[i] = cr_channel_rate(&y.prod, &y.channel[i], 400.0);
  y.opt.nuclei = 1.25;
  for (int i = 0; i < y.count; i++) {
    const bool proton = y.net.species[y.channel[i].parent].kind == CR_PROTON;
    assert_true(before[i] > 0.0);
    assert_true(fabs(cr_channel_rate(&y.prod, &y.channel[i], 400.0) / before[i] - (proton ? 1.25 : 1.0)) < 1e-14);
  }
  assert_int_equal(y.count, 5);   /* p and he to pbar and e+, cno to b */
  cr_network_free(&y.net);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_antiprotons), cmocka_unit_test(test_tables), cmocka_unit_test(test_nuclei)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
