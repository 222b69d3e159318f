/* Rates at which the populations of a species change, from short steps of the batched update.
 *
 * Momentum changes move particles between neighbouring bins.  Filling every third bin at a time, all that leaves a bin is seen where it arrives.  A bin
 * (lo, hi) that loses D particles downwards and U upwards while lo changes by dlo has moved G = dlo + D from hi to lo.  D is put down to lo, U to hi, G to
 * the population that gives; so all rates are positive and particles are conserved whatever the populations become. */
#include "crtransport/steady_parts.h"

#include "base/memory.h"
#include "base/minmax.h"

#include <math.h>
#include <string.h>

void rays_rows_create(struct rays_rows *w, const struct mesh *m, size_t rows) {
  *w = (struct rays_rows){.cells = (size_t)m->nc[0] * (size_t)m->nc[1] * (size_t)m->nc[2], .blocks = (size_t)m->count};
  w->data = memory_get(sizeof *w->data * (rows * w->blocks * w->cells + 1));
}

void rays_rows_destroy(struct rays_rows *w) { memory_free(w->data); }

static size_t row_start(const struct mesh *m, const struct field *f, int j, int k) {
  const int *e = field_extent(f, 0);
  return ((size_t)(k + m->ngd[2]) * (size_t)e[1] + (size_t)(j + m->ngd[1])) * (size_t)e[0] + (size_t)m->ngd[0];
}

void rays_rows_to_cells(const struct mesh *m, const double *row, const struct field *f, double *component) {
  for (int k = 0; k < m->nc[2]; k++)
    for (int j = 0; j < m->nc[1]; j++, row += m->nc[0]) memcpy(component + row_start(m, f, j, k), row, sizeof *row * (size_t)m->nc[0]);
}

void rays_cells_to_rows(const struct mesh *m, const struct field *f, const double *component, double *row) {
  for (int k = 0; k < m->nc[2]; k++)
    for (int j = 0; j < m->nc[1]; j++, row += m->nc[0]) memcpy(row, component + row_start(m, f, j, k), sizeof *row * (size_t)m->nc[0]);
}

static void list_cells(struct rays_probe *p) {
  const struct mesh *m = p->mesh;
  const size_t cells = p->made.cells;
  p->all.n = (int)cells;
  p->all.ijk = memory_get(sizeof *p->all.ijk * cells);
  p->all.at = memory_get(sizeof *p->all.at * cells);
  size_t n = 0;
  for (int k = 0; k < m->nc[2]; k++)
    for (int j = 0; j < m->nc[1]; j++)
      for (int i = 0; i < m->nc[0]; i++, n++) {
        const int at[3] = {i, j, k};
        memcpy(p->all.ijk[n], at, sizeof at);
        p->all.at[n] = row_start(m, &p->r->exchange, j, k) + (size_t)i;
      }
}

void rays_probe_create(struct rays_probe *p, struct rays *r, const struct mesh *m) {
  *p = (struct rays_probe){.r = r, .mesh = m, .dt_s = 1e7};
  struct cr_batch_options move = r->par.cr.batch, react = r->par.cr.batch;
  for (int i = 0; i < FATE_COUNT; i++) move.fate.scale[i] = 0.0;
  move.secondary.scale = 0.0;
  for (int i = 0; i < LOSS_COUNT; i++) react.loss.scale[i] = 0.0;
  p->move = cr_tables_create(&r->net, &move);
  p->react = cr_tables_create(&r->net, &react);
  size_t most = 0, bins = (size_t)cr_network_bins(&r->net);
  for (int s = 0; s < r->net.count; s++) most = r->net.nbin[s] > (int)most ? (size_t)r->net.nbin[s] : most;
  struct rays_rows *rows[] = {&p->sink, &p->inside, &p->from_above, &p->from_below};
  for (int i = 0; i < 4; i++) rays_rows_create(rows[i], m, 2 * most);
  rays_rows_create(&p->made, m, 2 * bins);
  list_cells(p);
  const size_t n = p->made.cells, bands = (size_t)r->par.cr.batch.loss.bands;
  double *at = p->memory = memory_get(sizeof *at * n * (3 * bins + MEDIUM_COUNT + bands + 1));
  p->lo = memory_get(sizeof *p->lo * 3 * bins);
  p->hi = p->lo + bins;
  p->div = p->hi + bins;
  for (size_t k = 0; k < 3 * bins; k++, at += n) p->lo[k] = at;
  for (int i = 0; i < MEDIUM_COUNT; i++, at += n) p->medium[i] = at;
  for (size_t i = 0; i < bands; i++, at += n) {
    p->band[i] = at;
    for (size_t c = 0; c < n; c++) at[c] = r->par.medium.radiation[i];
  }
}

