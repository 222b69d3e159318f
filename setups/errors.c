#include "setups/errors.h"

#include "base/fail.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/sum.h"
#include "mhd/mhd.h"
#include "crtransport/internal.h"
#include "setups/initial.h"
#include "setups/rays.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const names[ERRORS_VARIABLES] = {"rho", "m1", "m2", "m3", "energy", "b1", "b2", "b3"};

/* First value of row (j, k) of interior cells in component c; along axis d faces are shift[d] further up. */
static const double *row(const struct mesh *mesh, const struct field *f, int b, int c, int j, int k, const int shift[3]) {
  const int *n = field_extent(f, c), *ng = mesh->ngd;
  size_t kk = (size_t)(k + ng[2] + shift[2]), jj = (size_t)(j + ng[1] + shift[1]);
  return field_data(f, b, c) + (kk * (size_t)n[1] + jj) * (size_t)n[0] + (size_t)(ng[0] + shift[0]);
}

static void face_to_centre(const struct mesh *mesh, const struct field *faces, int b, int c, int j, int k, double *bcc) {
  static const int none[3] = {0, 0, 0};
  const int up[3] = {c == 0 && mesh->dim > 0, c == 1 && mesh->dim > 1, c == 2 && mesh->dim > 2};
  const double *lo = row(mesh, faces, b, c, j, k, none), *hi = row(mesh, faces, b, c, j, k, up);
  for (int i = 0; i < mesh->nc[0]; i++) bcc[i] = 0.5 * (lo[i] + hi[i]);
}

static void centre_faces(const struct mesh *mesh, const struct field *faces, struct field *centred) {
  static const int none[3] = {0, 0, 0};
  for (int b = 0; b < mesh->count; b++) {
    for (int c = 0; c < 3; c++) {
      for (int k = 0; k < mesh->nc[2]; k++) {
        for (int j = 0; j < mesh->nc[1]; j++) {
          face_to_centre(mesh, faces, b, c, j, k, (double *)row(mesh, centred, b, c, j, k, none));
        }
      }
    }
  }
}

static bool fill_reference(const struct mesh *mesh, const struct setup *setup, const struct setup_run *run, double t,
                           struct field *cells, struct field *centred) {
  static const int none[3] = {0, 0, 0};
  bool known = true;
  for (int b = 0; b < mesh->count; b++) {
    for (int k = 0; k < mesh->nc[2]; k++) {
      for (int j = 0; j < mesh->nc[1]; j++) {
        for (int i = 0; i < mesh->nc[0]; i++) {
          const int cell[3] = {i, j, k};
          double value[8];
          known = known && setup_reference(mesh, b, cell, setup, run, t, value);
          for (int v = 0; v < 5 && known; v++) ((double *)row(mesh, cells, b, v, j, k, none))[i] = value[v];
          for (int v = 0; v < 3 && known && centred; v++) ((double *)row(mesh, centred, b, v, j, k, none))[i] = value[5 + v];
        }
      }
    }
  }
  return known;
}

bool errors_exact(const struct mesh *mesh, const struct setup *setup, const struct setup_run *run, double t,
                  struct field *cells, struct field *centred) {
  if (setup->exact) {
    struct field faces = {0};
    if (run->magnetic) field_create(&faces, mesh, "exact faces", CENTRING_FACE, 3);
    setup_fill_fields(mesh, setup, run, t, cells, run->magnetic ? &faces : NULL);
    if (run->magnetic && centred) centre_faces(mesh, &faces, centred);
    if (run->magnetic) field_destroy(&faces);
    return true;
  }
  return setup->reference && fill_reference(mesh, setup, run, t, cells, centred);
}

/* Sums for the two quantities of each species: |difference|, exact value; and the volume at the end. */
enum { RAYS_SUMS = 4 };

static void compare_cell(const struct rays *r, const double *have, const double *exact, double volume, struct errors *e, struct sum *s) {
  for (int i = 0; i < r->net.count; i++) {
    double n = 0.0, energy = 0.0, exact_n = 0.0, exact_energy = 0.0;
    for (int k = r->net.first[i]; k < r->net.first[i + 1]; k++) {
      const struct cr_bin *bin = &r->net.bin[k];
      n += have[2 * k] + have[2 * k + 1];
      exact_n += exact[2 * k] + exact[2 * k + 1];
      energy += cr_bin_energy(bin, have[2 * k], have[2 * k + 1]);
      exact_energy += cr_bin_energy(bin, exact[2 * k], exact[2 * k + 1]);
    }
    const double d[2] = {fabs(n - exact_n), fabs(energy - exact_energy)};
    for (int q = 0; q < 2; q++) {
      sum_add(&s[RAYS_SUMS * i + q], volume * d[q]);
      sum_add(&s[RAYS_SUMS * i + 2 + q], volume * (q == ERRORS_NUMBER ? exact_n : exact_energy));
      e->rays[i].most[q] = max(e->rays[i].most[q], d[q]);
    }
  }
}

