/* Cosmic rays push the gas.
 *
 * Momentum flux through faces normal to d: (P - D) delta_dj + T b_d b_j, with P and T means of both sides, and D what is left of the upwinding in an acoustic
 * Riemann problem of the cosmic rays alone, rho a (u_R - u_L) / 2 with limited states of second order.  Energy flux: (P_L u_R + P_R u_L) / 2 - D u + T b_d b.u
 * with u the velocity before and after the kick, averaged.  With it the energy that a cell gets is what the force does on it, plus P times the divergence of the
 * mean velocity on its faces, plus heat D (u_R - u_L) >= 0 (unless the kick turns the jump round): where flow is smooth nothing is left over that would end
 * as heat or cold of the gas, however large the pressure of cosmic rays is. */
#include "base/memory.h"
#include "base/minmax.h"
#include "crtransport/internal.h"
#include "crtransport/rays_scratch.h"

#include <math.h>
#include <string.h>

/* A block, all arrays with ghosts; faces are counted by the cell above them. */
struct pushed {
  const struct mesh *mesh;
  const struct block *block;
  int extent[3];
  ptrdiff_t step[3];
  const double *rho, *m[3], *pressure, *tension;
  double *change[4];              /* momentum, energy                                   */
  const double *face[3];          /* magnetic field                                     */
  int row[3], up[3];              /* of the faces: rows, and entries to the upper face  */
  size_t plane[3];
  double floor;                   /* of the field                                       */
  bool tensor;
  double *u[3], *mean[3];         /* velocity before the kick, and mean of before and after */
  double *impedance;              /* rho times the speed of sound in cosmic rays alone  */
  double *sound, *share;          /* speed of sound in both fluids; 1 where cosmic rays dominate, 0 where the gas does */
  double *drag[3];                /* D                                                  */
  double *b[3][3];                /* direction of the field on faces                    */
  double *flux[3][3];             /* [axis][component]                                  */
  void *memory;                   /* of u ... flux: [ARRAYS][cells with ghosts]         */
};

/* Where the arrays begin in the memory. */
enum { IMPEDANCE, SOUND, SHARE, VELOCITY, MEAN = VELOCITY + 3, DRAG = MEAN + 3, DIRECTION = DRAG + 3, FLUX = DIRECTION + 9, ARRAYS = FLUX + 9 };

static void velocity_row(int n, const double *restrict rho, const double *restrict m, double *restrict u) {
#pragma omp simd
  for (int i = 0; i < n; i++) u[i] = m[i] / rho[i];
}

static void mean_row(int n, const double *restrict rho, const double *restrict m, const double *restrict dm, double *restrict u) {
#pragma omp simd
  for (int i = 0; i < n; i++) u[i] = (m[i] + 0.5 * dm[i]) / rho[i];
}

/* gamma P of the gas is hot times its internal energy and cold times its density. */
static void impedance_row(int n, const double *restrict rho, const double *restrict p, const double *restrict internal, double hot, double cold,
                          double *restrict z, double *restrict sound, double *restrict share) {
#pragma omp simd
  for (int i = 0; i < n; i++) {
    const double rays = (4.0 / 3.0) * max(p[i], 0.0), gas = hot * max(internal[i], 0.0) + cold * rho[i];
    z[i] = sqrt(rho[i] * rays);
    sound[i] = sqrt((gas + rays) / rho[i]);
    share[i] = min(max(0.5 * rays - gas, 0.0), gas) / max(gas, 1e-100);
  }
}

/* Half the limited difference (monotonised central). */
static inline double half_slope(double below, double here, double above) {
  double l = here - below, u = above - here, mean = 0.25 * (l + u);
  return max(min(mean, min(l, u)), 0.0) + min(max(mean, max(l, u)), 0.0);
}

