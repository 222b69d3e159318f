#include "setups/profile.h"

#include "amr/mesh.h"
#include "base/fail.h"
#include "base/memory.h"
#include "setups/rays.h"
#include "setups/setup.h"

#include <stdio.h>

enum { POINTS_PER_CELL = 8, MOST_POINTS = 8192 };

void profile_field(const struct setup *setup, double t, const double x[3], double h, double b[3]) {
  double jacobian[3][3] = {{0.0}}; /* [i][j]: d A_i / d x_j */
  b[0] = b[1] = b[2] = 0.0;
  if (setup->background) setup->background(b);
  if (setup->potential == NULL) return;
  for (int j = 0; j < 3; j++) {
    double up[3] = {x[0], x[1], x[2]}, down[3] = {x[0], x[1], x[2]}, a[3], c[3];
    up[j] += h;
    down[j] -= h;
    setup->potential(t, up, a);
    setup->potential(t, down, c);
    for (int i = 0; i < 3; i++) jacobian[i][j] = (a[i] - c[i]) / (up[j] - down[j]);
  }
  for (int i = 0; i < 3; i++) b[i] += jacobian[(i + 2) % 3][(i + 1) % 3] - jacobian[(i + 1) % 3][(i + 2) % 3];
}

static bool state_at(const struct setup *setup, const struct setup_run *run, double t, const double x[3], double h,
                     struct gas_point *w, double b[3]) {
  *w = (struct gas_point){0};
  b[0] = b[1] = b[2] = 0.0;
  if (setup->exact) {
    setup->gas(t, x, w);
    if (run->magnetic) profile_field(setup, t, x, h, b);
    return true;
  }
  return setup->reference && setup->reference(t, x, w, b);
}

/* Names of the columns of cosmic rays, those of snapshots. */
static void name_rays(FILE *f, const struct rays *r) {
  fprintf(f, " cr_energy cr_press");
  for (int s = 0; s < r->net.count; s++) fprintf(f, " cr_%s_energy", r->net.species[s].name);
  fprintf(f, "\n");
}

static void write_rays(FILE *f, const struct setup *setup, const struct rays *r, double t, const double x[3], double *q) {
  const size_t bins = (size_t)cr_network_bins(&r->net);
  struct rays_point w = {.lo = q, .hi = q + bins, .flux_lo = q + 2 * bins, .flux_hi = q + 3 * bins};
  double energy[CR_MAX_SPECIES] = {0.0}, all = 0.0, pressure = 0.0;
  for (size_t k = 0; k < 4 * bins; k++) q[k] = 0.0;
  setup->rays(t, x, &r->net, &w);
  for (int s = 0; s < r->net.count; s++) {
    for (int k = r->net.first[s]; k < r->net.first[s + 1]; k++) {
      const struct rays_population *lo = &r->population[2 * k], *hi = lo + 1;
      energy[s] += w.lo[k] * lo->energy + w.hi[k] * hi->energy;
      pressure += (w.lo[k] * lo->stress + w.hi[k] * hi->stress) / 3.0;
    }
    all += energy[s];
  }
  fprintf(f, " %.10g %.10g", all, pressure);
  for (int s = 0; s < r->net.count; s++) fprintf(f, " %.10g", energy[s]);
}

bool profile_write(const char *dir, const struct mesh *mesh, const struct setup *setup, const struct setup_run *run, double t) {
  int axis = 0, cells[3];
  double x[3], b[3], width;
  struct gas_point w;
  for (int d = 0; d < 3; d++) {
    cells[d] = mesh->root[d] * mesh->nc[d] << (d < mesh->dim ? mesh->max_level : 0);
    if (cells[d] > cells[axis]) axis = d;
    x[d] = 0.5 * (mesh->lower[d] + mesh->upper[d]);
  }
  for (int d = 0; d < mesh->dim; d++) {
    if (d != axis && cells[d] % 2 == 0) x[d] += 0.5 * (mesh->upper[d] - mesh->lower[d]) / cells[d];
  }
  width = mesh->upper[axis] - mesh->lower[axis];
  double h = 1e-5 * width;
  if (!state_at(setup, run, t, x, h, &w, b)) return false;
  if (mesh->rank != 0) return true;

  char path[4096];
  int length = snprintf(path, sizeof path, "%s/reference.txt", dir);
  require(length > 0 && (size_t)length < sizeof path, "reference.txt: the path of the output folder is too long");
  FILE *f = fopen(path, "w");
  require(f != NULL, "%s: cannot be written", path);
  int points = cells[axis] < MOST_POINTS / POINTS_PER_CELL ? POINTS_PER_CELL * cells[axis] : MOST_POINTS;
  fprintf(f, "# time %.17g\n# %c rho press vel1 vel2 vel3 Bcc1 Bcc2 Bcc3", t, 'x' + axis);
  const struct rays *rays = setup->exact_rays ? run->rays : NULL;
  double *q = rays ? memory_get(4 * sizeof *q * (size_t)cr_network_bins(&rays->net)) : NULL;
  if (rays) name_rays(f, rays);
  else fprintf(f, "\n");
  for (int i = 0; i < points; i++) {
    x[axis] = mesh->lower[axis] + (i + 0.5) / points * width;
    if (!state_at(setup, run, t, x, h, &w, b)) continue;
    double p = run->sound_speed > 0.0 ? run->sound_speed * run->sound_speed * w.rho : w.p;
    fprintf(f, "%.10g %.10g %.10g %.10g %.10g %.10g %.10g %.10g %.10g", x[axis], w.rho, p, w.v[0], w.v[1], w.v[2], b[0], b[1], b[2]);
    if (rays) write_rays(f, setup, rays, t, x, q);
    fprintf(f, "\n");
  }
  memory_free(q);
  require(fclose(f) == 0, "%s: cannot be written", path);
  return true;
}
