#include "microphysics/cr_zeta.h"

#include "base/memory.h"
#include "base/minmax.h"

void cr_zeta_create(struct cr_zeta *z, const struct cr_network *net, const struct cr_observe *o) {
  z->bins = cr_network_bins(net);
  z->rate = memory_get(sizeof *z->rate * (size_t)z->bins);
  double *lo = memory_get(sizeof *lo * 3 * (size_t)z->bins), *hi = lo + z->bins, *slope = hi + z->bins;
  for (int s = 0; s < net->count; s++)
    for (int k = net->first[s]; k < net->first[s + 1]; k++) {
      for (int i = 0; i < CR_ZETA_POINTS; i++) {
        hi[k] = (double)i / (CR_ZETA_POINTS - 1);
        lo[k] = 1.0 - hi[k];
        cr_slopes(net, lo, hi, slope);
        const struct cr_cell cell = {.net = net, .lo = lo, .hi = hi, .slope = slope};
        z->rate[k][i] = cr_ionisation_rate(&cell, s, o);
      }
      lo[k] = hi[k] = 0.0;
    }
  memory_free(lo);
}

void cr_zeta_destroy(struct cr_zeta *z) {
  memory_free(z->rate);
  z->rate = NULL;
}

void cr_zeta_add(const struct cr_zeta *z, int k, int n, const double *lo, const double *hi, double *zeta) {
  const double *rate = z->rate[k];
  for (int c = 0; c < n; c++) {
    const double all = lo[c] + hi[c];
    if (!(all > 0.0)) continue;
    const double x = min(max(hi[c] / all, 0.0), 1.0) * (CR_ZETA_POINTS - 1);
    const int i = (int)min(x, CR_ZETA_POINTS - 2.0);
    zeta[c] += all * (rate[i] + (x - i) * (rate[i + 1] - rate[i]));
  }
}