/* The jump that limited states leave is no larger than that of the cells and does not turn it round, so that D takes energy from the flow only.
 * In shocks, where cells beside the face approach each other by more than 3 % of the speed of sound in both fluids (fully from 10 %) and cosmic
 * rays dominate (share: as much as expansion.c leaves to the divergence), it is that of the cells: smaller ones let it ring.  And it grows with
 * compression as the shocks do that the jump makes: impedance rho (a + (gamma + 1) / 2 v) for the velocity v = jump / 2 (Dukowicz 1985, JCP 61,
 * 119).  Not where cosmic rays diffuse through the shock, so that their pressure has no such jump as compression would give it, 4/3 P v / a
 * (none below half of it). */
static void drag_row(int n, ptrdiff_t s, const double *restrict u, const double *restrict p, const double *restrict z, const double *restrict sound,
                     const double *restrict share, double *restrict drag) {
  const double from = 0.03, over_range = 1.0 / 0.07, steepen = 0.25 * (4.0 / 3.0 + 1.0);
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double all = u[i] - u[i - s], slopes = half_slope(u[i - 2 * s], u[i - s], u[i]) + half_slope(u[i - s], u[i], u[i + s]);
    double a = max(min(sound[i], sound[i - s]), 1e-100), come = max(max(u[i - 2 * s] - u[i - s], u[i] - u[i + s]), -all) / a;
    double least = max(min(min(p[i - 2 * s], p[i - s]), min(p[i], p[i + s])), 0.0);
    double rise = max(max(fabs(p[i - s] - p[i - 2 * s]), fabs(p[i + s] - p[i])), fabs(p[i] - p[i - s])), due = (4.0 / 3.0) * least * max(come, from);
    double tied = due > 0.0 ? min(max(2.0 * rise / (due > 0.0 ? due : 1.0) - 1.0, 0.0), 1.0) : 0.0;
    double shock = tied * max(share[i], share[i - s]) * min(max((come - from) * over_range, 0.0), 1.0), jump = all - (1.0 - shock) * slopes;
    jump = all > 0.0 ? min(max(jump, 0.0), all) : max(min(jump, 0.0), all);
    drag[i] = 0.25 * (z[i] + z[i - s]) * jump * (1.0 + shock * steepen * max(-all, 0.0) / a);
  }
}

static inline double middle(const struct pushed *a, int d, int i, int j, int k) {
  const double *f = a->face[d] + (size_t)k * a->plane[d] + (size_t)j * (size_t)a->row[d] + (size_t)i;
  return 0.5 * (f[0] + f[a->up[d]]);
}

static void direction_row(const struct pushed *a, int d, int first, int n, int j, int k, double *const b[3]) {
  const int di = d == 0, dj = d == 1, dk = d == 2;
  for (int i = first; i < first + n; i++) {
    double c[3];
    for (int e = 0; e < 3; e++)
      c[e] = e == d ? a->face[e][(size_t)k * a->plane[e] + (size_t)j * (size_t)a->row[e] + (size_t)i]
                    : 0.5 * (middle(a, e, i, j, k) + middle(a, e, i - di, j - dj, k - dk));
    double over = 1.0 / max(sqrt(sum3(c[0] * c[0], c[1] * c[1], c[2] * c[2])), a->floor);
    for (int e = 0; e < 3; e++) b[e][i - first] = c[e] * over;
  }
}

static void pressure_row(int n, ptrdiff_t s, const double *restrict p, const double *restrict drag, double *restrict flux) {
#pragma omp simd
  for (int i = 0; i < n; i++) flux[i] = 0.5 * (p[i] + p[i - s]) - drag[i];
}

static void tension_row(int n, ptrdiff_t s, const double *restrict t, const double *restrict bd, const double *restrict be, double *restrict flux) {
#pragma omp simd
  for (int i = 0; i < n; i++) flux[i] += 0.5 * (t[i] + t[i - s]) * (bd[i] * be[i]);
}