void rays_probe_destroy(struct rays_probe *p) {
  struct rays_rows *rows[] = {&p->sink, &p->inside, &p->from_above, &p->from_below, &p->made};
  for (int i = 0; i < 5; i++) rays_rows_destroy(rows[i]);
  cr_tables_free(p->move);
  cr_tables_free(p->react);
  memory_free(p->all.ijk);
  memory_free(p->all.at);
  memory_free(p->lo);
  memory_free(p->memory);
}

static struct cr_batch_env surroundings(struct rays_probe *p, const struct gas *g, const struct field *velocity, struct rays_drift *drift, int b) {
  struct cr_batch_env env = {.nu0 = p->r->par.cr.nu0};
  rays_medium(p->r, p->mesh, g, velocity, b, &p->all, p->medium);
  env.n_e = p->medium[MEDIUM_N_E];
  env.n_n = p->medium[MEDIUM_N_N];
  env.n_nucleon = p->medium[MEDIUM_N_NUCLEON];
  env.temperature_K = p->medium[MEDIUM_TEMPERATURE];
  env.u_b = p->medium[MEDIUM_U_B];
  env.v_alfven = p->medium[MEDIUM_V_ALFVEN];
  env.nu_factor = p->medium[MEDIUM_NU_FACTOR];
  env.div_u = p->medium[MEDIUM_DIV_U];
  env.bb_grad_u = p->medium[MEDIUM_BB_GRAD_U];
  for (int i = 0; i < CR_BANDS; i++) env.u_rad[i] = p->band[i];
  if (drift) {
    rays_drift_block(p->r, p->mesh, drift, b, 0.0, &p->all, p->div);
    env.drift_div = (const double *const *)p->div;
  }
  return env;
}

/* Fill every third bin of the species, from the first of its colour, with its populations; everything else is empty. */
static void fill(struct rays_probe *p, int s, int b, int colour, int colours) {
  const struct cr_network *net = &p->r->net;
  const size_t n = p->made.cells;
  for (int k = 0; k < cr_network_bins(net); k++) {
    const bool use = k >= net->first[s] && k < net->first[s + 1] && (k - net->first[s]) % colours == colour;
    for (int end = 0; end < 2; end++) {
      double *to = end ? p->hi[k] : p->lo[k];
      if (!use) {
        memset(to, 0, sizeof *to * n);
        continue;
      }
      rays_cells_to_rows(p->mesh, &p->r->exchange, rays_data(p->r, 2 * k + end, b, 0), to);
      for (size_t c = 0; c < n; c++) to[c] = max(to[c], 0.0);
    }
  }
}

static inline double rate(double change, double of, double over_dt) { return of > 0.0 ? max(change, 0.0) / of * over_dt : 0.0; }

/* Reactions: sinks, or what the children get. */
static void probe_reactions(struct rays_probe *p, const struct cr_batch_env *env, int s, int b, bool children) {
  const struct cr_network *net = &p->r->net;
  const size_t n = p->made.cells;
  const double over = 1.0 / p->dt_s;
  fill(p, s, b, 0, 1);
  cr_batch_step(p->react, (int)n, p->dt_s, CR_MOMENTUM_FIRST, env, p->lo, p->hi, NULL, NULL);
  for (int k = 0; k < cr_network_bins(net); k++)
    for (int end = 0; end < 2; end++) {
      const double *now = end ? p->hi[k] : p->lo[k];
      const bool own = k >= net->first[s] && k < net->first[s + 1];
      if (own == children) continue;
      if (children) {
        double *made = rays_values(&p->made, 2 * k + end, b);
        for (size_t c = 0; c < n; c++) made[c] += now[c] * over;
      } else {
        double *sink = rays_values(&p->sink, 2 * (k - net->first[s]) + end, b), *was = rays_values(&p->inside, 2 * (k - net->first[s]) + end, b);
        rays_cells_to_rows(p->mesh, &p->r->exchange, rays_data(p->r, 2 * k + end, b, 0), was);
        for (size_t c = 0; c < n; c++) sink[c] = rate(was[c] - now[c], was[c], over);
      }
    }
}

