/* The batched update against the scalar reference, and its independence of neighbours, order and units. */
#include "tests/unit/batch_cases.h"

/* Momentum changes of all species and cells, worst difference of a population relative to the number in the bin. */
static double difference(double dt, enum cr_map_mode mode) {
  double worst = 0.0;
  static double before_lo[BINS][CELLS], before_hi[BINS][CELLS];
  memcpy(before_lo, lo, sizeof lo), memcpy(before_hi, hi, sizeof hi);
  struct cr_tables *tables = cr_tables_create(&net, &opt);
  struct cr_batch_env env = env_of(0);
  cr_batch_step(tables, CELLS, dt, CR_MOMENTUM_FIRST, &env, plo, phi, NULL, NULL);
  for (int i = 0; i < CELLS; i += 7)
    for (int s = 0; s < net.count; s++) {
      double a[CR_MAX_BINS], b[CR_MAX_BINS];
      for (int k = 0; k < net.nbin[s]; k++) a[k] = before_lo[net.first[s] + k][i], b[k] = before_hi[net.first[s] + k][i];
      struct cr_env one = {.n_e = env_value[0][i], .n_n = env_value[1][i], .n_nucleon = env_value[2][i], .u_b = env_value[3][i],
                           .u_rad = {env_value[4][i]}, .div_u = env_value[5][i], .bb_grad_u = env_value[6][i], .v_alfven = env_value[7][i],
                           .streaming_rate = env_value[8][i], .nu0 = 1e-9, .nu_slope = opt.nu_slope};
      struct cr_remap_budget budget = {.n_in = 0};
      cr_remap(&net, s, &one, &opt.loss, &(struct cr_remap_options){mode, opt.inflow}, dt, a, b, &budget);
      for (int k = 0; k < net.nbin[s]; k++) {
        double near = (k > 0 ? a[k - 1] + b[k - 1] : 0.0) + (k < net.nbin[s] - 1 ? a[k + 1] + b[k + 1] : 0.0);
        double d = fmax(fabs(lo[net.first[s] + k][i] - a[k]), fabs(hi[net.first[s] + k][i] - b[k])) / (a[k] + b[k] + 1e-6 * near);
        worst = fmax(worst, d);
      }
    }
  cr_tables_free(tables);
  return worst;
}

static void no_reactions(void) {
  cr_batch_defaults(&opt);
  opt.secondary.scale = 0.0;
  for (int i = 0; i < FATE_COUNT; i++) opt.fate.scale[i] = 0.0;
}

/* One process at a time: the adiabatic map is exact, the others agree as well as their rates are parabolas in a bin. */
static void test_momentum(void **state) {
  (void)state;
  static const struct { int id; double dt, tolerance; } cases[] = {
      {LOSS_ADIABATIC, 1e14, 3e-8}, {LOSS_STREAMING, 1e14, 3e-8}, {LOSS_REACCELERATION, 1e14, 3e-8},
      {LOSS_COULOMB, 1e11, 8e-3}, {LOSS_IONISATION, 1e11, 2e-3},
      {LOSS_BREMSSTRAHLUNG, 1e14, 5e-3}, {LOSS_SYNCHROTRON, 1e12, 2e-4}, {LOSS_INVERSE_COMPTON, 1e12, 2e-4}};
  for (int c = 0; c < 8; c++)
    for (int inflow = 0; inflow < 2; inflow++) {
      no_reactions();
      opt.inflow = (enum cr_inflow)inflow;
      for (int i = 0; i < LOSS_COUNT; i++) opt.loss.scale[i] = i == cases[c].id;
      fill(0.5);
      double d = difference(cases[c].dt, CR_MAP_COMBINED);
      print_message("# %s: %.1e\n", cr_losses[cases[c].id].name, d);
      if (!(d < cases[c].tolerance)) fail_msg("differs by %.2e", d);
    }
}