static void find_rays(struct errors *e, const struct mesh *mesh, const struct setup *setup, double t, const struct rays *r) {
  const int count = r->count, sums = RAYS_SUMS * r->net.count + 1, *ng = mesh->ngd;
  struct sum *part = memory_get(sizeof *part * (size_t)mesh->count * (size_t)sums);
  double *have = memory_get(sizeof *have * 11 * (size_t)count), *exact = have + count, *work = exact + 2 * count;
  for (int b = 0; b < mesh->count; b++) {
    const double volume = ldexp(1.0, -mesh->dim * mesh->block[b].level);
    struct sum *s = part + (size_t)b * (size_t)sums;
    sum_add(&s[sums - 1], volume * mesh->nc[0] * mesh->nc[1] * mesh->nc[2]);
    for (int k = 0; k < mesh->nc[2]; k++) {
      for (int j = 0; j < mesh->nc[1]; j++) {
        for (int i = 0; i < mesh->nc[0]; i++) {
          const int cell[3] = {i, j, k}, *n = field_extent(&r->transport.group[0].state, 0);
          const size_t at = ((size_t)(k + ng[2]) * (size_t)n[1] + (size_t)(j + ng[1])) * (size_t)n[0] + (size_t)(i + ng[0]);
          setup_rays_average(mesh, b, cell, setup, t, r, exact, work);
          for (int p = 0; p < count; p++) have[p] = rays_data(r, p, b, 0)[at];
          compare_cell(r, have, exact, volume, e, s);
        }
      }
    }
  }
  double *total = memory_get(sizeof *total * (size_t)sums), volume;
  sum_over_blocks(mesh->comm, mesh->count, sums, part, total);
  volume = total[sums - 1];
  e->species = r->net.count;
  for (int i = 0; i < e->species; i++) {
    MPI_Allreduce(MPI_IN_PLACE, e->rays[i].most, 2, MPI_DOUBLE, MPI_MAX, mesh->comm);
    for (int q = 0; q < 2; q++) {
      const double difference = total[RAYS_SUMS * i + q], size = total[RAYS_SUMS * i + 2 + q];
      e->rays[i].l1[q] = difference / volume;
      e->rays[i].relative[q] = size > 0.0 ? difference / size : difference > 0.0 ? INFINITY : 0.0;
    }
  }
  memory_free(total);
  memory_free(have);
  memory_free(part);
}

