/* What supernovae bring to the cells around them. */
#include "base/constants.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "microphysics/supernova.h"
#include "supernovae/sites.h"

#include <math.h>
#include <string.h>

static const double MOVING = 0.283;         /* kinetic share of a Sedov-Taylor blast        */

static struct yield yield_of(const struct supernovae *s, const struct supernova *e) {
  const struct supernovae_params *p = &s->par;
  return e->kind == SUPERNOVA_WIND ? (struct yield){e->energy, e->mass, e->metals} : (struct yield){p->energy[e->kind], p->mass[e->kind], p->metals[e->kind]};
}

enum { FIRST_SUMS = 14, SECOND_SUMS = 4 };

static double volume_of(const struct block *block) { return block->dx[0] * block->dx[1] * block->dx[2]; }

static size_t place(const struct mesh *m, const struct field *f, const int cell[3]) {
  const int *e = field_extent(f, 0);
  return ((size_t)(cell[2] + m->ngd[2]) * (size_t)e[1] + (size_t)(cell[1] + m->ngd[1])) * (size_t)e[0] + (size_t)(cell[0] + m->ngd[0]);
}

/* What the passes over the cells share. */
struct deposit {
  struct supernovae *s;
  struct gas *g;
  struct rays *r;
  struct sum *sums;         /* of the event at hand */
  double *lo, *hi;          /* spectra of its cosmic rays: particles */
  size_t *at;               /* cells of the block at hand */
  double *share;
  int block, cells;
};

static void first_pass(void *data, const struct mesh *m, struct site *t, int b, const int cell[3], double w, const double s[3]) {
  const struct deposit *p = data;
  const struct field *u = &p->g->u[0];
  const size_t at = place(m, u, cell);
  const double volume = volume_of(&m->block[b]), wv = w * volume, rho = field_data(u, b, GAS_RHO)[at];
  const int scalar = p->s->par.metal_scalar;
  const double metals = scalar >= 0 ? max((field_data(u, b, 0) + u->comp_size[0] * (size_t)(GAS_SCALAR + scalar))[at], 0.0) : p->s->par.metallicity * SOLAR_METALS * rho;
  double add[FIRST_SUMS] = {wv, wv * s[0], wv * s[1], wv * s[2], volume, volume * rho, volume * metals, wv * rho};
  for (int d = 0; d < 3; d++) {
    add[8 + d] = wv * (field_data(u, b, 0) + u->comp_size[0] * (size_t)(GAS_M1 + d))[at];
    add[11 + d] = wv * rho * s[d];
  }
  (void)t;
  for (int i = 0; i < FIRST_SUMS; i++) sum_add(&p->sums[i], add[i]);
}

static double energy_for_gas(const struct deposit *p, const struct site *t) { return t->yield.energy * (1.0 - (p->r ? p->r->par.cr.injection.efficiency : 0.0)); }

static double hydrogen_around(const struct deposit *p, const struct site *t) { return p->s->hydrogen_cm3 * t->mass / t->volume; }

static double unresolved(const struct deposit *p, const struct site *t) {
  const struct supernovae *s = p->s;
  const double gas = energy_for_gas(p, t);
  if (s->par.deposit != DEPOSIT_REMNANT || !(gas > 0.0)) return 0.0;
  const double radius = s->length_pc * cbrt(0.75 * t->volume / PI), cooling = supernova_cooling_radius_pc(gas * s->energy_erg, hydrogen_around(p, t));
  return radius > cooling ? 1.0 - pow(cooling / radius, 6.5) : 0.0;
}

static void read_first(const struct deposit *p, struct site *t, const struct sum *sum) {
  double v[FIRST_SUMS];
  for (int i = 0; i < FIRST_SUMS; i++) v[i] = sum_value(&sum[i]);
  t->w = v[0];
  t->volume = v[4];
  t->mass = v[5];
  t->metals = v[6];
  t->weight = v[7];
  t->unresolved = unresolved(p, t);
  t->by_volume = (1.0 - t->unresolved) / t->w;
  t->by_mass = t->unresolved / t->weight;
  for (int d = 0; d < 3; d++) {
    t->s[d] = (1.0 - t->unresolved) * (v[1 + d] / v[0]) + t->unresolved * (v[11 + d] / v[7]);
    t->frame[d] = v[8 + d] / v[7];
  }
}

