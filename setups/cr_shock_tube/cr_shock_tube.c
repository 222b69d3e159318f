/* Shock tubes of gas and cosmic rays that move with it, along any axis, with their exact solution.  Pfrommer et al. 2017, MNRAS 465, 4500, section 4.1. */
#include "base/fail.h"
#include "base/params.h"
#include "setups/exact/riemann_cr.h"
#include "setups/one_bin.h"

#include <math.h>

enum { MILD, STRONG, DOMINATED, CUSTOM };

static const struct composite_state problems[][2] = {
    [MILD] = {{1.0, 0.0, 1.0, 1.0}, {0.125, 0.0, 0.1, 0.1}},
    [STRONG] = {{1.0, 0.0, 17.172, 34.344}, {0.125, 0.0, 0.05, 0.1}},
    [DOMINATED] = {{1.0, 0.0, 0.01, 1.0}, {0.125, 0.0, 0.001, 0.1}},
};

static struct {
  int problem, axis;
  double position, field;
  struct composite_state side[2];
} par;

static struct { struct composite_fan fan; const struct rays *rays; } now;

static void declare(struct params *ps) {
  static const char *const keys[2][4] = {{"left_density", "left_velocity", "left_pressure", "left_rays"},
                                         {"right_density", "right_velocity", "right_pressure", "right_rays"}};
  params_section(ps, "cr_shock_tube", "shock tubes of gas and cosmic rays, Pfrommer et al. 2017");
  params_choice(ps, "problem", &par.problem, "mild|strong|dominated|custom", "strong", "cosmic rays with as much pressure as the gas, twice as much in the driver, or 100 times as much; custom: the states below");
  params_choice(ps, "axis", &par.axis, "x|y|z", "x", "normal of the jump, and of the field");
  params_real(ps, "position", &par.position, "0", -INFINITY, INFINITY, "code length", "where the jump is at the start");
  params_real(ps, "field", &par.field, "1", PARAMS_POSITIVE, INFINITY, "code field", "along the normal; without effect on the gas");
  for (int s = 0; s < 2; s++) {
    struct composite_state *w = &par.side[s];
    params_real(ps, keys[s][0], &w->rho, "1", PARAMS_POSITIVE, INFINITY, "code density", "custom: density");
    params_real(ps, keys[s][1], &w->v, "0", -INFINITY, INFINITY, "code velocity", "custom: velocity along the normal");
    params_real(ps, keys[s][2], &w->p, "1", PARAMS_POSITIVE, INFINITY, "code pressure", "custom: gas pressure");
    params_real(ps, keys[s][3], &w->rays, "1", PARAMS_POSITIVE, INFINITY, "code pressure", "custom: pressure of cosmic rays");
  }
}

static void start(const struct setup_run *run) {
  if (par.axis >= run->dim) fail_user("cr_shock_tube.axis: axis %c does not exist in %d-D", "xyz"[par.axis], run->dim);
  if (!run->magnetic) fail_user("cr_shock_tube: cosmic rays move along a field; set mhd.magnetic: true");
  if (run->sound_speed > 0.0) fail_user("cr_shock_tube: set mhd.eos: adiabatic");
  const struct composite_state *side = par.problem == CUSTOM ? par.side : problems[par.problem];
  riemann_cr_solve(run->gamma, 4.0 / 3.0, &side[0], &side[1], &now.fan);
  now.rays = run->rays;
}

static void point(const struct composite_state *s, int side, struct gas_point *w) {
  w->rho = s->rho;
  w->p = s->p;
  w->v[par.axis] = s->v;
  w->scalar[0] = side;
}

static void gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  const int side = x[par.axis] >= par.position;
  point(&now.fan.side[side], side, w);
}

static void background(double b[3]) {
  b[0] = b[1] = b[2] = 0.0;
  b[par.axis] = par.field;
}

static int sample(double t, const double x[3], struct composite_state *s) {
  const double distance = x[par.axis] - par.position;
  return riemann_cr_sample(&now.fan, t > 0.0 ? distance / t : distance < 0.0 ? -1e300 : 1e300, s);
}

static bool reference(double t, const double x[3], struct gas_point *w, double b[3]) {
  struct composite_state s;
  const int side = sample(t, x, &s);
  point(&s, side, w);
  background(b);
  return true;
}

/* As many particles per mass as at the start, on both sides of the contact. */
static void rays(double t, const double x[3], const struct cr_network *net, struct rays_point *w) {
  struct composite_state s;
  const struct composite_state *o = &now.fan.side[sample(t, x, &s)];
  const double n = o->rays * one_bin_number(now.rays) * s.rho / o->rho;
  one_bin_split(now.rays, n, s.rays, &w->lo[one_bin(net)], &w->hi[one_bin(net)]);
}

const struct setup setup_cr_shock_tube = {
    .name = "cr_shock_tube",
    .doc = "shock tubes of gas and cosmic rays, Pfrommer et al. 2017",
    .exact_rays = true,
    .points = 2,
    .params = declare,
    .start = start,
    .gas = gas,
    .background = background,
    .reference = reference,
    .rays = rays,
};
