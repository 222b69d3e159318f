/* Cosmic rays in momentum space: the full network of the paper with all processes, in a block of 16^3 cells, in ns per bin and cell. */
#include "base/memory.h"
#include "bench/bench.h"
#include "microphysics/batch.h"

#include <math.h>
#include <stddef.h>

enum { CELLS = 16 * 16 * 16, VALUES = 9, MOST = 128 };

struct rays {
  struct cr_network net;
  struct cr_tables *tables;
  double *lo[MOST], *hi[MOST], *chi[MOST], *mu[MOST], *value[VALUES];
  struct cr_ledger ledger[CR_MAX_SPECIES];
};

static double *cells(void) { return memory_get(CELLS * sizeof(double)); }

/* Gas that varies from cell to cell by a factor of 10, a step of 1e4 yr, spectra with s between -2.7 and -0.7. */
static struct rays *create(void) {
  struct rays *r = memory_get(sizeof *r);
  struct cr_batch_options opt;
  cr_network_named(&r->net, "hopkins2022", NULL);
  cr_batch_defaults(&opt);
  opt.loss.bands = 2;
  opt.loss.photon_eV[1] = 1.0;
  r->tables = cr_tables_create(&r->net, &opt);
  for (int v = 0; v < VALUES; v++) {
    r->value[v] = cells();
    for (int i = 0; i < CELLS; i++)
      r->value[v][i] = v < 5 ? 0.3 * pow(10.0, 0.5 * sin(0.1 * i + v)) : v < 7 ? 1e-15 * (1.1 + sin(i + v)) : v == 7 ? 3e6 : 1e4;
  }
  for (int k = 0; k < cr_network_bins(&r->net); k++) {
    r->lo[k] = cells(), r->hi[k] = cells(), r->chi[k] = cells(), r->mu[k] = cells();
    for (int i = 0; i < CELLS; i++) {
      cr_bin_from_slope(&r->net.bin[k], -1.7 + sin(0.37 * i + k), 1.0, &r->lo[k][i], &r->hi[k][i]);
      r->chi[k][i] = 0.3;
      r->mu[k][i] = 0.01;
    }
  }
  return r;
}

static void destroy(struct rays *r) {
  for (int k = 0; k < cr_network_bins(&r->net); k++) memory_free(r->lo[k]), memory_free(r->hi[k]), memory_free(r->chi[k]), memory_free(r->mu[k]);
  for (int v = 0; v < VALUES; v++) memory_free(r->value[v]);
  cr_tables_free(r->tables);
  cr_network_free(&r->net);
  memory_free(r);
}

static double momentum_space(const struct bench *b, int pass, void **state) {
  if (pass == 0) *state = create();
  struct rays *r = *state;
  if (pass < 0) {
    destroy(r);
    return 0.0;
  }
  struct cr_batch_env env = {.n_e = r->value[0], .n_n = r->value[1], .n_nucleon = r->value[2], .u_b = r->value[3],
                             .u_rad = {r->value[4], r->value[0]}, .div_u = r->value[5], .bb_grad_u = r->value[6], .v_alfven = r->value[7],
                             .temperature_K = r->value[8], .chi = (const double *const *)r->chi, .mu = (const double *const *)r->mu,
                             .nu0 = 1e-9};
  double start = bench_clock(b);
  cr_batch_step(r->tables, CELLS, 3e11, CR_MOMENTUM_FIRST, &env, r->lo, r->hi, r->ledger, NULL);
  double time = bench_most(b, bench_clock(b) - start);
  bench_use(r->lo[0][0]);
  return 1e9 * time / CELLS / cr_network_bins(&r->net);
}

const struct bench_case bench_rays[] = {{"cr_momentum_70!", "ns per bin and cell", momentum_space, 1}, {NULL, NULL, NULL, 0}};