static void energy_row(int n, ptrdiff_t s, const double *restrict p, const double *restrict u, const double *restrict drag, double *restrict flux) {
#pragma omp simd
  for (int i = 0; i < n; i++) flux[i] = 0.5 * (p[i - s] * u[i] + p[i] * u[i - s]) - drag[i] * (0.5 * (u[i] + u[i - s]));
}

static void tension_energy_row(int n, ptrdiff_t s, const double *restrict t, double *const b[3], int d, const double *const u[3], double *restrict flux) {
  const double *restrict b0 = b[0], *restrict b1 = b[1], *restrict b2 = b[2], *restrict bd = b[d];
  const double *restrict u0 = u[0], *restrict u1 = u[1], *restrict u2 = u[2];
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double along = sum3(b0[i] * (u0[i] + u0[i - s]), b1[i] * (u1[i] + u1[i - s]), b2[i] * (u2[i] + u2[i - s]));
    flux[i] += 0.5 * (t[i] + t[i - s]) * (bd[i] * (0.5 * along));
  }
}

/* Entry of the first cell of a row that is no ghost, counted from that cell. */
static size_t row_at(const struct pushed *a, int j, int k) {
  const int *g = a->mesh->ngd;
  return ((size_t)(k + g[2]) * (size_t)a->extent[1] + (size_t)(j + g[1])) * (size_t)a->extent[0] + (size_t)g[0];
}

static void open_pushed(struct pushed *a, const struct rays *r, const struct mesh *mesh, const struct gas *g, const struct field *change) {
  *a = (struct pushed){.mesh = mesh, .floor = r->par.transport.field_floor};
  a->tensor = r->par.transport.closure == CLOSURE_M1 && g->par.magnetic;
  const int *e = field_extent(change, 0);
  for (int d = 0; d < 3; d++) a->extent[d] = e[d];
  a->step[0] = 1;
  a->step[1] = e[0];
  a->step[2] = (ptrdiff_t)e[0] * e[1];
  const size_t size = change->comp_size[0];
  double *at = a->memory = memory_get(sizeof *at * size * ARRAYS);
  a->impedance = at + size * IMPEDANCE;
  a->sound = at + size * SOUND;
  a->share = at + size * SHARE;
  for (int d = 0; d < 3; d++) {
    a->u[d] = at + size * (size_t)(VELOCITY + d);
    a->mean[d] = at + size * (size_t)(MEAN + d);
    a->drag[d] = at + size * (size_t)(DRAG + d);
    for (int c = 0; c < 3; c++) {
      a->b[d][c] = at + size * (size_t)(DIRECTION + 3 * d + c);
      a->flux[d][c] = at + size * (size_t)(FLUX + 3 * d + c);
    }
  }
}

static void load_block(struct pushed *a, const struct gas *g, int b, const struct field *stress, const struct field *change) {
  a->block = &a->mesh->block[b];
  a->rho = field_data(&g->u[0], b, GAS_RHO);
  a->pressure = field_data(stress, b, 0);
  a->tension = field_data(stress, b, 1);
  for (int c = 0; c < 4; c++) a->change[c] = field_data(change, b, 0) + change->comp_size[0] * (size_t)c;
  const int n = a->extent[0] * a->extent[1] * a->extent[2];
  for (int d = 0; d < 3; d++) {
    a->m[d] = field_data(&g->u[0], b, GAS_M1 + d);
    velocity_row(n, a->rho, a->m[d], a->u[d]);
    if (!a->tensor) continue;
    const int *e = field_extent(&g->b[0], d);
    a->face[d] = field_data(&g->b[0], b, d);
    a->row[d] = e[0];
    a->plane[d] = (size_t)e[0] * (size_t)e[1];
    a->up[d] = d >= a->mesh->dim ? 0 : d == 0 ? 1 : d == 1 ? e[0] : e[0] * e[1];
  }
  const bool adiabatic = g->par.eos == EOS_ADIABATIC;
  const double gamma = g->par.gamma, hot = adiabatic ? gamma * (gamma - 1.0) : 0.0, cold = adiabatic ? 0.0 : g->par.sound_speed * g->par.sound_speed;
  impedance_row(n, a->rho, a->pressure, field_data(&g->u[0], b, 0) + g->u[0].comp_size[0] * (size_t)(g->nvar - 1), hot, cold, a->impedance, a->sound, a->share);
  for (int d = 0; d < a->mesh->dim; d++) {
    const int *nc = a->mesh->nc, *gd = a->mesh->ngd;
    for (int k = 0; k < nc[2] + (d == 2); k++)
      for (int j = 0; j < nc[1] + (d == 1); j++) {
        const size_t at = row_at(a, j, k);
        drag_row(nc[0] + (d == 0), a->step[d], a->u[d] + at, a->pressure + at, a->impedance + at, a->sound + at, a->share + at, a->drag[d] + at);
        double *b3[3] = {a->b[d][0] + at, a->b[d][1] + at, a->b[d][2] + at};
        if (a->tensor) direction_row(a, d, gd[0], nc[0] + (d == 0), j + gd[1], k + gd[2], b3);
      }
  }
}

