#include "gravity/own.h"

#include "base/minmax.h"
#include "base/sum.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

enum { CENTRE = 0, FACE = 1 }; /* components of fixed */

/* Offset of a cell in a component of a cell field, and steps along the axes that exist. */
struct grid { int extent[3], first[3], nc[3]; ptrdiff_t step[3]; };

static struct grid grid_of(const struct mesh *m, const struct field *f) {
  struct grid g;
  for (int d = 0; d < 3; d++) {
    g.extent[d] = field_extent(f, 0)[d];
    g.first[d] = m->ngd[d];
    g.nc[d] = m->nc[d];
  }
  g.step[0] = 1;
  g.step[1] = g.extent[0];
  g.step[2] = (ptrdiff_t)g.extent[0] * g.extent[1];
  return g;
}

static ptrdiff_t row_at(const struct grid *g, int j, int k) {
  return ((ptrdiff_t)(k + g->first[2]) * g->extent[1] + j + g->first[1]) * g->extent[0] + g->first[0];
}

static double *component(const struct field *f, int b, int c) { return field_data(f, b, 0) + f->comp_size[0] * (size_t)c; }

/* Sample the static potential in the centres and on the lower faces of all cells, ghosts too. */
static void sample(struct gravity *g, const struct mesh *m) {
  for (int b = 0; b < m->count; b++) {
    const struct block *block = &m->block[b];
    const int *e = field_extent(&g->fixed, 0);
    size_t n = 0;
    for (int k = 0; k < e[2]; k++)
      for (int j = 0; j < e[1]; j++)
        for (int i = 0; i < e[0]; i++, n++) {
          const int cell[3] = {i - m->ngd[0], j - m->ngd[1], k - m->ngd[2]};
          double x[3];
          for (int d = 0; d < 3; d++) x[d] = mesh_coordinate(m, block, d, cell[d] + 0.5);
          component(&g->fixed, b, CENTRE)[n] = gravity_potential(g, 0.0, x);
          for (int d = 0; d < m->dim; d++) {
            double y[3] = {x[0], x[1], x[2]};
            y[d] = mesh_coordinate(m, block, d, cell[d]);
            component(&g->fixed, b, FACE + d)[n] = gravity_potential(g, 0.0, y);
          }
        }
  }
}

static void create(struct gravity *g, const struct mesh *mesh) {
  field_create(&g->fixed, mesh, "static potential", CENTRING_CELL, 1 + mesh->dim);
  field_create(&g->change, mesh, "gravity energy", CENTRING_CELL, 1);
  field_create(&g->kinetic, mesh, "gravity work", CENTRING_CELL, 1);
  g->flux = correction_create(mesh, 1, false);
  sample(g, mesh);
  own_create(g, mesh);
}

static void forget(struct gravity *g) {
  field_destroy(&g->fixed);
  field_destroy(&g->change);
  field_destroy(&g->kinetic);
  correction_destroy(g->flux);
  own_forget(g);
}

void gravity_create(struct gravity *g, const struct gravity_params *par, const struct mesh *mesh, double (*extra)(double t, const double x[3])) {
  *g = (struct gravity){.par = *par, .extra = par->from_setup ? extra : NULL};
  create(g, mesh);
}

void gravity_destroy(struct gravity *g) {
  forget(g);
  field_destroy(&g->phi[0]);
  field_destroy(&g->mass);
  *g = (struct gravity){0};
}

void gravity_adapted(struct gravity *g, const struct mesh *mesh) {
  forget(g);
  create(g, mesh);
}

/* Potential on the lower face of a cell along an axis; of the gas: the mean of two times. */
struct well { const double *face, *now, *before; };

static inline double on_face(const struct well *w, ptrdiff_t at) {
  double phi = w->face[at];
  if (w->now) phi += 0.5 * (w->now[at] + w->before[at]);
  return phi;
}

static struct well well_of(const struct gravity *g, int b, int d, bool both) {
  struct well w = {.face = component(&g->fixed, b, FACE + d)};
  if (g->par.self) {
    w.now = component(&g->face[0], b, d);
    w.before = component(&g->face[both], b, d);
  }
  return w;
}

