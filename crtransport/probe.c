/* Rates at which the populations of a species change, from short steps of the batched update.
 *
 * Momentum changes move particles between neighbouring bins.  With one bin filled at a time, all that leaves it is seen where it arrives.  A bin
 * (lo, hi) that loses D particles downwards and U upwards while lo changes by dlo has moved G = dlo + D from hi to lo.  D is put down to lo, U to hi, G to
 * the population that gives; so all rates are positive and particles are conserved whatever the populations become. */
#include "crtransport/probe_parts.h"

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

/* Bins first to before end of a species. */
static struct cr_network bins_of(const struct cr_network *net, int s, int first, int end) {
  return (struct cr_network){.count = 1, .species = {net->species[s]}, .nbin = {end - first}, .first = {0, end - first},
                             .bin = net->bin + net->first[s] + first};
}

void rays_probe_create(struct rays_probe *p, struct rays *r, const struct mesh *m) {
  const struct cr_network *net = &r->net;
  *p = (struct rays_probe){.r = r, .mesh = m, .dt_s = 1e7};
  struct cr_batch_options move = r->par.cr.batch, react = r->par.cr.batch, lose;
  for (int i = 0; i < FATE_COUNT; i++) move.fate.scale[i] = 0.0;
  move.secondary.scale = 0.0;
  for (int i = 0; i < LOSS_COUNT; i++) react.loss.scale[i] = 0.0;
  p->react = cr_tables_create(net, &react);
  lose = react;
  lose.secondary.scale = 0.0;
  size_t most = 0, bins = (size_t)cr_network_bins(net);
  p->alone = memory_get(sizeof *p->alone * (size_t)net->count);
  p->lose = memory_get(sizeof *p->lose * (size_t)net->count);
  p->window = memory_get(sizeof *p->window * bins);
  p->move = memory_get(sizeof *p->move * bins);
  for (int s = 0; s < net->count; s++) {
    most = net->nbin[s] > (int)most ? (size_t)net->nbin[s] : most;
    p->alone[s] = bins_of(net, s, 0, net->nbin[s]);
    p->lose[s] = cr_tables_create(&p->alone[s], &lose);
    for (int k = 0; k < net->nbin[s]; k++) {
      struct cr_network *w = &p->window[net->first[s] + k];
      *w = bins_of(net, s, k > 0 ? k - 1 : 0, k + 2 < net->nbin[s] ? k + 2 : net->nbin[s]);
      p->move[net->first[s] + k] = cr_tables_create(w, &move);
    }
  }
  struct rays_rows *rows[] = {&p->lost, &p->sink, &p->inside, &p->from_above, &p->from_below};
  for (int i = 0; i < 5; i++) rays_rows_create(rows[i], m, 2 * most);
  rays_rows_create(&p->made, m, 2 * bins);
  rays_rows_create(&p->around, m, MEDIUM_COUNT + (size_t)r->par.cr.batch.loss.bands);
  p->dt_bin = memory_get(sizeof *p->dt_bin * bins);
  rays_rows_create(&p->tried, m, 3);
  list_cells(p);
  const size_t n = p->made.cells;
  double *at = p->memory = memory_get(sizeof *at * n * (3 * bins + WORK_COUNT));
  p->lo = memory_get(sizeof *p->lo * 3 * bins);
  p->hi = p->lo + bins;
  p->div = p->hi + bins;
  for (size_t k = 0; k < 3 * bins; k++, at += n) p->lo[k] = at;
  for (int i = 0; i < WORK_COUNT; i++, at += n) p->work[i] = at;
}

void rays_probe_destroy(struct rays_probe *p) {
  struct rays_rows *rows[] = {&p->lost, &p->sink, &p->inside, &p->from_above, &p->from_below, &p->made, &p->around, &p->tried};
  for (int i = 0; i < 8; i++) rays_rows_destroy(rows[i]);
  for (int s = 0; s < p->r->net.count; s++) cr_tables_free(p->lose[s]);
  for (int k = 0; k < cr_network_bins(&p->r->net); k++) cr_tables_free(p->move[k]);
  memory_free(p->move);
  memory_free(p->lose);
  memory_free(p->dt_bin);
  memory_free(p->window);
  memory_free(p->alone);
  cr_tables_free(p->react);
  memory_free(p->all.ijk);
  memory_free(p->all.at);
  memory_free(p->lo);
  memory_free(p->memory);
}