/* On a mesh: chi, mu or drift_div of each bin and cell, and the scattering rate of each cell. */
static void test_mesh(void **state) {
  (void)state;
  static double chi[BINS][CELLS], mu[BINS][CELLS], drift[BINS][CELLS], factor[CELLS], before_lo[BINS][CELLS], before_hi[BINS][CELLS];
  static const double *pchi[BINS], *pmu[BINS], *pdrift[BINS];
  double dt = 1e14;
  for (int form = 0; form < 4; form++) {
    no_reactions();
    for (int i = 0; i < LOSS_COUNT; i++) opt.loss.scale[i] = i <= LOSS_REACCELERATION ? 0.5 + i : 0.0;
    opt.loss.reacceleration_maximal = form == 3;
    fill(0.5);
    for (int k = 0; k < cr_network_bins(&net); k++) {
      pchi[k] = chi[k], pmu[k] = mu[k], pdrift[k] = drift[k];
      for (int i = 0; i < CELLS; i++)
        chi[k][i] = random_unit() / 3.0, mu[k][i] = 2.0 * random_unit() - 1.0, drift[k][i] = 1e-15 * (2.0 * random_unit() - 1.0);
    }
    for (int i = 0; i < CELLS; i++) factor[i] = pow(10.0, 2.0 * random_unit() - 1.0), env_value[7][i] *= 10.0;
    memcpy(before_lo, lo, sizeof lo), memcpy(before_hi, hi, sizeof hi);
    struct cr_tables *tables = cr_tables_create(&net, &opt);
    struct cr_batch_env env = env_of(0);
    env.nu_factor = factor, env.chi = pchi, env.mu = pmu;
    if (form > 0) env.drift_div = pdrift;
    if (form == 2) env.chi = NULL;
    cr_batch_step(tables, CELLS, dt, CR_MOMENTUM_FIRST, &env, plo, phi, NULL, NULL);
    double worst = 0.0;
    for (int i = 0; i < CELLS; i += 3)
      for (int s = 0; s < net.count; s++) {
        int at = net.first[s], nb = net.nbin[s];
        double a[CR_MAX_BINS], b[CR_MAX_BINS], of_chi[CR_MAX_BINS], of_mu[CR_MAX_BINS], of_drift[CR_MAX_BINS];
        for (int k = 0; k < nb; k++)
          a[k] = before_lo[at + k][i], b[k] = before_hi[at + k][i], of_chi[k] = chi[at + k][i], of_mu[k] = mu[at + k][i], of_drift[k] = drift[at + k][i];
        struct cr_env one = {.div_u = env_value[5][i], .bb_grad_u = env_value[6][i], .v_alfven = env_value[7][i], .nu0 = 1e-9 * factor[i],
                             .nu_slope = opt.nu_slope, .chi = form == 2 ? NULL : of_chi, .mu = of_mu, .drift_div = form > 0 ? of_drift : NULL};
        struct cr_remap_budget budget = {.n_in = 0};
        cr_remap(&net, s, &one, &opt.loss, &(struct cr_remap_options){CR_MAP_COMBINED, opt.inflow}, dt, a, b, &budget);
        for (int k = 0; k < nb; k++) {
          double near = (k > 0 ? a[k - 1] + b[k - 1] : 0.0) + (k < nb - 1 ? a[k + 1] + b[k + 1] : 0.0);
          worst = fmax(worst, fmax(fabs(lo[at + k][i] - a[k]), fabs(hi[at + k][i] - b[k])) / (a[k] + b[k] + 1e-6 * near));
        }
      }
    print_message("# form %d of the exchange with waves: %.1e\n", form, worst);
    assert_true(worst < 1e-6);
    cr_tables_free(tables);
  }
}

