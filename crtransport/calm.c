#include "crtransport/calm.h"

#include "base/memory.h"
#include "base/minmax.h"
#include "crtransport/closure.h"

#include <math.h>
#include <string.h>

static const double RATE = 12.0; /* per dt */

struct crt_calm {
  int n;
  double dt;
  struct field start; /* F */
  const struct field *profile, *alfven;
};

static double *component(const struct field *f, int b, int c) { return field_data(f, b, 0) + f->comp_size[0] * (size_t)c; }

struct crt_calm *crt_calm_open(const struct crt *c, const struct mesh *mesh, int group, double dt, int n, const struct field *profile,
                               const struct field *alfven) {
  if (alfven == NULL || n < 2) return NULL;
  const struct crt_group *g = &c->group[group];
  struct crt_calm *calm = memory_get(sizeof *calm);
  *calm = (struct crt_calm){.n = n, .dt = dt, .profile = profile, .alfven = alfven};
  field_create(&calm->start, mesh, "flux at the start", CENTRING_CELL, g->count);
  for (int b = 0; b < mesh->count; b++)
    memcpy(field_data(&calm->start, b, 0), component(&g->state, b, g->count), sizeof(double) * g->state.comp_size[0] * (size_t)g->count);
  return calm;
}

/* rate: of scattering, times dt; most: share of F - start that is taken away. */
static void damp(size_t n, bool m1, double over_speed, double rate, double drift, double most, const double *restrict q, const double *restrict start,
                 const double *restrict profile, const double *restrict alfven, double *restrict f) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    double x = rate * profile[i], chi = m1 ? crt_chi(q[i], f[i], over_speed) : 1.0 / 3.0;
    double wind = drift * 3.0 * chi * alfven[i] * max(q[i], 0.0), now = max(fabs(f[i]), wind), end = max(q[i], 0.0) / over_speed;
    double share = most * x * wind / (now > 0.0 ? now * (1.0 + x) : 1.0);
    f[i] = min(max(f[i] + share * (start[i] - f[i]), -end), end);
  }
}

void crt_calm_substep(struct crt_calm *calm, const struct crt *c, struct crt_group *g) {
  if (calm == NULL) return;
  const bool full = c->par.form == RSOL_FULL, m1 = c->par.closure == CLOSURE_M1;
  const double r = g->speed / c->par.light, drift = full ? r : 1.0, part = RATE / calm->n;
  const size_t size = g->state.comp_size[0];
  double *ones = memory_get(sizeof *ones * size);
  for (size_t i = 0; i < size; i++) ones[i] = 1.0;
  for (int b = 0; b < calm->start.count; b++)
    for (int p = 0; p < g->count; p++) {
      const double rate = (full ? r : r * r) * g->member[p].rate * calm->dt, over_speed = 1.0 / (drift * g->member[p].speed);
      damp(size, m1, over_speed, rate, drift, part / (1.0 + part), component(&g->state, b, p), component(&calm->start, b, p),
           calm->profile ? field_data(calm->profile, b, 0) : ones, field_data(calm->alfven, b, 0), component(&g->state, b, g->count + p));
    }
  memory_free(ones);
}

void crt_calm_close(struct crt_calm *calm) {
  if (calm == NULL) return;
  field_destroy(&calm->start);
  memory_free(calm);
}
