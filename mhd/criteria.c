#include "mhd/criteria.h"

#include "amr/view.h"
#include "base/constants.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/params.h"
#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- values of cells with one layer of ghosts ---- */

/* A block; buffer: CRITERION_BUFFERS arrays of its cells with one layer of ghosts. */
struct patch {
  const struct refine *refine;
  const struct criterion *c;
  const struct mesh *mesh;
  const struct gas *gas;
  int b;
  double t;
  double *buffer[4];
};
enum { BUFFERS = 4 };

/* Walk the rows of cells with one layer of ghosts; at: what precedes the row in the buffer. */
#define EACH_ROW(m)                                                          \
  for (int nx = (m)->nc[0] + 2, at = 0, k = -((m)->dim > 2); k < (m)->nc[2] + ((m)->dim > 2); k++) \
    for (int j = -((m)->dim > 1); j < (m)->nc[1] + ((m)->dim > 1); j++, at += nx)

/* The row (j, k) of a component of the gas. */
static const double *gas_row(const struct patch *p, int v, int j, int k) {
  return view_move(view_field(p->mesh, &p->gas->u[0], p->b, v), -1, j, k).at;
}

/* Faces below and above the cells of a row. */
struct field_rows { const double *below, *above; };
static struct field_rows field_rows(const struct patch *p, int d, int j, int k) {
  struct view b = view_move(view_field(p->mesh, &p->gas->b[0], p->b, d), -1, j, k);
  return (struct field_rows){b.at, d < p->mesh->dim ? view_move(b, d == 0, d == 1, d == 2).at : b.at};
}

static void get_density(const struct patch *p, double *q) {
  EACH_ROW(p->mesh) memcpy(q + at, gas_row(p, GAS_RHO, j, k), sizeof *q * (size_t)nx);
}

static void divide_row(int n, const double *restrict u, const double *restrict rho, double *restrict q) {
#pragma omp simd
  for (int i = 0; i < n; i++) q[i] = u[i] / rho[i];
}

static void get_specific(const struct patch *p, int v, double *q) {
  EACH_ROW(p->mesh) divide_row(nx, gas_row(p, v, j, k), gas_row(p, GAS_RHO, j, k), q + at);
}

static void get_field(const struct patch *p, int d, double *q) {
  EACH_ROW(p->mesh) {
    const struct field_rows b = field_rows(p, d, j, k);
    for (int i = 0; i < nx; i++) q[at + i] = 0.5 * (b.below[i] + b.above[i]);
  }
}

/* From the conserved energy; b: one pair of rows per axis, or NULL. */
static inline void pressure_row(int n, bool magnetic, double gm1, double p_floor, const double *const u[5], const struct field_rows *b,
                                double *restrict q) {
  const double *restrict rho = u[0], *restrict m1 = u[1], *restrict m2 = u[2], *restrict m3 = u[3], *restrict e = u[4];
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double b1 = 0.0, b2 = 0.0, b3 = 0.0;
    if (magnetic) {
      b1 = 0.5 * (b[0].below[i] + b[0].above[i]);
      b2 = 0.5 * (b[1].below[i] + b[1].above[i]);
      b3 = 0.5 * (b[2].below[i] + b[2].above[i]);
    }
    double kinetic = sum3(m1[i] * m1[i], m2[i] * m2[i], m3[i] * m3[i]) / rho[i], square = sum3(b1 * b1, b2 * b2, b3 * b3);
    q[i] = max(gm1 * (e[i] - 0.5 * (kinetic + square)), p_floor);
  }
}

static void get_pressure(const struct patch *p, double *q) {
  const struct mhd_params *par = &p->gas->par;
  const double sound2 = par->sound_speed * par->sound_speed;
  EACH_ROW(p->mesh) {
    const double *u[5];
    struct field_rows b[3];
    for (int v = 0; v < 5; v++) u[v] = gas_row(p, v, j, k);
    for (int d = 0; par->magnetic && d < 3; d++) b[d] = field_rows(p, d, j, k);
    if (par->eos == EOS_ISOTHERMAL)
      for (int i = 0; i < nx; i++) q[at + i] = sound2 * u[0][i];
    else if (par->magnetic)
      pressure_row(nx, true, par->gamma - 1.0, par->floor_pressure, u, b, q + at);
    else
      pressure_row(nx, false, par->gamma - 1.0, par->floor_pressure, u, NULL, q + at);
  }
}

