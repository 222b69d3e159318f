/* The balance of a steady state. */
#include "crtransport/steady_parts.h"

#include "base/memory.h"
#include "base/minmax.h"

#include <math.h>
#include <string.h>

/* Sums of a population over the mesh, per second: injected, made, gained within the species; lost to reactions, all losses, out through the ends; squares of the
 * residual and of the sources; number. */
enum { INJECTED, MADE, GAINED, LOST, SUNK, ESCAPED, OFF, SOURCES, NUMBER, SUMS };

static void sum_block(const struct rays_sweep *w, int s, int k, int end, int b, double scale, const struct field *applied, double *const line[4], double sums[SUMS]) {
  const struct rays *r = w->r;
  const struct rays_probe *p = &w->probe;
  const int row = 2 * (k - r->net.first[s]) + end, population = 2 * k + end;
  const double *dx = w->mesh->block[b].dx, volume = dx[0] * dx[1] * dx[2], over = 1.0 / scale;
  const double *power = rays_values(&w->power, 0, b), *metals = rays_values(&w->power, 1, b), *made = rays_values(&p->made, population, b), *lost = rays_values(&p->lost, row, b);
  rays_cells_to_rows(w->mesh, &r->exchange, rays_data(r, population, b, 0), line[0]);
  rays_cells_to_rows(w->mesh, applied, field_data(applied, b, 0), line[1]);
  rays_cells_to_rows(w->mesh, &w->spread.work, field_data(&w->spread.work, b, 0), line[2]);
  rays_cells_to_rows(w->mesh, &w->spread.work, field_data(&w->spread.work, b, 0) + w->spread.work.comp_size[0], line[3]);
  for (size_t c = 0; c < p->sink.cells; c++) {
    const double q = line[0][c], sunk = line[2][c] * q * over, source = line[3][c] * over, off = source - line[1][c] * over;
    const double from = power[c] * rays_made_of(w->made, population, metals[c]);
    sums[INJECTED] += volume * from;
    sums[MADE] += volume * made[c];
    sums[GAINED] += volume * (source - (from + made[c]));
    sums[LOST] += volume * (lost[c] * q);
    sums[SUNK] += volume * sunk;
    sums[ESCAPED] += volume * (line[1][c] * over - sunk);
    sums[OFF] += volume * (off * off);
    sums[SOURCES] += volume * (source * source);
    sums[NUMBER] += volume * q;
  }
}

static void sum_population(struct rays_sweep *w, int s, int k, int end, struct field *applied, double *const line[4], double sums[SUMS]) {
  const struct rays_population *p = &w->r->population[2 * k + end];
  rays_spread_velocity(&w->spread, w->r, w->mesh, w->x, &w->velocity, 2 * k + end);
  const double scale = rays_sweep_right_side(w, s, k, end);
  rays_spread_set(&w->spread, w->mesh);
  elliptic_apply(w->spread.elliptic, &w->r->transport.group[p->group].state, p->member, applied, 0);
  memset(sums, 0, sizeof(double) * SUMS);
  for (int b = 0; b < w->mesh->count; b++) sum_block(w, s, k, end, b, scale, applied, line, sums);
  MPI_Allreduce(MPI_IN_PLACE, sums, SUMS, MPI_DOUBLE, MPI_SUM, w->mesh->comm);
}

void rays_sweep_books(struct rays_sweep *w) {
  struct rays *r = w->r;
  const size_t n = w->probe.sink.cells;
  double *memory = memory_get(sizeof *memory * 4 * n), *const line[4] = {memory, memory + n, memory + 2 * n, memory + 3 * n};
  struct field applied;
  field_create(&applied, w->mesh, "balance", CENTRING_CELL, 1);
  w->probe.drift = rays_drift_create(r, w->mesh, w->x);
  memset(w->probe.made.data, 0, sizeof(double) * w->probe.made.blocks * n * (size_t)r->count);
  for (int s = 0; s < r->net.count; s++) rays_probe_children(&w->probe, s);
  w->result->left = 0.0;
  for (int s = 0; s < r->net.count; s++) {
    struct rays_steady_balance *to = &w->result->balance[s];
    double sums[SUMS];
    memset(to, 0, sizeof *to);
    w->most = 0.0;
    rays_probe_losses(&w->probe, s);
    for (int k = 0; k < r->net.nbin[s]; k++) rays_probe_bin(&w->probe, s, k);
    for (int k = r->net.first[s + 1] - 1; k >= r->net.first[s]; k--)
      for (int end = 1; end >= 0; end--) {
        sum_population(w, s, k, end, &applied, line, sums);
        to->injected += r->scale.number * sums[INJECTED];
        to->made += r->scale.number * sums[MADE];
        to->lost += r->scale.number * sums[LOST];
        to->cooled += r->scale.number * (sums[SUNK] - sums[LOST] - sums[GAINED]);
        to->escaped += r->scale.number * sums[ESCAPED];
        w->most = max(w->most, sums[NUMBER]);
        if (sums[NUMBER] > 1e-6 * w->most && sums[SOURCES] > 0.0) w->result->left = max(w->result->left, sqrt(sums[OFF] / sums[SOURCES]));
      }
  }
  rays_drift_finish(r, w->mesh, w->probe.drift, 0.0);
  w->probe.drift = NULL;
  field_destroy(&applied);
  memory_free(memory);
}
