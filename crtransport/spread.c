/* Transport of the steady state in space: diffusion along the field, with a share of it across, and the velocity of gas and waves.
 *
 * The equation of a population is divided by its diffusivity kappa0 = v^2 / (3 nu), so that all have the same diffusive part, b b / profile. */
#include "crtransport/steady_parts.h"

#include "base/minmax.h"
#include "crtransport/geometry.h"

#include <math.h>
#include <string.h>

static double *component(const struct field *f, int b, int c) { return field_data(f, b, 0) + f->comp_size[0] * (size_t)c; }

/* Rows of the interior of a block, and of lower faces. */
struct frame { ptrdiff_t step[3], first; int extent[3]; };

static struct frame frame_of(const struct mesh *m, const struct field *cells) {
  struct frame f;
  for (int d = 0; d < 3; d++) f.extent[d] = field_extent(cells, 0)[d];
  f.step[0] = 1;
  f.step[1] = f.extent[0];
  f.step[2] = (ptrdiff_t)f.extent[0] * f.extent[1];
  f.first = m->ngd[2] * f.step[2] + m->ngd[1] * f.step[1] + m->ngd[0];
  return f;
}

static ptrdiff_t face_place(const struct mesh *m, const struct field *faces, int d, int i, int j, int k) {
  const int *e = field_extent(faces, d);
  return ((ptrdiff_t)(k + (e[2] > 1 ? m->ngd[2] : 0)) * e[1] + j + (e[1] > 1 ? m->ngd[1] : 0)) * e[0] + i + (e[0] > 1 ? m->ngd[0] : 0);
}

/* number / profile on the faces, the same on all axes. */
static void fill_kappa(struct field *kappa, const struct rays *r, const struct mesh *m, double number) {
  for (int b = 0; b < m->count; b++) {
    const struct frame f = frame_of(m, &r->profile);
    const double *profile = field_data(&r->profile, b, 0);
    for (int d = 0; d < m->dim; d++) {
      double *to = field_data(kappa, b, d);
      for (int k = 0; k < m->nc[2] + (d == 2); k++)
        for (int j = 0; j < m->nc[1] + (d == 1); j++)
          for (int i = 0; i < m->nc[0] + (d == 0); i++) {
            const ptrdiff_t at = f.first + k * f.step[2] + j * f.step[1] + i;
            to[face_place(m, kappa, d, i, j, k)] = 2.0 * number / (profile[at] + profile[at - f.step[d]]);
          }
    }
  }
}

/* Sum over the cells around a corner, the same from all sides. */
static double around(int dim, const double x[8]) {
  return dim == 3 ? sum4(x[0] + x[7], x[1] + x[6], x[2] + x[5], x[4] + x[3]) : (x[0] + x[3]) + (x[1] + x[2]);
}

/* The tensor at the lower corners of the cells, and of the next ones above the block: along the mean direction of the cells around, as strong as they are
 * where they do not point to all sides. */
static void fill_corners(struct rays_spread *s, const struct rays *r, const struct mesh *m, double across) {
  const int dim = m->dim, corners = 1 << dim;
  const double share = 1.0 / corners;
  for (int b = 0; b < m->count; b++) {
    const struct frame f = frame_of(m, &s->corner);
    const double *n[3], *profile = r->profile.data ? field_data(&r->profile, b, 0) : NULL;
    double *to[4];
    ptrdiff_t back[8];
    for (int d = 0; d < 3; d++) n[d] = component(&r->transport.directions, b, GEOMETRY_CELL + d);
    for (int c = 0; c < 4; c++) to[c] = component(&s->corner, b, c);
    for (int c = 0; c < corners; c++) back[c] = -(c & 1) * f.step[0] - (c >> 1 & 1) * f.step[1] - (c >> 2 & 1) * f.step[2];
    for (int k = 0; k < m->nc[2] + (dim > 2); k++)
      for (int j = 0; j < m->nc[1] + (dim > 1); j++)
        for (int i = 0; i <= m->nc[0]; i++) {
          const ptrdiff_t at = f.first + k * f.step[2] + j * f.step[1] + i;
          double part[4][8], v[3], mean[2];
          for (int c = 0; c < corners; c++) {
            const ptrdiff_t cell = at + back[c];
            for (int d = 0; d < 3; d++) part[d][c] = n[d][cell];
            part[3][c] = sqrt(sum3(n[0][cell] * n[0][cell], n[1][cell] * n[1][cell], n[2][cell] * n[2][cell]));
          }
          for (int d = 0; d < 3; d++) v[d] = share * around(dim, part[d]);
          mean[0] = share * around(dim, part[3]);
          for (int c = 0; c < corners; c++) part[3][c] = profile ? profile[at + back[c]] : 1.0;
          mean[1] = share * around(dim, part[3]);
          const double size = sqrt(sum3(v[0] * v[0], v[1] * v[1], v[2] * v[2]));
          const double scale = size > 0.0 ? min(mean[0] / size, 2.0) : 0.0, root = sqrt((1.0 - across) / mean[1]) * scale;
          for (int d = 0; d < 3; d++) to[d][at] = root * v[d];
          to[3][at] = across / mean[1];
        }
  }
}

