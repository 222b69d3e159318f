#include "cooling/cooling.h"

#include "base/constants.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/units.h"
#include "io/io.h"

#include <math.h>
#include <string.h>

static void create_fields(struct cooling *c, bool look, const struct mesh *mesh) {
  if (look) field_create(&c->ionised, mesh, "share of free electrons", CENTRING_CELL, 1);
  if (c->par.rays == COOLING_LIVE) field_create(&c->zeta, mesh, "ionisation by cosmic rays", CENTRING_CELL, 1);
}

static void destroy_fields(struct cooling *c) {
  field_destroy(&c->ionised);
  field_destroy(&c->zeta);
}

double cooling_bytes_per_block(const struct cooling_params *par, bool look, const struct mesh *mesh) {
  struct field f;
  field_shape(&f, mesh, "ionisation", CENTRING_CELL, 1);
  return 8.0 * (double)f.block_size * ((par->rays == COOLING_LIVE) + look);
}

static double helium(const struct cooling_params *p) { return 0.25 * (1.0 - p->hydrogen) / p->hydrogen; }

void cooling_create(struct cooling *c, const struct cooling_params *par, bool look, cooling_fuv_fn *fuv, const struct mesh *mesh, const struct units *u) {
  *c = (struct cooling){.par = *par, .hydrogen_cm3 = par->hydrogen * u->density_g_cm3 / PROTON_MASS_g, .pressure = u->pressure_erg_cm3, .time_s = u->time_s};
  c->par.zeta /= u->time_s; /* parameters come in code units */
  c->par.floor *= u->temperature_K;
  c->fuv = par->from_setup ? fuv : NULL;
  const struct gas_env usual = {.helium = helium(par), .metallicity = par->metallicity, .fuv = par->fuv, .background = par->background, .zeta = c->par.zeta};
  thermal_table_create(&c->table, &usual, c->par.floor);
  create_fields(c, look, mesh);
}

void cooling_destroy(struct cooling *c) {
  destroy_fields(c);
  thermal_table_destroy(&c->table);
}

void cooling_adapted(struct cooling *c, const struct mesh *mesh) {
  const bool look = c->ionised.data != NULL;
  destroy_fields(c);
  create_fields(c, look, mesh);
}

/* A row of cells of a block. */
struct row { const double *rho, *metals, *zeta; double *energy, *internal, *ionised, x[3], dx; };

static size_t place(const struct mesh *m, const struct field *f, int j, int k) {
  const int *e = field_extent(f, 0);
  return ((size_t)(k + m->ngd[2]) * (size_t)e[1] + (size_t)(j + m->ngd[1])) * (size_t)e[0] + (size_t)m->ngd[0];
}

static struct row row_at(const struct cooling *c, const struct mesh *m, const struct gas *g, int b, int j, int k) {
  const size_t at = place(m, &g->u[0], j, k);
  const struct block *block = &m->block[b];
  return (struct row){.rho = field_data(&g->u[0], b, GAS_RHO) + at,
                      .internal = field_data(&g->u[0], b, g->nvar - 1) + at,
                      .energy = field_data(&g->u[0], b, GAS_E) + at,
                      .metals = c->par.scalar >= 0 ? field_data(&g->u[0], b, GAS_SCALAR + c->par.scalar) + at : NULL,
                      .zeta = c->zeta.data ? field_data(&c->zeta, b, 0) + place(m, &c->zeta, j, k) : NULL,
                      .ionised = c->ionised.data ? field_data(&c->ionised, b, 0) + place(m, &c->ionised, j, k) : NULL,
                      .x = {block->lower[0], block->lower[1] + (j + 0.5) * block->dx[1], block->lower[2] + (k + 0.5) * block->dx[2]},
                      .dx = block->dx[0]};
}

static double fuv_at(const struct cooling *c, const struct row *r, int i) {
  const double x[3] = {r->x[0] + (i + 0.5) * r->dx, r->x[1], r->x[2]};
  return max(c->fuv(c->time, x), 0.0);
}

