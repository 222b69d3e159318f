/* Sweeps over species and bins to the steady state. */
#include "crtransport/steady.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/params.h"
#include "base/sum.h"
#include "crtransport/steady_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void rays_steady_declare(struct params *ps, struct rays_steady_params *par) {
  params_section(ps, "steady", "the steady state of cosmic rays in gas that does not change (transport.scheme: steady)");
  params_int(ps, "sweeps", &par->sweeps, "30", 1, 10000, "at most so many sweeps over all species and bins");
  params_real(ps, "tolerance", &par->tolerance, "1e-3", 1e-12, 0.1, "1", "the end: no population changes by more in a sweep, relative to its sum over the mesh");
  params_real(ps, "negative", &par->negative, "0.1", 0.0, 1.0, "1",
              "what is negative in single cells at the end, over the sum of the population, becomes zero at the cost of the rest; with more than this share the state does not count as reached");
  params_choice(ps, "solver", &par->solver, "auto|diagonal|ilu|amg", "auto", ELLIPTIC_METHODS_DOC); /* the diffusion is a tensor: no pfmg */
  params_int(ps, "solver_iterations", &par->solver_iterations, "200", 1, 1000000, ELLIPTIC_ITERATIONS_DOC);
  params_real(ps, "solver_tolerance", &par->solver_tolerance, "3e-4", 1e-14, 1e-2, "1", "relative residual of the linear systems");
  params_choice(ps, "operator", &par->operator, "positive|symmetric|monotone|plain", "positive",
                "differences in space: positive: linear and never negative, with as much diffusion across oblique fields as that needs; symmetric: gradients at "
                "the corners of cells, least diffusion across the field, may be negative; monotone: limited, several times slower; plain: those of faces");
  params_int(ps, "limiting", &par->limiting, "4", 1, 1000, "with operator: monotone, at most so many iterations of the limiters in one solution; the next sweep goes on");
}

/* Number densities of a power law in bins that have no particles anywhere: N ~ R^-1.7 with slopes to match; only its shape counts. */
static void seed(struct rays_sweep *w) {
  struct rays *r = w->r;
  const struct mesh *m = w->mesh;
  const double slope = -1.7;
  const int bins = cr_network_bins(&r->net);
  double *there = memory_get(sizeof *there * (size_t)bins);
  for (int k = 0; k < bins; k++)
    for (int b = 0; b < m->count; b++)
      for (int end = 0; end < 2; end++) {
        const double *q = rays_data(r, 2 * k + end, b, 0);
        for (size_t c = 0; c < r->exchange.comp_size[0]; c++) there[k] = max(there[k], q[c]);
      }
  MPI_Allreduce(MPI_IN_PLACE, there, bins, MPI_DOUBLE, MPI_MAX, m->comm);
  for (int k = 0; k < bins; k++) {
    w->seeded[k] = !(there[k] > 0.0);
    if (!w->seeded[k]) continue;
    double lo, hi;
    cr_bin_from_slope(&r->net.bin[k], slope, 1e-20 * pow(r->net.bin[k].p_lo, slope), &lo, &hi);
    for (int b = 0; b < m->count; b++)
      for (size_t c = 0; c < r->exchange.comp_size[0]; c++) {
        rays_data(r, 2 * k, b, 0)[c] = lo;
        rays_data(r, 2 * k + 1, b, 0)[c] = hi;
      }
  }
  memory_free(there);
}