/* Fluxes into flux[d][0 ... 2] (momentum) or flux[d][0] (energy). */
static void fluxes(struct pushed *a, bool energy) {
  for (int d = 0; d < a->mesh->dim; d++) {
    const ptrdiff_t s = a->step[d];
    const int n = a->mesh->nc[0] + (d == 0);
    for (int k = 0; k < a->mesh->nc[2] + (d == 2); k++)
      for (int j = 0; j < a->mesh->nc[1] + (d == 1); j++) {
        const size_t at = row_at(a, j, k);
        double *const b[3] = {a->b[d][0] + at, a->b[d][1] + at, a->b[d][2] + at};
        if (energy) {
          const double *u[3] = {a->mean[0] + at, a->mean[1] + at, a->mean[2] + at};
          energy_row(n, s, a->pressure + at, u[d], a->drag[d] + at, a->flux[d][0] + at);
          if (a->tensor) tension_energy_row(n, s, a->tension + at, b, d, u, a->flux[d][0] + at);
          continue;
        }
        for (int c = 0; c < 3; c++) {
          if (c == d) pressure_row(n, s, a->pressure + at, a->drag[d] + at, a->flux[d][c] + at);
          else memset(a->flux[d][c] + at, 0, sizeof(double) * (size_t)n);
          if (a->tensor) tension_row(n, s, a->tension + at, b[d], b[c], a->flux[d][c] + at);
        }
      }
  }
}

/* change[c] = - dt div of the fluxes. */
static void diverge(const struct pushed *a, double dt, int from, int c) {
  const struct mesh *m = a->mesh;
  for (int k = 0; k < m->nc[2]; k++)
    for (int j = 0; j < m->nc[1]; j++) {
      const size_t at = row_at(a, j, k);
      for (int i = 0; i < m->nc[0]; i++) {
        double part[3] = {0.0, 0.0, 0.0};
        for (int d = 0; d < m->dim; d++) {
          const double *f = a->flux[d][from] + at + i;
          part[d] = (f[a->step[d]] - f[0]) / a->block->dx[d];
        }
        a->change[c][at + (size_t)i] = -dt * sum3(part[0], part[1], part[2]);
      }
    }
}

static void keep_fluxes(const struct pushed *a, struct registers *reg, int from, int c) {
  const struct mesh *m = a->mesh;
  for (int f = 0; f < 2 * m->dim; f++) {
    if (reg->flux[f] == NULL) continue;
    const int d = f / 2, p = d == 0 ? 1 : 0, q = d == 2 ? 1 : 2;
    double *to = reg->flux[f] + (size_t)m->nc[p] * (size_t)m->nc[q] * (size_t)c;
    int i[3];
    i[d] = (f % 2) * m->nc[d];
    for (int y = 0; y < m->nc[q]; y++)
      for (int x = 0; x < m->nc[p]; x++) {
        i[p] = x;
        i[q] = y;
        *to++ = a->flux[d][from][row_at(a, i[1], i[2]) + (size_t)i[0]];
      }
  }
}

