#include "cooling/cooling.h"

#include "base/constants.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/units.h"
#include "io/io.h"

#include <math.h>
#include <string.h>

static const double SUN = 0.0134; /* mass fraction of metals, Asplund et al. 2009, Table 4 */

static void create_fields(struct cooling *c, const struct mesh *mesh) {
  field_create(&c->ionised, mesh, "share of free electrons", CENTRING_CELL, 1);
  if (c->par.rays == COOLING_LIVE) field_create(&c->zeta, mesh, "ionisation by cosmic rays", CENTRING_CELL, 1);
}

static void destroy_fields(struct cooling *c) {
  field_destroy(&c->ionised);
  if (c->par.rays == COOLING_LIVE) field_destroy(&c->zeta);
}

void cooling_create(struct cooling *c, const struct cooling_params *par, const struct mesh *mesh, const struct units *u) {
  *c = (struct cooling){.par = *par, .hydrogen_cm3 = par->hydrogen * u->density_g_cm3 / PROTON_MASS_g, .pressure = u->pressure_erg_cm3, .time_s = u->time_s};
  c->par.zeta /= u->time_s; /* parameters come in code units */
  c->par.floor *= u->temperature_K;
  create_fields(c, mesh);
}

void cooling_destroy(struct cooling *c) { destroy_fields(c); }

void cooling_adapted(struct cooling *c, const struct mesh *mesh) {
  destroy_fields(c);
  create_fields(c, mesh);
}

/* A row of cells of a block. */
struct row { const double *rho, *internal, *metals, *zeta; double *energy, *inner, *ionised; };

static size_t place(const struct mesh *m, const struct field *f, int j, int k) {
  const int *e = field_extent(f, 0);
  return ((size_t)(k + m->ngd[2]) * (size_t)e[1] + (size_t)(j + m->ngd[1])) * (size_t)e[0] + (size_t)m->ngd[0];
}

static struct row row_at(const struct cooling *c, const struct mesh *m, const struct gas *g, int b, int j, int k) {
  const size_t at = place(m, &g->u[0], j, k), own = place(m, &c->ionised, j, k);
  return (struct row){.rho = field_data(&g->u[0], b, GAS_RHO) + at,
                      .internal = field_data(&g->u[0], b, g->nvar - 1) + at,
                      .inner = field_data(&g->u[0], b, g->nvar - 1) + at,
                      .energy = field_data(&g->u[0], b, GAS_E) + at,
                      .metals = c->par.scalar >= 0 ? field_data(&g->u[0], b, GAS_SCALAR + c->par.scalar) + at : NULL,
                      .zeta = c->zeta.data ? field_data(&c->zeta, b, 0) + own : NULL,
                      .ionised = field_data(&c->ionised, b, 0) + own};
}

static struct gas_env env_of(const struct cooling *c, const struct row *r, int i) {
  const struct cooling_params *p = &c->par;
  return (struct gas_env){.helium = 0.25 * (1.0 - p->hydrogen) / p->hydrogen,
                          .metallicity = r->metals ? max(r->metals[i], 0.0) / (r->rho[i] * SUN) : p->metallicity,
                          .fuv = p->fuv,
                          .background = p->background,
                          .zeta = r->zeta ? max(r->zeta[i], 0.0) : p->zeta,
                          .zeta_heats = p->rays == COOLING_CONSTANT};
}

static double share(const struct gas_env *env, const struct gas_ions *ions) { return min(ions->e / (1.0 + 2.0 * env->helium), 1.0); }

