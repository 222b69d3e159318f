/* What a snapshot holds of the gas. */
#include "base/units.h"
#include "io/io.h"
#include "mhd/mhd.h"

#include <stdio.h>

/* Walk the interior of block b: value(at cell offset in u, block cell i, j, k). */
static size_t cell_at(const struct field *f, const struct mesh *m, int comp, int i, int j, int k) {
  const int *e = field_extent(f, comp);
  return ((size_t)(k + m->ngd[2]) * e[1] + j + m->ngd[1]) * e[0] + i + m->ngd[0];
}

static double center(const struct gas *g, const struct mesh *m, int b, int d, int i, int j, int k) {
  const double *p = field_data(&g->b[0], b, d) + cell_at(&g->b[0], m, d, i, j, k);
  const int *e = field_extent(&g->b[0], d);
  size_t up = d >= m->dim ? 0 : d == 0 ? 1 : d == 1 ? (size_t)e[0] : (size_t)e[0] * e[1];
  return 0.5 * (p[0] + p[up]);
}

#define EACH_CELL(m)                         \
  for (int k = 0; k < (m)->nc[2]; k++)       \
    for (int j = 0; j < (m)->nc[1]; j++)     \
      for (int i = 0; i < (m)->nc[0]; i++, n++)

static void fill_rho(const void *data, const struct mesh *m, int b, double *values) {
  const struct gas *g = data;
  const double *rho = field_data(&g->u[0], b, GAS_RHO);
  size_t n = 0;
  EACH_CELL(m) values[n] = rho[cell_at(&g->u[0], m, 0, i, j, k)];
}

/* A component over the density. */
static void fill_specific(const struct gas *g, const struct mesh *m, int b, int comp, double *values) {
  const double *rho = field_data(&g->u[0], b, GAS_RHO), *q = field_data(&g->u[0], b, comp);
  size_t n = 0;
  EACH_CELL(m) {
    size_t at = cell_at(&g->u[0], m, 0, i, j, k);
    values[n] = q[at] / rho[at];
  }
}

static void fill_vel1(const void *g, const struct mesh *m, int b, double *values) { fill_specific(g, m, b, GAS_M1, values); }
static void fill_vel2(const void *g, const struct mesh *m, int b, double *values) { fill_specific(g, m, b, GAS_M2, values); }
static void fill_vel3(const void *g, const struct mesh *m, int b, double *values) { fill_specific(g, m, b, GAS_M3, values); }

static void fill_press(const void *data, const struct mesh *m, int b, double *values) {
  const struct gas *g = data;
  const double *rho = field_data(&g->u[0], b, GAS_RHO), *internal = field_data(&g->u[0], b, g->nvar - 1);
  double cs = g->par.sound_speed, gm1 = g->par.gamma - 1.0;
  size_t n = 0;
  EACH_CELL(m) {
    size_t at = cell_at(&g->u[0], m, 0, i, j, k);
    values[n] = g->par.eos == EOS_ISOTHERMAL ? cs * cs * rho[at] : gm1 * internal[at];
  }
}

static void fill_field(const struct gas *g, const struct mesh *m, int b, int d, double *values) {
  size_t n = 0;
  EACH_CELL(m) values[n] = center(g, m, b, d, i, j, k);
}
static void fill_bcc1(const void *g, const struct mesh *m, int b, double *values) { fill_field(g, m, b, 0, values); }
static void fill_bcc2(const void *g, const struct mesh *m, int b, double *values) { fill_field(g, m, b, 1, values); }
static void fill_bcc3(const void *g, const struct mesh *m, int b, double *values) { fill_field(g, m, b, 2, values); }

/* A fill function knows its data but not which scalar it is: each scalar brings a pair of both. */
static void fill_scalar(const void *data, const struct mesh *m, int b, double *values) {
  const struct mhd_scalar *s = data;
  fill_specific(s->gas, m, b, GAS_SCALAR + s->number, values);
}

int mhd_variables(const struct gas *g, const struct units *units, struct mhd_scalar scalars[MHD_SCALARS],
                  struct io_variable *variables) {
  const struct { const char *name, *unit; double cgs; const char *cgs_unit, *meaning; io_fill_fn *fill; bool field; } table[] = {
      {"rho", "code_density", units->density_g_cm3, "g cm^-3", "gas density", fill_rho, false},
      {"press", "code_pressure", units->pressure_erg_cm3, "erg cm^-3", "gas pressure", fill_press, false},
      {"vel1", "code_velocity", units->velocity_cm_s, "cm s^-1", "gas velocity along x", fill_vel1, false},
      {"vel2", "code_velocity", units->velocity_cm_s, "cm s^-1", "gas velocity along y", fill_vel2, false},
      {"vel3", "code_velocity", units->velocity_cm_s, "cm s^-1", "gas velocity along z", fill_vel3, false},
      {"Bcc1", "code_magnetic", units->field_G, "G", "magnetic field along x, cell average; B^2/2 is a pressure in code units", fill_bcc1, true},
      {"Bcc2", "code_magnetic", units->field_G, "G", "magnetic field along y, cell average; B^2/2 is a pressure in code units", fill_bcc2, true},
      {"Bcc3", "code_magnetic", units->field_G, "G", "magnetic field along z, cell average; B^2/2 is a pressure in code units", fill_bcc3, true},
  };
  int n = 0;
  for (size_t t = 0; t < sizeof table / sizeof *table; t++) {
    if (table[t].field && !g->par.magnetic) continue;
    struct io_variable *v = &variables[n++];
    *v = (struct io_variable){.unit = table[t].unit, .cgs = table[t].cgs, .cgs_unit = table[t].cgs_unit, .meaning = table[t].meaning,
                              .fill = table[t].fill, .data = g};
    snprintf(v->name, sizeof v->name, "%s", table[t].name);
  }
  for (int c = 0; c < g->par.nscalar; c++) {
    struct io_variable *v = &variables[n++];
    scalars[c] = (struct mhd_scalar){g, c};
    *v = (struct io_variable){.unit = "dimensionless", .cgs = 1.0, .cgs_unit = "", .meaning = "passive scalar: share of the mass",
                              .fill = fill_scalar, .data = &scalars[c]};
    snprintf(v->name, sizeof v->name, "r%d", c);
  }
  return n;
}
