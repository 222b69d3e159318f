/* Gas in vertical and centrifugal equilibrium in the potential of the run.
 *
 * Layers of gas with velocity dispersions s_i (thermal, turbulent and magnetic support together) and given surface densities, and a hot halo that is a
 * polytrope and turns with v_h ~ R / (R^2 + (R_sun / 2)^2)^1/2:
 *     rho_i = Sigma_i(R) / H_i(R) exp(-[phi(R, z) - phi(R, 0)] / s_i^2),    H_i = int exp(-[...] / s_i^2) dz,
 *     rho_h = rho_sun [1 - (1 - 1/n) (psi - psi_sun) / s_h^2]^(1 / (n - 1)),    p_h = rho_sun s_h^2 (rho_h / rho_sun)^n,    psi = phi - int v_h^2 / R dR.
 * Each is in vertical equilibrium, so p = sum rho_i s_i^2 + p_h balances gravity for all together, and
 *     v_phi^2 = R (dphi/dR + 1/rho dp/dR)
 * balances it along R everywhere.  The ordered field of the disc is part of the support: where it is along the plane its pressure B^2/2 is taken from p, and
 * its tension adds B_phi^2 / rho to v_phi^2. */
#include "setups/milkyway/milkyway.h"

#include "base/fail.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/params.h"

#include <math.h>

/* Everything is tabulated over asinh(R / scale) and asinh(z / scale), scale = SCALE times the largest radius, with cubics in between; H_i over as many radii. */
enum { RADII = 512, LEVELS = 256, THICKNESS_POINTS = 2000 };
enum { TABLE_RHO, TABLE_P, TABLE_SPEED, TABLE_IONISED, TABLE_COUNT }; /* logarithms of density and pressure */
static const double SCALE = 0.02;

/* No less than this share of the support is the pressure of gas. */
static const double GAS_SHARE = 0.2;

void galaxy_equilibrium_declare(struct params *ps, struct galaxy_equilibrium *e) {
  params_bool(ps, "equilibrium", &e->on, "false", "gas in vertical and centrifugal equilibrium in gravity.potentials, with the surface densities as above, for mhd.evolve: true");
  params_real(ps, "neutral_dispersion", &e->dispersion[0], "12 km/s", PARAMS_POSITIVE, INFINITY, "km s^-1",
              "equilibrium: (pressure / density)^1/2 of atomic and molecular gas: heat, and what stands for turbulence and the field");
  params_real(ps, "ionised_dispersion", &e->dispersion[1], "40 km/s", PARAMS_POSITIVE, INFINITY, "km s^-1", "equilibrium: of the warm ionised gas");
  params_real(ps, "hot_speed", &e->hot_speed, "183 km/s", 0.0, INFINITY, "km s^-1", "equilibrium: with which the hot gas turns at the Sun (Hodges-Kluck et al. 2016)");
  params_real(ps, "hot_polytrope", &e->polytrope, "1.3333333333333333", 1.01, 1.6666666666666667, "1",
              "equilibrium: pressure ~ density^this in the hot gas, whose density and temperature are as above at the Sun");
}

static double potential(const struct galaxy_equilibrium *e, double R, double z) {
  const double x[3] = {R, 0.0, z};
  return gravity_potential(&e->well, 0.0, x);
}

/* Integral of v_h^2 / R from the Sun to R. */
static double spun(const struct galaxy_equilibrium *e, double R) {
  const double core2 = 0.25 * e->sun * e->sun, v2 = e->hot_speed * e->hot_speed * (1.0 + core2 / (e->sun * e->sun));
  return 0.5 * v2 * log((R * R + core2) / (e->sun * e->sun + core2));
}