/* Momentum, and total energy by the change of the kinetic energy. */
static void kick(struct gravity *g, const struct mesh *m, struct gas *gas, double dt) {
  const struct grid grid = grid_of(m, &gas->u[0]);
  for (int b = 0; b < m->count; b++) {
    struct well well[3];
    double *u[5];
    for (int v = 0; v < 5; v++) u[v] = component(&gas->u[0], b, v);
    for (int d = 0; d < m->dim; d++) well[d] = well_of(g, b, d, false);
    double *work = field_data(&g->kinetic, b, 0);
    for (int k = 0; k < grid.nc[2]; k++)
      for (int j = 0; j < grid.nc[1]; j++) {
        const ptrdiff_t row = row_at(&grid, j, k);
        for (int i = 0; i < grid.nc[0]; i++) {
          const ptrdiff_t at = row + i;
          double rho = u[GAS_RHO][at], gain[3] = {0.0, 0.0, 0.0};
          for (int d = 0; d < m->dim; d++) {
            double slope = (on_face(&well[d], at + grid.step[d]) - on_face(&well[d], at)) / m->block[b].dx[d];
            double before = u[GAS_M1 + d][at], after = before - dt * rho * slope;
            gain[d] = (after - before) * (0.5 * (after + before)) / rho;
            u[GAS_M1 + d][at] = after;
          }
          double kinetic = sum3(gain[0], gain[1], gain[2]);
          u[GAS_E][at] += kinetic;
          work[at] += kinetic;
        }
      }
  }
}

void gravity_before(struct gravity *g, const struct mesh *mesh, struct exchange *x, struct gas *gas, double dt) {
  (void)x;
  for (int b = 0; b < mesh->count; b++) memset(field_data(&g->kinetic, b, 0), 0, g->kinetic.block_size * sizeof(double));
  kick(g, mesh, gas, 0.5 * dt);
}

/* Whether the block ends at the domain on this side of the axis. */
static bool at_end(const struct mesh *m, int b, int d, int side) {
  int way[3] = {0, 0, 0};
  way[d] = side ? 1 : -1;
  return m->neighbour[b][direction(way[0], way[1], way[2])].kind == NEIGHBOUR_NONE;
}

/* change = - div(mass flux times potential) - (new - old density) times potential, with the flux through the surface kept for correction, and booked where it
 * leaves the domain. */
static void mass_work(struct gravity *g, const struct mesh *m, struct gas *gas, int b) {
  const struct grid grid = grid_of(m, &gas->u[0]);
  const double *after = field_data(&gas->u[0], b, 0), *before = field_data(&gas->u[2], b, 0), *centre = component(&g->fixed, b, CENTRE);
  const double *phi = g->par.self ? field_data(&g->phi[0], b, 0) : NULL, *old = phi ? field_data(&g->phi[1], b, 0) : NULL;
  double *change = field_data(&g->change, b, 0);
  struct registers *reg = m->block[b].jump ? correction_registers(g->flux, b) : NULL;
  struct well well[3];
  const double *mass[3];
  ptrdiff_t row_mass[3], plane_mass[3];
  double end[3][2]; /* area of a face at an end of the domain, with the sign of what leaves; else 0 */
  for (int d = 0; d < m->dim; d++) {
    const int *e = field_extent(&gas->mass, d);
    well[d] = well_of(g, b, d, true);
    const double area = m->block[b].dx[(d + 1) % 3] * m->block[b].dx[(d + 2) % 3];
    for (int side = 0; side < 2; side++) end[d][side] = !at_end(m, b, d, side) ? 0.0 : side ? area : -area;
    mass[d] = field_data(&gas->mass, b, d);
    row_mass[d] = e[0];
    plane_mass[d] = (ptrdiff_t)e[0] * e[1];
  }
  for (int k = 0; k < grid.nc[2]; k++)
    for (int j = 0; j < grid.nc[1]; j++)
      for (int i = 0; i < grid.nc[0]; i++) {
        const ptrdiff_t at = row_at(&grid, j, k) + i;
        double sum[3] = {0.0, 0.0, 0.0};
        for (int d = 0; d < m->dim; d++) {
          const ptrdiff_t up = d == 0 ? 1 : d == 1 ? row_mass[d] : plane_mass[d];
          const ptrdiff_t f = (ptrdiff_t)(k + grid.first[2]) * plane_mass[d] + (ptrdiff_t)(j + grid.first[1]) * row_mass[d] + i + grid.first[0];
          double low = mass[d][f] * on_face(&well[d], at);
          double high = mass[d][f + up] * on_face(&well[d], at + grid.step[d]);
          sum[d] = (high - low) / m->block[b].dx[d];
          const int p = d == 0 ? 1 : 0, q = d == 2 ? 1 : 2, cell[3] = {i, j, k};
          if (cell[d] == 0 && end[d][0] != 0.0) exact_add(&g->outflow, end[d][0] * low);
          if (cell[d] == grid.nc[d] - 1 && end[d][1] != 0.0) exact_add(&g->outflow, end[d][1] * high);
          const size_t a = (size_t)cell[q] * (size_t)grid.nc[p] + (size_t)cell[p];
          if (reg && cell[d] == 0 && reg->flux[2 * d]) reg->flux[2 * d][a] = low;
          if (reg && cell[d] == grid.nc[d] - 1 && reg->flux[2 * d + 1]) reg->flux[2 * d + 1][a] = high;
        }
        double depth = centre[at] + (phi ? 0.5 * (phi[at] + old[at]) : 0.0);
        change[at] = -sum3(sum[0], sum[1], sum[2]) - (after[at] - before[at]) * depth;
      }
}

