/* Speeds, scattering rates and weights of the populations, and the groups that share a reduced speed of light. */
#include "base/log.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/units.h"
#include "crtransport/implicit.h"
#include "crtransport/rays.h"

#include <math.h>
#include <stdio.h>

/* Speed and scattering rate at momentum p (GeV) of species s. */
static struct crt_member member_at(const struct rays *r, int s, double mass, double p) {
  const double beta = cr_beta(p, mass), rigidity = p / r->net.species[s].z;
  const double rate = r->par.cr.nu0 * pow(beta, r->par.scattering.beta_power) * pow(rigidity, -r->par.cr.batch.nu_slope);
  return (struct crt_member){.speed = beta * r->transport.par.light, .rate = rate * r->scale.time_s};
}

/* Mean speed and diffusivity of the particles of a population, of a spectrum as injection and escape make it: dN/dln p ~ p^(3 - psi - slope). */
static struct crt_member member_mean(const struct rays *r, int s, const struct cr_bin *b, int end) {
  double l[CR_NODES], w[CR_NODES], weight = 0.0, speed = 0.0, kappa = 0.0;
  cr_bin_nodes(3.0 - r->par.cr.injection.slope - r->par.cr.batch.nu_slope, 0.0, b->width, l, w);
  for (int i = 0; i < CR_NODES; i++) {
    const double p = b->p_lo * exp(l[i]), x = p / b->p_lo, up = cr_kinetic_rise(b->p_lo, p, b->mass, (x - 1.0) * (x + 1.0)) / b->dt;
    const double here = w[i] * (end == 0 ? 1.0 - up : up);
    const struct crt_member m = member_at(r, s, b->mass, p);
    weight += here;
    speed += here * m.speed;
    kappa += here * m.speed * m.speed / (3.0 * m.rate);
  }
  speed /= weight;
  return (struct crt_member){.speed = speed, .rate = speed * speed * weight / (3.0 * kappa)};
}

static struct rays_population population(const struct rays *r, int s, int bin, int end) {
  const struct cr_bin *b = &r->net.bin[bin];
  const double edge = end == 0 ? b->p_lo : b->p_hi;
  const int how = r->par.scattering.evaluate;
  const struct crt_member m = how == EVALUATE_MEAN ? member_mean(r, s, b, end) : member_at(r, s, b->mass, how == EVALUATE_EDGE ? edge : sqrt(b->p_lo * b->p_hi));
  return (struct rays_population){.bin = bin,
                                  .end = end,
                                  .speed = m.speed,
                                  .rate = m.rate,
                                  .stress = edge * cr_beta(edge, b->mass) * r->scale.pressure,
                                  .energy = (end == 0 ? b->t_lo : b->t_hi) * r->scale.pressure};
}

/* The class of a bin: its speed is 2^class times the least. */
static int class_of(const struct rays *r, int s, int bin) {
  const struct cr_bin *b = &r->net.bin[bin];
  const struct crt_member m = member_at(r, s, b->mass, sqrt(b->p_lo * b->p_hi));
  if (r->par.speed_choice == SPEED_FIXED) return 0;
  const double most = log2(r->par.speed_max / r->par.speed);
  const double kappa = m.speed * m.speed / (3.0 * m.rate), wanted = r->par.speed_safety * kappa / r->par.speed_length;
  return (int)ceil(max(min(log2(wanted / r->par.speed), most), 0.0));
}

static double speed_of_class(const struct rays *r, int class) { return min(ldexp(r->par.speed, class), max(r->par.speed_max, r->par.speed)); }

void rays_populations(struct rays *r, const struct mesh *mesh) {
  enum { CLASSES = 64 };
  int members[CLASSES] = {0}, group[CLASSES];
  r->count = 2 * cr_network_bins(&r->net);
  r->population = memory_get(sizeof *r->population * (size_t)r->count);
  struct crt_member *list = memory_get(sizeof *list * (size_t)r->count);
  for (int s = 0; s < r->net.count; s++)
    for (int bin = r->net.first[s]; bin < r->net.first[s + 1]; bin++)
      for (int end = 0; end < 2; end++) {
        const int class = class_of(r, s, bin);
        struct rays_population *p = &r->population[2 * bin + end];
        *p = population(r, s, bin, end);
        p->group = class;
        p->member = members[class]++;
      }
  for (int class = 0, n = 0; class < CLASSES; class++) {
    if (members[class] == 0) continue;
    group[class] = n++;
    for (int i = 0; i < r->count; i++) {
      const struct rays_population *p = &r->population[i];
      if (p->group == class) list[p->member] = (struct crt_member){p->speed, p->rate};
    }
    crt_add_group(&r->transport, mesh, members[class], list, r->par.speed_choice == SPEED_FIXED ? r->par.speed : speed_of_class(r, class));
  }
  for (int i = 0; i < r->count; i++) r->population[i].group = group[r->population[i].group];
  memory_free(list);
  r->least = memory_get(sizeof *r->least * (size_t)r->transport.count);
  for (int i = 0; i < r->transport.count; i++) {
    r->least[i] = r->transport.group[i].speed;
    r->transport.group[i].implicit = r->par.scheme == TRANSPORT_IMPLICIT;
  }
}