/* The same in the cells and a layer of ghosts. */
static void fill_tensor(struct rays_spread *s, const struct rays *r, const struct mesh *m, double across) {
  const struct frame f = frame_of(m, &s->corner);
  int more[3];
  for (int d = 0; d < 3; d++) more[d] = d < m->dim ? 1 : 0;
  for (int b = 0; b < m->count; b++) {
    const double *profile = r->profile.data ? field_data(&r->profile, b, 0) : NULL;
    for (int k = -more[2]; k < m->nc[2] + more[2]; k++)
      for (int j = -more[1]; j < m->nc[1] + more[1]; j++)
        for (int i = -more[0]; i < m->nc[0] + more[0]; i++) {
          const ptrdiff_t at = f.first + k * f.step[2] + j * f.step[1] + i;
          const double kappa = profile ? 1.0 / profile[at] : 1.0, root = sqrt(kappa * (1.0 - across));
          for (int d = 0; d < 3; d++) component(&s->corner, b, d)[at] = root * component(&r->transport.directions, b, GEOMETRY_CELL + d)[at];
          component(&s->corner, b, 3)[at] = kappa * across;
        }
  }
}

void rays_spread_form(struct rays_spread *s, const struct rays *r, const struct mesh *m, const struct rays_steady_params *par, int form) {
  static const enum elliptic_form forms[] = {[STEADY_POSITIVE] = ELLIPTIC_POSITIVE, [STEADY_SYMMETRIC] = ELLIPTIC_CORNER, [STEADY_MONOTONE] = ELLIPTIC_MONOTONE,
                                             [STEADY_PLAIN] = ELLIPTIC_PLAIN};
  struct elliptic_options options = {.tensor = m->dim > 1, .form = m->dim > 1 ? forms[form] : ELLIPTIC_PLAIN, .max_limiting = par->limiting,
                                     .method = (enum elliptic_method)par->solver, .max_iterations = par->solver_iterations};
  if (options.form == ELLIPTIC_POSITIVE || options.form == ELLIPTIC_CORNER) {
    if (!s->corner.data) field_create(&s->corner, m, "diffusion", CENTRING_CELL, 4);
    (form == STEADY_POSITIVE ? fill_tensor : fill_corners)(s, r, m, r->par.transport.implicit.perpendicular);
  }
  struct elliptic_boundary boundary = {.kind = {{0}}};
  for (int d = 0; d < 3; d++)
    for (int side = 0; side < 2; side++)
      boundary.kind[d][side] = r->transport.par.boundary[d][side] == CRT_BOUNDARY_ABSORBING ? ELLIPTIC_DIRICHLET : ELLIPTIC_FLUX;
  if (s->elliptic) elliptic_destroy(s->elliptic);
  s->elliptic = elliptic_create(m, &boundary, &options);
  s->set = false;
  s->keeps = !s->moves && options.form != ELLIPTIC_MONOTONE;
}

