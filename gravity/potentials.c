/* Static potentials.  A new one is a function and a line of the table. */
#include "base/minmax.h"
#include "gravity/gravity.h"

#include <math.h>

static double radius(const double x[3]) { return sqrt(sum3(x[0] * x[0], x[1] * x[1], x[2] * x[2])); }

/* Miyamoto & Nagai 1975, PASJ 27, 533. */
static double miyamoto_nagai(const struct potential *p, double gm, const double x[3]) {
  double h = p->scale + sqrt(x[2] * x[2] + p->height * p->height);
  return -gm / sqrt(x[0] * x[0] + x[1] * x[1] + h * h);
}

/* Hernquist 1990, ApJ 356, 359. */
static double hernquist(const struct potential *p, double gm, const double x[3]) { return -gm / (radius(x) + p->scale); }

/* Navarro, Frenk & White 1997, ApJ 490, 493; mass: 4 pi rho_s scale^3, which is that inside of 5.3 scale lengths. */
static double nfw(const struct potential *p, double gm, const double x[3]) {
  double q = radius(x) / p->scale;
  double shape = q > 1e-8 ? log1p(q) / q : 1.0 - 0.5 * q;
  return -gm / p->scale * shape;
}

/* Plummer 1911, MNRAS 71, 460. */
static double plummer(const struct potential *p, double gm, const double x[3]) {
  double r = radius(x);
  return -gm / sqrt(r * r + p->scale * p->scale);
}

/* Flat rotation curve: Binney & Tremaine 2008, eq. 2.71a. */
static double logarithmic(const struct potential *p, double gm, const double x[3]) {
  (void)gm;
  double z = x[2] / p->flattening;
  return 0.5 * p->velocity * p->velocity * log((x[0] * x[0] + x[1] * x[1]) + z * z + p->scale * p->scale);
}

static double point(const struct potential *p, double gm, const double x[3]) { return -gm / fmax(radius(x), p->scale); }

static double uniform(const struct potential *p, double gm, const double x[3]) {
  (void)gm;
  const double *a = p->acceleration;
  return -sum3(a[0] * x[0], a[1] * x[1], a[2] * x[2]);
}

/* Self-gravitating isothermal sheet, Spitzer 1942, ApJ 95, 329: the force is |acceleration[2]| tanh(z / height) towards the plane. */
static double sheet(const struct potential *p, double gm, const double x[3]) {
  (void)gm;
  double q = fabs(x[2]) / p->height; /* ln cosh q without overflow */
  return fabs(p->acceleration[2]) * p->height * (q + log1p(exp(-2.0 * q)) - 0.69314718055994531);
}

const struct gravity_kind gravity_kinds[] = {
    {"miyamoto_nagai", "disc of mass, scale and height", miyamoto_nagai},
    {"hernquist", "bulge or halo of mass and scale", hernquist},
    {"nfw", "halo of mass 4 pi rho_s scale^3 and scale", nfw},
    {"plummer", "sphere of mass and scale", plummer},
    {"logarithmic", "velocity^2 / 2 ln(R^2 + z^2 / flattening^2 + scale^2)", logarithmic},
    {"point", "point of mass; no force inside of scale", point},
    {"uniform", "constant acceleration", uniform},
    {"sheet", "isothermal sheet in z with height; acceleration[2] is that far away", sheet},
    {0}};

double gravity_potential(const struct gravity *g, double t, const double x[3]) {
  double phi = g->extra ? g->extra(t, x) : 0.0;
  for (int i = 0; i < g->par.count; i++) {
    const struct potential *p = &g->par.potential[i];
    const double y[3] = {x[0] - p->centre[0], x[1] - p->centre[1], x[2] - p->centre[2]};
    phi += gravity_kinds[p->kind].value(p, g->par.constant * p->mass, y);
  }
  return phi;
}
