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

/* A population, in terms of the flux that is kept: physics.md 1.2. */
struct damping {
  double rate, over_speed, drift; /* of scattering, times dt; 1 / that of the particles; of the speed of streaming */
  double most;                    /* share of F - start that is taken away */
};

/* A row of cells; profile: not read where the rate is the same everywhere. */
static inline __attribute__((always_inline)) void damp(bool uniform, bool m1, int n, const struct damping *d, const double *restrict q,
                                                       const double *restrict start, const double *restrict profile,
                                                       const double *restrict alfven, double *restrict f) {
  const double over_speed = d->over_speed, drift = d->drift, most = d->most, rate = d->rate;
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double x = uniform ? rate : rate * profile[i], chi = m1 ? crt_chi(q[i], f[i], over_speed) : 1.0 / 3.0;
    double wind = drift * 3.0 * chi * alfven[i] * max(q[i], 0.0), now = max(fabs(f[i]), wind), end = max(q[i], 0.0) / over_speed;
    double share = most * x * wind / (now > 0.0 ? now * (1.0 + x) : 1.0);
    f[i] = min(max(f[i] + share * (start[i] - f[i]), -end), end);
  }
}

void crt_calm_substep(struct crt_calm *calm, const struct crt *c, const struct mesh *mesh, struct crt_group *g, int b, int p) {
  if (calm == NULL) return;
  const bool full = c->par.form == RSOL_FULL, m1 = c->par.closure == CLOSURE_M1, uniform = calm->profile == NULL;
  const double r = g->speed / c->par.light, drift = full ? r : 1.0, part = RATE / calm->n;
  const struct damping d = {(full ? r : r * r) * g->member[p].rate * calm->dt, 1.0 / (drift * g->member[p].speed), drift, part / (1.0 + part)};
  const double *q = component(&g->state, b, p), *start = component(&calm->start, b, p), *alfven = field_data(calm->alfven, b, 0);
  const double *profile = uniform ? alfven : field_data(calm->profile, b, 0);
  double *f = component(&g->state, b, g->count + p);
  const int *e = field_extent(&g->state, 0), n = mesh->nc[0];
  for (int k = 0; k < mesh->nc[2]; k++)
    for (int j = 0; j < mesh->nc[1]; j++) {
      const size_t at = ((size_t)(k + mesh->ngd[2]) * e[1] + (size_t)(j + mesh->ngd[1])) * e[0] + (size_t)mesh->ngd[0];
#define DAMP(uniform, m1) damp(uniform, m1, n, &d, q + at, start + at, profile + at, alfven + at, f + at)
      if (m1) uniform ? DAMP(true, true) : DAMP(false, true);
      else uniform ? DAMP(true, false) : DAMP(false, false);
#undef DAMP
    }
}

void crt_calm_close(struct crt_calm *calm) {
  if (calm == NULL) return;
  field_destroy(&calm->start);
  memory_free(calm);
}