/* ---- the criteria ---- */

/* The measure of each cell of the block. */
typedef void criterion_fn(const struct patch *p, double *value);

static void get_named(const struct patch *p, const char *name, double *q) {
  if (strcmp(name, "rho") == 0) get_density(p, q);
  else if (strcmp(name, "press") == 0) get_pressure(p, q);
  else if (strncmp(name, "vel", 3) == 0) get_specific(p, GAS_M1 + name[3] - '1', q);
  else if (strncmp(name, "Bcc", 3) == 0) get_field(p, name[3] - '1', q);
  else get_specific(p, GAS_SCALAR + atoi(name + 1), q);
}

static void gradient(const struct patch *p, double *value) {
  get_named(p, p->c->field, p->buffer[0]);
  criterion_gradient(p->mesh->dim, p->mesh->nc, p->buffer[0], p->c->scale, value);
}

static void second_derivative(const struct patch *p, double *value) {
  get_named(p, p->c->field, p->buffer[0]);
  criterion_second_derivative(p->mesh->dim, p->mesh->nc, p->buffer[0], p->c->scale, value);
}

static void cr_gradient(const struct patch *p, double *value) {
  const struct mesh *m = p->mesh;
  if (p->refine->rays == NULL) {
    memset(value, 0, sizeof *value * (size_t)(m->nc[0] * m->nc[1] * m->nc[2]));
    return;
  }
  p->refine->rays(p->refine->rays_data, m, p->b, p->buffer[0]);
  criterion_gradient(m->dim, m->nc, p->buffer[0], p->c->scale, value);
}

static void region(const struct patch *p, double *value) {
  criterion_region(p->mesh, &p->mesh->block[p->b], &p->c->region, p->t, value);
}

/* Strides of a buffer, and the place of its first cell that is no ghost. */
static ptrdiff_t strides(const struct mesh *m, ptrdiff_t s[3]) {
  s[0] = 1;
  s[1] = m->nc[0] + 2;
  s[2] = s[1] * (m->nc[1] + (m->dim > 1 ? 2 : 0));
  return s[0] + (m->dim > 1 ? s[1] : 0) + (m->dim > 2 ? s[2] : 0);
}

#define EACH_CELL(m)                   \
  for (int k = 0; k < (m)->nc[2]; k++) \
    for (int j = 0; j < (m)->nc[1]; j++) \
      for (int i = 0; i < (m)->nc[0]; i++)

static void jeans(const struct patch *p, double *value) {
  const struct mesh *m = p->mesh;
  const struct mhd_params *par = &p->gas->par;
  const double gamma = par->eos == EOS_ISOTHERMAL ? 1.0 : par->gamma, pi = 3.14159265358979323846;
  ptrdiff_t s[3], first = strides(m, s);
  get_density(p, p->buffer[0]);
  get_pressure(p, p->buffer[1]);
  EACH_CELL(m) {
    ptrdiff_t at = first + i * s[0] + j * s[1] + k * s[2];
    double rho = p->buffer[0][at], sound2 = gamma * p->buffer[1][at] / rho;
    *value++ = m->block[p->b].dx[0] * sqrt(p->refine->gravity * rho / (pi * sound2));
  }
}

static void lagrangian_mass(const struct patch *p, double *value) {
  const struct mesh *m = p->mesh;
  const double *dx = m->block[p->b].dx;
  ptrdiff_t s[3], first = strides(m, s);
  get_density(p, p->buffer[0]);
  EACH_CELL(m) *value++ = p->buffer[0][first + i * s[0] + j * s[1] + k * s[2]] * (dx[0] * dx[1] * dx[2]);
}

static void shock(const struct patch *p, double *value) {
  const struct mesh *m = p->mesh;
  ptrdiff_t s[3], first = strides(m, s);
  get_pressure(p, p->buffer[0]);
  for (int d = 0; d < m->dim; d++) get_specific(p, GAS_M1 + d, p->buffer[1 + d]);
  EACH_CELL(m) {
    ptrdiff_t at = first + i * s[0] + j * s[1] + k * s[2];
    double part[3] = {0.0, 0.0, 0.0}, jump = 0.0;
    for (int d = 0; d < m->dim; d++) {
      const double *v = p->buffer[1 + d] + at, *q = p->buffer[0] + at;
      part[d] = (v[s[d]] - v[-s[d]]) / m->block[p->b].dx[d];
      jump = max(jump, fabs(q[s[d]] - q[-s[d]]) / min(q[s[d]], q[-s[d]]));
    }
    *value++ = sum3(part[0], part[1], part[2]) < 0.0 ? jump : 0.0;
  }
}