/* Everything on: in each cell the entries add up to what the cosmic rays have lost. */
static void test_cells(void **state) {
  (void)state;
  static double entry[ENTRY_COUNT][CELLS], drift[BINS][CELLS], factor[CELLS], source[BINS][CELLS];
  static const double *pdrift[BINS], *psource[BINS];
  double *entries[ENTRY_COUNT], before[CELLS] = {0}, after[CELLS] = {0}, escape[BINS];
  for (int inflow = 0; inflow < 2; inflow++)
    for (int order = 0; order < 2; order++) {
      cr_batch_defaults(&opt);
      opt.inflow = (enum cr_inflow)inflow;
      fill(1.0);
      memset(entry, 0, sizeof entry);
      for (int e = 0; e < ENTRY_COUNT; e++) entries[e] = entry[e];
      for (int k = 0; k < cr_network_bins(&net); k++) {
        pdrift[k] = drift[k], psource[k] = source[k], escape[k] = 1e-15 * (k % 5);
        for (int i = 0; i < CELLS; i++) drift[k][i] = 1e-14 * (2.0 * random_unit() - 1.0), source[k][i] = 1e-14 * (lo[k][i] + hi[k][i]);
      }
      for (int i = 0; i < CELLS; i++) factor[i] = 2.0 * random_unit();
      struct cr_tables *tables = cr_tables_create(&net, &opt);
      struct cr_batch_env env = env_of(0);
      env.nu_factor = factor, env.drift_div = pdrift, env.source_lo = env.source_hi = psource, env.escape_rate = escape;
      for (int i = 0; i < CELLS; i++) before[i] = after[i] = 0.0;
      for (int k = 0; k < cr_network_bins(&net); k++)
        for (int i = 0; i < CELLS; i++) before[i] += cr_bin_energy(&net.bin[k], lo[k][i], hi[k][i]);
      cr_batch_step(tables, CELLS, 3e13, (enum cr_order)order, &env, plo, phi, NULL, entries);
      for (int k = 0; k < cr_network_bins(&net); k++)
        for (int i = 0; i < CELLS; i++) after[i] += cr_bin_energy(&net.bin[k], lo[k][i], hi[k][i]);
      double worst = 0.0;
      for (int i = 0; i < CELLS; i++) {
        double lost = 0.0, turnover = 0.0;
        for (int e = 0; e < ENTRY_COUNT; e++) lost += entry[e][i], turnover += fabs(entry[e][i]);
        assert_true(turnover > 0.1 * before[i]);
        worst = fmax(worst, fabs(before[i] - after[i] - lost) / turnover);
      }
      print_message("# energy of single cells: %.1e of the turnover\n", worst);
      assert_true(worst < 1e-13);
      cr_tables_free(tables);
    }
}

/* Largest relative difference of the numbers in bins after a time, in n steps, between all losses in one rate and one after another; for
 * bins in which little changes in one step.  hadrons, leptons. */
static void by_update(int n, double time, double worst[2]) {
  static double one[BINS][CELLS], other[BINS][CELLS];
  worst[0] = worst[1] = 0.0;
  for (int mode = 0; mode < 2; mode++) {
    no_reactions();
    opt.update = mode == 0 ? CR_MAP_COMBINED : CR_MAP_SPLIT;
    fill(0.3);
    for (int i = 0; i < CELLS; i++) env_value[5][i] *= 10.0, env_value[8][i] *= 10.0;
    struct cr_tables *tables = cr_tables_create(&net, &opt);
    struct cr_batch_env env = env_of(0);
    for (int step = 0; step < n; step++) cr_batch_step(tables, CELLS, time / n, CR_MOMENTUM_FIRST, &env, plo, phi, NULL, NULL);
    for (int k = 0; k < cr_network_bins(&net); k++)
      for (int i = 0; i < CELLS; i++) (mode == 0 ? one : other)[k][i] = lo[k][i] + hi[k][i];
    cr_tables_free(tables);
  }
  for (int s = 0; s < net.count; s++)
    for (int k = 3; k < net.nbin[s] - 2; k++)
      for (int i = 0; i < CELLS; i++) {
        int bin = net.first[s] + k, lepton = net.species[s].kind == CR_LEPTON;
        worst[lepton] = fmax(worst[lepton], fabs(one[bin][i] / other[bin][i] - 1.0));
      }
}