/* Largest |u| + Alfven speed, on all ranks. */
static double fastest_waves(const struct rays *r, const struct mesh *mesh, const struct gas *g) {
  double fastest = 0.0;
  for (int b = 0; b < mesh->count; b++)
    for (int k = 0; k < mesh->nc[2]; k++)
      for (int j = 0; j < mesh->nc[1]; j++) {
        const size_t at = rays_place(mesh, &g->u[0], j, k);
        const double *u[4], *alfven = r->alfven.ncomp > 0 ? field_data(&r->alfven, b, 0) + at : NULL;
        for (int v = 0; v < 4; v++) u[v] = field_data(&g->u[0], b, v) + at;
        for (int i = 0; i < mesh->nc[0]; i++) {
          double v = sqrt(sum3(u[1][i] * u[1][i], u[2][i] * u[2][i], u[3][i] * u[3][i])) / u[0][i];
          fastest = max(fastest, v + (alfven ? alfven[i] : 0.0));
        }
      }
  MPI_Allreduce(MPI_IN_PLACE, &fastest, 1, MPI_DOUBLE, MPI_MAX, mesh->comm);
  return fastest;
}

/* The lowest power of two times the least speed that is not below the wanted one. */
static double step_above(const struct rays *r, double wanted) {
  const double most = max(r->par.speed_max, r->par.speed);
  return wanted > r->par.speed ? min(ldexp(r->par.speed, (int)ceil(log2(min(wanted, most) / r->par.speed))), most) : r->par.speed;
}

/* Speeds go up when they have to, and down only when there is room to spare, so that they do not flicker. */
void rays_speeds(struct rays *r, const struct mesh *mesh, const struct gas *g) {
  if (r->par.speed_choice == SPEED_FIXED) return;
  const double wanted = r->par.speed_safety * fastest_waves(r, mesh, g), up = step_above(r, wanted), down = step_above(r, 1.5 * wanted);
  bool changed = false;
  for (int i = 0; i < r->transport.count; i++) {
    struct crt_group *group = &r->transport.group[i];
    if (group->implicit) continue;
    const double was = group->speed, high = max(r->least[i], up), low = max(r->least[i], down);
    group->speed = high > was ? high : low < was ? low : was;
    changed |= group->speed != was;
  }
  if (changed) rays_renew_momentum(r, mesh);
}

void rays_choose(struct rays *r, const struct mesh *mesh, double dt) {
  bool changed = false;
  for (int i = 0; i < r->transport.count; i++) {
    struct crt_group *group = &r->transport.group[i];
    const bool was = group->implicit;
    const double speed = group->speed;
    if (was) group->speed = r->least[i];
    const int n = crt_substeps(&r->transport, mesh, i, dt, NULL);
    const double cost = r->par.implicit_cost > 0.0 ? r->par.implicit_cost : crt_implicit_price(&r->transport, mesh, i, dt);
    group->implicit = n > cost * (was ? 0.8 : 1.0); /* without flicker */
    if (group->implicit) group->speed = r->par.transport.light;
    changed |= group->speed != speed;
    if (r->steps == 0 || was != group->implicit)
      log_info("cosmic rays, group %d: %s (%d explicit sub-steps in a step, %.3g cost as much as an implicit one)", i, group->implicit ? "implicit" : "explicit", n,
               cost);
  }
  if (changed) rays_renew_momentum(r, mesh);
}

void rays_tell(const struct rays *r, const struct units *u) {
  log_info("cosmic rays: %d species, %d momentum bins, %d groups", r->net.count, cr_network_bins(&r->net), r->transport.count);
  for (int i = 0; i < r->transport.count; i++) {
    const struct crt_group *group = &r->transport.group[i];
    double lo = INFINITY, hi = 0.0;
    for (int p = 0; p < r->count; p++) {
      if (r->population[p].group != i) continue;
      const double speed = r->population[p].speed, kappa = speed * speed / (3.0 * r->population[p].rate);
      lo = min(lo, kappa);
      hi = max(hi, kappa);
    }
    log_info("  group %d: %d populations, reduced speed of light %.4g%s, diffusivity along B %.3g to %.3g%s", i, group->count,
             group->speed * (u->code ? 1.0 : 1e-5 * u->velocity_cm_s), u->code ? "" : " km/s", lo * u->length_cm * u->velocity_cm_s,
             hi * u->length_cm * u->velocity_cm_s, u->code ? "" : " cm^2/s");
  }
}
