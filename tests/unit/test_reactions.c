/* Chains of catastrophic losses and secondaries in the batched update: exact for steps of any length (P9 of docs/physics.md). */
#include "microphysics/batch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* From bin FAST on hadrons are relativistic and rates hang little on the shape of spectra, which is frozen for a step. */
enum { BINS = 160, FAST = 4 };

static struct cr_network net;
static struct cr_tables *tables;
static double lo[BINS], hi[BINS], escape[BINS], gas;
static double *plo[BINS], *phi[BINS];
static struct cr_ledger ledger[CR_MAX_SPECIES];

static void setup(const char *network, double density, double fragmentation) {
  struct cr_batch_options opt;
  cr_batch_defaults(&opt);
  for (int i = 0; i < LOSS_COUNT; i++) opt.loss.scale[i] = 0.0;
  opt.fate.scale[FATE_FRAGMENTATION] = fragmentation;
  cr_network_named(&net, network, NULL);
  tables = cr_tables_create(&net, &opt);
  gas = density;
  for (int k = 0; k < BINS; k++) plo[k] = &lo[k], phi[k] = &hi[k], escape[k] = 0.0;
}

static void done(void) {
  cr_tables_free(tables);
  cr_network_free(&net);
}

static void empty(void) {
  memset(lo, 0, sizeof lo), memset(hi, 0, sizeof hi);
  memset(ledger, 0, sizeof ledger);
}

static void step(double dt) {
  struct cr_batch_env env = {.n_nucleon = &gas, .n_e = &gas, .escape_rate = escape};
  cr_batch_step(tables, 1, dt, CR_MOMENTUM_FIRST, &env, plo, phi, ledger, NULL);
}

/* The rate with which a population decays that is alone; a child that starts empty has lo = hi. */
static double rate(int bin, double a, double b, double guess) {
  empty();
  lo[bin] = a, hi[bin] = b;
  step(1.0 / guess);
  return -log((a > 0.0 ? lo[bin] : hi[bin]) / (a > 0.0 ? a : b)) * guess;
}

/* (exp(-p t) - exp(-s t)) / (s - p) */
static double chain(double p, double s, double t) { return exp(-fmin(p, s) * t) * -expm1(-fabs(s - p) * t) / fabs(s - p); }

/* Only the lower population of one bin of the parent at the start.  The yield is taken from one step of 1/rate, the others are then known;
 * over all steps it is also the number in the ledger. */
static double worst_of_chain(const char *parent, int bin, const char *child) {
  int p = cr_network_find(&net, parent), s = cr_network_find(&net, child), from = net.first[p] + bin;
  double gamma_p = rate(from, 1.0, 0.0, 1e-15 * gas), worst = 0.0, gained = 0.0;
  int children = 0;
  for (int k = net.first[s]; k < net.first[s + 1]; k++) {
    empty();
    lo[from] = 1.0;
    step(1.0 / gamma_p);
    if (!(lo[k] > 0.0)) continue;
    double after = lo[k], after_hi = hi[k], gamma_lo = rate(k, 1.0, 1.0, 1e-15 * gas);
    double y = after / chain(gamma_p, gamma_lo, 1.0 / gamma_p);
    empty();
    lo[k] = hi[k] = 1.0;
    step(1e15 / gas);
    double gamma_hi = -log(hi[k]) * gas * 1e-15, y_hi = after_hi / chain(gamma_p, gamma_hi, 1.0 / gamma_p);
    static const double times[] = {1e-6, 1e-3, 0.03, 0.3, 3.0, 30.0, 300.0};
    for (int i = 0; i < 7; i++) {
      double t = times[i] / gamma_p;
      empty();
      lo[from] = 1.0;
      step(t);
      worst = fmax(worst, fabs(lo[k] / (y * chain(gamma_p, gamma_lo, t)) - 1.0));
      worst = fmax(worst, fabs(hi[k] / (y_hi * chain(gamma_p, gamma_hi, t)) - 1.0));
    }
    gained += (y + y_hi) / gamma_p;
    children++;
  }
  assert_true(children > 0);
  /* All parents are gone: yield over loss rate. */
  empty();
  lo[from] = 1.0;
  step(300.0 / gamma_p);
  double booked = -sum_value(&ledger[s].number[ENTRY_SECONDARY]);
  worst = fmax(worst, fabs(booked / gained - 1.0));
  print_message("# %s -> %s: %.1e\n", parent, child, worst);
  return worst;
}

static void test_chains(void **state) {
  (void)state;
  for (int leaky = 0; leaky < 2; leaky++)
    for (int thick = 0; thick < 2; thick++) {
      setup("resolved", thick ? 1e3 : 0.1, 1.0);
      for (int k = 0; k < BINS; k++) escape[k] = leaky ? 2e-15 * gas * (1.0 + 0.1 * k) : 0.0;
      assert_true(worst_of_chain("c", 3, "b11") < 1e-10);
      assert_true(worst_of_chain("b11", 6, "be10") < 1e-10);
      assert_true(worst_of_chain("be10", 2, "b10") < 1e-10);
      assert_true(worst_of_chain("p", 4, "e+") < 1e-10);
      done();
      /* Without B -> 10Be -> B.  The child comes before the parent in the order. */
      setup("hopkins2022", thick ? 1e3 : 0.1, 0.0);
      for (int k = 0; k < BINS; k++) escape[k] = leaky ? 2e-15 * gas * (1.0 + 0.1 * k) : 0.0;
      assert_true(worst_of_chain("p", 6, "pbar") < 1e-10);
      assert_true(worst_of_chain("be10", 2, "b") < 1e-10);
      done();
    }
}

