/* A steady source in a radial field: q = Q / (4 pi kappa) (1 / r - 1 / r_edge) along every line, where r_edge is its way to the boundary, at which
 * cosmic rays are absorbed.
 *
 * The field points outwards for z > 0 and inwards below, so that its divergence is zero; its sign does not matter. */
#include "base/fail.h"
#include "base/memory.h"
#include "base/params.h"
#include "setups/rays.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

static struct { double power, radius, field, density, pressure; bool steady; } par;
static struct { double middle[3], half[3]; const struct rays *rays; double *made; } now;

static void declare(struct params *ps) {
  params_section(ps, "cr_point_source", "a steady source in a radial field");
  params_real(ps, "power", &par.power, "1e38 erg s^-1", 0.0, INFINITY, "erg s^-1", "of the source");
  params_real(ps, "radius", &par.radius, "0.4", PARAMS_POSITIVE, INFINITY, "code length", "of the source, a sphere with the profile (1 - (r / radius)^2)^2");
  params_bool(ps, "steady", &par.steady, "true", "start from the solution; false: from nothing");
  params_real(ps, "field", &par.field, "1e-6", PARAMS_POSITIVE, INFINITY, "code field", "at the distance of one code length");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "of the gas");
  params_real(ps, "pressure", &par.pressure, "1e-6", PARAMS_POSITIVE, INFINITY, "code pressure", "of the gas");
}

static void start(const struct setup_run *run) {
  if (run->dim < 3 || !run->magnetic) fail_user("cr_point_source: needs mesh.dim: 3 and mhd.magnetic: true");
  now.rays = run->rays;
  for (int d = 0; d < 3; d++) {
    now.middle[d] = 0.5 * (run->lower[d] + run->upper[d]);
    now.half[d] = 0.5 * (run->upper[d] - run->lower[d]);
  }
}

static void gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  (void)x;
  w->rho = par.density;
  w->p = par.pressure;
}

static double distance(const double x[3], double d[3]) {
  for (int a = 0; a < 3; a++) d[a] = x[a] - now.middle[a];
  return sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
}

/* A_phi = (1 - |cos theta|) / (r sin theta). */
static void potential(double t, const double x[3], double a[3]) {
  double d[3], r = fmax(distance(x, d), 1e-300), size = par.field / (r * (r + fabs(d[2])));
  (void)t;
  a[0] = -d[1] * size;
  a[1] = d[0] * size;
  a[2] = 0.0;
}

static double source(double t, const double x[3], const double dx[3]) {
  double d[3], s = distance(x, d) / par.radius, room = 1.0 - s * s;
  (void)t, (void)dx;
  return s < 1.0 ? par.power * room * room * 105.0 / (32.0 * PI * par.radius * par.radius * par.radius) : 0.0;
}

/* Populations that the source makes, lo of all bins and then hi, in cm^-3 code volume per code time. */
static const double *made(const struct cr_network *net) {
  if (now.made) return now.made;
  const struct rays *r = now.rays;
  const struct cr_injection_options *opt = &r->par.cr.injection;
  const struct cr_event event = {.kind = CR_MIXTURE, .metallicity = 1.0, .energy_GeV = par.power / (r->scale.energy * r->scale.number * opt->efficiency)};
  const int bins = cr_network_bins(net);
  now.made = memory_get(2 * sizeof *now.made * (size_t)bins);
  cr_injection(net, opt, &event, now.made, now.made + bins);
  return now.made;
}

static void rays(double t, const double x[3], const struct cr_network *net, struct rays_point *w) {
  double d[3], r = fmax(distance(x, d), 1e-12 * par.radius), edge = INFINITY, s2 = r * r / (par.radius * par.radius);
  const double sign = d[2] >= 0.0 ? 1.0 : -1.0;
  const int bins = cr_network_bins(net);
  if (!par.steady && t <= 0.0) return;
  for (int a = 0; a < 3; a++) edge = fmin(edge, now.half[a] * r / fmax(fabs(d[a]), 1e-300));
  /* 1 / r outside of the source; inside it, with the part of the source within r. */
  double rise = 1.0 / r, flow = 1.0 / (r * r);
  if (s2 < 1.0) {
    rise = (1.0 + 105.0 / 8.0 * ((1.0 - s2) / 6.0 - (1.0 - s2 * s2) / 10.0 + (1.0 - s2 * s2 * s2) / 42.0)) / par.radius;
    flow = 105.0 / 8.0 * (1.0 / 3.0 - s2 * (2.0 / 5.0 - s2 / 7.0)) * r / (par.radius * par.radius * par.radius);
  }
  rise -= 1.0 / edge;
  for (int k = 0; k < bins; k++) {
    for (int end = 0; end < 2; end++) {
      const double q = made(net)[end * bins + k] / (4.0 * PI), share = now.rays->transport.par.form == RSOL_FULL
          ? now.rays->transport.group[now.rays->population[2 * k + end].group].speed / now.rays->transport.par.light : 1.0;
      (end ? w->hi : w->lo)[k] = share * q / setup_population(now.rays, 2 * k + end).kappa * rise;
      (end ? w->flux_hi : w->flux_lo)[k] = sign * share * q * flow;
    }
  }
}

const struct setup setup_cr_point_source = {
    .name = "cr_point_source",
    .doc = "steady source of cosmic rays in a radial field",
    .exact = true,
    .exact_rays = true,
    .points = 3,
    .params = declare,
    .start = start,
    .gas = gas,
    .potential = potential,
    .rays = rays,
    .source = source,
};
