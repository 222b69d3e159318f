/* The steps of a run with cosmic rays. */
#include "base/log.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "crtransport/implicit.h"
#include "crtransport/rays.h"

#include <math.h>
#include <string.h>

static bool lively(const struct gas *g) { return !g->par.frozen; }

/* Directions of the field as it is now, and what hangs on them. */
static void look(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g) {
  crt_directions(&r->transport, mesh, x, &g->b[0]);
}

/* False: an implicit step was not solved for. */
static bool transport(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, double dt) {
  rays_scattering(r, mesh, x, g);
  rays_speeds(r, mesh, g);
  if (r->par.scheme == TRANSPORT_AUTO && r->steps % 128 == 0) rays_choose(r, mesh, dt);
  const struct field *profile = r->profile.ncomp > 0 ? &r->profile : NULL, *alfven = r->alfven.ncomp > 0 ? &r->alfven : NULL;
  for (int i = 0; i < r->transport.count; i++) {
    if (r->transport.group[i].implicit) {
      if (!crt_implicit(&r->transport, mesh, x, i, dt, profile, alfven)) return false;
      continue;
    }
    crt_transport(&r->transport, mesh, x, i, dt, crt_substeps(&r->transport, mesh, i, dt, profile), profile, alfven);
  }
  if (lively(g)) rays_inertia(r, mesh, g);
  return true;
}

static void kick(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, double dt) {
  if (lively(g)) rays_kick(r, mesh, x, g, dt);
}

/* Sum of a component over the cells of this rank, times their volume, added to s. */
static void add_energy(const struct mesh *mesh, const struct field *f, double sign, struct sum *s) {
  const double volume = mesh_root_volume(mesh);
  for (int b = 0; b < mesh->count; b++) {
    const double weight = sign * ldexp(volume, -mesh->dim * mesh->block[b].level);
    struct sum block = {0.0, 0.0};
    for (int k = 0; k < mesh->nc[2]; k++)
      for (int j = 0; j < mesh->nc[1]; j++) {
        const double *e = field_data(f, b, 0) + rays_place(mesh, f, j, k);
        for (int i = 0; i < mesh->nc[0]; i++) sum_add(&block, e[i]);
      }
    sum_add(s, weight * block.hi);
    sum_add(s, weight * block.lo);
  }
}

static void change_momentum(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, double time, double dt, enum cr_order order) {
  const bool takes = lively(g) && g->par.eos == EOS_ADIABATIC;
  if (takes) add_energy(mesh, &r->exchange, -1.0, &r->given);
  rays_momentum(r, mesh, x, g, time, dt, order);
  if (takes) add_energy(mesh, &r->exchange, 1.0, &r->given);
}

static void advect(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g) {
  struct field *mass[1] = {&g->mass};
  exchange_all(x, 1, mass);
  for (int i = 0; i < r->transport.count; i++) crt_advect(&r->transport, mesh, x, i, &g->mass, &g->u[2]);
}

/* What the step leaves for the gas. */
static void settle(struct rays *r, const struct mesh *mesh, struct gas *g) {
  if (lively(g))
    rays_settle(r, mesh, g);
  else if (r->exchange.data)
    memset(r->exchange.data, 0, sizeof(double) * r->exchange.block_size * (size_t)mesh->count);
}

void rays_start(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g) {
  look(r, mesh, x, g);
  rays_set_momentum(r, mesh);
  const struct mhd_totals gas = mhd_totals(g, mesh);
  const struct rays_totals t = rays_totals(r, mesh);
  r->start_energy = gas.energy;
  for (int s = 0; s < r->net.count; s++) r->start_energy += t.energy[s];
  for (int d = 0; d < 3; d++) r->start_momentum[d] = gas.momentum[d] + t.momentum[d];
  rays_events(r, mesh, g, -1.0, 0.0);
}

