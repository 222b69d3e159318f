/* The update in momentum space of all cells of the mesh, and what the gas gets of it.
 *
 * Cells of a block are worked on together by microphysics/batch.h; those without particles and sources are left out, which changes nothing for
 * the others.  In the form RSOL_FULL all rates act over the time r dt with r = c~ / c, and what the gas gets is divided by r.
 *
 * Fluxes: particles keep their mean velocity F / q along b when they lose energy or vanish.  A population that shrinks keeps it; in one that grows those that
 * have come have the mean velocity of it and its two neighbours in momentum together, from where they came; sources are isotropic.  So a velocity that is
 * the same at all momenta stays so, and |F| does not grow beyond v q. */
#include "base/fail.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "crtransport/closure.h"
#include "crtransport/momentum.h"
#include "crtransport/rays_scratch.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const double PIONIC_HEAT = 1.0 / 6.0;

/* Work space for one block; arrays [cells]. */
struct work {
  size_t cells, bins;
  struct rays_cells active;
  double **lo, **hi, **chi, **div, **source_lo, **source_hi; /* [bins][cells] */
  double *medium[MEDIUM_COUNT], *band[CR_BANDS], *energy[ENTRY_COUNT], *power, *metals;
  double *was[3][2], *flux;                                   /* q and F of three populations before, by number modulo 3 */
  const struct rays_made *made;                               /* NULL: no sources */
  struct cr_ledger *ledger;                                   /* [species] */
  double *memory;
  double **rows;
};

/* What the gas gets from each entry of the ledger. */
static double heat_share(const struct rays *r, int entry) {
  switch (entry) {
    case LOSS_STREAMING: case LOSS_REACCELERATION: case LOSS_COULOMB: case ENTRY_THERMAL: return 1.0;
    case LOSS_IONISATION: return r->par.medium.ionisation_heat;
    case ENTRY_FATES + FATE_PIONIC: return PIONIC_HEAT;
    default: return 0.0;
  }
}

static bool goes_to_gas(const struct rays *r, int entry) {
  if (r->par.coupling == COUPLING_NONE) return false;
  return heat_share(r, entry) > 0.0 || (entry == LOSS_ADIABATIC && r->par.coupling == COUPLING_FULL);
}

static void create_work(struct work *w, struct rays *r, const struct mesh *m, bool drift) {
  const bool tensor = r->par.transport.closure == CLOSURE_M1, source = r->source != NULL;
  memset(w, 0, sizeof *w);
  w->cells = (size_t)m->nc[0] * (size_t)m->nc[1] * (size_t)m->nc[2];
  w->bins = (size_t)cr_network_bins(&r->net);
  struct { double ***row; bool use; } rows[] = {{&w->lo, true}, {&w->hi, true}, {&w->chi, tensor}, {&w->div, drift}, {&w->source_lo, source}, {&w->source_hi, source}};
  size_t sets = 0, single = MEDIUM_COUNT + (size_t)r->par.cr.batch.loss.bands + 9;
  for (int i = 0; i < 6; i++) sets += rows[i].use;
  for (int e = 0; e < ENTRY_COUNT; e++) single += goes_to_gas(r, e);
  double *at = w->memory = memory_get(sizeof *at * (sets * w->bins + single) * w->cells);
  double **row = w->rows = memory_get(sizeof *row * sets * w->bins);
  for (int i = 0; i < 6; i++) {
    if (!rows[i].use) continue;
    *rows[i].row = row;
    for (size_t k = 0; k < w->bins; k++, at += w->cells) *row++ = at;
  }
  w->power = at;
  w->flux = at + w->cells;
  w->metals = at + 2 * w->cells;
  at += 3 * w->cells;
  for (int i = 0; i < 6; i++, at += w->cells) w->was[i / 2][i % 2] = at;
  for (int i = 0; i < MEDIUM_COUNT; i++, at += w->cells) w->medium[i] = at;
  for (int i = 0; i < r->par.cr.batch.loss.bands; i++, at += w->cells) {
    w->band[i] = at;
  }
  for (int e = 0; e < ENTRY_COUNT; e++) {
    if (!goes_to_gas(r, e)) continue;
    w->energy[e] = at;
    at += w->cells;
  }
  if (source) w->made = rays_made(r);
  w->ledger = memory_get(sizeof *w->ledger * (size_t)r->net.count);
  w->active.ijk = memory_get(sizeof *w->active.ijk * w->cells);
  w->active.at = memory_get(sizeof *w->active.at * w->cells);
}