static void open_sweep(struct rays_sweep *w, double time) {
  struct rays *r = w->r;
  const struct mesh *m = w->mesh;
  struct field *gas[1] = {&w->gas->u[0]};
  rays_scattering(r, m, w->x, w->gas);
  crt_directions(&r->transport, m, w->x, &w->gas->b[0]);
  exchange_all(w->x, 1, gas);
  for (int b = 0; b < m->count; b++) /* the same before and after a step */
    memcpy(field_data(&w->gas->u[2], b, 0), field_data(&w->gas->u[0], b, 0), sizeof(double) * w->gas->u[0].block_size);
  field_create(&w->velocity, m, "velocity of faces", CENTRING_FACE, 3);
  rays_face_velocity(r, m, w->x, w->gas, &w->velocity);
  rays_probe_create(&w->probe, r, m);
  w->probe.gas = w->gas;
  w->probe.velocity = &w->velocity;
  rays_probe_surroundings(&w->probe);
  rays_spread_create(&w->spread, r, m, w->gas, &w->velocity);
  rays_rows_create(&w->power, m, 2);
  w->made = rays_made(r);
  w->seeded = memory_get(sizeof *w->seeded * (size_t)r->count);
  if (r->source == NULL) return;
  for (int b = 0; b < m->count; b++) {
    rays_source_power(r, m, b, time, &w->probe.all, rays_values(&w->power, 0, b));
    rays_source_metals(r, m, w->gas, b, time, &w->probe.all, rays_values(&w->power, 0, b), rays_values(&w->power, 1, b));
  }
}

static void close_sweep(struct rays_sweep *w) {
  rays_probe_destroy(&w->probe);
  rays_spread_destroy(&w->spread);
  rays_rows_destroy(&w->power);
  field_destroy(&w->velocity);
  memory_free(w->seeded);
}

double rays_sweep_right_side(struct rays_sweep *w, int s, int k, int end) {
  struct rays *r = w->r;
  const struct rays_probe *p = &w->probe;
  const int local = k - r->net.first[s], row = 2 * local + end, population = 2 * k + end;
  const size_t n = p->sink.cells;
  const double speed = r->population[population].speed, scale = r->scale.time_s * 3.0 * r->population[population].rate / (speed * speed);
  double *line = memory_get(sizeof *line * 4 * n), *sum = line, *other = line + n, *above = line + 2 * n, *below = line + 3 * n;
  for (int b = 0; b < w->mesh->count; b++) {
    const double *power = rays_values(&w->power, 0, b), *metals = rays_values(&w->power, 1, b), *made = rays_values(&p->made, population, b), *inside = rays_values(&p->inside, row, b);
    const double *from_above = rays_values(&p->from_above, row, b), *from_below = rays_values(&p->from_below, row, b), *sink = rays_values(&p->sink, row, b);
    const bool top = local + 1 == r->net.nbin[s], bottom = local == 0;
    rays_cells_to_rows(w->mesh, &r->exchange, rays_data(r, 2 * k + 1 - end, b, 0), other);
    if (!top) rays_cells_to_rows(w->mesh, &r->exchange, rays_data(r, 2 * (k + 1), b, 0), above);
    if (!bottom) rays_cells_to_rows(w->mesh, &r->exchange, rays_data(r, 2 * (k - 1) + 1, b, 0), below);
    for (size_t c = 0; c < n; c++) {
      double gain = inside[c] * other[c] + (top ? 0.0 : from_above[c] * above[c]) + (bottom ? 0.0 : from_below[c] * below[c]);
      sum[c] = scale * (gain + (made[c] + power[c] * rays_made_of(w->made, population, metals[c])));
    }
    rays_rows_to_cells(w->mesh, sum, &w->spread.work, field_data(&w->spread.work, b, 0) + w->spread.work.comp_size[0]);
    for (size_t c = 0; c < n; c++) sum[c] = scale * sink[c];
    rays_rows_to_cells(w->mesh, sum, &w->spread.work, field_data(&w->spread.work, b, 0));
  }
  memory_free(line);
  return scale;
}

