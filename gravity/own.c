#include "gravity/own.h"

#include "amr/view.h"
#include "base/log.h"
#include "base/units.h"
#include "io/io.h"

#include <stdio.h>
#include <string.h>

void own_create(struct gravity *g, const struct mesh *mesh) {
  if (g->par.self == SELF_NONE) return;
  if (g->phi[0].ncomp == 0) field_create(&g->phi[0], mesh, "potential", CENTRING_CELL, 1);
  field_create(&g->phi[1], mesh, "potential", CENTRING_CELL, 1);
  for (int i = 0; i < 2; i++) field_create(&g->face[i], mesh, "potential on faces", CENTRING_CELL, mesh->dim);
  field_create(&g->slope, mesh, "force of the gas", CENTRING_FACE, 3);
  if (g->mass.ncomp > 0) field_create(&g->density, mesh, "density", CENTRING_CELL, 1);
}

void own_forget(struct gravity *g) {
  self_gravity_destroy(g->own);
  g->own = NULL;
  field_destroy(&g->phi[1]);
  for (int i = 0; i < 2; i++) field_destroy(&g->face[i]);
  field_destroy(&g->slope);
  field_destroy(&g->density);
}

int gravity_fields(struct gravity *g, struct field *list[GRAVITY_FIELDS]) {
  int n = 0;
  if (g->par.self != SELF_NONE) list[n++] = &g->phi[0];
  if (g->mass.ncomp > 0) list[n++] = &g->mass;
  return n;
}

struct field *gravity_add_mass(struct gravity *g, const struct mesh *mesh) {
  if (g->mass.ncomp == 0) {
    field_create(&g->mass, mesh, "mass", CENTRING_CELL, 1);
    if (g->par.self != SELF_NONE) field_create(&g->density, mesh, "density", CENTRING_CELL, 1);
  }
  return &g->mass;
}

double gravity_bytes_per_block(const struct gravity_params *par, const struct mesh *mesh) {
  enum { MATRIX = 700 }; /* a cell in the matrix, its halo and BoomerAMG: measured */
  struct field cells, faces;
  field_shape(&cells, mesh, "potential", CENTRING_CELL, (par->self ? 5 + 3 * mesh->dim : 3 + mesh->dim) + (par->mass_from_setup ? 2 : 0));
  field_shape(&faces, mesh, "force of the gas", CENTRING_FACE, 3);
  double bytes = 8.0 * (double)cells.block_size;
  if (par->self != SELF_NONE) bytes += 8.0 * (double)faces.block_size + (double)MATRIX * mesh->nc[0] * mesh->nc[1] * mesh->nc[2];
  return bytes;
}

static const struct field *all_density(struct gravity *g, const struct mesh *m, const struct gas *gas) {
  if (g->mass.ncomp == 0) return &gas->u[0];
  for (int b = 0; b < m->count; b++) {
    const double *restrict rho = field_data(&gas->u[0], b, GAS_RHO), *restrict mass = field_data(&g->mass, b, 0);
    double *restrict sum = field_data(&g->density, b, 0);
    for (size_t i = 0; i < g->density.comp_size[0]; i++) sum[i] = rho[i] + mass[i];
  }
  return &g->density;
}

/* From the value in the cell and the force on the face.  Inside of a level that is the mean of the two cells; between levels and at the ends
 * of the domain it is as accurate as the force. */
static void fill_faces(struct gravity *g, const struct mesh *m) {
  for (int b = 0; b < m->count; b++) {
    const struct view phi = view_field(m, &g->phi[0], b, 0);
    for (int d = 0; d < m->dim; d++) {
      const struct view force = view_field(m, &g->slope, b, d), face = view_field(m, &g->face[0], b, d);
      const double half = 0.5 * m->block[b].dx[d];
      for (int k = 0; k < m->nc[2] + (d == 2); k++) {
        for (int j = 0; j < m->nc[1] + (d == 1); j++) {
          const int last[3] = {0, d == 1 && j == m->nc[1], d == 2 && k == m->nc[2]};
          const double side = last[1] || last[2] ? -half : half;
          const double *restrict f = view_move(force, 0, j, k).at, *restrict p = view_move(phi, 0, j - last[1], k - last[2]).at;
          double *restrict to = view_move(face, 0, j, k).at;
          for (int i = 0; i < m->nc[0]; i++) to[i] = p[i] + side * f[i];
          if (d == 0) to[m->nc[0]] = p[m->nc[0] - 1] - half * f[m->nc[0]];
        }
      }
    }
  }
}

bool gravity_solve(struct gravity *g, const struct mesh *mesh, const struct gas *gas) {
  if (g->par.self == SELF_NONE) return true;
  const double start = MPI_Wtime();
  const struct elliptic_options options = {.method = (enum elliptic_method)g->par.solver, .max_iterations = g->par.max_iterations};
  if (g->own == NULL) g->own = self_gravity_create(mesh, g->par.constant, g->par.self == SELF_PERIODIC, &options);
  g->last = self_gravity_solve(g->own, all_density(g, mesh, gas), GAS_RHO, &g->phi[0], 0, g->par.tolerance);
  self_gravity_acceleration(g->own, &g->phi[0], 0, &g->slope);
  fill_faces(g, mesh);
  g->solves += g->last.iterations > 0;
  g->iterations += g->last.iterations;
  g->seconds += MPI_Wtime() - start;
  if (!g->last.converged) elliptic_log("gravity", &g->last);
  return g->last.converged;
}

static void swap(struct field f[2]) {
  const struct field first = f[0];
  f[0] = f[1];
  f[1] = first;
}

bool own_after(struct gravity *g, const struct mesh *mesh, const struct gas *gas) {
  if (g->par.self == SELF_NONE) return true;
  if (mesh->count > 0) memcpy(g->phi[1].data, g->phi[0].data, sizeof(double) * g->phi[0].block_size * (size_t)mesh->count);
  swap(g->face);
  return gravity_solve(g, mesh, gas);
}

void own_back(struct gravity *g) {
  if (g->par.self == SELF_NONE) return;
  swap(g->phi);
  swap(g->face);
}

static void fill_potential(const void *data, const struct mesh *m, int b, double *values) {
  const struct gravity *g = data;
  for (int k = 0; k < m->nc[2]; k++)
    for (int j = 0; j < m->nc[1]; j++) {
      const double *fixed = view_move(view_field(m, &g->fixed, b, 0), 0, j, k).at;
      const double *phi = g->par.self ? view_move(view_field(m, &g->phi[0], b, 0), 0, j, k).at : NULL;
      for (int i = 0; i < m->nc[0]; i++) *values++ = fixed[i] + (phi ? phi[i] : 0.0);
    }
}

void gravity_variable(const struct gravity *g, const struct units *u, struct io_variable *v) {
  *v = (struct io_variable){.unit = "code_velocity**2", .cgs = u->velocity_cm_s * u->velocity_cm_s, .cgs_unit = "cm^2 s^-2",
                            .meaning = "gravitational potential", .fill = fill_potential, .data = g};
  snprintf(v->name, sizeof v->name, "phi");
}

void gravity_tell(const struct gravity *g, double seconds) {
  if (g->par.self == SELF_NONE) return;
  log_info("gravity of the gas: solved %lld times with %.1f iterations, %.2g s, %.1f%% of the run", (long long)g->solves,
           g->solves ? (double)g->iterations / (double)g->solves : 0.0, g->seconds, 100.0 * g->seconds / seconds);
}
