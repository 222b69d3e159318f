/* Sub-steps of a group over the whole mesh. */
#include "base/fail.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "crtransport/block.h"
#include "crtransport/calm.h"
#include "crtransport/implicit.h"
#include "crtransport/transport.h"
#include "crtransport/geometry.h"
#include "crtransport/walls.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct crt_shape shape_of(const struct mesh *m) {
  struct crt_shape s = {.dim = m->dim};
  for (int d = 0; d < 3; d++) {
    s.nc[d] = m->nc[d];
    s.ng[d] = m->ngd[d];
  }
  return s;
}

void crt_create(struct crt *c, const struct crt_params *par, const struct mesh *mesh) {
  *c = (struct crt){.par = *par};
  require(mesh->ng >= 2, "the mesh has %d ghost layers, the transport of cosmic rays needs 2", mesh->ng);
  for (int f = 0; f < 2 * mesh->dim; f++)
    require(par->boundary[f / 2][f % 2] == CRT_BOUNDARY_GAS || mesh->boundary[f / 2][f % 2] != BOUNDARY_PERIODIC,
            "cosmic rays cannot be absorbed at the end of a periodic axis");
  crt_adapted(c, mesh);
}

void crt_adapted(struct crt *c, const struct mesh *mesh) {
  if (c->directions.data) field_destroy(&c->directions);
  crt_scratch_destroy(c->scratch);
  crt_implicit_destroy(c->implicit);
  c->implicit = NULL;
  field_create(&c->directions, mesh, "directions", CENTRING_CELL, GEOMETRY_COMPONENTS);
  const struct crt_shape s = shape_of(mesh);
  c->scratch = crt_scratch_create(&s);
  memory_free(c->cost);
  c->cost = memory_get(sizeof *c->cost * (size_t)(mesh->count + 1));
  for (int i = 0; i < c->count; i++) {
    struct crt_group *g = &c->group[i];
    correction_destroy(g->correction);
    g->correction = correction_create(mesh, g->count, false);
  }
}

int crt_add_group(struct crt *c, const struct mesh *mesh, int count, const struct crt_member *member, double speed) {
  struct crt_group *group = memory_get(sizeof *group * (size_t)(c->count + 1));
  if (c->count > 0) memcpy(group, c->group, sizeof *group * (size_t)c->count);
  memory_free(c->group);
  c->group = group;
  struct crt_group *g = &group[c->count];
  *g = (struct crt_group){.count = count, .speed = speed};
  g->member = memory_get(sizeof *g->member * (size_t)count);
  memcpy(g->member, member, sizeof *g->member * (size_t)count);
  g->positive = memory_get(sizeof *g->positive * 2 * (size_t)count);
  for (int p = 0; p < count; p++) g->positive[p] = true;
  field_create(&g->state, mesh, "cosmic rays", CENTRING_CELL, 2 * count);
  g->state.positive = g->positive;
  g->correction = correction_create(mesh, count, false);
  g->outflow = memory_get(sizeof *g->outflow * (size_t)count);
  snprintf(g->name, sizeof g->name, "cosmic rays %d", c->count);
  for (int i = 0; i <= c->count; i++) group[i].state.name = group[i].name;
  return c->count++;
}

void crt_destroy(struct crt *c) {
  for (int i = 0; i < c->count; i++) {
    struct crt_group *g = &c->group[i];
    memory_free(g->member);
    memory_free(g->positive);
    memory_free(g->outflow);
    field_destroy(&g->state);
    correction_destroy(g->correction);
  }
  memory_free(c->group);
  memory_free(c->cost);
  if (c->directions.data) field_destroy(&c->directions);
  crt_scratch_destroy(c->scratch);
  crt_implicit_destroy(c->implicit);
  *c = (struct crt){0};
}

void crt_directions(struct crt *c, const struct mesh *mesh, struct exchange *x, struct field *faces) {
  exchange_all(x, 1, &faces);
  for (int b = 0; b < mesh->count; b++) {
    crt_geometry_block(mesh, b, faces, c->par.field_floor, &c->directions);
    crt_walls_close(mesh, b, &c->directions);
  }
}

double crt_longest(const struct crt *c, const struct mesh *mesh, int group, const struct field *profile) {
  const struct crt_group *g = &c->group[group];
  double fastest = 0.0, kappa = 0.0, least[2] = {INFINITY, profile ? INFINITY : 1.0};
  for (int p = 0; p < g->count; p++) {
    const double v = g->member[p].speed;
    fastest = max(fastest, v);
    kappa = max(kappa, v * v / (3.0 * g->member[p].rate));
  }
  for (int b = 0; b < mesh->count; b++) {
    for (int d = 0; d < mesh->dim; d++) least[0] = min(least[0], mesh->block[b].dx[d]);
    if (profile == NULL || c->par.scheme != CRT_DIFFUSION) continue;
    const double *data = field_data(profile, b, 0);
    for (size_t i = 0; i < profile->comp_size[0]; i++) least[1] = min(least[1], data[i]);
  }
  MPI_Allreduce(MPI_IN_PLACE, least, 2, MPI_DOUBLE, MPI_MIN, mesh->comm);
  if (c->par.scheme == CRT_DIFFUSION) return least[0] * least[0] * least[1] / (2.0 * mesh->dim * kappa);
  return c->par.cfl * least[0] / (fastest * (g->speed / c->par.light));
}

int crt_substeps(const struct crt *c, const struct mesh *mesh, int group, double dt, const struct field *profile) {
  const double n = ceil(dt / crt_longest(c, mesh, group, profile));
  require(n < 1e9, "a group of cosmic rays needs %g sub-steps", n);
  return n > 1.0 ? (int)n : 1;
}