/* Sum over the mesh of |q - before| over that of q, but populations below 1e-9 of the largest of the species do not count in full. */
static double change_of(struct rays_sweep *w, int population, const struct rays_rows *before, double *number) {
  double sums[2] = {0.0, 0.0};
  double *now = memory_get(sizeof *now * before->cells);
  for (int b = 0; b < w->mesh->count; b++) {
    const double *was = rays_values(before, 0, b), *dx = w->mesh->block[b].dx, volume = dx[0] * dx[1] * dx[2];
    rays_cells_to_rows(w->mesh, &w->r->exchange, rays_data(w->r, population, b, 0), now);
    for (size_t c = 0; c < before->cells; c++) {
      sums[0] += volume * fabs(now[c] - was[c]);
      sums[1] += volume * fabs(now[c]);
    }
  }
  memory_free(now);
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, w->mesh->comm);
  w->most = max(w->most, sums[1]);
  *number = sums[1];
  const double of = max(sums[1], 1e-9 * w->most);
  return of > 0.0 ? sums[0] / of : 0.0;
}

/* Solve for one population; returns its change, or -1 when that failed. */
static double solve(struct rays_sweep *w, int s, int k, int end, struct rays_rows *before, double *residual) {
  struct rays *r = w->r;
  const int population = 2 * k + end;
  const struct rays_population *p = &r->population[population];
  struct field *state = &r->transport.group[p->group].state;
  rays_spread_velocity(&w->spread, r, w->mesh, w->x, &w->velocity, population);
  rays_sweep_right_side(w, s, k, end);
  rays_spread_set(&w->spread, w->mesh);
  for (int b = 0; b < w->mesh->count; b++) rays_cells_to_rows(w->mesh, &r->exchange, rays_data(r, population, b, 0), rays_values(before, 0, b));
  const struct elliptic_result done = elliptic_solve(w->spread.elliptic, &w->spread.work, 1, state, p->member, w->par->solver_tolerance);
  w->result->iterations += done.iterations;
  w->result->solves++;
  w->result->setups += done.setups;
  w->result->seconds_setup += done.seconds_setup;
  w->result->seconds_solve += done.seconds_solve;
  if (w->par->cost) {
    struct rays_steady_cost *of = &w->par->cost[k];
    of->iterations += done.iterations;
    of->solves++;
    of->setups += done.setups;
    of->seconds_setup += done.seconds_setup;
    of->seconds_solve += done.seconds_solve;
  }
  /* Limiters that do not settle, and systems that are nearly solved, have another chance in the next sweep. */
  const bool nearly = isfinite(done.residual) && (done.limitings > 0 || done.residual < 10.0 * w->par->solver_tolerance || elliptic_at_roundoff(&done));
  w->result->unsettled += !done.converged && nearly && done.limitings > 0;
  if (!done.converged && !nearly) {
    const struct cr_bin *bin = &r->net.bin[k];
    log_warning("steady state: %s, bin %d, %s edge (%.3g to %.3g GeV): not solved, %s: %d iterations, residual %.1e; steady.solver_tolerance: %.1e", r->net.species[s].name,
                k - r->net.first[s], end == 0 ? "lower" : "upper", bin->p_lo, bin->p_hi, done.reason, done.iterations, done.residual, w->par->solver_tolerance);
    w->result->reason = "a linear system was not solved: with more steady.solver_iterations, another steady.solver, or a larger steady.solver_tolerance it may be";
    for (int b = 0; b < w->mesh->count; b++) rays_rows_to_cells(w->mesh, rays_values(before, 0, b), &r->exchange, rays_data(r, population, b, 0));
    return -1.0;
  }
  double number;
  const double change = change_of(w, population, before, &number);
  if (number > 1e-6 * w->most) *residual = max(*residual, done.before);
  return change;
}

/* The first guess of a bin is the one above with the same slopes. */
static void guess(struct rays_sweep *w, int s, int bin) {
  struct rays *r = w->r;
  if (w->seeded[bin] && bin + 1 < r->net.first[s + 1])
    for (int end = 0; end < 2; end++)
      for (int b = 0; b < w->mesh->count; b++)
        memcpy(rays_data(r, 2 * bin + end, b, 0), rays_data(r, 2 * (bin + 1) + end, b, 0), sizeof(double) * r->exchange.comp_size[0]);
  w->seeded[bin] = false;
}

