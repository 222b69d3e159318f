/* Sources: events, and what the setup gives in time and space. */
#include "base/constants.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "crtransport/momentum.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* Energy of the ejecta of one event, 1e51 erg: with it the swept-up mass of a Sedov-Taylor blast is known. */
static const double EVENT_GeV = 6.2415e53;

/* Distance along an axis, the shorter way round where it is periodic. */
static double distance(const struct mesh *m, int d, double a, double b) {
  double x = fabs(a - b), whole = m->upper[d] - m->lower[d];
  return m->boundary[d][0] == BOUNDARY_PERIODIC ? min(x, fabs(whole - x)) : x;
}

/* The sphere: (1 - s^2)^2 of s = distance / radius at the centre of the cell.  The point: 1 in cells that contain it, on their surface too, so that a
 * point between cells has no side. */
static double weight(const struct mesh *m, const struct block *block, const struct rays_event *e, const double x[3], bool point) {
  double r[3] = {0.0, 0.0, 0.0};
  bool inside = true;
  for (int d = 0; d < m->dim; d++) {
    r[d] = distance(m, d, x[d], e->position[d]);
    inside &= r[d] <= 0.5 * block->dx[d] * (1.0 + 1e-12);
  }
  if (point) return inside ? 1.0 : 0.0;
  double s2 = sum3(r[0] * r[0], r[1] * r[1], r[2] * r[2]), room = 1.0 - s2 / (e->radius * e->radius);
  return e->radius > 0.0 && room > 0.0 ? room * room : 0.0;
}

static double volume_of(const struct block *block) {
  double v = 1.0;
  for (int d = 0; d < 3; d++) v *= block->dx[d];
  return v;
}

/* Weights of all cells of this rank; blocks without any keep 0 in used.  Returns the sum of weight times volume over all ranks. */
static double weigh(const struct mesh *m, const struct rays_event *e, bool point, double *w, bool *used) {
  const size_t cells = (size_t)m->nc[0] * (size_t)m->nc[1] * (size_t)m->nc[2];
  struct sum *part = memory_get(sizeof *part * (size_t)(m->count + 1));
  double total;
  for (int b = 0; b < m->count; b++) {
    const struct block *block = &m->block[b];
    const double volume = volume_of(block);
    double *to = w + cells * (size_t)b;
    used[b] = false;
    for (int k = 0; k < m->nc[2]; k++)
      for (int j = 0; j < m->nc[1]; j++)
        for (int i = 0; i < m->nc[0]; i++) {
          const int at[3] = {i, j, k};
          double x[3] = {0.0, 0.0, 0.0};
          for (int d = 0; d < m->dim; d++) x[d] = mesh_coordinate(m, block, d, at[d] + 0.5);
          *to = weight(m, block, e, x, point);
          used[b] |= *to > 0.0;
          sum_add(&part[b], *to++ * volume);
        }
  }
  sum_over_blocks(m->comm, m->count, 1, part, &total);
  memory_free(part);
  return total;
}

/* What an event brings per volume where the weight is 1. */
struct gift { double mass, thermal, *lo, *hi; };

static void give_gas(struct gas *g, int b, size_t at, double mass, double thermal, struct sum injected[4]) {
  double *u[5], *internal = field_data(&g->u[0], b, g->nvar - 1);
  for (int v = 0; v < 5; v++) u[v] = field_data(&g->u[0], b, v);
  const double rho = u[GAS_RHO][at], grow = mass / rho;
  const double kinetic = 0.5 * sum3(u[1][at] * u[1][at], u[2][at] * u[2][at], u[3][at] * u[3][at]) / rho;
  u[GAS_RHO][at] = rho + mass;
  for (int v = GAS_M1; v <= GAS_M3; v++) {
    sum_add(&injected[v], grow * u[v][at]);
    u[v][at] += grow * u[v][at];
  }
  sum_add(&injected[0], grow * kinetic + thermal);
  u[GAS_E][at] += grow * kinetic + thermal;
  internal[at] += thermal;
}