/* Numbers of a species after `time` in n steps, of C, N and O alone at the start, with the reactions only. */
static void late_children(const char *network, const char *parent, double time, int n, double *number) {
  setup(network, 1.0, 1.0);
  empty();
  int s = cr_network_find(&net, parent);
  for (int k = 0; k < cr_network_bins(&net); k++) escape[k] = 1e-15 * (1 + k % 4);
  for (int k = net.first[s]; k < net.first[s + 1]; k++) cr_bin_from_slope(&net.bin[k], -1.7, 1.0, &lo[k], &hi[k]);
  for (int i = 0; i < n; i++) step(time / n);
  for (s = 0; s < net.count; s++) {
    number[s] = 0.0;
    for (int k = net.first[s] + FAST; k < net.first[s + 1]; k++) number[s] += lo[k] + hi[k];
  }
  done();
}

/* CNO -> B -> 10Be -> B -> Be, and C -> 11B -> 10Be -> 10B -> 9Be.  Steps of 0.4 Myr; what is left of the error is that the
 * shapes of spectra, which decide on the mean rates of bins, are frozen for a step. */
static void test_order(void **state) {
  (void)state;
  static const struct { const char *network, *parent, *child[4]; } cases[] = {{"hopkins2022", "cno", {"b", "be", "be10", NULL}},
                                                                              {"hopkins2022", "be10", {"b", "be", NULL, NULL}},
                                                                              {"resolved", "c", {"b11", "b10", "be10", "be9"}}};
  for (int i = 0; i < 3; i++) {
    double exact[CR_MAX_SPECIES], coarse[CR_MAX_SPECIES], fine[CR_MAX_SPECIES], time = 2e14;
    late_children(cases[i].network, cases[i].parent, time, 512, exact);
    late_children(cases[i].network, cases[i].parent, time, 8, coarse);
    late_children(cases[i].network, cases[i].parent, time, 16, fine);
    cr_network_named(&net, cases[i].network, NULL);
    for (int k = 0; k < 4 && cases[i].child[k] != NULL; k++) {
      int s = cr_network_find(&net, cases[i].child[k]);
      double a = coarse[s] / exact[s] - 1.0, b = fine[s] / exact[s] - 1.0;
      print_message("# %s -> %s: %.2e with 8 steps, %.2e with 16\n", cases[i].parent, cases[i].child[k], a, b);
      assert_true(fabs(b) < 1e-3);
    }
    cr_network_free(&net);
  }
}

/* A steady state with sources does not depend on the step. */
static void test_steady(void **state) {
  (void)state;
  double number[2][CR_MAX_SPECIES];
  for (int fine = 0; fine < 2; fine++) {
    setup("hopkins2022", 1.0, 1.0);
    empty();
    static double source[BINS];
    const double *sources[BINS];
    int s = cr_network_find(&net, "cno");
    for (int k = 0; k < cr_network_bins(&net); k++) escape[k] = 3e-15, sources[k] = &source[k], source[k] = 0.0;
    for (int k = net.first[s]; k < net.first[s + 1]; k++) source[k] = 1e-20;
    struct cr_batch_env env = {.n_nucleon = &gas, .n_e = &gas, .escape_rate = escape, .source_lo = sources, .source_hi = sources};
    for (int i = 0; i < (fine ? 4000 : 200); i++) cr_batch_step(tables, 1, fine ? 1e13 : 2e14, CR_MOMENTUM_FIRST, &env, plo, phi, ledger, NULL);
    for (s = 0; s < net.count; s++) {
      number[fine][s] = 0.0;
      for (int k = net.first[s] + FAST; k < net.first[s + 1]; k++) number[fine][s] += lo[k] + hi[k];
    }
    if (fine) {
      static const char *const names[] = {"cno", "b", "be10", "be"};
      for (int i = 0; i < 4; i++) {
        s = cr_network_find(&net, names[i]);
        print_message("# steady %s: steps of 2e14 s against 1e13 s: %.1e\n", names[i], number[0][s] / number[1][s] - 1.0);
        assert_true(fabs(number[0][s] / number[1][s] - 1.0) < 1e-6);
      }
    }
    done();
  }
}

/* Whole spectra and long steps: positive, and the numbers of all species close. */
static void test_numbers(void **state) {
  (void)state;
  setup("resolved", 1.0, 1.0);
  for (int round = 0; round < 40; round++) {
    empty();
    int bins = cr_network_bins(&net);
    double before[CR_MAX_SPECIES] = {0};
    for (int k = 0; k < bins; k++) lo[k] = 1.0 + sin(k + round), hi[k] = 1.0 + cos(3.0 * k + round), escape[k] = 1e-16 * (k % 7);
    for (int s = 0; s < net.count; s++)
      for (int k = net.first[s]; k < net.first[s + 1]; k++) before[s] += lo[k] + hi[k];
    gas = pow(10.0, 0.3 * round - 6.0);
    step(3e13);
    for (int s = 0; s < net.count; s++) {
      double sum = 0.0, size = before[s];
      for (int k = net.first[s]; k < net.first[s + 1]; k++) {
        assert_true(lo[k] >= 0.0 && hi[k] >= 0.0);
        sum += lo[k] + hi[k];
      }
      for (int e = 0; e < ENTRY_COUNT; e++) sum += sum_value(&ledger[s].number[e]), size += fabs(sum_value(&ledger[s].number[e]));
      assert_true(fabs(sum - before[s]) < 1e-14 * size);
    }
  }
  done();
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_chains), cmocka_unit_test(test_order), cmocka_unit_test(test_steady), cmocka_unit_test(test_numbers)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