/* What goes through the ends of the domain, += dt times the fluxes. */
static void book_ends(const struct pushed *a, int b, double dt, int from, struct exact *s) {
  const struct mesh *m = a->mesh;
  for (int f = 0; f < 2 * m->dim; f++) {
    const int d = f / 2, side = f % 2;
    int way[3] = {0, 0, 0}, i[3], first[3] = {0, 0, 0}, end[3] = {m->nc[0], m->nc[1], m->nc[2]};
    way[d] = side ? 1 : -1;
    if (m->neighbour[b][direction(way[0], way[1], way[2])].kind != NEIGHBOUR_NONE) continue;
    const double area = a->block->dx[(d + 1) % 3] * a->block->dx[(d + 2) % 3], weight = side ? dt * area : -dt * area;
    first[d] = side * m->nc[d];
    end[d] = first[d] + 1;
    for (i[2] = first[2]; i[2] < end[2]; i[2]++)
      for (i[1] = first[1]; i[1] < end[1]; i[1]++)
        for (i[0] = first[0]; i[0] < end[0]; i[0]++) exact_add(s, weight * a->flux[d][from][row_at(a, i[1], i[2]) + (size_t)i[0]]);
  }
}

/* The gas of a block takes the change. */
static void take_block(const struct mesh *mesh, struct gas *g, struct rays *r, int b, const struct field *change) {
  const int *e = field_extent(change, 0);
  const double *rho = field_data(&g->u[0], b, GAS_RHO), *dm[3];
  double *energy = field_data(&g->u[0], b, GAS_E), *rest = field_data(&r->exchange, b, 0), *m[3];
  const double *brought = field_data(change, b, 0) + 3 * change->comp_size[0];
  const bool adiabatic = g->par.eos == EOS_ADIABATIC;
  for (int d = 0; d < 3; d++) {
    m[d] = field_data(&g->u[0], b, GAS_M1 + d);
    dm[d] = field_data(change, b, d);
  }
  for (int k = 0; k < mesh->nc[2]; k++)
    for (int j = 0; j < mesh->nc[1]; j++) {
      const size_t at = ((size_t)(k + mesh->ngd[2]) * (size_t)e[1] + (size_t)(j + mesh->ngd[1])) * (size_t)e[0] + (size_t)mesh->ngd[0];
      for (size_t i = at; i < at + (size_t)mesh->nc[0]; i++) {
        double work[3];
        for (int d = 0; d < 3; d++) {
          work[d] = dm[d][i] * (m[d][i] + 0.5 * dm[d][i]);
          m[d][i] += dm[d][i];
        }
        if (!adiabatic) continue;
        const double kinetic = sum3(work[0], work[1], work[2]) / rho[i];
        energy[i] += kinetic;
        rest[i] += brought[i] - kinetic;
      }
    }
}