static struct cr_batch_env surroundings(const struct rays_probe *p, int b, bool fill) {
  double *medium[MEDIUM_COUNT], *band[CR_BANDS] = {NULL};
  for (int i = 0; i < MEDIUM_COUNT; i++) medium[i] = rays_values(&p->around, i, b);
  for (int i = 0; i < p->r->par.cr.batch.loss.bands; i++) band[i] = rays_values(&p->around, MEDIUM_COUNT + i, b);
  if (fill) rays_medium(p->r, p->mesh, p->gas, p->velocity, b, &p->all, medium, band);
  return rays_batch_env(p->r, medium, band);
}

void rays_probe_surroundings(struct rays_probe *p) {
  for (int b = 0; b < p->mesh->count; b++) surroundings(p, b, true);
}

static inline double rate(double change, double of, double over_dt) { return of > 0.0 ? max(change, 0.0) / of * over_dt : 0.0; }

void rays_probe_load(const struct rays_probe *p, int population, int b, double *to) { rays_cells_to_rows(p->mesh, &p->r->exchange, rays_data(p->r, population, b, 0), to); }

void rays_probe_usual(struct rays_probe *p, int bin) {
  double sums[2] = {0.0, 0.0}, *q = p->work[0];
  for (int end = 0; end < 2; end++)
    for (int b = 0; b < p->mesh->count; b++) {
      const double *dx = p->mesh->block[b].dx, volume = dx[0] * dx[1] * dx[2];
      rays_probe_load(p, 2 * bin + end, b, q);
      for (size_t c = 0; c < p->made.cells; c++) sums[end] += volume * max(q[c], 0.0);
    }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, p->mesh->comm);
  const double all = sums[0] + sums[1];
  for (int end = 0; end < 2; end++) p->usual[end] = all > 0.0 ? sums[end] / all : 0.5;
}

static const double STEEPEST = 1e-10; /* least ratio of the populations of a bin that rates are made for */

/* Both populations of a bin.  Where one of them is not positive the differences in space have undershot: the usual shares then, and the sign of the sum. */
static void load_bin(const struct rays_probe *p, int bin, int b, double *lo, double *hi, double *sign) {
  rays_probe_load(p, 2 * bin, b, lo);
  rays_probe_load(p, 2 * bin + 1, b, hi);
  for (size_t c = 0; c < p->made.cells; c++) {
    const double all = lo[c] + hi[c], size = max(fabs(all), 1e-200);
    const bool whole = lo[c] > 0.0 && hi[c] > 0.0;
    if (sign) sign[c] = all < 0.0 ? -1.0 : 1.0;
    double some_lo = whole ? lo[c] : p->usual[0] * size, some_hi = whole ? hi[c] : p->usual[1] * size;
    lo[c] = max(some_lo, STEEPEST * some_hi);
    hi[c] = max(some_hi, STEEPEST * some_lo);
  }
}

/* Losses of species s to reactions: a step of each species by itself. */
static void probe_losses(struct rays_probe *p, int s, int b) {
  const int bins = p->r->net.nbin[s], first = p->r->net.first[s];
  const struct cr_batch_env env = surroundings(p, b, false);
  const size_t n = p->made.cells;
  const double over = 1.0 / p->dt_s;
  for (int k = 0; k < bins; k++) load_bin(p, first + k, b, p->lo[k], p->hi[k], NULL);
  cr_batch_step(p->lose[s], (int)n, p->dt_s, CR_MOMENTUM_FIRST, &env, p->lo, p->hi, NULL, NULL);
  for (int k = 0; k < bins; k++) {
    double *was[2] = {p->work[0], p->work[1]};
    load_bin(p, first + k, b, was[0], was[1], NULL);
    for (int end = 0; end < 2; end++) {
      const double *now = end ? p->hi[k] : p->lo[k];
      double *lost = rays_values(&p->lost, 2 * k + end, b);
      for (size_t c = 0; c < n; c++) lost[c] = rate(was[end][c] - now[c], was[end][c], over);
    }
  }
}