/* Of a cell: its share, old and new mass, its velocity in the frame, and q. */
struct cell_change { double share, mass, more, u[3], q[3]; };

static struct cell_change change_of(const struct deposit *p, const struct mesh *m, const struct site *t, int b, size_t at, double w, const double s[3]) {
  const struct field *u = &p->g->u[0];
  const double volume = volume_of(&m->block[b]), rho = field_data(u, b, GAS_RHO)[at], share = w * volume * (t->by_volume + t->by_mass * rho);
  struct cell_change c = {.share = share, .mass = volume * rho, .more = share * t->yield.mass};
  for (int d = 0; d < 3; d++) {
    c.u[d] = (field_data(u, b, 0) + u->comp_size[0] * (size_t)(GAS_M1 + d))[at] / rho - t->frame[d];
    c.q[d] = share * (s[d] - t->s[d]);
  }
  return c;
}

static void second_pass(void *data, const struct mesh *m, struct site *t, int b, const int cell[3], double w, const double s[3]) {
  const struct deposit *p = data;
  const struct cell_change c = change_of(p, m, t, b, place(m, &p->g->u[0], cell), w, s);
  const double all = c.mass + c.more, q2 = sum3(c.q[0] * c.q[0], c.q[1] * c.q[1], c.q[2] * c.q[2]);
  const double u2 = sum3(c.u[0] * c.u[0], c.u[1] * c.u[1], c.u[2] * c.u[2]), uq = sum3(c.u[0] * c.q[0], c.u[1] * c.q[1], c.u[2] * c.q[2]);
  const double add[SECOND_SUMS] = {sqrt(q2), c.mass * uq / all, 0.5 * q2 / all, 0.5 * c.mass * c.more / all * u2};
  for (int i = 0; i < SECOND_SUMS; i++) sum_add(&p->sums[i], add[i]);
}

static void book(struct supernovae *s, int entry, double value) { sum_add(&s->book[entry], value); }

static enum cr_source_kind source_of(const struct supernova *e) {
  return e->kind == SUPERNOVA_WIND ? CR_WIND : e->kind == SUPERNOVA_IA ? CR_TYPE_IA : CR_CORE_COLLAPSE;
}

/* Mass of the elements in the ejecta; those of stars as rich in metals as the gas around them. */
static void find_elements(const struct supernovae_params *par, struct site *t) {
  const double around = t->metals / (t->mass * SOLAR_METALS), own = t->yield.mass > 0.0 ? t->yield.metals / (t->yield.mass * SOLAR_METALS) : 0.0;
  for (int i = 0; i < par->element_count; i++)
    t->element[i] = t->yield.mass * max(cr_ejecta_share(source_of(t->e), par->element[i], t->e->kind == SUPERNOVA_WIND ? own : around), 0.0);
}

