/* Gas and a network of cosmic rays on a mesh, for tests of what happens in momentum space. */
#ifndef TESTS_UNIT_FULL_CASES_H
#define TESTS_UNIT_FULL_CASES_H

#include "base/minmax.h"
#include "base/sum.h"
#include "base/units.h"
#include "crtransport/momentum.h"
#include "tests/unit/gas_cases.h"

#include <string.h>

/* The state before the step of the gas is that after it. */
struct full {
  struct world w;
  struct units units;
  struct rays r;
};

/* Networks in the order of cr.network. */
enum { NETWORK_PAPER, NETWORK_RESOLVED, NETWORK_PROTONS, NETWORK_ELECTRONS };

static inline struct rays_params full_params(int network) {
  struct rays_params p;
  memset(&p, 0, sizeof p);
  p.scheme = TRANSPORT_EXPLICIT;
  p.coupling = COUPLING_FULL;
  p.alfven = ALFVEN_IDEAL;
  p.transport = (struct crt_params){.form = RSOL_FLUX, .closure = CLOSURE_M1, .light = 300.0, .cfl = 0.3, .field_floor = 1e-10, .limiter = true};
  p.speed = 30.0;
  p.momentum = true;
  p.scattering = (struct scattering_params){.beta_power = 1.0, .density = 1.0, .field = 1.0};
  p.medium = (struct medium_params){.hydrogen = 0.76, .ionised = 0.7, .radiation = {0.26, 0.31, 0.66}, .ionisation_heat = 0.63, .metallicity = 1.0, .metal_scalar = -1};
  cr_batch_defaults(&p.cr.batch);
  cr_injection_defaults(&p.cr.injection);
  p.cr.network = network;
  p.cr.batch.nu_slope = 0.5;
  p.cr.batch.loss.bands = 3;
  p.cr.nu0 = 1e-9;
  for (int i = 0; i < CR_BANDS; i++) p.cr.photon_eV[i] = i == 0 ? 6.34e-4 : 1e-2;
  return p;
}

/* Lengths in kpc, velocities in 1000 km/s, densities in m_p cm^-3. */
static inline struct units full_units(void) {
  struct units u;
  units_from(3.0856775814913673e21, 0.0, 0.0, 1e8, 1.67262192369e-24, &u);
  return u;
}

typedef void full_gas_fn(const double x[3], struct gas *g, double w[5]); /* rho, velocity, pressure */
typedef double full_face_fn(int d, const double x[3]);

static inline void full_place(const struct mesh *m, int b, int d, const int i[3], double x[3]) {
  for (int a = 0; a < 3; a++) x[a] = a < m->dim ? mesh_coordinate(m, &m->block[b], a, i[a] + (a == d ? 0.0 : 0.5)) : 0.0;
}

static inline void full_open(struct full *f, const struct mesh_params *mesh, const struct rays_params *par, full_gas_fn *gas, full_face_fn *field,
                             MPI_Comm comm) {
  const struct mhd_params mp = gas_params(true);
  memset(f, 0, sizeof *f);
  world_open(&f->w, mesh, &mp, comm);
  f->units = full_units();
  mhd_keep_mass(&f->w.gas, &f->w.mesh);
  const struct mesh *m = &f->w.mesh;
  struct gas *g = &f->w.gas;
  struct field *faces[1] = {&g->b[0]}, *cells[1] = {&g->u[0]};
  int i[3], n[3];
  for (int b = 0; b < m->count; b++) {
    for (int d = 0; d < 3; d++) {
      own_extent(m, &g->b[0], d, n);
      FOR_CELLS(i, n) {
        double x[3];
        full_place(m, b, d, i, x);
        *value_at(m, &g->b[0], b, d, i) = field(d, x);
      }
    }
    FOR_CELLS(i, m->nc) {
      double x[3], w[5];
      full_place(m, b, -1, i, x);
      gas(x, g, w);
      const double v2 = w[1] * w[1] + w[2] * w[2] + w[3] * w[3], heat = w[4] / (g->par.gamma - 1.0);
      double magnetic = 0.0;
      for (int d = 0; d < 3; d++) {
        int up[3] = {i[0], i[1], i[2]};
        if (d < m->dim) up[d]++;
        const double mean = 0.5 * (*value_at(m, &g->b[0], b, d, i) + *value_at(m, &g->b[0], b, d, up));
        magnetic += 0.5 * mean * mean;
      }
      const double u[5] = {w[0], w[0] * w[1], w[0] * w[2], w[0] * w[3], heat + 0.5 * w[0] * v2 + magnetic};
      for (int v = 0; v < 5; v++) *value_at(m, &g->u[0], b, v, i) = u[v];
      *value_at(m, &g->u[0], b, g->nvar - 1, i) = heat;
    }
  }
  exchange_all(f->w.x, 1, faces);
  exchange_all(f->w.x, 1, cells);
  memcpy(g->u[2].data, g->u[0].data, sizeof(double) * g->u[0].block_size * (size_t)m->count);
  rays_create(&f->r, par, m, &f->units);
  crt_directions(&f->r.transport, m, f->w.x, &g->b[0]);
}