static void free_work(struct work *w) {
  memory_free(w->ledger);
  memory_free(w->active.ijk);
  memory_free(w->active.at);
  memory_free(w->rows);
  memory_free(w->memory);
}

/* All cells of a block. */
static void list_all(const struct rays *r, const struct mesh *m, struct work *w) {
  const int *e = field_extent(&r->exchange, 0);
  int n = 0;
  for (int k = 0; k < m->nc[2]; k++)
    for (int j = 0; j < m->nc[1]; j++)
      for (int i = 0; i < m->nc[0]; i++, n++) {
        const int at[3] = {i, j, k};
        memcpy(w->active.ijk[n], at, sizeof at);
        w->active.at[n] = ((size_t)(k + m->ngd[2]) * (size_t)e[1] + (size_t)(j + m->ngd[1])) * (size_t)e[0] + (size_t)(i + m->ngd[0]);
      }
  w->active.n = n;
}

/* Keep the cells with particles or sources. */
static void list_active(const struct rays *r, const struct mesh *m, struct work *w, int b, double time) {
  list_all(r, m, w);
  double *any = w->flux;
  for (size_t c = 0; c < w->cells; c++) any[c] = w->power[c] = 0.0;
  if (r->source) {
    rays_source_power(r, m, b, time, &w->active, w->power);
    for (size_t c = 0; c < w->cells; c++) any[c] = w->power[c];
  }
  for (int p = 0; p < r->count; p++) {
    const double *q = rays_data(r, p, b, 0);
    for (size_t c = 0; c < w->cells; c += (size_t)m->nc[0]) {
      const double *row = q + w->active.at[c];
      double *to = any + c;
      for (int i = 0; i < m->nc[0]; i++) to[i] = row[i] != 0.0 ? 1.0 : to[i];
    }
  }
  int n = 0;
  for (size_t c = 0; c < w->cells; c++) {
    if (any[c] == 0.0) continue;
    memmove(w->active.ijk[n], w->active.ijk[c], sizeof w->active.ijk[n]);
    w->active.at[n] = w->active.at[c];
    w->power[n++] = w->power[c];
  }
  w->active.n = n;
}

/* Values of the active cells: rows of a block as a whole where none is left out. */
static void gather(const struct mesh *m, const struct work *w, const double *restrict from, double *restrict to) {
  const size_t n = (size_t)w->active.n, *at = w->active.at;
  if (n == w->cells) {
    for (size_t c = 0; c < n; c += (size_t)m->nc[0]) memcpy(to + c, from + at[c], sizeof *to * (size_t)m->nc[0]);
  } else {
    for (size_t c = 0; c < n; c++) to[c] = from[at[c]];
  }
}

static void scatter(const struct mesh *m, const struct work *w, const double *restrict from, double *restrict to) {
  const size_t n = (size_t)w->active.n, *at = w->active.at;
  if (n == w->cells) {
    for (size_t c = 0; c < n; c += (size_t)m->nc[0]) memcpy(to + at[c], from + c, sizeof *to * (size_t)m->nc[0]);
  } else {
    for (size_t c = 0; c < n; c++) to[at[c]] = from[c];
  }
}

/* The batched update wants no negative populations; what there is of them stays. */
static void load_populations(const struct rays *r, const struct mesh *m, struct work *w, int b) {
  for (size_t k = 0; k < w->bins; k++)
    for (int end = 0; end < 2; end++) {
      double *to = end ? w->hi[k] : w->lo[k];
      gather(m, w, rays_data(r, 2 * (int)k + end, b, 0), to);
      for (int c = 0; c < w->active.n; c++) to[c] = max(to[c], 0.0);
    }
}

/* chi of the bins, of their pressure and its flux. */
static void closure(const struct rays *r, const struct mesh *m, struct work *w, int b) {
  double *f[2] = {w->was[0][1], w->was[1][1]};
  for (size_t k = 0; k < w->bins; k++) {
    const struct rays_population *p = &r->population[2 * k];
    const double low = p[0].stress, high = p[1].stress, over = 1.0 / (sqrt(p[0].speed * p[1].speed) * rays_slowness(r));
    const double *restrict lo = w->lo[k], *restrict hi = w->hi[k], *restrict flux_lo = f[0], *restrict flux_hi = f[1];
    double *restrict chi = w->chi[k];
    for (int end = 0; end < 2; end++) gather(m, w, rays_data(r, 2 * (int)k + end, b, 1), f[end]);
#pragma omp simd
    for (int c = 0; c < w->active.n; c++) {
      double all = low * lo[c] + high * hi[c], flux = fabs(low * flux_lo[c] + high * flux_hi[c]) * over;
      double mu = all > 0.0 ? min(flux, all) / (all > 0.0 ? all : 1.0) : 0.0, mu2 = mu * mu;
      chi[c] = crt_chi_of(mu2);
    }
  }
}

