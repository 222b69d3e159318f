#include "setups/initial_rays.h"

#include "base/fail.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/params.h"
#include "crtransport/internal.h"
#include "microphysics/lism.h"
#include "setups/rays.h"

#include <math.h>
#include <string.h>

static bool both(const void *data) {
  const struct rays_initial *p = data;
  return p->energy > 0.0 && p->pressure_ratio > 0.0;
}

static bool no_amount(const void *data) {
  const struct rays_initial *p = data;
  return p->kind == RAYS_INITIAL_POWER_LAW && !(p->energy > 0.0) && !(p->pressure_ratio > 0.0) && !p->from_setup;
}

static bool two_amounts(const void *data) {
  const struct rays_initial *p = data;
  return p->from_setup && (p->energy > 0.0 || p->pressure_ratio > 0.0 || (p->kind != RAYS_INITIAL_LISM && p->kind != RAYS_INITIAL_POWER_LAW));
}

static bool no_setup(const void *data) {
  const struct rays_initial *p = data;
  return p->from_setup && !p->setup_gives;
}

void rays_initial_declare(struct params *ps, struct rays_initial *p) {
  const char *scheme = params_peek(ps, "transport.scheme");
  const bool none = scheme == NULL || strcmp(scheme, "none") == 0;
  if (none && params_given(ps, "run") && !params_given(ps, "cr_initial")) return;
  params_section(ps, "cr_initial", "cosmic rays at the start");
  params_choice(ps, "kind", &p->kind, "setup|none|lism|power_law", "setup",
                "setup: what the setup says, none where it says nothing; lism: spectra of the local interstellar medium; power_law: spectra and "
                "abundances of cr_injection, core collapse");
  params_real(ps, "energy", &p->energy, "0 eV cm^-3", 0.0, INFINITY, "eV cm^-3",
              "kinetic energy density to which the spectra are scaled; 0: by pressure_ratio, or as they are");
  params_real(ps, "pressure_ratio", &p->pressure_ratio, "0", 0.0, INFINITY, "1", "pressure over that of the gas, cell by cell; 0: by energy");
  params_bool(ps, "from_setup", &p->from_setup, "false", "the spectra are scaled, cell by cell, to the energy density that the setup has (restart: CosmicRayEnergy of the snapshot)");
  params_rule(ps, "cr_initial.energy", both, p, "give it or pressure_ratio, not both");
  params_rule(ps, "cr_initial.kind", no_amount, p, "power_law needs cr_initial.energy, cr_initial.pressure_ratio or cr_initial.from_setup");
  params_rule(ps, "cr_initial.from_setup", two_amounts, p, "it wants kind: lism or power_law, and neither energy nor pressure_ratio");
  const char *name = params_peek(ps, "run.setup");
  const struct setup *setup = name ? setup_find(name) : NULL;
  p->setup_gives = setup != NULL && setup->fill != NULL;
  params_rule(ps, "cr_initial.from_setup", no_setup, p, "this setup gives no energy density of cosmic rays");
}

/* The spectrum of all cells, up to a factor: [populations], cm^-3. */
static void spectrum(const struct rays_initial *p, const struct rays *r, double *q) {
  const size_t bins = (size_t)cr_network_bins(&r->net);
  double *lo = memory_get(sizeof *lo * 2 * bins), *hi = lo + bins, energy = 0.0;
  const struct cr_event event = {.kind = CR_CORE_COLLAPSE, .energy_GeV = 6.2415e53, .metallicity = 1.0, .density_cm3 = 1.0};
  if (p->kind == RAYS_INITIAL_LISM) cr_lism(&r->net, lo, hi);
  else cr_injection(&r->net, &r->par.cr.injection, &event, lo, hi);
  for (int i = 0; i < r->count; i++) {
    q[i] = i % 2 == 0 ? lo[i / 2] : hi[i / 2];
    energy += q[i] * r->population[i].energy;
  }
  memory_free(lo);
  if (p->kind == RAYS_INITIAL_LISM && p->energy == 0.0 && p->pressure_ratio == 0.0 && !p->from_setup) return;
  if (!(energy > 0.0)) fail_user("cr_initial.kind: the species of this run have no energy in these spectra; choose another kind, or cr.network");
  for (int i = 0; i < r->count; i++) q[i] /= energy;
}