/* Momentum changes of the bins of one colour. */
static void probe_colour(struct rays_probe *p, const struct cr_batch_env *env, int s, int b, int colour) {
  const struct cr_network *net = &p->r->net;
  const int bins = net->nbin[s], first = net->first[s];
  const size_t n = p->made.cells;
  const double over = 1.0 / p->dt_s;
  fill(p, s, b, colour, 3);
  cr_batch_step(p->move, (int)n, p->dt_s, CR_MOMENTUM_FIRST, env, p->lo, p->hi, NULL, NULL);
  for (int k = colour; k < bins; k += 3) {
    const double *lo = p->lo[first + k], *hi = p->hi[first + k];
    double *inside_lo = rays_values(&p->inside, 2 * k, b), *inside_hi = rays_values(&p->inside, 2 * k + 1, b);
    double *sink_lo = rays_values(&p->sink, 2 * k, b), *sink_hi = rays_values(&p->sink, 2 * k + 1, b);
    double *const *below = k > 0 ? (double *const[]){p->lo[first + k - 1], p->hi[first + k - 1]} : NULL;
    double *const *above = k + 1 < bins ? (double *const[]){p->lo[first + k + 1], p->hi[first + k + 1]} : NULL;
    rays_cells_to_rows(p->mesh, &p->r->exchange, rays_data(p->r, 2 * (first + k), b, 0), inside_lo);
    rays_cells_to_rows(p->mesh, &p->r->exchange, rays_data(p->r, 2 * (first + k) + 1, b, 0), inside_hi);
    for (size_t c = 0; c < n; c++) {
      double was_lo = max(inside_lo[c], 0.0), was_hi = max(inside_hi[c], 0.0), gone = (was_lo + was_hi) - (lo[c] + hi[c]);
      double up = above ? above[0][c] + above[1][c] : below ? gone - (below[0][c] + below[1][c]) : 0.0;
      double down = gone - up, moved = (lo[c] - was_lo) + down;
      sink_lo[c] += rate(down, was_lo, over) + rate(-moved, was_lo, over);
      sink_hi[c] += rate(up, was_hi, over) + rate(moved, was_hi, over);
      inside_lo[c] = rate(moved, was_hi, over);
      inside_hi[c] = rate(-moved, was_lo, over);
      for (int end = 0; end < 2; end++) {
        if (below) rays_values(&p->from_above, 2 * (k - 1) + end, b)[c] = rate(below[end][c], was_lo, over);
        if (above) rays_values(&p->from_below, 2 * (k + 1) + end, b)[c] = rate(above[end][c], was_hi, over);
      }
    }
  }
}

void rays_probe_species(struct rays_probe *p, const struct gas *g, const struct field *velocity, struct rays_drift *drift, int s) {
  const int bins = p->r->net.nbin[s];
  for (int b = 0; b < p->mesh->count; b++) {
    const struct cr_batch_env env = surroundings(p, g, velocity, drift, b);
    probe_reactions(p, &env, s, b, false);
    for (int end = 0; end < 2; end++) {
      memset(rays_values(&p->from_above, 2 * (bins - 1) + end, b), 0, sizeof(double) * p->made.cells);
      memset(rays_values(&p->from_below, end, b), 0, sizeof(double) * p->made.cells);
    }
    for (int colour = 0; colour < 3 && colour < bins; colour++) probe_colour(p, &env, s, b, colour);
  }
}

void rays_probe_children(struct rays_probe *p, const struct gas *g, const struct field *velocity, int s) {
  if (p->r->par.cr.batch.secondary.scale == 0.0) return;
  for (int b = 0; b < p->mesh->count; b++) {
    const struct cr_batch_env env = surroundings(p, g, velocity, NULL, b);
    probe_reactions(p, &env, s, b, true);
  }
}

/* The fastest sink of all species. */
static double fastest(struct rays_probe *p, const struct gas *g, const struct field *velocity) {
  double most = 0.0;
  for (int s = 0; s < p->r->net.count; s++) {
    rays_probe_species(p, g, velocity, NULL, s);
    const size_t n = p->sink.blocks * p->sink.cells * 2 * (size_t)p->r->net.nbin[s];
    for (size_t c = 0; c < n; c++) most = max(most, p->sink.data[c]);
  }
  MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, p->mesh->comm);
  return most;
}

/* Rates are relative changes of 1e-4 at most; those that are a million times slower still have six digits. */
void rays_probe_step(struct rays_probe *p, const struct gas *g, const struct field *velocity) {
  const double aim = 1e-4;
  p->dt_s = 1.0;
  for (int tries = 0; tries < 40; tries++) {
    double change = fastest(p, g, velocity) * p->dt_s;
    if (change > 0.01 * aim && change <= 2.0 * aim) break;
    p->dt_s *= change > 1e-12 ? min(max(aim / change, 1e-6), 1e6) : 1e6;
    if (p->dt_s > 1e25) break;
  }
}
