/* The ledger of the batched update closes, for many steps and for cells of all kinds. */
#include "tests/unit/batch_cases.h"

/* CRUX_FULL: 1e5 steps for the ledger, 1e6 cells of all kinds. */
static bool full(void) { return getenv("CRUX_FULL") != NULL; }

/* Numbers and energies of each species: before = after + ledger. */
static double imbalance(const struct cr_network *n, double *const *a, double *const *b, int cells, const double *number0, const double *energy0,
                        const struct cr_ledger *ledger) {
  double worst = 0.0;
  for (int s = 0; s < n->count; s++) {
    double number = 0, energy = 0, size_n = 1e-300, size_e = 1e-300;
    for (int k = n->first[s]; k < n->first[s + 1]; k++)
      for (int i = 0; i < cells; i++) number += a[k][i] + b[k][i], energy += cr_bin_energy(&n->bin[k], a[k][i], b[k][i]);
    size_n += number + (number0 ? number0[s] : 0.0), size_e += energy + (energy0 ? energy0[s] : 0.0);
    for (int e = 0; e < ENTRY_COUNT; e++) {
      double a_n = sum_value(&ledger[s].number[e]), a_e = sum_value(&ledger[s].energy[e]);
      size_n += fabs(a_n), size_e += fabs(a_e);
      number += a_n, energy += a_e;
    }
    worst = fmax(worst, fabs(number - (number0 ? number0[s] : 0.0)) / size_n);
    worst = fmax(worst, fabs(energy - (energy0 ? energy0[s] : 0.0)) / size_e);
  }
  return worst;
}

static void totals(double *number, double *energy) {
  for (int s = 0; s < net.count; s++) {
    number[s] = energy[s] = 0.0;
    for (int k = net.first[s]; k < net.first[s + 1]; k++)
      for (int i = 0; i < CELLS; i++) number[s] += lo[k][i] + hi[k][i], energy[s] += cr_bin_energy(&net.bin[k], lo[k][i], hi[k][i]);
  }
}

/* Everything on, for many steps of the whole network in 8 cells: the ledger closes to 1e-13. */
static void test_ledger(void **state) {
  (void)state;
  for (int inflow = 0; inflow < 2; inflow++) {
    cr_batch_defaults(&opt);
    opt.inflow = (enum cr_inflow)inflow;
    fill(0.5);
    double number[CR_MAX_SPECIES], energy[CR_MAX_SPECIES];
    for (int k = 0; k < cr_network_bins(&net); k++)
      for (int i = 8; i < CELLS; i++) lo[k][i] = hi[k][i] = 0.0;
    totals(number, energy);
    struct cr_ledger ledger[CR_MAX_SPECIES] = {{.number = {{.hi = 0}}}};
    struct cr_tables *tables = cr_tables_create(&net, &opt);
    struct cr_batch_env env = env_of(0);
    int steps = full() ? 100000 : 3000;
    for (int step = 0; step < steps; step++)
      cr_batch_step(tables, 8, 1e11, step % 2 ? CR_MOMENTUM_FIRST : CR_REACTIONS_FIRST, &env, plo, phi, ledger, NULL);
    double off = imbalance(&net, plo, phi, 8, number, energy, ledger);
    print_message("# ledger after %d steps: %.1e\n", steps, off);
    assert_true(off < (full() ? 1e-13 : 1e-14));
    cr_tables_free(tables);
  }
}

/* Cells of all kinds: no NaN, nothing negative, the ledger closed. */
static void test_fuzz(void **state) {
  (void)state;
  cr_batch_defaults(&opt);
  struct cr_tables *tables = cr_tables_create(&net, &opt);
  for (int round = 0; round < (full() ? 12500 : 150); round++) {
    fill(0.0);
    seed = (uint64_t)round + 1000;
    for (int i = 0; i < CELLS; i++) {
      for (int v = 0; v < 3; v++) env_value[v][i] = pow(10.0, 12.0 * random_unit() - 6.0);
      env_value[3][i] = 0.0248 * pow(1e3 * random_unit(), 2);
      env_value[4][i] = pow(10.0, 8.0 * random_unit() - 3.0);
      env_value[5][i] = 1e-12 * (2.0 * random_unit() - 1.0);
      env_value[7][i] = 1e9 * random_unit();
    }
    for (int k = 0; k < cr_network_bins(&net); k++)
      for (int i = 0; i < CELLS; i++) {
        double kind = random_unit();
        if (kind < 0.2) lo[k][i] = hi[k][i] = 0.0;
        else if (kind < 0.3) hi[k][i] = 0.0;
        else if (kind < 0.4) lo[k][i] = 0.0;
        else if (kind < 0.6) hi[k][i] *= pow(10.0, -300.0 * random_unit());
      }
    double number[CR_MAX_SPECIES], energy[CR_MAX_SPECIES], dt = 3.16e7 * pow(10.0, 9.0 * random_unit());
    totals(number, energy);
    struct cr_ledger ledger[CR_MAX_SPECIES] = {{.number = {{.hi = 0}}}};
    struct cr_batch_env env = env_of(0);
    cr_batch_step(tables, CELLS, dt, CR_MOMENTUM_FIRST, &env, plo, phi, ledger, NULL);
    for (int k = 0; k < cr_network_bins(&net); k++)
      for (int i = 0; i < CELLS; i++)
        if (!(lo[k][i] >= 0.0 && hi[k][i] >= 0.0 && lo[k][i] < 1e300 && hi[k][i] < 1e300))
          fail_msg("round %d bin %d cell %d: %g %g", round, k, i, lo[k][i], hi[k][i]);
    double off = imbalance(&net, plo, phi, CELLS, number, energy, ledger);
    if (!(off < 1e-12)) fail_msg("round %d: ledger off by %g", round, off);
  }
  cr_tables_free(tables);
}

int main(void) {
  cr_network_named(&net, "hopkins2022", NULL);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_ledger), cmocka_unit_test(test_fuzz)};
  int failed = cmocka_run_group_tests_name("batch_ledger", tests, NULL, NULL);
  cr_network_free(&net);
  return failed;
}