/* Both forms of the update go to the same solution, and their difference falls with the square of the step. */
static void test_update(void **state) {
  (void)state;
  double coarse[2], fine[2];
  by_update(8, 4e13, coarse);
  by_update(16, 4e13, fine);
  for (int lepton = 0; lepton < 2; lepton++) {
    print_message("# %s: combined and split differ by %.1e, in half of the step by %.1e\n", lepton ? "leptons" : "hadrons", coarse[lepton], fine[lepton]);
    assert_true(coarse[lepton] > 1e-9 && coarse[lepton] < 1e-2);
    assert_true(coarse[lepton] / fine[lepton] > 3.5 && coarse[lepton] / fine[lepton] < 4.6);
  }
  /* The map of protons against the exact solution of the sum of all rates. */
  struct cr_network all = net;
  assert_true(cr_network_named(&net, "protons", NULL));
  double off[2][2];
  for (int mode = 0; mode < 2; mode++)
    for (int half = 0; half < 2; half++) {
      no_reactions();
      opt.update = mode == 0 ? CR_MAP_COMBINED : CR_MAP_SPLIT;
      fill(0.1);
      for (int i = 0; i < CELLS; i++) env_value[5][i] *= 30.0;
      off[mode][half] = difference(half ? 1e12 : 2e12, CR_MAP_COMBINED);
    }
  print_message("# protons against the reference: combined %.1e, %.1e, split %.1e, %.1e\n", off[0][0], off[0][1], off[1][0], off[1][1]);
  for (int mode = 0; mode < 2; mode++) assert_true(off[mode][0] < 5e-3 && off[mode][0] / off[mode][1] > 3.5);
  cr_network_free(&net);
  net = all;
}

/* A cell alone gives the same bits as among others, and numbers in another unit the same up to rounding. */
static void test_neighbours(void **state) {
  (void)state;
  cr_batch_defaults(&opt);
  struct cr_tables *tables = cr_tables_create(&net, &opt);
  static double all_lo[BINS][CELLS], all_hi[BINS][CELLS];
  /* Rates of reactions times dt: small in all cells, in some, in few, and last in those of the numbers in another unit. */
  static const double times[] = {1e10, 1e13, 1e14, 1e12};
  struct cr_batch_env env;
  for (int c = 0; c < 4; c++) {
    fill(1.0);
    env = env_of(0);
    cr_batch_step(tables, CELLS, times[c], CR_MOMENTUM_FIRST, &env, plo, phi, NULL, NULL);
    memcpy(all_lo, lo, sizeof lo), memcpy(all_hi, hi, sizeof hi);
    fill(1.0);
    for (int at = 0; at < CELLS; at += 5) {
      double *a[BINS], *b[BINS];
      for (int k = 0; k < cr_network_bins(&net); k++) a[k] = lo[k] + at, b[k] = hi[k] + at;
      env = env_of(at);
      cr_batch_step(tables, 5, times[c], CR_MOMENTUM_FIRST, &env, a, b, NULL, NULL);
    }
    for (int k = 0; k < cr_network_bins(&net); k++)
      for (int i = 0; i < CELLS; i++) assert_true(lo[k][i] == all_lo[k][i] && hi[k][i] == all_hi[k][i]);
  }
  fill(1.0);
  for (int k = 0; k < cr_network_bins(&net); k++)
    for (int i = 0; i < CELLS; i++) lo[k][i] *= 3.7e55, hi[k][i] *= 3.7e55;
  env = env_of(0);
  cr_batch_step(tables, CELLS, 1e12, CR_MOMENTUM_FIRST, &env, plo, phi, NULL, NULL);
  for (int k = 0; k < cr_network_bins(&net); k++)
    for (int i = 0; i < CELLS; i++) {
      double n = all_lo[k][i] + all_hi[k][i];
      if (k > 0) n += all_lo[k - 1][i] + all_hi[k - 1][i];
      if (k < cr_network_bins(&net) - 1) n += all_lo[k + 1][i] + all_hi[k + 1][i];
      assert_true(fabs(lo[k][i] / 3.7e55 - all_lo[k][i]) <= 1e-12 * n && fabs(hi[k][i] / 3.7e55 - all_hi[k][i]) <= 1e-12 * n);
    }
  cr_tables_free(tables);
}

enum { COUNT = 9 };
static const char *const order[][COUNT] = {{"p", "he", "c", "o", "b11", "be10", "b10", "e-", "e+"},
                                           {"e+", "e-", "b10", "be10", "b11", "o", "c", "he", "p"},
                                           {"be10", "p", "b10", "e-", "c", "e+", "he", "b11", "o"}};