static void current(const struct patch *p, double *value) {
  const struct mesh *m = p->mesh;
  const double *dx = m->block[p->b].dx;
  ptrdiff_t s[3], first = strides(m, s);
  for (int d = 0; d < 3; d++) get_field(p, d, p->buffer[d]);
  EACH_CELL(m) {
    ptrdiff_t at = first + i * s[0] + j * s[1] + k * s[2];
    double curl[3], b[3];
    for (int d = 0; d < 3; d++) {
      const int e = (d + 1) % 3, f = (d + 2) % 3;
      const double *be = p->buffer[e] + at, *bf = p->buffer[f] + at;
      double up = e < m->dim ? (bf[s[e]] - bf[-s[e]]) / (2.0 * dx[e]) : 0.0, down = f < m->dim ? (be[s[f]] - be[-s[f]]) / (2.0 * dx[f]) : 0.0;
      curl[d] = up - down;
      b[d] = p->buffer[d][at];
    }
    double j2 = sum3(curl[0] * curl[0], curl[1] * curl[1], curl[2] * curl[2]), b2 = sum3(b[0] * b[0], b[1] * b[1], b[2] * b[2]);
    double strength = max(sqrt(b2), p->c->scale);
    *value++ = strength > 0.0 ? sqrt(j2) * dx[0] / strength : 0.0;
  }
}

static const struct { const char *name, *doc; criterion_fn *value; } TABLE[] = {
    {"gradient", "relative difference of a field across a cell, |q+ - q-| / (|q+| + |q-|)", gradient},
    {"second_derivative", "Loehner's ratio of second to first differences of a field, 0 to 1", second_derivative},
    {"jeans", "width of a cell over the Jeans length", jeans},
    {"lagrangian_mass", "mass of a cell, code units", lagrangian_mass},
    {"shock", "relative jump of the pressure across a cell where the flow converges", shock},
    {"current", "|curl B| dx / |B|", current},
    {"cr_gradient", "relative difference of the pressure of cosmic rays across a cell", cr_gradient},
    {"region", "a sphere or box that may move: refined up to max_level", region},
};
enum { KINDS = (int)(sizeof TABLE / sizeof *TABLE) };

/* "name|name..." of all, or "name: what it is; ...". */
static const char *list_kinds(char *text, size_t size, bool meanings) {
  text[0] = '\0';
  for (int i = 0; i < KINDS; i++) {
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s%s%s", i == 0 ? "" : meanings ? "; " : "|", TABLE[i].name, meanings ? ": " : "",
             meanings ? TABLE[i].doc : "");
  }
  return text;
}

static bool wants_field(const struct criterion *c) { return TABLE[c->kind].value == gradient || TABLE[c->kind].value == second_derivative; }
static bool is_region(const struct criterion *c) { return TABLE[c->kind].value == region; }

/* ---- parameters ---- */

static bool known_field(const struct mhd_params *gas, const char *name) {
  static const char *const names[] = {"rho", "press", "vel1", "vel2", "vel3", "Bcc1", "Bcc2", "Bcc3"};
  for (int i = 0; i < (gas->magnetic ? 8 : 5); i++) {
    if (strcmp(names[i], name) == 0) return true;
  }
  char *end;
  long number = name[0] == 'r' && name[1] >= '0' && name[1] <= '9' ? strtol(name + 1, &end, 10) : -1;
  return number >= 0 && *end == '\0' && number < gas->nscalar;
}

static bool say(const struct refine_params *par, int i, const char *what, const char *name) {
  struct refine_params *p = (struct refine_params *)par;
  snprintf(p->problem, sizeof p->problem, "criterion %d (%s): ", i + 1, TABLE[par->list[i].kind].name);
  size_t used = strlen(p->problem);
  snprintf(p->problem + used, sizeof p->problem - used, what, name);
  return true;
}