/* Everything to the cells of a block, and cosmic rays into the ledger. */
static void give(struct rays *r, const struct mesh *m, struct gas *g, int b, const double *w, const struct gift *gift) {
  const int *e = field_extent(&g->u[0], 0), bins = cr_network_bins(&r->net);
  const double volume = volume_of(&m->block[b]) * r->scale.number;
  struct sum sum = {0.0, 0.0}, injected[4] = {{0.0, 0.0}};
  for (int k = 0; k < m->nc[2]; k++)
    for (int j = 0; j < m->nc[1]; j++)
      for (int i = 0; i < m->nc[0]; i++, w++) {
        if (*w == 0.0) continue;
        const size_t at = ((size_t)(k + m->ngd[2]) * (size_t)e[1] + (size_t)(j + m->ngd[1])) * (size_t)e[0] + (size_t)(i + m->ngd[0]);
        sum_add(&sum, *w);
        if (!g->par.frozen && (gift->mass > 0.0 || gift->thermal > 0.0)) give_gas(g, b, at, *w * gift->mass, *w * gift->thermal, injected);
        for (int n = 0; n < bins; n++) {
          rays_data(r, 2 * n, b, 0)[at] += *w * gift->lo[n];
          rays_data(r, 2 * n + 1, b, 0)[at] += *w * gift->hi[n];
        }
      }
  for (int i = 0; i < 4; i++) sum_add(&r->injected[i], sum_value(&injected[i]) * volume_of(&m->block[b]));
  for (int s = 0; s < r->net.count; s++)
    for (int n = r->net.first[s]; n < r->net.first[s + 1]; n++) {
      const double share = sum_value(&sum) * volume;
      sum_add(&r->ledger[s].number[ENTRY_SOURCE], -share * (gift->lo[n] + gift->hi[n]));
      sum_add(&r->ledger[s].energy[ENTRY_SOURCE], -share * cr_bin_energy(&r->net.bin[n], gift->lo[n], gift->hi[n]));
    }
}

void rays_inject(struct rays *r, const struct mesh *m, int b, int n, const size_t *at, const double *share, const double *lo, const double *hi) {
  const double volume = volume_of(&m->block[b]) * r->scale.number, unit = rays_slowness(r) / r->scale.number;
  struct sum sum = {0.0, 0.0};
  for (int i = 0; i < n; i++) sum_add(&sum, share[i]);
  const double all = sum_value(&sum) * volume * unit;
  for (int s = 0; s < r->net.count; s++)
    for (int k = r->net.first[s]; k < r->net.first[s + 1]; k++) {
      double *q[2] = {rays_data(r, 2 * k, b, 0), rays_data(r, 2 * k + 1, b, 0)};
      for (int i = 0; i < n; i++) {
        q[0][at[i]] += share[i] * (unit * lo[k]);
        q[1][at[i]] += share[i] * (unit * hi[k]);
      }
      sum_add(&r->ledger[s].number[ENTRY_SOURCE], -all * (lo[k] + hi[k]));
      sum_add(&r->ledger[s].energy[ENTRY_SOURCE], -all * cr_bin_energy(&r->net.bin[k], lo[k], hi[k]));
    }
}

static void happen(struct rays *r, const struct mesh *m, struct gas *g, const struct rays_event *e) {
  const size_t cells = (size_t)m->nc[0] * (size_t)m->nc[1] * (size_t)m->nc[2], bins = (size_t)cr_network_bins(&r->net);
  double *w = memory_get(sizeof *w * (cells * (size_t)m->count + 1)), *lo = memory_get(sizeof *lo * 2 * bins), *hi = lo + bins;
  bool *used = memory_get(sizeof *used * (size_t)(m->count + 1));
  double all = weigh(m, e, false, w, used);
  if (all == 0.0) all = weigh(m, e, true, w, used);
  require(all > 0.0, "an event at (%g, %g, %g) is outside of the mesh", e->position[0], e->position[1], e->position[2]);
  struct cr_event event = {.kind = (enum cr_source_kind)e->kind, .energy_GeV = e->energy / r->scale.energy, .metallicity = e->metallicity,
                           .density_cm3 = e->density_cm3};
  if (e->energy > 0.0) cr_injection(&r->net, &r->par.cr.injection, &event, lo, hi);
  const double share = rays_slowness(r) / (all * r->scale.number);
  for (size_t n = 0; n < bins; n++) lo[n] *= share, hi[n] *= share;
  struct gift gift = {.mass = e->mass / all, .thermal = e->thermal / all, .lo = lo, .hi = hi};
  for (int b = 0; b < m->count; b++)
    if (used[b]) give(r, m, g, b, w + cells * (size_t)b, &gift);
  if (!g->par.frozen) mhd_settle(g, m);
  memory_free(used);
  memory_free(lo);
  memory_free(w);
}