static struct gas_env env_of(const struct cooling *c, const struct row *r, int i) {
  const struct cooling_params *p = &c->par;
  return (struct gas_env){.helium = helium(p),
                          .metallicity = r->metals ? max(r->metals[i], 0.0) / (r->rho[i] * SOLAR_METALS) : p->metallicity,
                          .fuv = c->fuv ? fuv_at(c, r, i) : p->fuv,
                          .background = p->background,
                          .zeta = r->zeta ? max(r->zeta[i], 0.0) : p->zeta,
                          .zeta_heats = p->rays == COOLING_CONSTANT};
}

void cooling_step(struct cooling *c, const struct mesh *m, struct gas *g, double dt) {
  if (!c->par.on || g->par.frozen) return;
  const double gamma = g->par.gamma, volume = mesh_root_volume(m);
  struct sum *part = memory_get(sizeof *part * (size_t)(m->count + 1));
  double all;
  for (int b = 0; b < m->count; b++) {
    struct sum lost = {0.0, 0.0};
    for (int k = 0; k < m->nc[2]; k++)
      for (int j = 0; j < m->nc[1]; j++) {
        const struct row r = row_at(c, m, g, b, j, k);
        for (int i = 0; i < m->nc[0]; i++) {
          const struct gas_env env = env_of(c, &r, i);
          const double before = r.internal[i] * c->pressure;
          const double after = thermal_advance(&c->table, &env, gamma, r.rho[i] * c->hydrogen_cm3, before, dt * c->time_s);
          const double change = (after - before) / c->pressure;
          sum_add(&lost, r.energy[i]);
          r.energy[i] += change;
          r.internal[i] += change;
          sum_add(&lost, -r.energy[i]);
        }
      }
    const double weight = ldexp(volume, -m->dim * m->block[b].level);
    part[b] = (struct sum){weight * lost.hi, weight * lost.lo};
  }
  mhd_settle(g, m); /* as adapting the mesh does, so that it makes no difference whether blocks have moved */
  sum_over_blocks(m->comm, m->count, 1, part, &all);
  sum_add(&c->radiated, all);
  memory_free(part);
}

static double pressure_of(const struct gas *g, const struct row *r, int i) {
  return g->par.eos == EOS_ADIABATIC ? (g->par.gamma - 1.0) * r->internal[i] : g->par.sound_speed * g->par.sound_speed * r->rho[i];
}

/* Temperature in K, and free electrons per hydrogen nucleus. */
static double look(const struct cooling *c, const struct gas *g, const struct row *r, int i, double *electrons) {
  const struct gas_env env = env_of(c, r, i);
  return thermal_look(&c->table, &env, r->rho[i] * c->hydrogen_cm3, max(pressure_of(g, r, i), 1e-300) * c->pressure, electrons);
}

void cooling_look(struct cooling *c, const struct mesh *m, const struct gas *g) {
  const double all = 1.0 + 2.0 * helium(&c->par);
  double electrons;
  for (int b = 0; b < m->count; b++)
    for (int k = 0; k < m->nc[2]; k++)
      for (int j = 0; j < m->nc[1]; j++) {
        const struct row r = row_at(c, m, g, b, j, k);
        for (int i = 0; i < m->nc[0]; i++) {
          look(c, g, &r, i, &electrons);
          r.ionised[i] = min(electrons / all, 1.0);
        }
      }
}

static void show(const struct cooling_shown *s, const struct mesh *m, int b, bool temperature, double *values) {
  for (int k = 0; k < m->nc[2]; k++)
    for (int j = 0; j < m->nc[1]; j++) {
      const struct row r = row_at(s->c, m, s->g, b, j, k);
      for (int i = 0; i < m->nc[0]; i++) {
        double electrons;
        const double t = look(s->c, s->g, &r, i, &electrons);
        *values++ = temperature ? t : electrons;
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
