/* Cosmic rays as a part of a run: making, keeping, counting. */
#include "base/constants.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/units.h"
#include "crtransport/momentum.h"
#include "crtransport/rays.h"
#include "crtransport/rays_scratch.h"
#include "microphysics/cr_zeta.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static struct rays_scale scale_of(const struct units *u) {
  const double erg_GeV = 1e9 * ELECTRONVOLT_erg, gauss = u->code ? sqrt(4.0 * PI) : u->field_G;
  return (struct rays_scale){.light = SPEED_OF_LIGHT_cm_s / u->velocity_cm_s,
                             .pressure = erg_GeV / u->pressure_erg_cm3,
                             .number = u->length_cm * u->length_cm * u->length_cm,
                             .energy = erg_GeV / u->energy_erg,
                             .time_s = u->time_s,
                             .length_cm = u->length_cm,
                             .velocity_cm_s = u->velocity_cm_s,
                             .proton_cm3 = u->density_g_cm3 / PROTON_MASS_g,
                             .field_uG = 1e6 * gauss,
                             .temperature_K = PROTON_MASS_g / BOLTZMANN_erg_K * (u->pressure_erg_cm3 / u->density_g_cm3)};
}

static void create_fields(struct rays *r, const struct mesh *mesh) {
  field_create(&r->exchange, mesh, "energy for the gas", CENTRING_CELL, 2);
  rays_scattering_create(r, mesh);
  r->flux = correction_create(mesh, 4, false);
}

static void destroy_fields(struct rays *r) {
  field_destroy(&r->exchange);
  rays_scattering_destroy(r);
  correction_destroy(r->flux);
  rays_scratch_destroy(r);
}

void rays_create(struct rays *r, const struct rays_params *par, const struct mesh *mesh, const struct units *units) {
  static const int flip[3] = {0, 1, 2};
  memset(r, 0, sizeof *r);
  r->par = *par;
  r->scale = scale_of(units);
  cr_params_finish(&r->par.cr, &r->net);
  r->tables = cr_tables_create(&r->net, &r->par.cr.batch);
  r->ledger = memory_get(sizeof *r->ledger * (size_t)r->net.count);
  crt_create(&r->transport, &r->par.transport, mesh);
  rays_populations(r, mesh);
  require(r->transport.count <= RAYS_GROUPS, "%d groups of cosmic rays, at most %d", r->transport.count, RAYS_GROUPS);
  field_create(&r->momentum, mesh, "momentum of cosmic rays", CENTRING_CELL, 3);
  r->momentum.flip = flip;
  create_fields(r, mesh);
}

void rays_destroy(struct rays *r) {
  destroy_fields(r);
  field_destroy(&r->momentum);
  crt_destroy(&r->transport);
  cr_tables_free(r->tables);
  cr_network_free(&r->net);
  memory_free(r->population);
  memory_free(r->least);
  memory_free(r->ledger);
  if (r->zeta) cr_zeta_destroy(r->zeta);
  memory_free(r->zeta);
  rays_made_destroy(r->made);
  *r = (struct rays){0};
}

void rays_ionisation(struct rays *r, const struct mesh *m, struct field *zeta) {
  if (r->zeta == NULL) {
    struct cr_observe o;
    cr_observe_defaults(&o);
    r->zeta = memory_get(sizeof *r->zeta);
    cr_zeta_create(r->zeta, &r->net, &o);
  }
  for (int b = 0; b < m->count; b++)
    for (int k = 0; k < m->nc[2]; k++)
      for (int j = 0; j < m->nc[1]; j++) {
        double *out = field_data(zeta, b, 0) + rays_place(m, zeta, j, k);
        for (int i = 0; i < m->nc[0]; i++) out[i] = 0.0;
        for (int n = 0; n < cr_network_bins(&r->net); n++) {
          const size_t at = rays_place(m, &r->transport.group[r->population[2 * n].group].state, j, k);
          cr_zeta_add(r->zeta, n, m->nc[0], rays_data(r, 2 * n, b, 0) + at, rays_data(r, 2 * n + 1, b, 0) + at, out);
        }
      }
}

