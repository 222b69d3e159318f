/* Gas with one population of cosmic rays of pressure q, for tests of forces: what a run does in a step, with adiabatic changes of ultra-relativistic particles. */
#ifndef TESTS_UNIT_FORCE_CASES_H
#define TESTS_UNIT_FORCE_CASES_H

#include "base/minmax.h"
#include "crtransport/internal.h"
#include "crtransport/rays_scratch.h"
#include "setups/initial.h"
#include "tests/unit/gas_cases.h"

#include <math.h>
#include <string.h>

struct live {
  struct world w;
  struct rays r;
  struct rays_population population[2];
  struct field velocity;
};

static inline void live_open(struct live *l, const struct mesh_params *mesh, const struct mhd_params *par, int closure, double light, double rate,
                             MPI_Comm comm) {
  memset(l, 0, sizeof *l);
  world_open(&l->w, mesh, par, comm);
  const struct mesh *m = &l->w.mesh;
  mhd_keep_mass(&l->w.gas, m);
  struct rays *r = &l->r;
  r->par.coupling = COUPLING_FULL;
  r->par.transport = (struct crt_params){.form = RSOL_FLUX, .closure = closure, .light = light, .cfl = 0.3, .field_floor = 1e-10, .limiter = true};
  r->scale.light = light;
  crt_create(&r->transport, &r->par.transport, m);
  const struct crt_member member[2] = {{light, rate}, {light, rate}};
  crt_add_group(&r->transport, m, 2, member, light);
  for (int p = 0; p < 2; p++) l->population[p] = (struct rays_population){.member = p, .end = p, .speed = light, .rate = rate, .stress = 3.0, .energy = 3.0};
  r->population = l->population;
  r->count = 2;
  field_create(&r->momentum, m, "momentum", CENTRING_CELL, 3);
  field_create(&r->exchange, m, "exchange", CENTRING_CELL, 2);
  field_create(&l->velocity, m, "velocity", CENTRING_FACE, 3);
  r->flux = correction_create(m, 4, false);
}

static inline void live_close(struct live *l) {
  correction_destroy(l->r.flux);
  rays_scratch_destroy(&l->r);
  field_destroy(&l->r.momentum);
  field_destroy(&l->r.exchange);
  field_destroy(&l->velocity);
  crt_destroy(&l->r.transport);
  world_close(&l->w);
}

static inline double *live_q(const struct live *l, int population, int b, int flux, const int i[3]) {
  return value_at(&l->w.mesh, &l->r.transport.group[0].state, b, population + 2 * flux, i);
}

/* Adiabatic changes of q, with the energy they take. */
static inline void live_adiabatic(struct live *l, double dt, bool ahead) {
  const struct mesh *m = &l->w.mesh;
  int i[3];
  rays_face_velocity(&l->r, m, l->w.x, &l->w.gas, &l->velocity);
  struct field rate;
  field_create(&rate, m, "expansion", CENTRING_CELL, 1);
  rays_expansion(&l->r, m, &l->w.gas, &l->velocity, dt, ahead, &rate);
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      double factor = expm1(-dt / 3.0 * *value_at(m, &rate, b, 0, i)), gain = 0.0;
      for (int p = 0; p < 2; p++) {
        double *q = live_q(l, p, b, 0, i), *f = live_q(l, p, b, 1, i);
        gain += l->population[p].energy * *q * factor;
        *q += *q * factor;
        *f += *f * factor;
      }
      *value_at(m, &l->r.exchange, b, 0, i) -= gain;
    }
  field_destroy(&rate);
}

static inline void live_transport(struct live *l, double dt) {
  crt_directions(&l->r.transport, &l->w.mesh, l->w.x, &l->w.gas.b[0]);
  crt_transport(&l->r.transport, &l->w.mesh, l->w.x, 0, dt, crt_substeps(&l->r.transport, &l->w.mesh, 0, dt, NULL), NULL, NULL);
}

static inline void live_advect(struct live *l) {
  struct field *old[2] = {&l->w.gas.mass, &l->w.gas.u[2]};
  exchange_all(l->w.x, 2, old);
  crt_advect(&l->r.transport, &l->w.mesh, l->w.x, 0, &l->w.gas.mass, &l->w.gas.u[2]);
}

/* As a run does: crtransport.h. */
static inline bool live_step(struct live *l, double dt, bool transport) {
  const bool even = l->r.steps % 2 == 0;
  const struct mesh *m = &l->w.mesh;
  if (transport && even) live_transport(l, dt);
  rays_inertia(&l->r, m, &l->w.gas);
  rays_kick(&l->r, m, l->w.x, &l->w.gas, 0.5 * dt);
  if (!mhd_step(&l->w.gas, m, l->w.x, l->w.c, dt)) return false;
  if (even) live_adiabatic(l, dt, true);
  live_advect(l);
  if (!even) live_adiabatic(l, dt, false);
  rays_kick(&l->r, m, l->w.x, &l->w.gas, 0.5 * dt);
  if (transport && !even) live_transport(l, dt);
  if (transport) crt_directions(&l->r.transport, m, l->w.x, &l->w.gas.b[0]);
  rays_inertia(&l->r, m, &l->w.gas);
  rays_settle(&l->r, m, &l->w.gas);
  l->r.steps++;
  return true;
}

static inline double live_dt(struct live *l, double cfl) {
  return min(mhd_max_dt(&l->w.gas, &l->w.mesh), rays_max_dt(&l->r, &l->w.mesh, &l->w.gas, cfl));
}

#endif