/* The equations of a member for the flux that is kept: physics.md 1.2. */
static struct crt_population population(const struct crt_params *par, const struct crt_group *g, int p) {
  const bool diffusive = par->scheme == CRT_DIFFUSION, full = par->form == RSOL_FULL && !diffusive;
  const double r = diffusive ? 1.0 : g->speed / par->light, v = g->member[p].speed, nu = g->member[p].rate;
  return (struct crt_population){.signal = r * v,
                                 .flux_speed = full ? r * v : v,
                                 .rate = full ? r * nu : r * r * nu,
                                 .drift = full ? r : 1.0,
                                 .m1 = par->closure == CLOSURE_M1,
                                 .diffusive = diffusive,
                                 .limited = par->limiter};
}

static size_t face_cells(const struct mesh *m, int face) {
  size_t n = 1;
  for (int d = 0; d < 3; d++)
    if (d != face / 2) n *= (size_t)m->nc[d];
  return n;
}

static size_t most_face_cells(const struct mesh *m) { return (size_t)m->nb * (size_t)m->nb; }

static bool finer(const struct mesh *m, int b, int face) {
  int d[3] = {0, 0, 0};
  d[face / 2] = face % 2 ? 1 : -1;
  return m->neighbour[b][direction(d[0], d[1], d[2])].kind == NEIGHBOUR_FINE;
}

static int64_t work_on_block(struct crt *c, const struct mesh *m, struct crt_group *g, int b, double dt, const struct field *profile,
                             const struct field *alfven, struct crt_calm *calm, double *wall) {
  struct crt_geometry geometry = {.profile = profile ? field_data(profile, b, 0) : NULL, .alfven = alfven ? field_data(alfven, b, 0) : NULL};
  const struct crt_shape shape = shape_of(m);
  const struct registers *reg = m->block[b].jump ? correction_registers(g->correction, b) : NULL;
  int64_t limited = 0;
  bool walls[6];
  for (int f = 0; f < 6; f++) walls[f] = crt_wall(m, b, f);
  for (int d = 0; d < 3; d++) {
    geometry.b_face[d] = field_data(&c->directions, b, GEOMETRY_FACE + d);
    geometry.b_cell[d] = field_data(&c->directions, b, GEOMETRY_CELL + d);
    geometry.b_corner[d] = field_data(&c->directions, b, GEOMETRY_CORNER + d);
    geometry.share[d] = field_data(&c->directions, b, GEOMETRY_SHARE + d);
  }
  for (int p = 0; p < g->count; p++) {
    const struct crt_population pop = population(&c->par, g, p);
    struct crt_substep a = {.population = &pop, .geometry = &geometry, .dt = dt};
    a.q = field_data(&g->state, b, p);
    a.f = field_data(&g->state, b, g->count + p);
    for (int d = 0; d < 3; d++) a.dx[d] = m->block[b].dx[d];
    for (int f = 0; reg && f < 2 * m->dim; f++) a.finer[f] = finer(m, b, f);
    for (int f = 0; reg && f < 6; f++) a.flux[f] = reg->flux[f] ? reg->flux[f] + face_cells(m, f) * (size_t)p : NULL;
    for (int f = 0; f < 6; f++)
      if (walls[f]) a.flux[f] = wall + (size_t)f * most_face_cells(m);
    crt_walls_absorb(m, b, &c->par, &shape, &a);
    limited += crt_block_substep(&shape, c->scratch, &a);
    if (reg == NULL) crt_calm_substep(calm, c, m, g, b, p); /* else after the correction */
    for (int f = 0; f < 6; f++)
      if (walls[f]) crt_walls_count(m, b, f, dt, face_cells(m, f), a.flux[f], &g->outflow[p]);
  }
  return limited;
}

void crt_transport(struct crt *c, const struct mesh *mesh, struct exchange *x, int group, double dt, int n, const struct field *profile,
                   const struct field *alfven) {
  struct crt_group *g = &c->group[group];
  struct field *state[1] = {&g->state};
  int64_t limited = 0;
  for (int p = 0; c->par.scheme == CRT_DIFFUSION && p < g->count; p++)
    require(g->member[p].rate > 0.0 && alfven == NULL, "cosmic rays in one moment are scattered and do not stream");
  double *wall = memory_get(sizeof *wall * 6 * most_face_cells(mesh));
  struct crt_calm *calm = c->par.scheme == CRT_DIFFUSION ? NULL : crt_calm_open(c, mesh, group, dt, n, profile, alfven);
  for (int step = 0; step < n; step++) {
    exchange_all(x, 1, state);
    for (int b = 0; b < mesh->count; b++) {
      const double start = MPI_Wtime();
      limited += work_on_block(c, mesh, g, b, dt / n, profile, alfven, calm, wall);
      c->cost[b] += MPI_Wtime() - start;
    }
    if (mesh->max_level > 0) correction_exchange(g->correction);
    for (int b = 0; b < mesh->count; b++) {
      if (!mesh->block[b].jump) continue;
      correction_apply(g->correction, b, dt / n, &g->state, NULL);
      for (int p = 0; p < g->count; p++) crt_calm_substep(calm, c, mesh, g, b, p);
    }
  }
  crt_calm_close(calm);
  memory_free(wall);
  MPI_Allreduce(MPI_IN_PLACE, &limited, 1, MPI_INT64_T, MPI_SUM, mesh->comm);
  g->limited += limited;
  g->substeps += n;
}