bool rays_before(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, double time, double dt) {
  r->time = time;
  look(r, mesh, x, g);
  if (r->steps % 2 == 0 && !transport(r, mesh, x, g, dt)) return false;
  kick(r, mesh, x, g, 0.5 * dt); /* what is left over for the gas makes sense together with what cosmic rays lose in rays_after */
  return true;
}

bool rays_after(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, double time, double dt) {
  const bool even = r->steps % 2 == 0;
  look(r, mesh, x, g);
  if (even) change_momentum(r, mesh, x, g, time, dt, CR_MOMENTUM_FIRST);
  advect(r, mesh, x, g);
  if (!even) change_momentum(r, mesh, x, g, time, dt, CR_REACTIONS_FIRST);
  if (lively(g)) rays_inertia(r, mesh, g);
  kick(r, mesh, x, g, 0.5 * dt);
  settle(r, mesh, g);
  r->time = time + dt;
  if (!even && !transport(r, mesh, x, g, dt)) return false;
  rays_events(r, mesh, g, time, time + dt);
  if (!even && lively(g)) mhd_settle(g, mesh); /* as adapting the mesh does, so that it makes no difference whether blocks have moved */
  r->steps++;
  return true;
}

bool rays_tell_failure(const struct rays *r) {
  const struct crt_implicit_failure f = crt_implicit_failure(&r->transport);
  if (f.reason == NULL) return false;
  const struct rays_population *p = r->population;
  while (p->group != f.group || p->member != f.member) p++;
  int s = 0;
  while (p->bin >= r->net.first[s + 1]) s++;
  const struct cr_bin *b = &r->net.bin[p->bin];
  log_warning("implicit transport of %s, bin %d, %s edge (%.3g to %.3g GeV): not solved, %s: %d iterations, residual %.1e; transport.solver_tolerance: %.1e",
              r->net.species[s].name, p->bin - r->net.first[s], p->end == 0 ? "lower" : "upper", b->p_lo, b->p_hi, f.reason, f.iterations, f.residual,
              r->par.transport.implicit.tolerance);
  return true;
}

double rays_held_dt(const struct rays *r, const struct mesh *mesh, const struct gas *g) {
  double fastest = 0.0, width = INFINITY;
  for (int i = 0; i < r->count; i++) {
    const struct rays_population *p = &r->population[i];
    fastest = max(fastest, p->speed * (r->par.scheme == TRANSPORT_AUTO ? r->least[p->group] : r->transport.group[p->group].speed));
  }
  for (int b = 0; b < mesh->count; b++)
    for (int d = 0; d < mesh->dim; d++) width = min(width, mesh->block[b].dx[d]);
  double across = 0.0, least[2];
  for (int b = 0; b < mesh->count; b++)
    for (int k = 0; k < mesh->nc[2]; k++)
      for (int j = 0; j < mesh->nc[1]; j++) {
        const size_t at = rays_place(mesh, &g->u[0], j, k);
        const double *rho = field_data(&g->u[0], b, GAS_RHO) + at;
        for (int d = 0; d < mesh->dim; d++) {
          const double *m = field_data(&g->u[0], b, GAS_M1 + d) + at;
          for (int i = 0; i < mesh->nc[0]; i++) across = max(across, fabs(m[i]) / rho[i] / mesh->block[b].dx[d]);
        }
      }
  double step = r->par.transport.cfl * width * r->par.transport.light / fastest;
  if (r->par.transport.scheme == CRT_DIFFUSION) {
    step = INFINITY;
    for (int i = 0; i < r->transport.count; i++) step = min(step, crt_longest(&r->transport, mesh, i, NULL));
  }
  least[0] = r->par.substeps * step * (1.0 - 1e-12);
  least[1] = across > 0.0 ? g->par.cfl / across : INFINITY;
  MPI_Allreduce(MPI_IN_PLACE, least, 2, MPI_DOUBLE, MPI_MIN, mesh->comm);
  return min(least[0], least[1]);
}