bool gravity_after(struct gravity *g, const struct mesh *mesh, struct exchange *x, struct gas *gas, double dt) {
  (void)x;
  if (!own_after(g, mesh, gas)) return false;
  kick(g, mesh, gas, 0.5 * dt);
  for (int b = 0; b < mesh->count; b++) mass_work(g, mesh, gas, b);
  if (mesh->max_level > 0) {
    correction_exchange(g->flux);
    for (int b = 0; b < mesh->count; b++)
      if (mesh->block[b].jump) correction_apply(g->flux, b, 1.0, &g->change, NULL);
  }
  const struct grid grid = grid_of(mesh, &gas->u[0]);
  for (int b = 0; b < mesh->count; b++) {
    double *energy = component(&gas->u[0], b, GAS_E);
    const double *change = field_data(&g->change, b, 0), *work = field_data(&g->kinetic, b, 0);
    for (int k = 0; k < grid.nc[2]; k++)
      for (int j = 0; j < grid.nc[1]; j++)
        for (int i = 0; i < grid.nc[0]; i++) {
          const ptrdiff_t at = row_at(&grid, j, k) + i;
          energy[at] += change[at] - work[at];
        }
  }
  mhd_settle(gas, mesh);
  return true;
}

void gravity_undo(struct gravity *g, const struct mesh *m, struct gas *gas, double dt, bool stepped) {
  const size_t n = (size_t)m->count * sizeof(double);
  if (stepped) {
    own_back(g);
    if (n > 0) memcpy(gas->u[0].data, gas->u[2].data, n * gas->u[0].block_size);
    if (n > 0 && gas->par.magnetic) memcpy(gas->b[0].data, gas->b[2].data, n * gas->b[0].block_size);
  }
  kick(g, m, gas, -0.5 * dt);
  mhd_settle(gas, m);
}

double gravity_max_dt(const struct gravity *g, const struct mesh *m) {
  const struct grid grid = grid_of(m, &g->fixed);
  double steepest = 0.0;
  for (int b = 0; b < m->count; b++) {
    for (int d = 0; d < m->dim; d++) {
      const struct well w = well_of(g, b, d, false);
      const double over = 1.0 / m->block[b].dx[d];
      for (int k = 0; k < grid.nc[2]; k++)
        for (int j = 0; j < grid.nc[1]; j++)
          for (int i = 0; i < grid.nc[0]; i++) {
            const ptrdiff_t at = row_at(&grid, j, k) + i, s = grid.step[d];
            steepest = max(steepest, fabs(on_face(&w, at + s) - on_face(&w, at)) * (over * over));
          }
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, &steepest, 1, MPI_DOUBLE, MPI_MAX, m->comm);
  return steepest > 0.0 ? g->par.cfl / sqrt(steepest) : INFINITY;
}

double gravity_outflow(const struct gravity *g, const struct mesh *m) {
  struct exact s = g->outflow;
  exact_over_ranks(m->comm, 1, &s);
  return exact_value(&s);
}

double gravity_energy(const struct gravity *g, const struct mesh *m, const struct gas *gas) {
  const struct grid grid = grid_of(m, &gas->u[0]);
  struct sum *part = memory_get(sizeof *part * ((size_t)m->count + 1));
  double total;
  for (int b = 0; b < m->count; b++) {
    const double *rho = field_data(&gas->u[0], b, 0), *centre = component(&g->fixed, b, CENTRE);
    const double *phi = g->par.self ? field_data(&g->phi[0], b, 0) : NULL, *mass = g->mass.ncomp ? field_data(&g->mass, b, 0) : NULL;
    double volume = m->block[b].dx[0] * m->block[b].dx[1] * m->block[b].dx[2];
    for (int k = 0; k < grid.nc[2]; k++)
      for (int j = 0; j < grid.nc[1]; j++)
        for (int i = 0; i < grid.nc[0]; i++) {
          const ptrdiff_t at = row_at(&grid, j, k) + i;
          sum_add(&part[b], volume * rho[at] * (centre[at] + (phi ? 0.5 * phi[at] : 0.0)));
          if (mass) sum_add(&part[b], 0.5 * volume * mass[at] * phi[at]);
        }
  }
  sum_over_blocks(m->comm, m->count, 1, part, &total);
  memory_free(part);
  return total;
}