void rays_spread_create(struct rays_spread *s, const struct rays *r, const struct mesh *m, const struct gas *g, const struct field *velocity) {
  double fastest = 0.0;
  *s = (struct rays_spread){.elliptic = NULL};
  field_create(&s->d, m, "diffusion", CENTRING_FACE, 3);
  field_create(&s->cross[0], m, "diffusion across", CENTRING_FACE, 3);
  field_create(&s->cross[1], m, "diffusion across", CENTRING_FACE, 3);
  field_create(&s->w, m, "velocity", CENTRING_FACE, 3);
  field_create(&s->work, m, "steady state", CENTRING_CELL, 2);
  for (size_t i = 0; i < velocity->block_size * (size_t)m->count; i++) fastest = max(fastest, fabs(velocity->data[i]));
  MPI_Allreduce(MPI_IN_PLACE, &fastest, 1, MPI_DOUBLE, MPI_MAX, m->comm);
  s->moves = fastest > 0.0 || r->alfven.ncomp > 0;
  const bool uniform = r->profile.ncomp == 0;
  const double number[2] = {1.0, r->par.transport.implicit.perpendicular};
  for (int c = 0; c < 2 && !uniform; c++) {
    field_create(&s->kappa[c], m, "diffusivity", CENTRING_FACE, 3);
    fill_kappa(&s->kappa[c], r, m, number[c]);
  }
  const struct field *const kappa[2] = {&s->kappa[0], &s->kappa[1]};
  elliptic_along_field(m, &g->b[0], uniform ? NULL : kappa, number, &s->d, (struct field *[2]){&s->cross[0], &s->cross[1]});
}

void rays_spread_destroy(struct rays_spread *s) {
  struct field *fields[] = {&s->d, &s->cross[0], &s->cross[1], &s->w, &s->work, &s->kappa[0], &s->kappa[1], &s->corner};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    if (fields[i]->data) field_destroy(fields[i]);
  elliptic_destroy(s->elliptic);
}

/* work[0] = pressure of the bin, with ghosts. */
static void fill_pressure(struct rays_spread *s, struct rays *r, const struct mesh *m, struct exchange *x, int bin) {
  struct field *fields[1] = {&s->work};
  for (int b = 0; b < m->count; b++) {
    const double *lo = rays_data(r, 2 * bin, b, 0), *hi = rays_data(r, 2 * bin + 1, b, 0), a = r->population[2 * bin].stress;
    const double c = r->population[2 * bin + 1].stress;
    double *p = field_data(&s->work, b, 0);
    for (size_t i = 0; i < s->work.comp_size[0]; i++) p[i] = a * lo[i] + c * hi[i];
  }
  exchange_all(x, 1, fields);
}

/* Along b, by differences of the cells beside. */
static inline double gradient(int dim, const struct frame *f, const double *const n[3], const double over2dx[3], const double *q, ptrdiff_t at) {
  double part[3] = {0.0, 0.0, 0.0};
  for (int d = 0; d < dim; d++) part[d] = n[d][at] * ((q[at + f->step[d]] - q[at - f->step[d]]) * over2dx[d]);
  return sum3(part[0], part[1], part[2]);
}

/* work[1] = speed along b at which the waves carry the bin: the Alfven speed down its gradient, fading where the gradient is so flat that its length
 * is a hundred times the box. */
static void fill_waves(struct rays_spread *s, struct rays *r, const struct mesh *m, struct exchange *x) {
  const struct frame f = frame_of(m, &s->work);
  struct field *fields[1] = {&s->work};
  double box = 0.0;
  for (int d = 0; d < m->dim; d++) box = max(box, m->upper[d] - m->lower[d]);
  for (int b = 0; b < m->count; b++) {
    const double *n[3], *p = component(&s->work, b, 0), *alfven = field_data(&r->alfven, b, 0);
    double over2dx[3], *v = component(&s->work, b, 1);
    for (int d = 0; d < 3; d++) {
      n[d] = component(&r->transport.directions, b, GEOMETRY_CELL + d);
      over2dx[d] = d < m->dim ? 0.5 / m->block[b].dx[d] : 0.0;
    }
    for (int k = 0; k < m->nc[2]; k++)
      for (int j = 0; j < m->nc[1]; j++)
        for (int i = 0; i < m->nc[0]; i++) {
          const ptrdiff_t at = f.first + k * f.step[2] + j * f.step[1] + i;
          double slope = gradient(m->dim, &f, n, over2dx, p, at), flat = 0.01 / box * fabs(p[at]) + 1e-200;
          v[at] = -alfven[at] * slope / (fabs(slope) + flat);
        }
  }
  exchange_all(x, 1, fields);
}