/* What others get; where the sum of a bin is negative it counts so, in a step of its own.  Returns whether there is any of that sign. */
static bool probe_children(struct rays_probe *p, int s, int b, double sign) {
  const struct cr_network *net = &p->r->net;
  const struct cr_batch_env env = surroundings(p, b, false);
  const size_t n = p->made.cells;
  const double over = sign / p->dt_s;
  bool any = false;
  for (int k = 0; k < cr_network_bins(net); k++) {
    if (k >= net->first[s] && k < net->first[s + 1]) {
      double *of = p->work[0];
      load_bin(p, k, b, p->lo[k], p->hi[k], of);
      for (size_t c = 0; c < n; c++) {
        any = any || of[c] == sign;
        if (of[c] != sign) p->lo[k][c] = p->hi[k][c] = 0.0;
      }
    } else {
      memset(p->lo[k], 0, sizeof(double) * n);
      memset(p->hi[k], 0, sizeof(double) * n);
    }
  }
  if (!any) return false;
  cr_batch_step(p->react, (int)n, p->dt_s, CR_MOMENTUM_FIRST, &env, p->lo, p->hi, NULL, NULL);
  for (int k = 0; k < cr_network_bins(net); k++)
    for (int end = 0; end < 2 && !(k >= net->first[s] && k < net->first[s + 1]); end++) {
      const double *now = end ? p->hi[k] : p->lo[k];
      double *made = rays_values(&p->made, 2 * k + end, b);
      for (size_t c = 0; c < n; c++) made[c] += now[c] * over;
    }
  return true;
}

void rays_probe_losses(struct rays_probe *p, int s) {
  p->usual[0] = p->usual[1] = 0.5;
  for (int b = 0; b < p->mesh->count; b++) probe_losses(p, s, b);
}

void rays_probe_children(struct rays_probe *p, int s) {
  if (p->r->par.cr.batch.secondary.scale == 0.0) return;
  p->usual[0] = p->usual[1] = 0.5;
  for (int b = 0; b < p->mesh->count; b++)
    for (int sign = 1; sign >= -1; sign -= 2) probe_children(p, s, b, sign);
}

void rays_probe_cells(struct rays_probe *p, const struct cr_batch_env *env, int s, int k, const double *lo, const double *hi, const struct rays_bin_rates *out) {
  const int bins = p->r->net.nbin[s], bin = p->r->net.first[s] + k, start = k > 0 ? k - 1 : 0;
  const size_t n = p->made.cells;
  const double dt = p->dt_bin[bin], over = 1.0 / dt;
  for (int i = start; i < start + p->window[bin].nbin[0]; i++) {
    memset(p->lo[i], 0, sizeof(double) * n);
    memset(p->hi[i], 0, sizeof(double) * n);
  }
  memcpy(p->lo[k], lo, sizeof *lo * n);
  memcpy(p->hi[k], hi, sizeof *hi * n);
  cr_batch_step(p->move[bin], (int)n, dt, CR_MOMENTUM_FIRST, env, p->lo + start, p->hi + start, NULL, NULL);
  const double *now_lo = p->lo[k], *now_hi = p->hi[k];
  const double *below[2] = {k > 0 ? p->lo[k - 1] : NULL, k > 0 ? p->hi[k - 1] : NULL};
  const double *above[2] = {k + 1 < bins ? p->lo[k + 1] : NULL, k + 1 < bins ? p->hi[k + 1] : NULL};
  for (size_t c = 0; c < n; c++) {
    /* What arrives is known to more digits than what is missing. */
    double all = lo[c] + hi[c], gone = all - (now_lo[c] + now_hi[c]);
    double down = below[0] ? below[0][c] + below[1][c] : 0.0, up = above[0] ? above[0][c] + above[1][c] : below[0] ? gone - down : 0.0;
    down = below[0] ? down : gone - up;
    double moved = (now_lo[c] - lo[c]) + down;
    moved = fabs(moved) > 1e-14 * all ? moved : 0.0;
    out->sink[0][c] = rate(down, lo[c], over) + rate(-moved, lo[c], over);
    out->sink[1][c] = rate(up, hi[c], over) + rate(moved, hi[c], over);
    out->inside[0][c] = rate(moved, hi[c], over);
    out->inside[1][c] = rate(-moved, lo[c], over);
    for (int end = 0; end < 2; end++) {
      if (below[0] && out->below[end]) out->below[end][c] = rate(below[end][c], lo[c], over);
      if (above[0] && out->above[end]) out->above[end][c] = rate(above[end][c], hi[c], over);
    }
  }
}

