/* The mass that goes through faces over a step, for what is carried along with the gas. */
#include "mhd/scratch.h"

static void mass_row(int n, double dt, double rest, const double *restrict flux, const double *restrict from, double *restrict mass) {
  if (from == NULL) {
#pragma omp simd
    for (int i = 0; i < n; i++) mass[i] = dt * flux[i];
  } else {
#pragma omp simd
    for (int i = 0; i < n; i++) mass[i] = rest * from[i] + dt * flux[i];
  }
}

void mass_plane(const struct mhd_scheme *s, const struct block_scratch *w, const struct mhd_stage *a, int k) {
  for (int d = 0; d < s->dim; d++) {
    const int row = w->nx + (d == 0), rows = w->ny + (d == 1), last_plane = d == 2 && k == s->ng[2] + s->nc[2] - 1;
    for (int plane = k; plane <= k + last_plane; plane++)
      for (int j = s->ng[1]; j < s->ng[1] + s->nc[1] + (d == 1); j++) {
        const size_t at = ((size_t)plane * rows + j) * row + s->ng[0];
        const double *from = a->w == 1.0 ? NULL : a->mass_state[d] + at;
        mass_row(s->nc[0] + (d == 0), a->dt, 1.0 - a->w, w->flux[d][plane & 1][FLUX_RHO] + j * w->nx + s->ng[0], from, a->mass[d] + at);
      }
  }
}