static void load_sources(struct work *w) {
  for (int k = 0; k < (int)w->bins; k++)
    for (int c = 0; c < w->active.n; c++) {
      w->source_lo[k][c] = rays_made_of(w->made, 2 * k, w->metals[c]) * w->power[c];
      w->source_hi[k][c] = rays_made_of(w->made, 2 * k + 1, w->metals[c]) * w->power[c];
    }
}

/* F of a population whose density goes from q to next; fresh: brought by sources per s; q and F of the neighbours in momentum, 0 beyond the ends.
 * pace: with a reduced speed of light in the equation of F alone all that changes F is slower by its square, or the steady F would depend on it. */
static void new_flux(int n, double most, double pace, double dt_s, const double *restrict fresh, const double *restrict below_q, const double *restrict below_f,
                     const double *restrict q, const double *restrict f, const double *restrict above_q, const double *restrict above_f,
                     const double *restrict next, double *restrict flux) {
#pragma omp simd
  for (int c = 0; c < n; c++) {
    double old = max(q[c], 0.0), left = max(next[c] - dt_s * fresh[c], 0.0), stay = min(left, old), come = left - stay;
    double near = (max(below_q[c], 0.0) + max(above_q[c], 0.0)) + old, flow = (below_f[c] + above_f[c]) + f[c];
    double own = old > 0.0 ? f[c] * (stay / (old > 0.0 ? old : 1.0)) : 0.0;
    double others = near > 1e-200 ? flow * (come / (near > 1e-200 ? near : 1.0)) : 0.0, end = most * max(next[c], 0.0);
    flux[c] = min(max(f[c] + pace * ((own + others) - f[c]), -end), end);
  }
}

/* q and F of a population before the step; zero beyond the ends of the species. */
static void load_old(const struct rays *r, const struct mesh *m, struct work *w, int b, int p, bool inside) {
  double *const *to = w->was[(p + 3) % 3];
  for (int flux = 0; flux < 2; flux++) {
    if (inside) gather(m, w, rays_data(r, p, b, flux), to[flux]);
    else memset(to[flux], 0, sizeof(double) * (size_t)w->active.n);
  }
}

/* Populations and fluxes of a species back to the mesh. */
static void store_species(struct rays *r, const struct mesh *m, struct work *w, int b, int s, double dt_s) {
  const int n = w->active.n, first = 2 * r->net.first[s], last = 2 * r->net.first[s + 1];
  load_old(r, m, w, b, first - 1, false);
  load_old(r, m, w, b, first, true);
  for (int p = first; p < last; p++) {
    double *const *below = w->was[(p + 2) % 3], *const *here = w->was[p % 3], *const *above = w->was[(p + 1) % 3];
    double *next = p % 2 ? w->hi[p / 2] : w->lo[p / 2];
    const double *fresh = w->made == NULL ? w->power : p % 2 ? w->source_hi[p / 2] : w->source_lo[p / 2]; /* power: 0 without sources */
    const double share = r->transport.group[r->population[p].group].speed / r->transport.par.light;
    const double pace = r->transport.par.form == RSOL_FLUX ? share * share : 1.0;
    load_old(r, m, w, b, p + 1, p + 1 < last);
    new_flux(n, r->population[p].speed * rays_slowness(r), pace, dt_s, fresh, below[0], below[1], here[0], here[1], above[0], above[1], next,
             w->flux);
    for (int c = 0; c < n; c++) next[c] += here[0][c] - max(here[0][c], 0.0);
    scatter(m, w, next, rays_data(r, p, b, 0));
    scatter(m, w, w->flux, rays_data(r, p, b, 1));
  }
}

/* Energy for the gas, and the ledger of the rank. */
static void book(struct rays *r, const struct mesh *m, struct work *w, int b) {
  double *all = field_data(&r->exchange, b, 0), *heat = field_data(&r->exchange, b, 1), volume = r->scale.number;
  const double scale = r->scale.pressure / rays_slowness(r);
  for (int e = 0; e < ENTRY_COUNT; e++) {
    if (w->energy[e] == NULL) continue;
    const double hot = scale * heat_share(r, e), any = e == LOSS_ADIABATIC ? scale : hot;
    for (int c = 0; c < w->active.n; c++) {
      all[w->active.at[c]] += any * w->energy[e][c];
      heat[w->active.at[c]] += hot * w->energy[e][c];
    }
  }
  for (int d = 0; d < 3; d++) volume *= m->block[b].dx[d];
  for (int s = 0; s < r->net.count; s++)
    for (int e = 0; e < ENTRY_COUNT; e++) {
      struct sum *number = &w->ledger[s].number[e], *energy = &w->ledger[s].energy[e];
      sum_add(&r->ledger[s].number[e], number->hi * volume);
      sum_add(&r->ledger[s].number[e], number->lo * volume);
      sum_add(&r->ledger[s].energy[e], energy->hi * volume);
      sum_add(&r->ledger[s].energy[e], energy->lo * volume);
    }
}