static inline void full_close(struct full *f) {
  rays_destroy(&f->r);
  world_close(&f->w);
}

static inline double *full_value(const struct full *f, int population, int b, int flux, const int i[3]) {
  const struct mesh *m = &f->w.mesh;
  double *data = rays_data(&f->r, population, b, flux);
  return view_move(view_array(data, field_extent(&f->r.exchange, 0), m->ngd), i[0], i[1], i[2]).at;
}

static inline double full_volume(const struct mesh *m, int b) {
  double v = 1.0;
  for (int d = 0; d < m->dim; d++) v *= m->block[b].dx[d];
  return v;
}

/* Number and energy of a species, mass, energy of the gas, and the two sums of the exchange over the mesh.  Collective. */
struct full_totals { double number[CR_MAX_SPECIES], energy[CR_MAX_SPECIES], mass, gas, internal, momentum[3], exchange[2]; };
static inline struct full_totals full_measure(const struct full *f) {
  enum { N = sizeof(struct full_totals) / sizeof(double) };
  const struct mesh *m = &f->w.mesh;
  struct sum *part = memory_get(sizeof *part * N * (size_t)(m->count + 1));
  struct full_totals t;
  int i[3];
  for (int b = 0; b < m->count; b++) {
    struct sum *s = part + (size_t)b * N;
    const double v = full_volume(m, b);
    FOR_CELLS(i, m->nc) {
      for (int k = 0; k < f->r.net.count; k++)
        for (int p = 2 * f->r.net.first[k]; p < 2 * f->r.net.first[k + 1]; p++) {
          const struct cr_bin *bin = &f->r.net.bin[p / 2];
          const double q = *full_value(f, p, b, 0, i) * v;
          sum_add(&s[k], q);
          sum_add(&s[CR_MAX_SPECIES + k], q * (p % 2 ? bin->t_hi : bin->t_lo));
        }
      const int from[] = {GAS_RHO, GAS_E, f->w.gas.nvar - 1, GAS_M1, GAS_M2, GAS_M3};
      for (int k = 0; k < 6; k++) sum_add(&s[2 * CR_MAX_SPECIES + k], *value_at(m, &f->w.gas.u[0], b, from[k], i) * v);
      for (int k = 0; k < 2; k++) sum_add(&s[2 * CR_MAX_SPECIES + 6 + k], *value_at(m, &f->r.exchange, b, k, i) * v);
    }
  }
  sum_over_blocks(m->comm, m->count, N, part, (double *)&t);
  memory_free(part);
  return t;
}

/* The ledger of all ranks. */
static inline double full_ledger(const struct full *f, int species, int entry, bool energy) {
  const struct sum *s = energy ? &f->r.ledger[species].energy[entry] : &f->r.ledger[species].number[entry];
  double mine = sum_value(s), all;
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, f->w.mesh.comm);
  return all;
}

#endif