/* Rates of a bin were made since `start`. */
static void probed(struct rays_sweep *w, int bin, double start) {
  const double seconds = MPI_Wtime() - start;
  w->result->seconds_probe += seconds;
  if (w->par->cost) w->par->cost[bin].seconds_probe += seconds;
}

/* Both populations of a bin, until they agree with the rates they have; returns the change of the first solution, or -1.
 * Rates that are a little off lead to solutions that are up to three times as far off, so that what is left here comes back in the next sweep: bins are solved to a
 * quarter of the tolerance, and no less well where that is large. */
static double solve_bin(struct rays_sweep *w, int s, int k, struct rays_rows *before) {
  enum { TRIES = 6 }; /* solutions of a bin */
  const int bin = w->r->net.first[s] + k;
  const double enough = min(0.25 * w->par->tolerance, 0.005);
  double first = 0.0, start = MPI_Wtime();
  guess(w, s, bin);
  rays_probe_bin(&w->probe, s, k);
  probed(w, bin, start);
  for (int n = 0; n < TRIES; n++) {
    double most = 0.0, residual = 0.0;
    for (int end = 1; end >= 0; end--) {
      double change = solve(w, s, bin, end, before, &residual);
      if (change < 0.0) return change;
      most = max(most, change);
    }
    if (n == 0) {
      first = most;
      if (residual > w->result->residual) w->result->apart = bin;
      w->result->residual = max(w->result->residual, residual);
    }
    if (most < enough) break;
    start = MPI_Wtime();
    const double moved = rays_probe_balance(&w->probe, s, k, n > 0, 0.05 * enough);
    probed(w, bin, start);
    if (moved < 0.2 * enough) break;
  }
  return first;
}

static void tell(struct rays_sweep *w, int s, int k) {
  if (w->par->progress == NULL) return;
  w->stage.species = w->r->net.species[s].name;
  w->stage.bin = k;
  w->stage.done++;
  w->stage.residual = w->result->residual;
  w->par->progress(w->par->data, &w->stage);
}

/* What is negative becomes zero, and the rest of the population as much less: sums are kept.  Returns the largest share of a population that was negative. */
static double repair(struct rays_sweep *w) {
  const size_t n = w->probe.sink.cells;
  double worst = 0.0, *q = memory_get(sizeof *q * n);
  for (int p = 0; p < w->r->count; p++) {
    double sums[2] = {0.0, 0.0};
    for (int pass = 0; pass < 2; pass++) {
      const double factor = sums[0] > sums[1] ? (sums[0] - sums[1]) / sums[0] : 0.0;
      if (pass == 1 && sums[1] == 0.0) break;
      for (int b = 0; b < w->mesh->count; b++) {
        const double *dx = w->mesh->block[b].dx, volume = dx[0] * dx[1] * dx[2];
        rays_cells_to_rows(w->mesh, &w->r->exchange, rays_data(w->r, p, b, 0), q);
        for (size_t c = 0; c < n && pass == 0; c++) {
          sums[0] += volume * max(q[c], 0.0);
          sums[1] += volume * max(-q[c], 0.0);
        }
        for (size_t c = 0; c < n && pass == 1; c++) q[c] = factor * max(q[c], 0.0);
        if (pass == 1) rays_rows_to_cells(w->mesh, q, &w->r->exchange, rays_data(w->r, p, b, 0));
      }
      if (pass == 0) MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, w->mesh->comm);
    }
    if (sums[0] > 0.0) worst = max(worst, sums[1] / sums[0]);
  }
  memory_free(q);
  return worst;
}