/* div u for adiabatic changes, 1/s. */
static void expand(const struct rays *r, const struct mesh *m, struct work *w, const double *expansion) {
  gather(m, w, expansion, w->medium[MEDIUM_DIV_U]);
  for (int c = 0; c < w->active.n; c++) w->medium[MEDIUM_DIV_U][c] /= r->scale.time_s;
}

static void step_block(struct rays *r, const struct mesh *m, const struct gas *g, const struct field *velocity, const struct field *expansion, struct rays_drift *drift,
                       struct work *w, int b, double time, double dt, enum cr_order order) {
  list_active(r, m, w, b, time + 0.5 * dt);
  if (drift) rays_drift_block(r, m, drift, b, dt, &w->active, w->div); /* without particles too: they may be beside the block */
  if (w->active.n == 0) return;
  rays_medium(r, m, g, velocity, b, &w->active, w->medium, w->band);
  expand(r, m, w, field_data(expansion, b, 0));
  struct cr_batch_env env = rays_batch_env(r, w->medium, w->band);
  const double dt_s = dt * r->scale.time_s * rays_slowness(r);
  load_populations(r, m, w, b);
  if (w->chi) closure(r, m, w, b);
  if (w->made) {
    rays_source_metals(r, m, g, b, time + 0.5 * dt, &w->active, w->power, w->metals);
    load_sources(w);
  }
  env.chi = (const double *const *)w->chi;
  env.drift_div = (const double *const *)w->div;
  env.source_lo = (const double *const *)w->source_lo;
  env.source_hi = (const double *const *)w->source_hi;
  memset(w->ledger, 0, sizeof *w->ledger * (size_t)r->net.count);
  for (int e = 0; e < ENTRY_COUNT; e++)
    if (w->energy[e]) memset(w->energy[e], 0, sizeof(double) * (size_t)w->active.n);
  if (r->par.momentum) {
    cr_batch_step(r->tables, w->active.n, dt_s, order, &env, w->lo, w->hi, w->ledger, w->energy);
  } else { /* sources alone */
    for (int s = 0; s < r->net.count; s++)
      for (int k = r->net.first[s]; k < r->net.first[s + 1]; k++)
        for (int c = 0; c < w->active.n; c++) {
          const double lo = dt_s * w->source_lo[k][c], hi = dt_s * w->source_hi[k][c];
          w->lo[k][c] += lo;
          w->hi[k][c] += hi;
          sum_add(&w->ledger[s].number[ENTRY_SOURCE], -(lo + hi));
          sum_add(&w->ledger[s].energy[ENTRY_SOURCE], -cr_bin_energy(&r->net.bin[k], lo, hi));
        }
  }
  for (int s = 0; s < r->net.count; s++) store_species(r, m, w, b, s, dt_s);
  book(r, m, w, b);
}

void rays_momentum(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, double time, double dt, enum cr_order order) {
  if (!r->par.momentum && r->source == NULL) return;
  struct rays_scratch *s = rays_scratch(r, mesh);
  struct field *gas[1] = {&g->u[0]};
  struct work w;
  rays_scattering(r, mesh, x, g);
  struct rays_drift *drift = r->par.momentum ? rays_drift_create(r, mesh, x) : NULL;
  rays_face_velocity(r, mesh, x, g, &s->velocity);
  rays_expansion(r, mesh, g, &s->velocity, dt, order == CR_MOMENTUM_FIRST, &s->expansion);
  if (r->par.transport.closure == CLOSURE_M1) exchange_all(x, 1, gas);
  create_work(&w, r, mesh, drift != NULL);
  for (int b = 0; b < mesh->count; b++) {
    const double start = MPI_Wtime();
    step_block(r, mesh, g, &s->velocity, &s->expansion, drift, &w, b, time, dt, order);
    r->transport.cost[b] += MPI_Wtime() - start;
  }
  free_work(&w);
  rays_drift_finish(r, mesh, drift, dt);
}
