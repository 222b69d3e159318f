/* One backward Euler step of a population: rates, the old flux that is left, the linear system, and the new state from its fluxes. */
#include "base/minmax.h"
#include "crtransport/closure.h"
#include "crtransport/depth.h"
#include "crtransport/implicit_parts.h"
#include "crtransport/walls.h"

#include <math.h>
#include <string.h>

static const double ROOT3 = 1.7320508075688772;

static const int UNIT[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

/* dt v^2 / (1 + dt nu), without inertia v^2 / nu: what multiplies the gradient of m q. */
static double reach(const struct stage *s, double nu) {
  const double v2 = s->speed * s->speed;
  return s->c->par.implicit.inertia ? s->dt * v2 / (1.0 + s->dt * nu) : v2 / nu;
}

/* What is left of the old flux. */
static double left(const struct stage *s, double nu) { return s->c->par.implicit.inertia ? 1.0 / (1.0 + s->dt * nu) : 0.0; }

/* m of the cells and their ghosts.  Where particles cross many cells or are scattered many times in the step the old flux says nothing about the new one:
 * isotropic. */
static void fill_parts(struct crt_implicit *im, const struct stage *s) {
  const struct mesh *m = im->mesh;
  const bool m1 = s->c->par.closure == CLOSURE_M1;
  for (int b = 0; b < m->count; b++) {
    const double *q = field_data(&im->old, b, 0), *f = field_data(&im->old, b, 1);
    double *to = field_data(&im->cells, b, CELL_PART);
    const double *profile = s->profile ? field_data(s->profile, b, 0) : NULL;
    double dx = INFINITY;
    for (int d = 0; d < m->dim; d++) dx = min(dx, m->block[b].dx[d]);
    for (size_t i = 0; i < im->cells.comp_size[0]; i++) {
      const double turns = s->dt * s->rate * (profile ? profile[i] : 1.0), cells = s->speed * s->dt / ((1.0 + turns) * dx);
      const double known = 1.0 / (1.0 + (cells * cells + turns * turns) / 9.0);
      to[i] = m1 ? 1.0 / 3.0 + known * (2.0 / 3.0 - 2.0 * crt_chi(q[i], f[i], 1.0 / s->speed)) : 1.0 / 3.0;
    }
  }
}

/* nu of the cells and a layer of ghosts; q with two layers. */
static void fill_rates(struct crt_implicit *im, const struct stage *s, const struct field *from) {
  const struct mesh *m = im->mesh;
  const bool streams = s->alfven != NULL;
  int n[3];
  for (int d = 0; d < 3; d++) n[d] = d < m->dim ? 1 : 0;
  for (int b = 0; b < m->count; b++) {
    const struct view q = crt_cells_of(m, from, b, 0), part = crt_cells_of(m, &im->cells, b, CELL_PART), to = crt_cells_of(m, &im->cells, b, CELL_RATE);
    const struct view profile = crt_cells_of(m, s->profile ? s->profile : from, b, 0), alfven = crt_cells_of(m, streams ? s->alfven : from, b, 0);
    const ptrdiff_t step[3] = {1, q.sy, q.sz};
    struct view dir[3];
    for (int d = 0; d < 3; d++) dir[d] = crt_cells_of(m, &s->c->directions, b, GEOMETRY_CELL + d);
    for (int k = -n[2]; k < m->nc[2] + n[2]; k++)
      for (int j = -n[1]; j < m->nc[1] + n[1]; j++)
        for (int i = -n[0]; i < m->nc[0] + n[0]; i++) {
          double nu = s->rate * (s->profile ? *crt_at(&profile, i, j, k) : 1.0);
          if (streams) {
            const double *at = crt_at(&q, i, j, k), *p = crt_at(&part, i, j, k);
            double slope[3] = {0.0, 0.0, 0.0};
            for (int d = 0; d < m->dim; d++)
              slope[d] = *crt_at(&dir[d], i, j, k) * ((p[step[d]] * at[step[d]] - p[-step[d]] * at[-step[d]]) * 0.5 / m->block[b].dx[d]);
            const double force = s->speed * s->speed * fabs(sum3(slope[0], slope[1], slope[2])) + 1e-200;
            nu *= force / (force + nu * (1.5 * (1.0 - *p) * *crt_at(&alfven, i, j, k) * max(*at, 0.0)));
          }
          *crt_at(&to, i, j, k) = nu;
        }
  }
}

/* Room of the cells above their floors: q itself, and less in thick cells. */
static void fill_room(struct crt_implicit *im, const struct stage *s) {
  const struct mesh *m = im->mesh;
  int n[3];
  for (int d = 0; d < 3; d++) n[d] = d < m->dim ? 1 : 0;
  for (int b = 0; b < m->count; b++) {
    const struct view q = crt_cells_of(m, &im->old, b, 0), nu = crt_cells_of(m, &im->cells, b, CELL_RATE), room = crt_cells_of(m, &im->limit, b, LIMIT_ROOM);
    double dx = INFINITY;
    for (int d = 0; d < m->dim; d++) dx = min(dx, m->block[b].dx[d]);
    CRT_CELLS(m, k, j, i) {
      const double *at = crt_at(&q, i, j, k), bound = crt_depth_bounds(*crt_at(&nu, i, j, k) * dx / s->speed);
      double low = *at;
      for (int z = -n[2]; z <= n[2]; z++)
        for (int y = -n[1]; y <= n[1]; y++)
          for (int w = -n[0]; w <= n[0]; w++) low = min(low, at[w + y * q.sy + z * q.sz]);
      *crt_at(&room, i, j, k) = max(*at - bound * max(low, 0.0), 0.0);
    }
  }
}

/* How a wall lets particles out: those that come to it leave, so that q = sqrt(3) F / v on it. */
struct wall { double flux, speed; }; /* along the axis: of what is left, and w of m q of the cell */
static struct wall wall_of(const struct stage *s, double nu, double normal, double f, double direction, double dx, int side) {
  const double outwards = side ? 1.0 : -1.0, out = outwards * f * direction * left(s, nu), k = reach(s, nu), share = sqrt(normal);
  const double slowed = 1.0 + k * share * 2.0 / (ROOT3 * s->speed * dx);
  return (struct wall){.flux = outwards * max(out, 0.0) / slowed, .speed = outwards * k * normal * (2.0 / dx) / slowed};
}

static bool absorbs(const struct stage *s, int d, int side) { return s->c->par.boundary[d][side] == CRT_BOUNDARY_ABSORBING; }

/* b b with the share of diffusion across it, on a face: normal and the components with the two next axes. */
static void tensor(const struct stage *s, const struct mesh *m, const struct view dir[6], int d, int i, int j, int k, double t[3]) {
  const double across = s->c->par.implicit.perpendicular, bn = *crt_at(&dir[d], i, j, k);
  if (s->c->par.implicit.isotropic) {
    t[0] = 1.0 / 3.0;
    t[1] = t[2] = 0.0;
    return;
  }
  t[0] = bn * bn * (1.0 - across) + across;
  for (int q = 0; q < 2; q++) {
    const int e = (d + 1 + q) % 3;
    const double bt = e < m->dim ? 0.5 * (*crt_at(&dir[3 + e], i, j, k) + *crt_at(&dir[3 + e], i - UNIT[d][0], j - UNIT[d][1], k - UNIT[d][2])) : 0.0;
    t[1 + q] = (1.0 - across) * bn * bt;
  }
}

/* Divergence of the directions in a cell, from those on faces. */
static double spreading(const struct mesh *m, const struct view dir[6], int b, int i, int j, int k) {
  double part[3] = {0.0, 0.0, 0.0};
  for (int d = 0; d < m->dim; d++)
    part[d] = (*crt_at(&dir[d], i + UNIT[d][0], j + UNIT[d][1], k + UNIT[d][2]) - *crt_at(&dir[d], i, j, k)) / m->block[b].dx[d];
  return sum3(part[0], part[1], part[2]);
}

/* In 1-D, what differences of the two cells beside a face leave out of the gradient there, of the old state: fourth order where a cell takes few steps
 * to diffuse through; the implicit part keeps that stable. */
static double third_difference(const struct stage *s, double reach_dx, const double *q, const double *part, ptrdiff_t step, double dx) {
  const double wide = s->dt * reach_dx / (3.0 * dx);
  double y[4];
  for (int n = 0; n < 4; n++) y[n] = part[(n - 2) * step] * q[(n - 2) * step];
  return (reach_dx / 12.0) * ((y[3] - y[0]) - 3.0 * (y[2] - y[1])) / (1.0 + wide * wide);
}

static void fill_faces(struct crt_implicit *im, const struct stage *s) {
  const struct mesh *m = im->mesh;
  const bool m1 = s->c->par.closure == CLOSURE_M1 && m->dim > 1, keeps = s->c->par.implicit.inertia && !s->c->par.implicit.isotropic;
  for (int b = 0; b < m->count; b++) {
    const struct view old = crt_cells_of(m, &im->old, b, 0), f = crt_cells_of(m, &im->old, b, 1), nu = crt_cells_of(m, &im->cells, b, CELL_RATE), part = crt_cells_of(m, &im->cells, b, CELL_PART);
    struct view dir[6];
    for (int d = 0; d < 3; d++) {
      dir[d] = crt_cells_of(m, &s->c->directions, b, GEOMETRY_FACE + d);
      dir[3 + d] = crt_cells_of(m, &s->c->directions, b, GEOMETRY_CELL + d);
    }
    for (int d = 0; d < m->dim; d++) {
      const struct view to = view_field(m, &im->d, b, d), memory = view_field(m, &im->memory, b, d), w = view_field(m, &im->w, b, d);
      const struct view cross[2] = {view_field(m, &im->cross[0], b, d), view_field(m, &im->cross[1], b, d)};
      const int *u = UNIT[d];
      CRT_FACES(m, d, k, j, i) {
        double t[3];
        tensor(s, m, dir, d, i, j, k, t);
        const int side = crt_side(m, d, i, j, k), li = i - u[0], lj = j - u[1], lk = k - u[2];
        const bool wall = side >= 0 && crt_beside(m, b, d, side) == NEIGHBOUR_NONE;
        const double nl = *crt_at(&nu, li, lj, lk), nr = *crt_at(&nu, i, j, k), bn = *crt_at(&dir[d], i, j, k);
        const double fl = *crt_at(&f, li, lj, lk), fr = *crt_at(&f, i, j, k);
        const double all = reach(s, wall ? (side ? nl : nr) : 0.5 * (nl + nr));
        const double *fm = crt_at(&f, li - u[0], lj - u[1], lk - u[2]), *fp = crt_at(&f, i + u[0], j + u[1], k + u[2]);
        /* F of a cell is the mean of two faces: this undoes that, to fourth order. */
        double speed = 0.0, kept = keeps ? bn * ((0.625 * fl - 0.125 * *fm) * left(s, nl) + (0.625 * fr - 0.125 * *fp) * left(s, nr)) : 0.0;
        if (m->dim == 1 && !wall && (side < 0 || crt_beside(m, b, d, side) == NEIGHBOUR_SAME) && !s->c->par.implicit.isotropic)
          kept += third_difference(s, all * t[0] / m->block[b].dx[d], crt_at(&old, i, j, k), crt_at(&part, i, j, k), 1, m->block[b].dx[d]);
        if (wall) {
          const double inside = side ? fl : fr, rate = side ? nl : nr;
          if (absorbs(s, d, side)) {
            const struct wall a = wall_of(s, rate, t[0], inside, keeps ? bn : 0.0, m->block[b].dx[d], side);
            kept = a.flux;
            speed = a.speed;
          } else {
            kept = keeps ? bn * inside * left(s, rate) : 0.0;
          }
        } else if (m1) { /* focusing: -(1 - 3 chi) q div b, where the field spreads */
          const double pl = *crt_at(&part, li, lj, lk), pr = *crt_at(&part, i, j, k), mean = 0.5 * (pl + pr);
          if (mean > 1.0 / 3.0 + 1e-12) {
            const bool lower = side == 0, upper = side == 1; /* only cells that have all their faces */
            const double sl = lower ? 0.0 : spreading(m, dir, b, li, lj, lk), sr = upper ? 0.0 : spreading(m, dir, b, i, j, k);
            speed = -all * (1.5 * mean - 0.5) / mean * bn * (lower ? sr : upper ? sl : 0.5 * (sl + sr));
          }
        }
        *crt_at(&to, i, j, k) = all * t[0];
        for (int q = 0; q < 2; q++) *crt_at(&cross[q], i, j, k) = all * t[1 + q];
        *crt_at(&memory, i, j, k) = kept;
        *crt_at(&w, i, j, k) = speed;
      }
    }
  }
  shared_agree(im->shared, &im->memory);
}

/* D at the lower corners of the cells, and of the next ones above the block: along the mean direction of the cells around. */
static void fill_corners(struct crt_implicit *im, const struct stage *s) {
  const struct mesh *m = im->mesh;
  const int dim = m->dim, corners = 1 << dim;
  const double across = s->c->par.implicit.perpendicular, share = 1.0 / corners;
  for (int b = 0; b < m->count; b++) {
    const struct view nu = crt_cells_of(m, &im->cells, b, CELL_RATE);
    struct view dir[3], to[4];
    ptrdiff_t back[8];
    for (int d = 0; d < 3; d++) dir[d] = crt_cells_of(m, &s->c->directions, b, GEOMETRY_CELL + d);
    for (int c = 0; c < 4; c++) to[c] = crt_cells_of(m, &im->corner, b, c);
    for (int c = 0; c < corners; c++) back[c] = -(ptrdiff_t)(c & 1) - (c >> 1 & 1) * nu.sy - (c >> 2 & 1) * nu.sz;
    for (int k = 0; k < m->nc[2] + (dim > 2); k++)
      for (int j = 0; j < m->nc[1] + (dim > 1); j++)
        for (int i = 0; i <= m->nc[0]; i++) {
          const ptrdiff_t at = i + j * nu.sy + k * nu.sz;
          double rate = 0.0, v[3] = {0.0, 0.0, 0.0}, strength = 0.0;
          for (int c = 0; c < corners; c++) {
            const ptrdiff_t cell = at + back[c];
            double size2 = 0.0;
            rate += nu.at[cell];
            for (int d = 0; d < 3; d++) {
              v[d] += dir[d].at[cell];
              size2 += dir[d].at[cell] * dir[d].at[cell];
            }
            strength += sqrt(size2);
          }
          const double k0 = reach(s, share * rate), size = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
          /* As strong as the cells are, where they do not point to all sides. */
          const double scale = size > 0.0 ? min(1.0 / size, 2.0 / strength) * (share * strength) : 0.0, root = sqrt(k0 * (1.0 - across)) * scale;
          for (int d = 0; d < 3; d++) to[d].at[at] = root * v[d];
          to[3].at[at] = k0 * across;
        }
  }
}

static void fill_system(struct crt_implicit *im, const struct stage *s, bool guess) {
  const struct mesh *m = im->mesh;
  for (int b = 0; b < m->count; b++) {
    const struct view q = crt_cells_of(m, &im->old, b, 0), part = crt_cells_of(m, &im->cells, b, CELL_PART), a = crt_cells_of(m, &im->system, b, SYSTEM_A);
    const struct view source = crt_cells_of(m, &im->system, b, SYSTEM_S), y = crt_cells_of(m, &im->system, b, SYSTEM_Y);
    struct view f[3];
    for (int d = 0; d < 3; d++) f[d] = view_field(m, &im->memory, b, d);
    CRT_CELLS(m, k, j, i) {
      const double mean = *crt_at(&part, i, j, k);
      *crt_at(&a, i, j, k) = 1.0 / (s->dt * mean);
      *crt_at(&source, i, j, k) = *crt_at(&q, i, j, k) / s->dt - crt_divergence(m, f, b, i, j, k);
      if (guess) *crt_at(&y, i, j, k) = mean * *crt_at(&q, i, j, k);
    }
  }
}

/* Limiters that do not settle leave fluxes that are conservative and not quite limited, and below what rounding makes no solver gets. */
static bool good_enough(const struct elliptic_result *r) {
  return r->converged || (r->limitings > 0 && r->unsolved == 0 && isfinite(r->residual)) || elliptic_at_roundoff(r);
}

static bool solve(struct crt_implicit *im, const struct stage *s) {
  const bool tensor = im->mesh->dim > 1 && !s->c->par.implicit.isotropic;
  const struct elliptic_coefficients c = {.a = &im->system, .a_component = SYSTEM_A, .d = &im->d, .w = &im->w, .corner = im->corner.data ? &im->corner : NULL,
                                          .cross = {tensor ? &im->cross[0] : NULL, tensor ? &im->cross[1] : NULL}};
  elliptic_set(im->elliptic, &c);
  const struct elliptic_result r = elliptic_solve(im->elliptic, &im->system, SYSTEM_S, &im->system, SYSTEM_Y, s->c->par.implicit.tolerance);
  struct crt_implicit_cost *cost = &im->cost;
  cost->solves++;
  cost->iterations += r.iterations;
  cost->setups += r.setups;
  cost->limitings += r.limitings;
  cost->unsettled += !r.converged && good_enough(&r);
  cost->residual = max(cost->residual, r.residual);
  cost->seconds_setup += r.seconds_setup;
  cost->seconds_solve += r.seconds_solve;
  if (good_enough(&r)) return true;
  im->failure.iterations = r.iterations;
  im->failure.residual = r.residual;
  im->failure.reason = r.reason;
  return false;
}

/* q' = (m q') / m; F' from the fluxes through the faces of the cell. */
static void new_state(struct crt_implicit *im, const struct stage *s) {
  const struct mesh *m = im->mesh;
  const bool keeps = s->c->par.implicit.inertia && !s->c->par.implicit.isotropic;
  elliptic_fluxes(im->elliptic, &im->system, SYSTEM_Y, &im->flux);
  for (int b = 0; b < m->count; b++) {
    const struct view old = crt_cells_of(m, &im->old, b, 1), nu = crt_cells_of(m, &im->cells, b, CELL_RATE), part = crt_cells_of(m, &im->cells, b, CELL_PART);
    const struct view y = crt_cells_of(m, &im->system, b, SYSTEM_Y), q = crt_cells_of(m, &im->next, b, 0), f = crt_cells_of(m, &im->next, b, 1);
    struct view dir[3], flux[3];
    for (int d = 0; d < 3; d++) {
      dir[d] = crt_cells_of(m, &s->c->directions, b, GEOMETRY_CELL + d);
      flux[d] = view_field(m, &im->flux, b, d);
    }
    const ptrdiff_t up[3] = {1, flux[1].sy, flux[2].sz};
    CRT_CELLS(m, k, j, i) {
      double p[3] = {0.0, 0.0, 0.0};
      for (int d = 0; d < m->dim; d++) {
        const double *at = crt_at(&flux[d], i, j, k);
        p[d] = *crt_at(&dir[d], i, j, k) * (0.5 * (at[0] + at[up[d]]));
      }
      const double now = sum3(p[0], p[1], p[2]) + (keeps ? *crt_at(&old, i, j, k) * left(s, *crt_at(&nu, i, j, k)) : 0.0);
      *crt_at(&q, i, j, k) = *crt_at(&y, i, j, k) / *crt_at(&part, i, j, k);
      *crt_at(&f, i, j, k) = now;
    }
    for (int d = 0; d < m->dim; d++) {
      double *all = field_data(&im->flux, b, d);
      const double *memory = field_data(&im->memory, b, d);
      for (size_t i = 0; i < im->flux.comp_size[d]; i++) all[i] += memory[i];
    }
  }
}

bool crt_stage(struct crt_implicit *im, struct exchange *x, const struct stage *s) {
  struct field *next[1] = {&im->next};
  fill_parts(im, s);
  for (int pass = 0; pass < (s->alfven ? 2 : 1); pass++) {
    fill_rates(im, s, pass == 0 ? &im->old : &im->next);
    fill_faces(im, s);
    if (im->corner.data) fill_corners(im, s);
    if (s->bounded) {
      fill_room(im, s);
      crt_limit_fluxes(im, x, s->c, s->dt, &im->memory);
    }
    fill_system(im, s, pass == 0);
    if (!solve(im, s)) return false;
    new_state(im, s);
    if (s->alfven && pass == 0) exchange_all(x, 1, next);
  }
  return true;
}