/* How much goes where, from the sums; books it. */
static void decide(struct deposit *p, const struct mesh *m, struct site *t, const struct sum *sum) {
  struct supernovae *s = p->s;
  const double gas = energy_for_gas(p, t), ejecta = t->yield.mass;
  const double along = sum_value(&sum[1]), square = sum_value(&sum[2]);
  double radiated = 0.0, moving = 0.0;
  t->norm = sum_value(&sum[0]);
  t->mixed = sum_value(&sum[3]);
  t->momentum = 0.0;
  if (s->par.deposit == DEPOSIT_REMNANT && gas > 0.0) {
    const double mass = t->mass + ejecta, n = hydrogen_around(p, t), z = t->metals / (t->mass * SOLAR_METALS);
    const double wanted = supernova_momentum(gas * s->energy_erg, mass * s->mass_g, n, z) / s->momentum;
    /* In the frame kinetic energy grows by a P + b P^2; more than the share of a blast it does not get. */
    const double a = along / t->norm, b = square / (t->norm * t->norm), most = MOVING * gas, root = sqrt(a * a + 4.0 * b * most);
    const double possible = a > 0.0 ? 2.0 * most / (a + root) : (root - a) / (2.0 * b), chosen = min(wanted, possible);
    moving = chosen * (a + b * chosen);
    t->momentum = chosen / t->norm;
    radiated = (gas - moving) * t->unresolved;
  }
  t->heat = gas - moving - radiated + t->mixed;
  const double frame = 0.5 * ejecta * sum3(t->frame[0] * t->frame[0], t->frame[1] * t->frame[1], t->frame[2] * t->frame[2]);
  const double got[4] = {gas - radiated + frame, ejecta * t->frame[0], ejecta * t->frame[1], ejecta * t->frame[2]};
  book(s, SUPERNOVAE_UNRESOLVED, radiated);
  book(s, SUPERNOVAE_FRAME, frame);
  book(s, SUPERNOVAE_GAS, got[0]);
  book(s, SUPERNOVAE_MASS, ejecta);
  book(s, SUPERNOVAE_METALS, t->yield.metals);
  for (int d = 0; d < 3; d++) book(s, SUPERNOVAE_MOMENTUM + d, got[1 + d]);
  for (int i = 0; p->r && m->rank == 0 && i < 4; i++) sum_add(&p->r->injected[i], got[i]);
}

/* Cosmic rays for the cells that were collected. */
static void flush(struct deposit *p, const struct mesh *m) {
  if (p->r && p->cells > 0) rays_inject(p->r, m, p->block, p->cells, p->at, p->share, p->lo, p->hi);
  p->cells = 0;
}

static void third_pass(void *data, const struct mesh *m, struct site *t, int b, const int cell[3], double w, const double s[3]) {
  struct deposit *p = data;
  struct field *f = &p->g->u[0];
  const size_t at = place(m, f, cell);
  if (p->r) {
    if (b != p->block) flush(p, m);
    p->block = b;
    p->at[p->cells] = at;
    p->share[p->cells++] = w / t->w;
  }
  if (p->g->par.frozen) return;
  const struct supernovae_params *par = &p->s->par;
  const struct cell_change c = change_of(p, m, t, b, at, w, s);
  const double over = 1.0 / volume_of(&m->block[b]), heat = t->heat * c.share * over;
  double *data_of[5], square[2][3];
  for (int v = 0; v < 5; v++) data_of[v] = field_data(f, b, 0) + f->comp_size[0] * (size_t)v + at;
  const double rho = *data_of[GAS_RHO], next = rho + c.more * over;
  for (int d = 0; d < 3; d++) {
    double *momentum = data_of[GAS_M1 + d];
    square[0][d] = *momentum * *momentum;
    *momentum += (c.more * t->frame[d] + t->momentum * c.q[d]) * over;
    square[1][d] = *momentum * *momentum;
  }
  const double before = 0.5 * sum3(square[0][0], square[0][1], square[0][2]) / rho;
  const double after = 0.5 * sum3(square[1][0], square[1][1], square[1][2]) / next;
  *data_of[GAS_RHO] = next;
  *data_of[GAS_E] += (after - before) + heat;
  (field_data(f, b, 0) + f->comp_size[0] * (size_t)(p->g->nvar - 1))[at] += heat;
  if (par->metal_scalar >= 0) (field_data(f, b, 0) + f->comp_size[0] * (size_t)(GAS_SCALAR + par->metal_scalar))[at] += c.share * over * t->yield.metals;
  for (int i = 0; i < par->element_count; i++) (field_data(f, b, 0) + f->comp_size[0] * (size_t)(GAS_SCALAR + i))[at] += c.share * over * t->element[i];
}

/* The spectra of an event. */
static void spectra(struct deposit *p, const struct site *t) {
  struct rays *r = p->r;
  const double n = r->scale.proton_cm3 * t->mass / t->volume;
  const struct cr_event event = {.kind = source_of(t->e), .energy_GeV = t->yield.energy * p->s->energy_GeV,
                                 .metallicity = t->metals / (t->mass * SOLAR_METALS), .density_cm3 = n};
  for (int k = 0; k < cr_network_bins(&r->net); k++) p->lo[k] = p->hi[k] = 0.0;
  if (event.energy_GeV > 0.0) cr_injection(&r->net, &r->par.cr.injection, &event, p->lo, p->hi);
}

