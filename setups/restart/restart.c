/* A galaxy from a snapshot of particles: Gadget, GIZMO, FIRE.  See README.md. */
#include "setups/restart/restart.h"

#include "amr/view.h"
#include "base/constants.h"
#include "base/fail.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/params.h"
#include "base/sum.h"
#include "base/units.h"
#include "crtransport/crtransport.h"
#include "gravity/gravity.h"
#include "setups/disc_light.h"
#include "supernovae/supernovae.h"

#include <math.h>
#include <string.h>

static struct restart_params par;
static struct restart_loaded loaded;
static struct restart_potential *potential, *density, *sources;
static struct restart_light *light;
static const struct rays *rays;
static double vacuum_pressure;

static void restart_declare(struct params *ps) {
  params_section(ps, "restart", "start from a snapshot of particles in the HDF5 layout of Gadget, GIZMO and FIRE");
  params_text(ps, "snapshot", par.snapshot, sizeof par.snapshot, NULL, "the file, any file of a set, or the name without .hdf5 or .0.hdf5; `crux info` says what is in it");
  params_choice(ps, "convention", &par.convention, "auto|cosmological|physical", "auto",
                "cosmological: lengths are comoving, velocities times sqrt(a), Time is the scale factor a; auto: by ComovingIntegrationOn, or Omega0, Time and Redshift");
  params_choice(ps, "centre", &par.centre_kind, "stars|gas|dark|given", "stars", "the origin: centre of mass of these in shrinking spheres, or given");
  params_reals(ps, "position", 3, par.centre, "[0 kpc, 0 kpc, 0 kpc]", -INFINITY, INFINITY, "kpc", "given centre, in the snapshot, physical");
  params_reals(ps, "velocity", 3, par.velocity, "[0 km/s, 0 km/s, 0 km/s]", -INFINITY, INFINITY, "km/s", "velocity at the given centre; otherwise that of the kind of particles within radius");
  params_real(ps, "radius", &par.radius, "10 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "within which velocity and angular momentum are measured");
  params_choice(ps, "orient", &par.orient, "gas|stars|axis|none", "gas", "z is along the angular momentum of these, or along the given axis; none: not turned");
  params_reals(ps, "axis", 3, par.axis, "[0, 0, 1]", -INFINITY, INFINITY, "1", "for orient: axis, in the snapshot");
  params_choice(ps, "energy", &par.energy, "total|thermal", "total",
                "what of the energy of particles the cells keep; total: random motions within a cell become heat; thermal: they are lost");
  params_words(ps, "scalars", RESTART_SCALARS, RESTART_WORD, par.scalar[0], &par.scalar_count,
               "[metals, He, C, N, O, Ne, Mg, Si, S, Ca, Fe, electrons, neutral, sfr]",
               "what the first mhd.scalars passive scalars r0, r1... are: mass fractions; electrons n_e / n_H, neutral share of H; sfr is the rate per mass");
  params_real(ps, "metallicity", &par.metallicity, "0.0134", 0.0, 1.0, "1", "mass fraction of metals where the snapshot has none, with the mixture of the Sun");
  params_real(ps, "vacuum_density", &par.vacuum_density, "1e-7 mp cm^-3", PARAMS_POSITIVE, INFINITY, "code density",
              "least density, where particles leave gaps; the mass for it is taken from all other cells in proportion");
  params_real(ps, "vacuum_temperature", &par.vacuum_temperature_K, "1e6 K", PARAMS_POSITIVE, INFINITY, "K", "of that gas");
  params_bool(ps, "potential", &par.potential, "true", "with gravity.from_setup: stars and dark matter stay where they are, and attract");
  params_real(ps, "potential_cell", &par.potential_cell, "0 kpc", 0.0, INFINITY, "kpc", "of the finest grid of their potential, which softens it; 0: a hundredth of the box");
  params_bool(ps, "sources", &par.sources, "true",
              "stars that formed (PartType4) have supernovae by their ages: with the section supernovae as events, with winds; else at the rates of the start, for cosmic rays alone");
  params_bool(ps, "winds", &par.winds, "true", "with the section supernovae: what O, B and AGB stars blow comes as events too");
  params_real(ps, "wind_mass", &par.wind_mass, "100 Msun", 0.0, INFINITY, "Msun", "least mass of an event of winds: little ones are rarer instead");
  params_real(ps, "wind_energy", &par.wind_energy, "1", 0.0, 1e3, "1",
              "factor of the energy of winds, which is 0.28 of that of core collapses by the fits of Hopkins et al. 2018; 0.23 in Seo et al. 2018, some 0.1 in Hopkins et al. 2022");
  params_real(ps, "star_size", &par.star_size, "0 kpc", 0.0, INFINITY, "kpc", "events are scattered around their star by a Gaussian of this width along each axis");
  params_real(ps, "dust_path", &par.dust_path, "0.3 kpc", PARAMS_POSITIVE, INFINITY, "kpc",
              "with cooling.from_setup: way in which dust takes far-ultraviolet light of the stars to 1/e; 1e-21 cm^2 per H in gas of 1 cm^-3");
  params_real(ps, "light_sun", &par.light_sun, "8.2 kpc", 0.0, INFINITY, "kpc",
              "distance from the centre, in the plane, where light is as medium.radiation_eV_cm3 says (the CMB, its first band, is the same everywhere)");
  params_real(ps, "light_radius", &par.light_radius, "4 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "exponential scale of the light; 1e9 kpc: the same everywhere, with light_height");
  params_real(ps, "light_height", &par.light_height, "3 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "height at which it is half");
  params_real(ps, "supernova_energy", &par.supernova_energy, "1e51 erg", 0.0, INFINITY, "erg", "of each without the section supernovae; the share cr_injection.efficiency goes into cosmic rays");
}

/* Supernovae per volume and time, at the start. */
static struct restart_potential *sources_of(const struct restart_stars *s, double cell, double extent) {
  struct restart_mass rate = {.at = memory_get(sizeof *rate.at * (size_t)(s->count + 1))};
  for (int64_t i = 0; i < s->count; i++) {
    double *at = rate.at[rate.count];
    memcpy(at, s->star[i].x, sizeof s->star[i].x);
    at[3] = restart_star_rate(s, &s->star[i]);
    rate.count += at[3] > 0.0;
  }
  struct restart_potential *p = restart_density_create(&rate, cell, extent, MPI_COMM_WORLD);
  memory_free(rate.at);
  return p;
}

static void restart_events(double from, double to, uint64_t seed, struct supernova_list *list) {
  restart_stars_events(&loaded.stars, from, to, seed, list);
}

static void restart_start(const struct setup_run *run) {
  const struct units *u = run->units;
  if (run->dim != 3) fail_user("restart: set mesh.dim: 3");
  if (run->periodic[0] || run->periodic[1] || run->periodic[2]) fail_user("restart: a galaxy has open ends; set mesh.boundary_x, boundary_y and boundary_z: outflow");
  const bool still = run->potentials->from_setup && par.potential, on_mesh = run->potentials->mass_from_setup;
  par.masses = still || on_mesh;
  restart_load(&par, run, MPI_COMM_WORLD, &loaded);
  const double mean_mass = 0.6 * PROTON_MASS_g / u->mass_g, boltzmann = BOLTZMANN_erg_K / u->energy_erg;
  vacuum_pressure = par.vacuum_density / mean_mass * boltzmann * par.vacuum_temperature_K;
  rays = run->rays;
  double widest = 0.0, extent = 0.0;
  for (int d = 0; d < 3; d++) {
    widest = fmax(widest, run->upper[d] - run->lower[d]);
    extent = fmax(extent, fmax(fabs(run->lower[d]), fabs(run->upper[d])));
  }
  const double cell = par.potential_cell > 0.0 ? par.potential_cell : 0.01 * widest;
  if (still && on_mesh)
    fail_user("gravity.mass_from_setup: stars and dark matter would attract twice; set gravity.from_setup: false, or restart.potential: false");
  if (on_mesh) density = restart_density_create(&loaded.mass, cell, extent, MPI_COMM_WORLD);
  if (still) potential = restart_potential_create(&loaded.mass, run->gravity, cell, extent, MPI_COMM_WORLD);
  if (rays && par.sources && !run->supernovae) sources = sources_of(&loaded.stars, cell, extent);
  light = restart_light_create(&loaded.stars, par.dust_path, extent, u, MPI_COMM_WORLD);
  memory_free(loaded.mass.at);
  loaded.mass = (struct restart_mass){0};
}

static double restart_source(double t, const double x[3], const double dx[3]) {
  (void)t, (void)dx;
  return sources ? par.supernova_energy * rays->par.cr.injection.efficiency * restart_density_at(sources, x) : 0.0;
}

static double restart_gravity(double t, const double x[3]) {
  (void)t;
  return potential ? restart_potential_at(potential, x) : 0.0;
}

static double restart_mass(double t, const double x[3]) { return (void)t, density ? restart_density_at(density, x) : 0.0; }

static double restart_fuv(double t, const double x[3]) {
  (void)t;
  return restart_light_at(light, x);
}

/* Light that cosmic rays meet: all bands but the CMB follow the disc. */
static void restart_medium(double t, const double x[3], struct rays_surroundings *m) {
  const double share = disc_light(x, par.light_sun, par.light_radius, par.light_height);
  (void)t;
  for (int k = 1; k < CR_BANDS; k++) m->radiation[k] *= share;
}

/* For boundaries that ask the setup: nothing comes from outside. */
static void restart_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  (void)x;
  *w = (struct gas_point){.rho = par.vacuum_density, .p = vacuum_pressure};
}

/* Rows of the cells of a block. */
#define EACH_ROW(m, j, k)                   \
  for (int k = 0; k < (m)->nc[2]; k++)      \
    for (int j = 0; j < (m)->nc[1]; j++)

/* Cells of a row of component c. */
static double *row_of(const struct mesh *m, const struct field *f, int b, int c, int j, int k) {
  return view_move(view_array(field_data(f, b, 0) + f->comp_size[0] * (size_t)c, f->extent[0], m->ngd), 0, j, k).at;
}

/* Cells that particles leave emptier than the vacuum get its density and energy, which all others give in proportion; sums over the mesh stay.
 * total [4 + scalars]: of mass, energy, what is added of both, scalars. */
static void fill_vacuum(const struct mesh *m, const struct setup_run *run, struct field *u) {
  enum { MASS, ENERGY, MORE_MASS, MORE_ENERGY, CELLS, SCALARS };
  const int n = SCALARS + run->nscalar;
  const double energy = run->sound_speed > 0.0 ? 0.0 : vacuum_pressure / (run->gamma - 1.0) / par.vacuum_density;
  struct sum *part = memory_get(sizeof *part * (size_t)n * (size_t)(m->count + 1));
  double total[SCALARS + RESTART_SCALARS];
  for (int b = 0; b < m->count; b++) {
    const double *dx = m->block[b].dx, volume = dx[0] * dx[1] * dx[2];
    struct sum *s = part + b * n;
    EACH_ROW(m, j, k) {
      const double *rho = row_of(m, u, b, GAS_RHO, j, k), *e = row_of(m, u, b, GAS_E, j, k);
      for (int i = 0; i < m->nc[0]; i++) {
        const double more = par.vacuum_density - rho[i];
        if (more > 0.0) {
          sum_add(&s[MORE_MASS], volume * more);
          sum_add(&s[MORE_ENERGY], volume * more * energy);
          sum_add(&s[CELLS], 1.0);
          continue;
        }
        sum_add(&s[MASS], volume * rho[i]);
        sum_add(&s[ENERGY], volume * e[i]);
        for (int v = 0; v < run->nscalar; v++) sum_add(&s[SCALARS + v], volume * row_of(m, u, b, GAS_SCALAR + v, j, k)[i]);
      }
    }
  }
  sum_over_blocks(m->comm, m->count, n, part, total);
  memory_free(part);
  if (total[CELLS] == 0.0) return;
  const double given = total[MORE_MASS] / total[MASS], spent = total[ENERGY] > 0.0 ? total[MORE_ENERGY] / total[ENERGY] : 0.0;
  if (given > 0.01 || spent > 0.1)
    fail_user("restart.vacuum_density: gaps between the particles would take %.3g of the mass and %.3g of the energy; lower it, or the box", given, spent);
  for (int b = 0; b < m->count; b++)
    EACH_ROW(m, j, k) {
      double *rho = row_of(m, u, b, GAS_RHO, j, k), *e = row_of(m, u, b, GAS_E, j, k);
      for (int i = 0; i < m->nc[0]; i++) {
        const double more = par.vacuum_density - rho[i];
        const bool empty = more > 0.0;
        for (int v = 0; v < run->nscalar; v++) {
          double *s = row_of(m, u, b, GAS_SCALAR + v, j, k) + i;
          *s = empty ? *s + more * total[SCALARS + v] / total[MASS] : *s * (1.0 - given);
        }
        rho[i] = empty ? par.vacuum_density : rho[i] * (1.0 - given);
        e[i] = empty ? e[i] + more * energy : e[i] * (1.0 - spent);
      }
    }
  log_info("restart: %.0f cells had less than restart.vacuum_density; they got %.3g of the mass and %.3g of the energy", total[CELLS], given, spent);
}

/* Energies: so far GAS_E is what particles gave. */
static void finish_energy(const struct mesh *m, const struct setup_run *run, struct gas *g) {
  struct field *u = &g->u[0];
  for (int b = 0; b < m->count; b++)
    EACH_ROW(m, j, k) {
      double *e = row_of(m, u, b, GAS_E, j, k), *internal = row_of(m, u, b, g->nvar - 1, j, k);
      const double *rho = row_of(m, u, b, GAS_RHO, j, k), *m1 = row_of(m, u, b, GAS_M1, j, k), *m2 = row_of(m, u, b, GAS_M2, j, k), *m3 = row_of(m, u, b, GAS_M3, j, k);
      for (int i = 0; i < m->nc[0]; i++) {
        const double kinetic = 0.5 * sum3(m1[i] * m1[i], m2[i] * m2[i], m3[i] * m3[i]) / rho[i];
        if (run->sound_speed > 0.0) {
          e[i] = internal[i] = 0.0;
          continue;
        }
        internal[i] = par.energy == ENERGY_THERMAL ? e[i] : e[i] - kinetic;
        if (par.energy == ENERGY_THERMAL) e[i] += kinetic;
        double b2[3] = {0.0, 0.0, 0.0};
        for (int d = 0; d < 3 && run->magnetic; d++) {
          const struct view f = view_field(m, &g->b[0], b, d);
          const double *at = view_move(f, i, j, k).at, mean = 0.5 * (at[0] + at[d == 0 ? 1 : d == 1 ? f.sy : f.sz]);
          b2[d] = mean * mean;
        }
        e[i] += 0.5 * sum3(b2[0], b2[1], b2[2]);
      }
    }
}

static void clear(const struct mesh *m, struct field *f) { memset(f->data, 0, sizeof *f->data * f->block_size * (size_t)m->count); }

/* What the particles had, and what the mesh has. */
static void tell(const struct mesh *m, struct gas *g, const struct field *cr) {
  const struct restart_gas *p = &loaded.gas;
  enum { MAGNETIC = 6, PARTS };
  struct sum s[PARTS] = {{0.0, 0.0}}, *part = memory_get(sizeof *part * (size_t)(m->count + 1));
  double had[PARTS], energy;
  for (int64_t i = 0; i < p->count; i++) {
    const double *row = p->row + i * p->columns, *b = row + ROW_FIELD;
    for (int v = 0; v < 6; v++) sum_add(&s[v], row[ROW_MASS + v]);
    sum_add(&s[MAGNETIC], 0.5 * row[ROW_VOLUME] * (b[0] * b[0] + b[1] * b[1] + b[2] * b[2]));
  }
  sum_over_blocks(m->comm, 1, PARTS, s, had);
  for (int b = 0; b < m->count; b++) {
    const double *dx = m->block[b].dx, volume = dx[0] * dx[1] * dx[2];
    EACH_ROW(m, j, k) for (int i = 0; i < m->nc[0]; i++) sum_add(&part[b], volume * row_of(m, cr, b, 0, j, k)[i]);
  }
  sum_over_blocks(m->comm, m->count, 1, part, &energy);
  memory_free(part);
  const struct mhd_totals t = mhd_totals(g, m);
  log_info("restart: mass of the particles %.15g, of the mesh %.15g", had[0], t.mass);
  log_info("restart: %s energy of the particles %.15g, of the mesh %.15g (%.6g of it internal)", par.energy == ENERGY_TOTAL ? "total" : "internal", had[4],
           par.energy == ENERGY_TOTAL ? t.kinetic + t.internal : t.internal, t.internal);
  if (p->field) log_info("restart: magnetic energy of the particles %.6g, of the mesh %.6g", had[MAGNETIC], t.magnetic);
  if (p->cr) log_info("restart: energy of cosmic rays of the particles %.15g, of the mesh %.15g", had[5], energy);
}

static void restart_fill(const struct mesh *m, const struct setup_run *run, bool draft, struct gas *g, struct field *cr_energy) {
  const struct restart_gas *p = &loaded.gas;
  struct leaves *leaves = leaves_create(m);
  int64_t count;
  double *row = leaves_spread(leaves, p->count, p->columns, p->row, &count);
  clear(m, &g->u[0]);
  clear(m, cr_energy);
  restart_deposit(m, leaves, count, p->columns, p->scalars, row, &g->u[0], cr_energy);
  fill_vacuum(m, run, &g->u[0]);
  if (run->magnetic) {
    restart_faces(m, leaves, count, p->columns, row, &g->b[0]);
    if (!draft && p->field) restart_project(m, g);
  }
  finish_energy(m, run, g);
  memory_free(row);
  leaves_destroy(leaves);
  if (!draft) tell(m, g, cr_energy);
}

static const struct supernova_source supernovae = {.stars = restart_events};

const struct setup setup_restart = {
    .name = "restart",
    .doc = "a galaxy from a snapshot of particles (Gadget, GIZMO, FIRE)",
    .points = 1,
    .params = restart_declare,
    .start = restart_start,
    .gas = restart_gas,
    .fill = restart_fill,
    .gravity = restart_gravity,
    .mass = restart_mass,
    .source = restart_source,
    .medium = restart_medium,
    .fuv = restart_fuv,
    .supernovae = &supernovae,
};