/* Integral over z: with z = dz tan(a), in the middle of equal intervals of a. */
static double thickness(const struct galaxy_equilibrium *e, int layer, double R) {
  const double s2 = e->dispersion[layer] * e->dispersion[layer], plane = potential(e, R, 0.0), scale = e->end * SCALE;
  double sum = 0.0;
  for (int i = 0; i < THICKNESS_POINTS; i++) {
    const double a = 1.5707963267948966 * (i + 0.5) / THICKNESS_POINTS, c = cos(a), z = scale * tan(a);
    if (z < 50.0 * e->end) sum += exp(-(potential(e, R, z) - plane) / s2) / (c * c);
  }
  return 2.0 * scale * sum * (1.5707963267948966 / THICKNESS_POINTS);
}

/* The radius of a line of the table, and where among the lines a radius is. */
static double at_line(const struct galaxy_equilibrium *e, int i, int lines) { return e->end * SCALE * sinh(asinh(1.0 / SCALE) * i / (lines - 1)); }
static double line_of(const struct galaxy_equilibrium *e, double r, int lines) { return min(asinh(r / (e->end * SCALE)) / asinh(1.0 / SCALE), 1.0) * (lines - 1); }

/* Weights of four lines for a cubic between the middle two, with the slopes of their neighbours (Catmull-Rom); below the first line the table is even, beyond the last
 * it goes on as it is. */
static void weights(double at, int lines, int line[4], double w[4]) {
  int n = (int)at;
  n = n > lines - 2 ? lines - 2 : n;
  const double t = at - n;
  for (int i = 0; i < 4; i++) {
    const int k = n + i - 1;
    line[i] = k < 0 ? 1 : k > lines - 1 ? lines - 1 : k;
  }
  w[0] = 0.5 * t * (t * (2.0 - t) - 1.0);
  w[1] = 0.5 * (t * t * (3.0 * t - 5.0) + 2.0);
  w[2] = 0.5 * t * (t * (4.0 - 3.0 * t) + 1.0);
  w[3] = 0.5 * t * t * (t - 1.0);
}

static double ln_thickness(const struct galaxy_equilibrium *e, int layer, double R) {
  int line[4];
  double w[4];
  weights(line_of(e, R, RADII), RADII, line, w);
  const double *f = e->ln_thickness[layer];
  return (w[0] * f[line[0]] + w[3] * f[line[3]]) + (w[1] * f[line[1]] + w[2] * f[line[2]]);
}

/* Densities, and the pressure of all. */
static double pressure(const struct galaxy_equilibrium *e, double R, double phi, double rho[GALAXY_LAYERS + 1]) {
  const double rise = phi - potential(e, R, 0.0);
  double p = 0.0;
  for (int i = 0; i < GALAXY_LAYERS; i++) {
    const double s2 = e->dispersion[i] * e->dispersion[i];
    rho[i] = e->surface(i, R) * exp(-ln_thickness(e, i, R) - rise / s2);
    p += rho[i] * s2;
  }
  const double n = e->polytrope, room = max(1.0 - (1.0 - 1.0 / n) * ((phi - e->phi_sun) - spun(e, R)) / e->hot_dispersion2, 0.01);
  rho[GALAXY_LAYERS] = e->hot_density * pow(room, 1.0 / (n - 1.0));
  return p + rho[GALAXY_LAYERS] * e->hot_dispersion2 * room;
}

/* Ordered field of the disc at (R, 0, z), from differences of its potential. */
static void field_of(const struct galaxy_equilibrium *e, double R, double z, double b[3]) {
  double slope[3][3]; /* dA_d / dx_a */
  const double at[3] = {R, 0.0, z}, step = 1e-4 * e->end;
  for (int a = 0; a < 3; a++) {
    double up[3] = {at[0], at[1], at[2]}, down[3] = {at[0], at[1], at[2]}, A[2][3];
    up[a] += step;
    down[a] -= step;
    galaxy_field_potential(&e->field, up, A[1]);
    galaxy_field_potential(&e->field, down, A[0]);
    for (int d = 0; d < 3; d++) slope[a][d] = (A[1][d] - A[0][d]) / (2.0 * step);
  }
  for (int d = 0; d < 3; d++) b[d] = slope[(d + 1) % 3][(d + 2) % 3] - slope[(d + 2) % 3][(d + 1) % 3];
}