void cooling_step(struct cooling *c, const struct mesh *m, struct gas *g, double dt) {
  if (!c->par.on || g->par.frozen) return;
  const double gamma = g->par.gamma, volume = mesh_root_volume(m);
  for (int b = 0; b < m->count; b++) {
    struct sum lost = {0.0, 0.0};
    for (int k = 0; k < m->nc[2]; k++)
      for (int j = 0; j < m->nc[1]; j++) {
        const struct row r = row_at(c, m, g, b, j, k);
        for (int i = 0; i < m->nc[0]; i++) {
          const struct gas_env env = env_of(c, &r, i);
          struct gas_ions ions;
          const double before = r.inner[i] * c->pressure;
          const double after = thermal_advance(&env, gamma, c->par.floor, r.rho[i] * c->hydrogen_cm3, before, dt * c->time_s, &ions);
          const double change = (after - before) / c->pressure;
          sum_add(&lost, r.energy[i]);
          r.energy[i] += change;
          r.inner[i] += change;
          sum_add(&lost, -r.energy[i]);
        }
      }
    const double weight = ldexp(volume, -m->dim * m->block[b].level);
    sum_add(&c->radiated, weight * lost.hi);
    sum_add(&c->radiated, weight * lost.lo);
  }
}

static double pressure_of(const struct gas *g, const struct row *r, int i) {
  return g->par.eos == EOS_ADIABATIC ? (g->par.gamma - 1.0) * r->internal[i] : g->par.sound_speed * g->par.sound_speed * r->rho[i];
}

void cooling_look(struct cooling *c, const struct mesh *m, const struct gas *g) {
  for (int b = 0; b < m->count; b++)
    for (int k = 0; k < m->nc[2]; k++)
      for (int j = 0; j < m->nc[1]; j++) {
        const struct row r = row_at(c, m, g, b, j, k);
        for (int i = 0; i < m->nc[0]; i++) {
          const struct gas_env env = env_of(c, &r, i);
          struct gas_ions ions;
          thermal_temperature(&env, r.rho[i] * c->hydrogen_cm3, max(pressure_of(g, &r, i), 1e-300) * c->pressure, &ions);
          r.ionised[i] = share(&env, &ions);
        }
      }
}

double cooling_radiated(const struct cooling *c, const struct mesh *mesh) {
  double mine[2] = {c->radiated.hi, c->radiated.lo}, *all = memory_get(sizeof mine * (size_t)mesh->size);
  struct sum s = {0.0, 0.0};
  MPI_Allgather(mine, 2, MPI_DOUBLE, all, 2, MPI_DOUBLE, mesh->comm);
  for (int i = 0; i < 2 * mesh->size; i++) sum_add(&s, all[i]);
  memory_free(all);
  return sum_value(&s);
}

static void show(const struct cooling_shown *s, const struct mesh *m, int b, bool temperature, double *values) {
  for (int k = 0; k < m->nc[2]; k++)
    for (int j = 0; j < m->nc[1]; j++) {
      const struct row r = row_at(s->c, m, s->g, b, j, k);
      for (int i = 0; i < m->nc[0]; i++) {
        const struct gas_env env = env_of(s->c, &r, i);
        struct gas_ions ions;
        const double t = thermal_temperature(&env, r.rho[i] * s->c->hydrogen_cm3, max(pressure_of(s->g, &r, i), 1e-300) * s->c->pressure, &ions);
        *values++ = temperature ? t : ions.e;
      }
    }
}

static void show_temperature(const void *data, const struct mesh *m, int b, double *values) { show(data, m, b, true, values); }
static void show_electrons(const void *data, const struct mesh *m, int b, double *values) { show(data, m, b, false, values); }

int cooling_variables(const struct cooling *c, const struct gas *g, struct cooling_shown *shown, struct io_variable *v) {
  *shown = (struct cooling_shown){.c = c, .g = g};
  v[0] = (struct io_variable){.name = "temperature", .unit = "K", .cgs = 1.0, .cgs_unit = "K", .meaning = "temperature in ionisation equilibrium", .fill = show_temperature, .data = shown};
  v[1] = (struct io_variable){.name = "electrons", .unit = "1", .cgs = 1.0, .cgs_unit = "", .meaning = "free electrons per hydrogen nucleus", .fill = show_electrons, .data = shown};
  return COOLING_VARIABLES;
}