void rays_kick(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, double dt) {
  if (r->par.coupling != COUPLING_FULL) return;
  struct field *stress = &rays_scratch(r, mesh)->stress, *change = &rays_scratch(r, mesh)->kick;
  struct field *state[3] = {stress, &g->u[0], &g->b[0]};
  struct pushed a;
  open_pushed(&a, r, mesh, g, change);
  for (int b = 0; b < mesh->count; b++) rays_stress(r, mesh, b, stress);
  exchange_all(x, a.tensor ? 3 : 2, state);
  for (int b = 0; b < mesh->count; b++) {
    load_block(&a, g, b, stress, change);
    fluxes(&a, false);
    for (int c = 0; c < 3; c++) {
      diverge(&a, dt, c, c);
      book_ends(&a, b, dt, c, &r->ends[1 + c]);
      if (a.block->jump) keep_fluxes(&a, correction_registers(r->flux, b), c, c);
    }
  }
  exchange_all(x, 1, &change);
  for (int b = 0; b < mesh->count; b++) {
    load_block(&a, g, b, stress, change);
    for (int d = 0; d < 3; d++) mean_row(a.extent[0] * a.extent[1] * a.extent[2], a.rho, a.m[d], a.change[d], a.mean[d]);
    fluxes(&a, true);
    diverge(&a, dt, 0, 3);
    book_ends(&a, b, dt, 0, &r->ends[0]);
    if (a.block->jump) keep_fluxes(&a, correction_registers(r->flux, b), 0, 3);
  }
  if (mesh->max_level > 0) correction_exchange(r->flux);
  for (int b = 0; b < mesh->count; b++) {
    if (mesh->block[b].jump) correction_apply(r->flux, b, dt, change, NULL);
    take_block(mesh, g, r, b, change);
  }
  memory_free(a.memory);
}

void rays_settle(struct rays *r, const struct mesh *mesh, struct gas *g) {
  const size_t n = r->exchange.comp_size[0];
  for (int b = 0; b < mesh->count; b++) {
    double *gain = field_data(&r->exchange, b, 0), *heat = field_data(&r->exchange, b, 1);
    double *energy = field_data(&g->u[0], b, GAS_E), *internal = field_data(&g->u[0], b, 0) + g->u[0].comp_size[0] * (size_t)(g->nvar - 1);
    for (size_t i = 0; i < n && g->par.eos == EOS_ADIABATIC; i++) {
      energy[i] += gain[i];
      internal[i] += heat[i];
    }
    memset(gain, 0, sizeof *gain * n);
    memset(heat, 0, sizeof *heat * n);
  }
  mhd_settle(g, mesh);
}

static void face_row(int n, ptrdiff_t s, const double *restrict r0, const double *restrict m0, const double *restrict r1, const double *restrict m1,
                     double *restrict u) {
#pragma omp simd
  for (int i = 0; i < n; i++) u[i] = 0.25 * ((m0[i - s] / r0[i - s] + m0[i] / r0[i]) + (m1[i - s] / r1[i - s] + m1[i] / r1[i]));
}

/* u[2] has had its ghosts filled by the step of the gas. */
void rays_face_velocity(const struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, struct field *velocity) {
  (void)r;
  struct field *state[1] = {&g->u[0]};
  exchange_all(x, 1, state);
  const int *e = field_extent(&g->u[0], 0);
  const ptrdiff_t step[3] = {1, e[0], (ptrdiff_t)e[0] * e[1]};
  for (int b = 0; b < mesh->count; b++)
    for (int d = 0; d < mesh->dim; d++) {
      const int *f = field_extent(velocity, d);
      const double *r0 = field_data(&g->u[2], b, GAS_RHO), *m0 = field_data(&g->u[2], b, GAS_M1 + d);
      const double *r1 = field_data(&g->u[0], b, GAS_RHO), *m1 = field_data(&g->u[0], b, GAS_M1 + d);
      for (int k = 0; k < mesh->nc[2] + (d == 2); k++)
        for (int j = 0; j < mesh->nc[1] + (d == 1); j++) {
          const size_t at = ((size_t)(k + mesh->ngd[2]) * (size_t)e[1] + (size_t)(j + mesh->ngd[1])) * (size_t)e[0] + (size_t)mesh->ngd[0];
          const size_t to = ((size_t)(k + mesh->ngd[2]) * (size_t)f[1] + (size_t)(j + mesh->ngd[1])) * (size_t)f[0] + (size_t)mesh->ngd[0];
          face_row(mesh->nc[0] + (d == 0), step[d], r0 + at, m0 + at, r1 + at, m1 + at, field_data(velocity, b, d) + to);
        }
    }
}