static void make_point(const struct galaxy_equilibrium *e, double R, double z, double point[TABLE_COUNT]) {
  const double step = 1e-3 * (R + 0.01 * e->end), up = R + step, down = fabs(R - step);
  const double phi[3] = {potential(e, down, z), potential(e, R, z), potential(e, up, z)};
  double rho[GALAXY_LAYERS + 1], other[GALAXY_LAYERS + 1], b[3] = {0.0, 0.0, 0.0}, p = pressure(e, R, phi[1], rho), all = 0.0;
  for (int i = GALAXY_LAYERS; i >= 0; i--) all += rho[i];
  const double slope = (pressure(e, up, phi[2], other) - pressure(e, down, phi[0], other)) / (up - (R - step));
  if (e->magnetic) field_of(e, R, z, b);
  p = max(p - 0.5 * sum3(b[0] * b[0], b[1] * b[1], b[2] * b[2]), GAS_SHARE * p);
  point[TABLE_RHO] = log(all);
  point[TABLE_P] = log(p);
  point[TABLE_SPEED] = sqrt(max(R * ((phi[2] - phi[0]) / (up - (R - step)) + slope / all) + b[1] * b[1] / all, 0.0));
  point[TABLE_IONISED] = (all - rho[0]) / all;
}

void galaxy_equilibrium_start(struct galaxy_equilibrium *e, const struct gravity_params *gravity, const struct galaxy_field *field, double end, double density,
                              double dispersion2) {
  if (gravity->count == 0) fail_user("milkyway.equilibrium: true: it needs gravity.potentials; see docs/numerics.md section 15 for those of the Milky Way");
  e->well = (struct gravity){.par = *gravity};
  e->magnetic = field != NULL;
  if (field) e->field = *field;
  e->field.turbulent = e->field.halo = e->field.toroidal = 0.0; /* the field of the disc alone */
  e->end = end;
  for (int i = 0; i < GALAXY_LAYERS; i++) {
    memory_free(e->ln_thickness[i]);
    e->ln_thickness[i] = memory_get(sizeof(double) * RADII);
    for (int n = 0; n < RADII; n++) e->ln_thickness[i][n] = log(thickness(e, i, at_line(e, n, RADII)));
  }
  e->hot_density = density;
  e->hot_dispersion2 = dispersion2;
  e->phi_sun = potential(e, e->sun, 0.0);
  memory_free(e->table);
  e->table = memory_get(sizeof(double) * TABLE_COUNT * RADII * LEVELS);
  for (int k = 0; k < LEVELS; k++)
    for (int i = 0; i < RADII; i++) make_point(e, at_line(e, i, RADII), at_line(e, k, LEVELS), e->table + TABLE_COUNT * ((size_t)k * RADII + (size_t)i));
}

struct galaxy_state galaxy_equilibrium_gas(const struct galaxy_equilibrium *e, double R, double z) {
  int i[4], k[4];
  double wi[4], wk[4], sum[TABLE_COUNT] = {0.0};
  weights(line_of(e, R, RADII), RADII, i, wi);
  weights(line_of(e, fabs(z), LEVELS), LEVELS, k, wk);
  for (int a = 0; a < 4; a++)
    for (int b = 0; b < 4; b++)
      for (int c = 0; c < TABLE_COUNT; c++) sum[c] += wk[a] * wi[b] * e->table[TABLE_COUNT * ((size_t)k[a] * RADII + (size_t)i[b]) + (size_t)c];
  return (struct galaxy_state){exp(sum[TABLE_RHO]), exp(sum[TABLE_P]), sum[TABLE_SPEED], sum[TABLE_IONISED]};
}

double galaxy_equilibrium_turn(const struct galaxy_equilibrium *e, double R) {
  const double r = max(R, 1e-3 * e->end), step = 1e-3 * r;
  return sqrt(max((potential(e, r + step, 0.0) - potential(e, r - step, 0.0)) / (2.0 * step * r), 0.0));
}