bool errors_find(struct errors *e, const struct mesh *mesh, const struct setup *setup, const struct setup_run *run, double t,
                 const struct gas *g) {
  static const int none[3] = {0, 0, 0};
  struct field cells, centred;
  field_create(&cells, mesh, "exact gas", CENTRING_CELL, 5 + run->nscalar);
  field_create(&centred, mesh, "exact field", CENTRING_CELL, 3);
  int known = errors_exact(mesh, setup, run, t, &cells, &centred);
  MPI_Allreduce(MPI_IN_PLACE, &known, 1, MPI_INT, MPI_MIN, mesh->comm);
  *e = (struct errors){.cells = mesh_cells(mesh), .count = !known ? 0 : run->magnetic ? 8 : 5};

  struct sum *part = memory_get(sizeof *part * (size_t)mesh->count * (ERRORS_VARIABLES + 1));
  double *bcc = memory_get(sizeof *bcc * (size_t)mesh->nc[0]);
  for (int b = 0; b < mesh->count && known; b++) {
    /* Volume of a cell in units of that of the root grid: a power of two, so exact. */
    const double volume = ldexp(1.0, -mesh->dim * mesh->block[b].level);
    struct sum *s = part + (size_t)b * (ERRORS_VARIABLES + 1);
    sum_add(&s[ERRORS_VARIABLES], volume * mesh->nc[0] * mesh->nc[1] * mesh->nc[2]);
    for (int v = 0; v < e->count; v++) {
      for (int k = 0; k < mesh->nc[2]; k++) {
        for (int j = 0; j < mesh->nc[1]; j++) {
          const double *have = bcc, *exact = v < 5 ? row(mesh, &cells, b, v, j, k, none) : row(mesh, &centred, b, v - 5, j, k, none);
          if (v < 5) have = row(mesh, &g->u[0], b, v, j, k, none);
          else face_to_centre(mesh, &g->b[0], b, v - 5, j, k, bcc);
          for (int i = 0; i < mesh->nc[0]; i++) {
            double d = fabs(have[i] - exact[i]);
            sum_add(&s[v], volume * d);
            e->most[v] = max(e->most[v], d);
          }
        }
      }
    }
  }
  if (known) {
    double total[ERRORS_VARIABLES + 1], squares = 0.0;
    sum_over_blocks(mesh->comm, mesh->count, ERRORS_VARIABLES + 1, part, total);
    MPI_Allreduce(MPI_IN_PLACE, e->most, ERRORS_VARIABLES, MPI_DOUBLE, MPI_MAX, mesh->comm);
    for (int v = 0; v < e->count; v++) e->l1[v] = total[v] / total[ERRORS_VARIABLES];
    const double *l = e->l1;
    squares = (l[0] * l[0] + l[4] * l[4]) + sum3(l[1] * l[1], l[2] * l[2], l[3] * l[3]);
    squares += sum3(l[5] * l[5], l[6] * l[6], l[7] * l[7]);
    e->rms_l1 = sqrt(squares);
  }
  if (run->rays && setup->exact_rays) {
    find_rays(e, mesh, setup, t, run->rays);
    double squares = e->rms_l1 * e->rms_l1;
    for (int i = 0; i < e->species; i++) {
      const double *d = e->rays[i].relative;
      squares += d[0] * d[0] + d[1] * d[1];
    }
    e->rms_l1 = sqrt(squares);
  }
  memory_free(bcc);
  memory_free(part);
  field_destroy(&centred);
  field_destroy(&cells);
  return known || e->species > 0;
}

static void write_file(const char *dir, double t, const struct errors *e, const struct cr_network *net) {
  char path[4096];
  int length = snprintf(path, sizeof path, "%s/errors.txt", dir);
  require(length > 0 && (size_t)length < sizeof path, "errors.txt: the path of the output folder is too long");
  FILE *f = fopen(path, "w");
  require(f != NULL, "%s: cannot be written", path);
  fprintf(f, "# cells time rms_l1");
  for (int v = 0; v < e->count; v++) fprintf(f, " l1_%s", names[v]);
  for (int v = 0; v < e->count; v++) fprintf(f, " max_%s", names[v]);
  for (int i = 0; i < e->species; i++) {
    const char *s = net->species[i].name;
    fprintf(f, " l1_n_%s l1_e_%s max_n_%s max_e_%s relative_n_%s relative_e_%s", s, s, s, s, s, s);
  }
  fprintf(f, "\n%lld %.17g %.17g", (long long)e->cells, t, e->rms_l1);
  for (int v = 0; v < e->count; v++) fprintf(f, " %.17g", e->l1[v]);
  for (int v = 0; v < e->count; v++) fprintf(f, " %.17g", e->most[v]);
  for (int i = 0; i < e->species; i++) {
    for (int q = 0; q < 2; q++) fprintf(f, " %.17g", e->rays[i].l1[q]);
    for (int q = 0; q < 2; q++) fprintf(f, " %.17g", e->rays[i].most[q]);
    for (int q = 0; q < 2; q++) fprintf(f, " %.17g", e->rays[i].relative[q]);
  }
  fprintf(f, "\n");
  require(fclose(f) == 0, "%s: cannot be written", path);
}

bool errors_report(const char *dir, const struct mesh *mesh, const struct setup *setup, const struct setup_run *run, double t,
                   const struct gas *g) {
  struct errors e;
  if (!errors_find(&e, mesh, setup, run, t, g)) return false;
  double most = 0.0;
  for (int v = 0; v < e.count; v++) most = max(most, e.most[v]);
  if (e.count > 0) log_info("error against the exact solution at t = %g: RMS-L1 %.4e, largest %.4e (%lld cells)", t, e.rms_l1, most, (long long)e.cells);
  for (int i = 0; i < e.species; i++)
    log_info("error against the exact solution at t = %g, %s: %.4e of the mean number, %.4e of the mean energy", t, run->rays->net.species[i].name,
             e.rays[i].relative[ERRORS_NUMBER], e.rays[i].relative[ERRORS_ENERGY]);
  if (mesh->rank == 0) write_file(dir, t, &e, run->rays ? &run->rays->net : NULL);
  return true;
}