/* Two steps of everything with species in the order given, sources and escape; populations of a cell and ledger in the first order. */
static void ordered(const char *const names[], double out_lo[][BINS], double out_hi[][BINS], double entries[][2 * ENTRY_COUNT]) {
  struct cr_network own;
  struct cr_bins_choice bins[CR_MAX_SPECIES];
  /* Bins follow their species: e- have others than the rest. */
  for (int i = 0; i < COUNT; i++) bins[i] = strcmp(names[i], "e-") == 0 ? (struct cr_bins_choice){1e-3, 1e3, 3.0} : (struct cr_bins_choice){0.0, 0.0, 0.0};
  cr_network_create(&own, COUNT, names, bins);
  struct cr_batch_options all;
  cr_batch_defaults(&all);
  struct cr_tables *tables = cr_tables_create(&own, &all);
  struct cr_ledger ledger[CR_MAX_SPECIES] = {{.number = {{.hi = 0}}}};
  static double source[BINS][CELLS];
  const double *sources[BINS];
  double escape[BINS];
  struct cr_batch_env env = env_of(0);
  for (int s = 0; s < own.count; s++)
    for (int k = 0; k < own.nbin[s]; k++) {
      int bin = own.first[s] + k, salt = own.species[s].name[0] + 3 * own.species[s].name[strlen(own.species[s].name) - 1];
      plo[bin] = lo[bin], phi[bin] = hi[bin], sources[bin] = source[bin], escape[bin] = 1e-15 * (1 + k);
      for (int i = 0; i < CELLS; i++) {
        lo[bin][i] = 1.0 + sin(salt + k + i), hi[bin][i] = 1.0 + cos(salt + 2 * k + i);
        source[bin][i] = 1e-13 * (1.0 + sin(2 * salt + k));
      }
    }
  env.escape_rate = escape, env.source_lo = env.source_hi = sources;
  cr_batch_step(tables, CELLS, 1e13, CR_MOMENTUM_FIRST, &env, plo, phi, ledger, NULL);
  cr_batch_step(tables, CELLS, 1e13, CR_REACTIONS_FIRST, &env, plo, phi, ledger, NULL);
  for (int i = 0; i < COUNT; i++) {
    int s = cr_network_find(&own, order[0][i]);
    for (int k = 0; k < own.nbin[s]; k++) out_lo[i][k] = lo[own.first[s] + k][7], out_hi[i][k] = hi[own.first[s] + k][7];
    for (int e = 0; e < ENTRY_COUNT; e++) entries[i][e] = sum_value(&ledger[s].number[e]), entries[i][ENTRY_COUNT + e] = sum_value(&ledger[s].energy[e]);
  }
  cr_tables_free(tables);
  cr_network_free(&own);
}

/* The order of species in the parameters does not matter, not in the last bit.  (Code units cannot matter: the update is in cgs and GeV. What is
 * left, the unit of number, is in the test before this one.) */
static void test_order(void **state) {
  (void)state;
  static double a[COUNT][BINS], b[COUNT][BINS], c[COUNT][BINS], d[COUNT][BINS], x[COUNT][2 * ENTRY_COUNT], y[COUNT][2 * ENTRY_COUNT];
  fill(0.5);
  ordered(order[0], a, b, x);
  assert_true(a[COUNT - 1][0] > 0.0 && x[0][FATE_PIONIC + ENTRY_FATES] > 0.0);
  for (int i = 1; i < 3; i++) {
    ordered(order[i], c, d, y);
    assert_memory_equal(a, c, sizeof a);
    assert_memory_equal(b, d, sizeof b);
    assert_memory_equal(x, y, sizeof x);
  }
}

int main(void) {
  cr_network_named(&net, "hopkins2022", NULL);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_momentum), cmocka_unit_test(test_mesh), cmocka_unit_test(test_cells), cmocka_unit_test(test_update),
                                     cmocka_unit_test(test_neighbours), cmocka_unit_test(test_order)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  cr_network_free(&net);
  return failed;
}