struct cr_batch_env rays_probe_env(struct rays_probe *p, int s, int k, int b) {
  struct cr_batch_env env = surroundings(p, b, false);
  if (p->drift) {
    rays_drift_block(p->r, p->mesh, p->drift, b, 0.0, &p->all, p->div);
    env.drift_div = (const double *const *)(p->div + p->r->net.first[s] + (k > 0 ? k - 1 : 0));
  }
  return env;
}

struct rays_bin_rates rays_probe_rows(struct rays_probe *p, int s, int k, int b) {
  struct rays_bin_rates out = {.sink = {NULL}, .inside = {NULL}, .below = {NULL}, .above = {NULL}};
  for (int end = 0; end < 2; end++) {
    out.sink[end] = rays_values(&p->sink, 2 * k + end, b);
    out.inside[end] = rays_values(&p->inside, 2 * k + end, b);
    if (k > 0) out.below[end] = rays_values(&p->from_above, 2 * (k - 1) + end, b);
    if (k + 1 < p->r->net.nbin[s]) out.above[end] = rays_values(&p->from_below, 2 * (k + 1) + end, b);
  }
  return out;
}

void rays_probe_block(struct rays_probe *p, int s, int k, int b) {
  const struct cr_batch_env env = rays_probe_env(p, s, k, b);
  const struct rays_bin_rates out = rays_probe_rows(p, s, k, b);
  double *lo = p->work[0], *hi = p->work[1];
  double *now = rays_values(&p->tried, TRIED_NOW, b);
  load_bin(p, p->r->net.first[s] + k, b, lo, hi, NULL);
  for (size_t c = 0; c < p->made.cells; c++) now[c] = log(hi[c] / lo[c]);
  rays_probe_cells(p, &env, s, k, lo, hi, &out);
  for (int end = 0; end < 2; end++) {
    const double *lost = rays_values(&p->lost, 2 * k + end, b);
    for (size_t c = 0; c < p->made.cells; c++) out.sink[end][c] += lost[c];
  }
}

void rays_probe_bin(struct rays_probe *p, int s, int k) {
  rays_probe_usual(p, p->r->net.first[s] + k);
  for (int b = 0; b < p->mesh->count; b++) rays_probe_block(p, s, k, b);
}

/* The next step to try for the fastest rates, or zero when this one is good: relative changes of about 1e-4; rates that are a million times slower
 * still have six digits. */
static double next_step(const struct rays_probe *p, const double *rates, size_t n, double dt) {
  const double aim = 1e-4;
  double most = 0.0;
  for (size_t i = 0; i < n; i++) most = max(most, rates[i]);
  MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, p->mesh->comm);
  const double change = most * dt;
  if ((change > 0.1 * aim && change <= 2.0 * aim) || dt > 1e25) return 0.0;
  return dt * (change > 1e-10 ? min(max(aim / change, 1e-6), 1e6) : 1e6);
}

static void find_step(struct rays_probe *p, int s, int k, double *dt) {
  const struct rays_rows *rows = k < 0 ? &p->lost : &p->sink;
  const size_t each = p->sink.blocks * p->sink.cells, first = k < 0 ? 0 : 2 * (size_t)k, count = k < 0 ? 2 * (size_t)p->r->net.nbin[s] : 2;
  for (int tries = 0; tries < 40; tries++) {
    if (k < 0) rays_probe_losses(p, s);
    else rays_probe_bin(p, s, k);
    const double next = next_step(p, rows->data + first * each, count * each, *dt);
    if (next == 0.0) break;
    *dt = next;
  }
}

void rays_probe_steps(struct rays_probe *p) {
  p->dt_s = INFINITY;
  for (int s = 0; s < p->r->net.count; s++) {
    double dt = 1e11;
    double *given = &p->dt_s, least = p->dt_s;
    *given = dt;
    find_step(p, s, -1, given);
    p->dt_s = min(p->dt_s, least);
    memset(p->lost.data, 0, sizeof(double) * p->lost.blocks * p->lost.cells * 2 * (size_t)p->r->net.nbin[s]);
    for (int k = p->r->net.nbin[s] - 1; k >= 0; k--) {
      double *own = &p->dt_bin[p->r->net.first[s] + k];
      *own = dt;
      find_step(p, s, k, own);
      dt = *own;
    }
  }
}