static bool bad_criterion(const void *data) {
  const struct refine_params *par = data;
  const struct mesh_params *mesh = par->mesh;
  for (int i = 0; i < par->count; i++) {
    const struct criterion *c = &par->list[i];
    if (wants_field(c) && c->field[0] == '\0') return say(par, i, "field is missing: rho, press, vel1-3, Bcc1-3 or r0, r1...%s", "");
    if (wants_field(c) && !known_field(par->gas, c->field)) {
      return say(par, i, "this run has no field '%s'; choose rho, press, vel1-3, Bcc1-3 (mhd.magnetic) or r0, r1... (mhd.scalars)", c->field);
    }
    if (!wants_field(c) && c->field[0] != '\0') return say(par, i, "it takes no field (%s)", c->field);
    if (TABLE[c->kind].value == current && !par->gas->magnetic) return say(par, i, "there is no field: mhd.magnetic is false%s", "");
    if (TABLE[c->kind].value == cr_gradient && (par->rays == NULL || *par->rays == 0)) return say(par, i, "this run has no cosmic rays: transport.scheme is none%s", "");
    if (!is_region(c) && !(c->refine_above > 0.0)) return say(par, i, "refine_above is missing%s", "");
    if (!is_region(c) && c->derefine_below > 0.5 * c->refine_above) {
      return say(par, i, "derefine_below must be at most half of refine_above, or blocks come and go%s", "");
    }
    if (is_region(c) && c->refine_above > 0.0) return say(par, i, "it takes no refine_above; max_level says how fine it is%s", "");
    for (int d = 0; is_region(c) && c->region.radius <= 0.0 && d < mesh->dim; d++) {
      if (c->region.half_width[d] <= 0.0) return say(par, i, "give radius for a sphere, or half_width for a box%s", "");
    }
    if (c->max_level > mesh->max_level) return say(par, i, "its max_level is above mesh.max_level%s", "");
  }
  return false;
}

static bool never_finer(const void *data) {
  const struct refine_params *par = data;
  return par->count > 0 && par->mesh->max_level == 0;
}

static bool min_above_max(const void *data) {
  const struct refine_params *par = data;
  return par->min_level > par->mesh->max_level;
}

void refine_declare(struct params *ps, struct refine_params *p, const struct mesh_params *mesh, const struct mhd_params *gas) {
  struct criterion *c = &p->list[0];
  char names[200], meanings[1000];
  p->mesh = mesh;
  p->gas = gas;
  params_section(ps, "refine", "where the mesh follows the flow; without criteria it stays as mesh.regions make it");
  params_int(ps, "every", &p->every, "5", 1, 1000000, "the mesh is adapted every so many steps");
  params_int(ps, "buffer", &p->buffer, "2", 0, 64, "neighbours are refined too when a cell that asks for it is so close to them, in cells");
  params_int(ps, "derefine_after", &p->derefine_after, "10", 0, 1000000, "blocks are joined only when nothing spoke against it for so many steps");
  params_int(ps, "min_level", &p->min_level, "0", 0, MESH_LEVELS - 1, "coarsest level");
  params_real(ps, "imbalance", &p->imbalance, "1.1", 1.0, 100.0, "1",
              "blocks are spread anew over the ranks when the measured load of one is so many times the mean; results do not depend on it");
  params_list_begin(ps, "criteria", CRITERIA_MOST, sizeof *c, &p->count,
                    "a block is refined where any of them asks for it, and coarsened where none needs it");
  params_choice(ps, "name", &c->kind, list_kinds(names, sizeof names, false), NULL, list_kinds(meanings, sizeof meanings, true));
  params_text(ps, "field", c->field, sizeof c->field, "", "gradient, second_derivative: rho, press, vel1, vel2, vel3, Bcc1, Bcc2, Bcc3, r0...");
  params_real(ps, "refine_above", &c->refine_above, "0", 0.0, INFINITY, "1", "blocks with a cell above it are refined (not region)");
  params_real(ps, "derefine_below", &c->derefine_below, "0", 0.0, INFINITY, "1",
              "blocks without a cell above it may be joined; 0: a quarter of refine_above");
  params_real(ps, "scale", &c->scale, "0", 0.0, INFINITY, "1",
              "smaller values of the field count as this one, in code units (gradient, second_derivative, current)");
  params_int(ps, "max_level", &c->max_level, "-1", -1, MESH_LEVELS - 1, "it refines up to this level; -1: mesh.max_level");
  params_reals(ps, "center", 3, c->region.center, "[0, 0, 0]", -INFINITY, INFINITY, "code length", "region: center at time 0");
  params_reals(ps, "velocity", 3, c->region.velocity, "[0, 0, 0]", -INFINITY, INFINITY, "code velocity", "region: how it moves");
  params_real(ps, "radius", &c->region.radius, "0", 0.0, INFINITY, "code length", "region: radius of a sphere; 0: a box");
  params_reals(ps, "half_width", 3, c->region.half_width, "[0, 0, 0]", 0.0, INFINITY, "code length", "region: half the widths of a box");
  params_list_end(ps);
  snprintf(p->problem, sizeof p->problem, "is not possible");
  params_rule(ps, "refine.criteria", bad_criterion, p, p->problem);
  params_rule(ps, "mesh.max_level", never_finer, p, "with refine.criteria it must be above 0, or nothing can be refined");
  params_rule(ps, "refine.min_level", min_above_max, p, "must not be above mesh.max_level");
}