int rays_fields(struct rays *r, struct field *list[RAYS_FIELDS]) {
  int n = 0;
  for (int i = 0; i < r->transport.count; i++) list[n++] = &r->transport.group[i].state;
  list[n++] = &r->momentum;
  return n;
}

void rays_adapted(struct rays *r, const struct mesh *mesh) {
  crt_adapted(&r->transport, mesh);
  destroy_fields(r);
  create_fields(r, mesh);
}

void rays_cost(struct rays *r, const struct mesh *mesh, double *cost) {
  for (int b = 0; b < mesh->count; b++) {
    cost[b] += r->transport.cost[b];
    r->transport.cost[b] = 0.0;
  }
}

double rays_bytes_per_block(const struct rays_params *par, const struct mesh *mesh) {
  struct field cell, faces;
  field_shape(&cell, mesh, "", CENTRING_CELL, 1);
  field_shape(&faces, mesh, "", CENTRING_FACE, 3);
  /* q and F; directions, momentum, exchange, profile and speed of streaming; stress, kick and expansion; mass and velocity of faces. */
  double cells = rays_components(par) + 12.0 + 2.0 + 2.0 + 7.0, face = 2.0;
  if (par->scheme == TRANSPORT_IMPLICIT) {
    cells += 24.0;
    face += 7.0;
  }
  return 8.0 * (cells * (double)cell.comp_size[0] + face * (double)faces.block_size);
}

int rays_components(const struct rays_params *par) { return 4 * par->bins + 3; }

/* ---- totals ---- */

struct rays_totals rays_totals(const struct rays *r, const struct mesh *mesh) {
  enum { N = 2 * CR_MAX_SPECIES + 3 };
  struct sum *part = memory_get(sizeof *part * N * (size_t)(mesh->count + 1));
  for (int b = 0; b < mesh->count; b++) {
    struct sum *s = part + (size_t)b * N;
    for (int i = 0; i < r->count + 3; i++) {
      const struct rays_population *p = i < r->count ? &r->population[i] : NULL;
      const double *data = p ? rays_data(r, i, b, 0) : field_data(&r->momentum, b, i - r->count);
      struct sum one = {0.0, 0.0};
      int species = 0;
      for (int k = 0; k < mesh->nc[2]; k++)
        for (int j = 0; j < mesh->nc[1]; j++) {
          const size_t at = rays_place(mesh, &r->momentum, j, k);
          for (int c = 0; c < mesh->nc[0]; c++) sum_add(&one, data[at + (size_t)c]);
        }
      /* In volumes of a root cell: powers of two, so that nothing is rounded before all blocks are added. */
      one.hi = ldexp(one.hi, -mesh->dim * mesh->block[b].level);
      one.lo = ldexp(one.lo, -mesh->dim * mesh->block[b].level);
      if (p == NULL) {
        s[2 * CR_MAX_SPECIES + i - r->count] = one;
        continue;
      }
      while (p->bin >= r->net.first[species + 1]) species++;
      sum_add(&s[species], one.hi);
      sum_add(&s[species], one.lo);
      sum_add(&s[CR_MAX_SPECIES + species], one.hi * p->energy);
      sum_add(&s[CR_MAX_SPECIES + species], one.lo * p->energy);
    }
  }
  double t[N], volume = mesh_root_volume(mesh);
  sum_over_blocks(mesh->comm, mesh->count, N, part, t);
  memory_free(part);
  struct rays_totals out = {.momentum = {0.0, 0.0, 0.0}};
  for (int s = 0; s < CR_MAX_SPECIES; s++) {
    out.number[s] = t[s] * volume * r->scale.number;
    out.energy[s] = t[CR_MAX_SPECIES + s] * volume;
  }
  for (int d = 0; d < 3; d++) out.momentum[d] = t[2 * CR_MAX_SPECIES + d] * volume;
  return out;
}

/* ---- books ---- */

enum { SUMS = offsetof(struct rays_books, ends) / sizeof(struct sum) }; /* the first members */