/* Times that differ by round-off are the same. */
static double just_after(double t) { return t + 1e-13 * fabs(t); }

void rays_events(struct rays *r, const struct mesh *m, struct gas *g, double from, double to) {
  for (int i = 0; i < r->par.event_count; i++) {
    const double time = r->par.event[i].time;
    if (time > just_after(from) && time <= just_after(to)) happen(r, m, g, &r->par.event[i]);
  }
}

double rays_next_event(const struct rays *r, double time) {
  double next = INFINITY;
  for (int i = 0; i < r->par.event_count; i++)
    if (r->par.event[i].time > just_after(time)) next = min(next, r->par.event[i].time - time);
  return next;
}

/* Metallicities at which spectra of sources are tabulated; the N of core collapses has a corner at 1.65.  Beyond the ends they stay the same. */
static const double METALS[RAYS_METALS] = {0.0, 0.25, 0.5, 1.0, 1.65, 2.5, 4.0, 6.0};

static struct rays_made *create_made(const struct rays *r) {
  const int bins = cr_network_bins(&r->net);
  const double all = r->par.cr.injection.efficiency * EVENT_GeV;
  struct rays_made *made = memory_get(sizeof *made);
  double *lo = memory_get(sizeof *lo * 2 * (size_t)bins), *hi = lo + bins;
  made->per_GeV = memory_get(sizeof *made->per_GeV * RAYS_METALS * (size_t)r->count);
  for (int i = 0; i < RAYS_METALS && all > 0.0; i++) {
    const struct cr_event event = {.kind = CR_MIXTURE, .energy_GeV = EVENT_GeV, .metallicity = METALS[i], .density_cm3 = 1.0};
    cr_injection(&r->net, &r->par.cr.injection, &event, lo, hi);
    for (int k = 0; k < bins; k++) {
      made->per_GeV[RAYS_METALS * (2 * k) + i] = lo[k] / all;
      made->per_GeV[RAYS_METALS * (2 * k + 1) + i] = hi[k] / all;
    }
  }
  memory_free(lo);
  return made;
}

const struct rays_made *rays_made(struct rays *r) {
  if (r->made == NULL) r->made = create_made(r);
  return r->made;
}

void rays_made_destroy(struct rays_made *made) {
  if (made == NULL) return;
  memory_free(made->per_GeV);
  memory_free(made);
}

/* Where in the table a metallicity is: a whole number, and the way from it to the next. */
static double line_of(double metallicity) {
  int i = 0;
  while (i < RAYS_METALS - 2 && metallicity >= METALS[i + 1]) i++;
  return i + min(max((metallicity - METALS[i]) / (METALS[i + 1] - METALS[i]), 0.0), 1.0);
}

void rays_source_metals(const struct rays *r, const struct mesh *m, const struct gas *g, int b, double time, const struct rays_cells *cells, const double *power,
                        double *metals) {
  const int scalar = r->par.medium.metal_scalar;
  const double *rho = field_data(&g->u[0], b, GAS_RHO), *heavy = scalar < 0 ? NULL : field_data(&g->u[0], b, 0) + g->u[0].comp_size[0] * (size_t)(GAS_SCALAR + scalar);
  for (int c = 0; c < cells->n; c++) {
    if (!(power[c] > 0.0)) {
      metals[c] = 0.0;
      continue;
    }
    struct rays_surroundings here = {.metallicity = r->par.medium.metallicity};
    double x[3] = {0.0, 0.0, 0.0};
    for (int d = 0; d < m->dim; d++) x[d] = mesh_coordinate(m, &m->block[b], d, cells->ijk[c][d] + 0.5);
    if (r->medium) r->medium(time, x, &here);
    if (heavy) here.metallicity = heavy[cells->at[c]] / (SOLAR_METALS * rho[cells->at[c]]);
    metals[c] = line_of(here.metallicity);
  }
}

bool rays_source_power(const struct rays *r, const struct mesh *m, int b, double time, const struct rays_cells *cells, double *power) {
  const double scale = 1.0 / (r->scale.pressure * r->scale.time_s);
  bool any = false;
  for (int c = 0; c < cells->n; c++) {
    double x[3] = {0.0, 0.0, 0.0};
    for (int d = 0; d < m->dim; d++) x[d] = mesh_coordinate(m, &m->block[b], d, cells->ijk[c][d] + 0.5);
    power[c] = r->source(time, x, m->block[b].dx) * scale;
    any |= power[c] > 0.0;
  }
  return any;
}
