#include "setups/rays.h"

#include "base/memory.h"
#include "crtransport/internal.h"
#include "setups/initial.h"

#include <string.h>

struct setup_population setup_population(const struct rays *r, int population) {
  const struct rays_population *p = &r->population[population];
  const double share = r->transport.group[p->group].speed / r->transport.par.light;
  const double signal = share * p->speed, rate = (r->transport.par.form == RSOL_FULL ? share : share * share) * p->rate;
  return (struct setup_population){.signal = signal, .rate = rate, .kappa = rate > 0.0 ? signal * signal / (3.0 * rate) : 0.0};
}

/* The setup's values, bin by bin, are put in the order of the populations 2 bin + end; space: [2 populations]. */
struct at_point { const struct setup *setup; const struct cr_network *net; double t; double *space; };

static void rays_at(const void *data, const double x[3], double *value) {
  const struct at_point *a = data;
  const int bins = cr_network_bins(a->net);
  const size_t n = (size_t)bins;
  struct rays_point w = {.lo = a->space, .hi = a->space + n, .flux_lo = a->space + 2 * n, .flux_hi = a->space + 3 * n};
  memset(a->space, 0, sizeof *a->space * 4 * n);
  a->setup->rays(a->t, x, a->net, &w);
  for (int k = 0; k < bins; k++) {
    value[2 * k] = w.lo[k];
    value[2 * k + 1] = w.hi[k];
    value[2 * (bins + k)] = w.flux_lo[k];
    value[2 * (bins + k) + 1] = w.flux_hi[k];
  }
}

void setup_rays_average(const struct mesh *mesh, int b, const int cell[3], const struct setup *setup, double t, const struct rays *r,
                        double *value, double *work) {
  const int n = 2 * r->count;
  const struct at_point a = {.setup = setup, .net = &r->net, .t = t, .space = work + 3 * (size_t)n};
  setup_cell_average(mesh, b, cell, setup->points, n, rays_at, &a, value, work);
}

void setup_fill_rays(const struct mesh *mesh, const struct setup *setup, double t, struct rays *r) {
  const int *ng = mesh->ngd, count = r->count;
  double *value = memory_get(sizeof *value * 10 * (size_t)count), *work = value + 2 * count;
  for (int b = 0; b < mesh->count; b++) {
    for (int k = 0; k < mesh->nc[2]; k++) {
      for (int j = 0; j < mesh->nc[1]; j++) {
        for (int i = 0; i < mesh->nc[0]; i++) {
          const int cell[3] = {i, j, k}, *n = field_extent(&r->transport.group[0].state, 0);
          const size_t at = ((size_t)(k + ng[2]) * (size_t)n[1] + (size_t)(j + ng[1])) * (size_t)n[0] + (size_t)(i + ng[0]);
          setup_rays_average(mesh, b, cell, setup, t, r, value, work);
          for (int p = 0; p < count; p++) {
            rays_data(r, p, b, 0)[at] = value[p];
            rays_data(r, p, b, 1)[at] = value[count + p];
          }
        }
      }
    }
  }
  memory_free(value);
}