/* All species and bins once.  Returns whether all was solved. */
static bool sweep_once(struct rays_sweep *w, struct rays_rows *before) {
  struct rays *r = w->r;
  bool good = true;
  w->probe.drift = rays_drift_create(r, w->mesh, w->x);
  w->stage = (struct rays_steady_stage){
      .sweep = w->result->sweeps + 1, .bins = cr_network_bins(&r->net), .change = w->result->change, .before = w->stage.change};
  w->result->change = w->result->residual = 0.0;
  for (int s = 0; s < r->net.count && good; s++) {
    double start = MPI_Wtime();
    w->most = 0.0;
    rays_probe_losses(&w->probe, s);
    w->result->seconds_probe += MPI_Wtime() - start;
    for (int k = r->net.nbin[s] - 1; k >= 0 && good; k--) {
      double change = solve_bin(w, s, k, before);
      good = change >= 0.0;
      if (change > w->result->change) w->result->changed = r->net.first[s] + k;
      w->result->change = max(w->result->change, change);
      tell(w, s, k);
      if (good && w->par->go_on && !w->par->go_on(w->par->data)) {
        good = false;
        w->result->reason = "stopped";
      }
    }
    for (int p = 2 * r->net.first[s]; p < 2 * r->net.first[s + 1]; p++)
      for (int b = 0; b < w->mesh->count; b++) memset(rays_values(&w->probe.made, p, b), 0, sizeof(double) * w->probe.made.cells);
    start = MPI_Wtime();
    if (good) rays_probe_children(&w->probe, s);
    w->result->seconds_probe += MPI_Wtime() - start;
  }
  rays_drift_finish(r, w->mesh, w->probe.drift, 0.0);
  w->probe.drift = NULL;
  return good;
}

enum { BIN_NAME = 48 };
static void name_bin(const struct cr_network *net, int bin, char *name) {
  int s = 0;
  while (bin >= net->first[s + 1]) s++;
  snprintf(name, BIN_NAME, "%s bin %d", net->species[s].name, bin - net->first[s]);
}

struct rays_steady_result rays_steady(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, const struct rays_steady_params *par,
                                      double time) {
  struct rays_steady_result result = {.reason = ""};
  struct rays_sweep w = {.r = r, .mesh = mesh, .x = x, .gas = g, .par = par, .result = &result};
  struct rays_rows before;
  const double start = MPI_Wtime();
  open_sweep(&w, time);
  rays_rows_create(&before, mesh, 1);
  seed(&w);
  rays_probe_steps(&w.probe);
  bool good = true;
  while (good && !result.converged && result.sweeps < par->sweeps) {
    /* The linear differences first: limiters of a solution that is far off only cost time. */
    const bool limited = par->operator == STEADY_MONOTONE && mesh->dim > 1;
    if (result.sweeps == 0 || (result.sweeps == 1 && limited))
      rays_spread_form(&w.spread, r, mesh, par, limited && result.sweeps == 0 ? STEADY_POSITIVE : par->operator);
    good = sweep_once(&w, &before);
    result.sweeps++;
    result.converged = good && result.sweeps > 1 && result.change < par->tolerance && result.residual < 10.0 * par->tolerance;
    char changed[BIN_NAME], apart[BIN_NAME];
    name_bin(&r->net, result.changed, changed);
    name_bin(&r->net, result.apart, apart);
    log_info("steady state: sweep %d: largest change %.2g (%s), residual %.2g (%s), %lld iterations, %.1f s", result.sweeps, result.change, changed,
             result.residual, apart, (long long)result.iterations, MPI_Wtime() - start);
    for (int p = 0; p < r->count; p++) rays_spread_flux(&w.spread, r, mesh, x, p);
  }
  result.added = result.sweeps > 0 ? elliptic_added(w.spread.elliptic) : 0.0;
  result.negative = repair(&w);
  if (result.sweeps > 0) rays_sweep_books(&w);
  if (good && !result.converged) result.reason = "more sweeps are needed: raise steady.sweeps";
  if (result.converged && result.negative > par->negative) {
    result.converged = false;
    result.reason = "too much of a population was negative in single cells: take steady.operator: positive, more scattering.perpendicular, or smaller cells; or raise steady.negative";
  }
  rays_rows_destroy(&before);
  close_sweep(&w);
  result.seconds = MPI_Wtime() - start;
  return result;
}
