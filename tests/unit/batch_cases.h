/* Cells of the ISM with a network of cosmic rays, for tests of the batched update. */
#ifndef TESTS_UNIT_BATCH_CASES_H
#define TESTS_UNIT_BATCH_CASES_H

#include "microphysics/batch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CELLS = 80, BINS = 128, VARIABLES = 9 };

static struct cr_network net;
static struct cr_batch_options opt;
static double lo[BINS][CELLS], hi[BINS][CELLS], env_value[VARIABLES][CELLS];
static double *plo[BINS], *phi[BINS];
static uint64_t seed;

static inline double random_unit(void) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (double)(seed >> 11) * 0x1p-53;
}

static inline struct cr_batch_env env_of(int at) {
  return (struct cr_batch_env){.n_e = env_value[0] + at, .n_n = env_value[1] + at, .n_nucleon = env_value[2] + at, .u_b = env_value[3] + at,
                               .u_rad = {env_value[4] + at}, .div_u = env_value[5] + at, .bb_grad_u = env_value[6] + at,
                               .v_alfven = env_value[7] + at, .streaming_rate = env_value[8] + at, .nu0 = 1e-9};
}

/* Cells of the ISM with spectra of all slopes between -6 and -2 or so. */
static inline void fill(double spread) {
  seed = 42;
  for (int i = 0; i < CELLS; i++) {
    for (int v = 0; v < 5; v++) env_value[v][i] = pow(10.0, spread * (2.0 * random_unit() - 1.0));
    for (int v = 5; v < 7; v++) env_value[v][i] = 2e-15 * (2.0 * random_unit() - 1.0);
    env_value[7][i] = 3e6 * random_unit();
    env_value[8][i] = 1e-15 * random_unit();
  }
  for (int k = 0; k < cr_network_bins(&net); k++) {
    plo[k] = lo[k], phi[k] = hi[k];
    for (int i = 0; i < CELLS; i++)
      cr_bin_from_slope(&net.bin[k], -1.5 + 3.0 * (random_unit() - 0.5), pow(10.0, -2.0 * (k % 11)) * random_unit(), &lo[k][i], &hi[k][i]);
  }
}

#endif