/* Of the energy of the spectrum in every cell of a row. */
static void factor_row(const struct rays_initial *p, const struct gas *g, int n, double per_pressure, const double *rho, const double *internal,
                       double *factor) {
  const double gm1 = g->par.gamma - 1.0, cs = g->par.sound_speed;
  for (int i = 0; i < n; i++) {
    const double pressure = g->par.eos == EOS_ISOTHERMAL ? cs * cs * rho[i] : gm1 * internal[i];
    factor[i] = p->pressure_ratio > 0.0 ? p->pressure_ratio * pressure * per_pressure : p->energy > 0.0 ? p->energy : 1.0;
  }
}

static size_t row_at(const struct mesh *m, const struct field *f, int j, int k) {
  const int *e = field_extent(f, 0);
  return ((size_t)(k + m->ngd[2]) * (size_t)e[1] + (size_t)(j + m->ngd[1])) * (size_t)e[0] + (size_t)m->ngd[0];
}

static void fill_spectrum(const struct rays_initial *p, const struct mesh *m, const struct gas *g, struct rays *r) {
  double *q = memory_get(sizeof *q * (size_t)(r->count + m->nc[0])), *factor = q + r->count, pressure = 0.0;
  spectrum(p, r, q);
  for (int i = 0; i < r->count; i++) pressure += q[i] * r->population[i].stress / 3.0;
  for (int b = 0; b < m->count; b++)
    for (int k = 0; k < m->nc[2]; k++)
      for (int j = 0; j < m->nc[1]; j++) {
        const size_t at = row_at(m, &g->u[0], j, k);
        factor_row(p, g, m->nc[0], 1.0 / pressure, field_data(&g->u[0], b, GAS_RHO) + at, field_data(&g->u[0], b, g->nvar - 1) + at, factor);
        if (p->from_setup) memcpy(factor, field_data(p->given, b, 0) + at, sizeof *factor * (size_t)m->nc[0]);
        for (int i = 0; i < r->count; i++)
          for (int c = 0; c < m->nc[0]; c++) {
            rays_data(r, i, b, 0)[at + (size_t)c] = q[i] * factor[c];
            rays_data(r, i, b, 1)[at + (size_t)c] = 0.0;
          }
      }
  memory_free(q);
}

/* No faster than the particles: |F| <= v q, with the flux that is kept. */
static void bound(const struct mesh *m, struct rays *r) {
  for (int i = 0; i < r->count; i++) {
    const struct rays_population *p = &r->population[i];
    const double share = r->transport.par.form == RSOL_FULL ? r->transport.group[p->group].speed / r->transport.par.light : 1.0, v = share * p->speed;
    for (int b = 0; b < m->count; b++)
      for (int k = 0; k < m->nc[2]; k++)
        for (int j = 0; j < m->nc[1]; j++) {
          const size_t at = row_at(m, &r->momentum, j, k);
          double *q = rays_data(r, i, b, 0) + at, *f = rays_data(r, i, b, 1) + at;
          for (int c = 0; c < m->nc[0]; c++) {
            q[c] = max(q[c], 0.0);
            f[c] = max(min(f[c], v * q[c]), -v * q[c]);
          }
        }
  }
}

void rays_initial_fill(const struct rays_initial *p, const struct mesh *mesh, const struct setup *setup, const struct gas *g, struct rays *r) {
  if (p->kind == RAYS_INITIAL_LISM || p->kind == RAYS_INITIAL_POWER_LAW) fill_spectrum(p, mesh, g, r);
  else if (p->kind == RAYS_INITIAL_SETUP && setup->rays != NULL) setup_fill_rays(mesh, setup, 0.0, r);
  bound(mesh, r);
}