/* Sums of a pass over all events of a batch. */
static void pass(struct deposit *p, const struct mesh *m, int n, struct site **site, int width, site_cell_fn *f, struct sum *sum) {
  memset(sum, 0, sizeof *sum * (size_t)(n * width));
  for (int i = 0; i < n; i++) {
    p->sums = sum + (size_t)i * (size_t)width;
    site_cells(m, site[i], f, p);
  }
  sum_over_ranks(m->comm, n * width, sum);
}

static void one_batch(struct deposit *p, const struct mesh *m, int n, struct site **site) {
  struct sum *sum = memory_get(sizeof *sum * (size_t)(n * FIRST_SUMS));
  pass(p, m, n, site, FIRST_SUMS, first_pass, sum);
  for (int i = 0; i < n; i++) read_first(p, site[i], sum + (size_t)i * FIRST_SUMS);
  if (!p->g->par.frozen) {
    pass(p, m, n, site, SECOND_SUMS, second_pass, sum);
    for (int i = 0; i < n; i++) {
      decide(p, m, site[i], sum + (size_t)i * SECOND_SUMS);
      find_elements(&p->s->par, site[i]);
    }
  }
  for (int i = 0; i < n; i++) {
    if (p->r) spectra(p, site[i]);
    site_cells(m, site[i], third_pass, p);
    flush(p, m);
  }
  memory_free(sum);
}

void supernovae_happen(struct supernovae *s, const struct mesh *m, struct gas *g, struct rays *r, const struct supernova_list *list) {
  if (list->count == 0) return;
  const size_t cells = (size_t)m->nc[0] * (size_t)m->nc[1] * (size_t)m->nc[2], bins = r ? (size_t)cr_network_bins(&r->net) : 0;
  struct site *site = memory_get(sizeof *site * (size_t)list->count), **batch = memory_get(sizeof *batch * (size_t)list->count);
  struct deposit p = {.s = s, .g = g, .r = r, .lo = memory_get(sizeof(double) * 2 * bins), .at = memory_get(sizeof *p.at * cells), .share = memory_get(sizeof *p.share * cells)};
  p.hi = p.lo + bins;
  for (int i = 0; i < list->count; i++) site[i].e = &list->event[i];
  sites_widths(m, list->count, site);
  for (int i = 0; i < list->count; i++) {
    struct site *t = &site[i];
    const int kind = t->e->kind;
    for (int d = 0; d < 3; d++) t->half[d] *= s->par.radius;
    t->outside = t->half[0] == 0.0;
    t->yield = yield_of(s, t->e);
    book(s, kind == SUPERNOVA_WIND ? SUPERNOVAE_WINDS : kind == SUPERNOVA_IA ? SUPERNOVAE_IA : SUPERNOVAE_II, 1.0);
    book(s, SUPERNOVAE_OUTSIDE, t->outside);
    if (t->outside) continue;
    book(s, SUPERNOVAE_ENERGY, t->yield.energy);
    if (kind == SUPERNOVA_WIND) book(s, SUPERNOVAE_WIND_ENERGY, t->yield.energy);
    if (r) book(s, SUPERNOVAE_RAYS, t->yield.energy * r->par.cr.injection.efficiency);
  }
  const int batches = sites_batches(m, list->count, site);
  for (int b = 0; b < batches; b++) {
    int n = 0;
    for (int i = 0; i < list->count; i++)
      if (site[i].batch == b && !site[i].outside) batch[n++] = &site[i];
    if (n > 0) one_batch(&p, m, n, batch);
  }
  if (!g->par.frozen) mhd_settle(g, m);
  memory_free(p.share);
  memory_free(p.at);
  memory_free(p.lo);
  memory_free(batch);
  memory_free(site);
}