/* Of this rank. */
static void own_books(const struct rays *r, struct rays_books *books) {
  memset(books, 0, sizeof *books);
  for (int s = 0; s < r->net.count; s++) {
    memcpy(books->number[s], r->ledger[s].number, sizeof books->number[s]);
    memcpy(books->energy[s], r->ledger[s].energy, sizeof books->energy[s]);
  }
  for (int i = 0; i < r->count; i++) books->outflow[i] = r->transport.group[r->population[i].group].outflow[r->population[i].member];
  books->inertia = r->inertia;
  books->given = r->given;
  memcpy(books->injected, r->injected, sizeof books->injected);
  memcpy(books->ends, r->ends, sizeof books->ends);
}

void rays_books(const struct rays *r, const struct mesh *mesh, struct rays_books *books) {
  struct sum *to = (struct sum *)books, *all = memory_get(mesh->rank == 0 ? sizeof *all * SUMS * (size_t)mesh->size : 1);
  own_books(r, books);
  MPI_Gather(to, 2 * SUMS, MPI_DOUBLE, all, 2 * SUMS, MPI_DOUBLE, 0, mesh->comm);
  for (int rank = 1; mesh->rank == 0 && rank < mesh->size; rank++) {
    const struct sum *from = all + (size_t)rank * SUMS;
    for (int i = 0; i < SUMS; i++) {
      sum_add(&to[i], from[i].hi);
      sum_add(&to[i], from[i].lo);
    }
  }
  MPI_Bcast(to, 2 * SUMS, MPI_DOUBLE, 0, mesh->comm);
  memory_free(all);
  exact_over_ranks(mesh->comm, 4, books->ends);
  exact_over_ranks(mesh->comm, r->count, books->outflow);
}

void rays_save(const struct rays *r, const struct mesh *mesh, struct rays_saved *s) {
  memset(s, 0, sizeof *s);
  s->steps = r->steps;
  s->start[0] = r->start_energy;
  memcpy(s->start + 1, r->start_momentum, sizeof r->start_momentum);
  for (int i = 0; i < r->transport.count; i++) {
    const struct crt_group *g = &r->transport.group[i];
    s->substeps[i] = g->substeps;
    s->limited[i] = g->limited;
    s->speed[i] = g->speed;
    s->implicit[i] = g->implicit;
  }
  rays_books(r, mesh, &s->books);
}

/* The flux that is kept is slower by c~ / c in the form full. */
static void scale_flux(struct crt_group *g, const struct mesh *mesh, double factor) {
  for (int b = 0; b < mesh->count; b++)
    for (int c = g->count; c < 2 * g->count; c++) {
      double *f = field_data(&g->state, b, c);
      for (size_t i = 0; i < g->state.comp_size[0]; i++) f[i] *= factor;
    }
}

/* What all ranks had booked goes on with the first of them. */
void rays_restore(struct rays *r, const struct mesh *mesh, const struct rays_saved *s) {
  const bool first = mesh->rank == 0;
  r->steps = s->steps;
  r->start_energy = s->start[0];
  memcpy(r->start_momentum, s->start + 1, sizeof r->start_momentum);
  for (int i = 0; i < r->transport.count; i++) {
    struct crt_group *g = &r->transport.group[i];
    g->substeps = s->substeps[i];
    g->limited = s->limited[i];
    if (r->par.speed_choice == SPEED_AUTO || r->par.scheme == TRANSPORT_AUTO) g->speed = s->speed[i];
    if (r->par.scheme == TRANSPORT_AUTO) g->implicit = s->implicit[i] != 0;
    if (r->par.transport.form == RSOL_FULL && g->speed != s->speed[i]) scale_flux(g, mesh, g->speed / s->speed[i]);
  }
  for (int k = 0; first && k < r->net.count; k++) {
    memcpy(r->ledger[k].number, s->books.number[k], sizeof s->books.number[k]);
    memcpy(r->ledger[k].energy, s->books.energy[k], sizeof s->books.energy[k]);
  }
  for (int i = 0; first && i < r->count; i++) r->transport.group[r->population[i].group].outflow[r->population[i].member] = s->books.outflow[i];
  if (first) r->inertia = s->books.inertia;
  if (first) r->given = s->books.given;
  if (first) memcpy(r->injected, s->books.injected, sizeof r->injected);
  if (first) memcpy(r->ends, s->books.ends, sizeof r->ends);
}