/* Velocity on faces over the diffusivity of the population. */
static void fill_velocity(struct rays_spread *s, struct rays *r, const struct mesh *m, struct exchange *x, const struct field *velocity, int population) {
  const struct rays_population *p = &r->population[population];
  const double over = 3.0 * p->rate / (p->speed * p->speed);
  const bool waves = r->alfven.ncomp > 0;
  const struct frame f = frame_of(m, &s->work);
  if (waves) {
    fill_pressure(s, r, m, x, p->bin);
    fill_waves(s, r, m, x);
  }
  for (int b = 0; b < m->count; b++)
    for (int d = 0; d < m->dim; d++) {
      const double *u = field_data(velocity, b, d), *v = component(&s->work, b, 1), *n = component(&r->transport.directions, b, GEOMETRY_FACE + d);
      double *w = field_data(&s->w, b, d);
      for (int k = 0; k < m->nc[2] + (d == 2); k++)
        for (int j = 0; j < m->nc[1] + (d == 1); j++)
          for (int i = 0; i < m->nc[0] + (d == 0); i++) {
            const ptrdiff_t at = f.first + k * f.step[2] + j * f.step[1] + i, face = face_place(m, &s->w, d, i, j, k);
            const double stream = waves ? 0.5 * (v[at] + v[at - f.step[d]]) * n[at] : 0.0;
            w[face] = (u[face_place(m, velocity, d, i, j, k)] + stream) * over;
          }
    }
}

void rays_spread_velocity(struct rays_spread *s, struct rays *r, const struct mesh *m, struct exchange *x, const struct field *velocity, int population) {
  if (s->moves) fill_velocity(s, r, m, x, velocity, population);
}

void rays_spread_set(struct rays_spread *s, const struct mesh *m) {
  const bool tensor = m->dim > 1;
  const struct elliptic_coefficients c = {.a = &s->work, .d = &s->d, .w = s->moves ? &s->w : NULL, .corner = s->corner.data ? &s->corner : NULL,
                                          .cross = {tensor ? &s->cross[0] : NULL, tensor ? &s->cross[1] : NULL}};
  if (s->keeps && s->set) elliptic_set_a(s->elliptic, &s->work, 0);
  else elliptic_set(s->elliptic, &c);
  s->set = true;
}

void rays_spread_flux(struct rays_spread *s, struct rays *r, const struct mesh *m, struct exchange *x, int population) {
  const struct rays_population *p = &r->population[population];
  const double kappa = p->speed * p->speed / (3.0 * p->rate);
  const double kept = r->par.transport.form == RSOL_FULL ? r->transport.group[p->group].speed / r->par.transport.light : 1.0;
  const struct frame f = frame_of(m, &s->work);
  struct field *fields[1] = {&s->work};
  if (r->alfven.data) {
    fill_pressure(s, r, m, x, p->bin);
    fill_waves(s, r, m, x);
  }
  for (int b = 0; b < m->count; b++) memcpy(component(&s->work, b, 0), rays_data(r, population, b, 0), sizeof(double) * s->work.comp_size[0]);
  exchange_all(x, 1, fields);
  for (int b = 0; b < m->count; b++) {
    const double *n[3], *q = component(&s->work, b, 0), *v = component(&s->work, b, 1), *profile = r->profile.data ? field_data(&r->profile, b, 0) : NULL;
    double over2dx[3], *flux = rays_data(r, population, b, 1);
    for (int d = 0; d < 3; d++) {
      n[d] = component(&r->transport.directions, b, GEOMETRY_CELL + d);
      over2dx[d] = d < m->dim ? 0.5 / m->block[b].dx[d] : 0.0;
    }
    for (int k = 0; k < m->nc[2]; k++)
      for (int j = 0; j < m->nc[1]; j++)
        for (int i = 0; i < m->nc[0]; i++) {
          const ptrdiff_t at = f.first + k * f.step[2] + j * f.step[1] + i;
          double spread = -kappa / (profile ? profile[at] : 1.0) * gradient(m->dim, &f, n, over2dx, q, at), most = p->speed * max(q[at], 0.0);
          double stream = r->alfven.data ? v[at] * q[at] : 0.0;
          flux[at] = kept * min(max(spread + stream, -most), most);
        }
  }
}