/* ---- tags ---- */

void refine_create(struct refine *r, const struct refine_params *par, const struct mesh_params *mesh, const struct units *units) {
  *r = (struct refine){.par = *par, .mesh = *mesh};
  r->gravity = units->code ? 1.0 : GRAVITATION_cm3_g_s2 * units->density_g_cm3 * units->time_s * units->time_s;
  for (int i = 0; i < par->count; i++) {
    struct criterion *c = &r->par.list[i];
    if (c->max_level < 0) c->max_level = mesh->max_level;
    if (is_region(c)) {
      c->refine_above = 0.5;
      c->derefine_below = 0.5;
    }
    if (!(c->derefine_below > 0.0)) c->derefine_below = 0.25 * c->refine_above;
  }
}

bool refine_active(const struct refine *r) { return r->par.count > 0; }

static void ask(const struct patch *p, double *value, struct wish *wish) {
  const struct criterion *c = p->c;
  const struct mesh *m = p->mesh;
  const int level = m->block[p->b].level, cells = m->nc[0] * m->nc[1] * m->nc[2];
  if (level > c->max_level) return;
  TABLE[c->kind].value(p, value);
  double largest = 0.0;
  for (int i = 0; i < cells; i++) largest = max(value[i], largest);
  if (!(largest < c->derefine_below)) wish->coarser = false;
  if (!(largest > c->refine_above)) return;
  const int wanted = level < c->max_level ? level + 1 : level;
  if (wanted > wish->level) wish->level = wanted;
  criteria_near(m, value, c->refine_above, p->refine->par.buffer, wish->near);
}

void refine_tags(const struct refine *r, struct mesh *mesh, const struct gas *gas, double t, int8_t *tags) {
  size_t cells = 1, with_ghosts = 1;
  for (int d = 0; d < 3; d++) {
    cells *= (size_t)mesh->nc[d];
    with_ghosts *= (size_t)(mesh->nc[d] + (d < mesh->dim ? 2 : 0));
  }
  double *memory = memory_get(sizeof *memory * (cells + BUFFERS * with_ghosts));
  struct wish *wish = memory_get(sizeof *wish * (size_t)(mesh->count + 1));
  struct patch p = {.refine = r, .mesh = mesh, .gas = gas, .t = t};
  for (int i = 0; i < BUFFERS; i++) p.buffer[i] = memory + cells + (size_t)i * with_ghosts;
  for (p.b = 0; p.b < mesh->count; p.b++) {
    wish[p.b].coarser = true;
    for (int i = 0; i < r->par.count; i++) {
      p.c = &r->par.list[i];
      ask(&p, memory, &wish[p.b]);
    }
  }
  const struct wish_limits limits = {.min_level = r->par.min_level, .max_level = r->mesh.max_level,
                                     .quiet = (r->par.derefine_after + r->par.every - 1) / r->par.every,
                                     .region_count = r->mesh.region_count, .region = r->mesh.region};
  criteria_tags(mesh, wish, &limits, tags);
  memory_free(wish);
  memory_free(memory);
}
