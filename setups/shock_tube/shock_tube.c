/* Riemann problems along any axis, with their exact solutions.
 *
 * Sod 1978, JCP 27, 1; Einfeldt et al. 1991, JCP 92, 273 (problem 1-2-0-3); Brio & Wu 1988, JCP 75, 400; Ryu & Jones 1995, ApJ 442, 228
 * (their figures 1a, 2a, 5a).  The vector "across" axes follow the normal cyclically: for axis y they are z and x. */
#include "base/fail.h"
#include "base/minmax.h"
#include "base/params.h"
#include "setups/exact/riemann_hydro.h"
#include "setups/exact/riemann_mhd.h"
#include "setups/setup.h"

#include <math.h>
#include <string.h>

/* 1 / sqrt(4 pi): from Gaussian fields */
#define G 0.28209479177387814347

enum { SOD, EINFELDT, BRIO_WU, RJ1A, RJ2A, RJ5A, CUSTOM };

struct tube { double gamma; struct mhd_state side[2]; };

static const struct tube tubes[] = {
    [SOD] = {1.4, {{1.0, {0.0, 0.0, 0.0}, 1.0, {0.0, 0.0, 0.0}}, {0.125, {0.0, 0.0, 0.0}, 0.1, {0.0, 0.0, 0.0}}}},
    [EINFELDT] = {1.4, {{1.0, {-2.0, 0.0, 0.0}, 0.4, {0.0, 0.0, 0.0}}, {1.0, {2.0, 0.0, 0.0}, 0.4, {0.0, 0.0, 0.0}}}},
    [BRIO_WU] = {2.0, {{1.0, {0.0, 0.0, 0.0}, 1.0, {0.75, 1.0, 0.0}}, {0.125, {0.0, 0.0, 0.0}, 0.1, {0.75, -1.0, 0.0}}}},
    [RJ1A] = {5.0 / 3.0, {{1.0, {10.0, 0.0, 0.0}, 20.0, {5.0 * G, 5.0 * G, 0.0}}, {1.0, {-10.0, 0.0, 0.0}, 1.0, {5.0 * G, 5.0 * G, 0.0}}}},
    [RJ2A] = {5.0 / 3.0,
              {{1.08, {1.2, 0.01, 0.5}, 0.95, {2.0 * G, 3.6 * G, 2.0 * G}}, {1.0, {0.0, 0.0, 0.0}, 1.0, {2.0 * G, 4.0 * G, 2.0 * G}}}},
    [RJ5A] = {5.0 / 3.0, {{1.0, {0.0, 0.0, 0.0}, 1.0, {0.75, 1.0, 0.0}}, {0.125, {0.0, 0.0, 0.0}, 0.1, {0.75, -1.0, 0.0}}}},
};

static struct {
  int problem, axis;
  double position, field_along;
  struct { double density, velocity[3], pressure, field[2]; } side[2];
} par;

enum { UNKNOWN, HYDRO, MHD };

static struct {
  struct mhd_state side[2];
  int solution;
  struct hydro_fan hydro;
  struct mhd_fan mhd;
} now;

static void tube_params(struct params *ps) {
  static const char *const keys[2][4] = {{"left_density", "left_velocity", "left_pressure", "left_field"},
                                         {"right_density", "right_velocity", "right_pressure", "right_field"}};
  params_section(ps, "shock_tube", "Riemann problems with exact solutions");
  params_choice(ps, "problem", &par.problem, "sod|einfeldt|brio_wu|rj1a|rj2a|rj5a|custom", "sod",
                "a published problem, or custom: the states below");
  params_choice(ps, "axis", &par.axis, "x|y|z", "x", "normal of the jump");
  params_real(ps, "position", &par.position, "0", -INFINITY, INFINITY, "code length", "where the jump is at the start");
  params_real(ps, "field_along", &par.field_along, "0", -INFINITY, INFINITY, "code field", "custom: field along the normal");
  for (int s = 0; s < 2; s++) {
    params_real(ps, keys[s][0], &par.side[s].density, "1", PARAMS_POSITIVE, INFINITY, "code density", "custom: density");
    params_reals(ps, keys[s][1], 3, par.side[s].velocity, "[0, 0, 0]", -INFINITY, INFINITY, "code velocity",
                 "custom: velocity along the normal and across it");
    params_real(ps, keys[s][2], &par.side[s].pressure, "1", PARAMS_POSITIVE, INFINITY, "code pressure", "custom: gas pressure");
    params_reals(ps, keys[s][3], 2, par.side[s].field, "[0, 0]", -INFINITY, INFINITY, "code field", "custom: field across the normal");
  }
}

static void choose_states(double gamma) {
  if (par.problem != CUSTOM) {
    const struct tube *tube = &tubes[par.problem];
    if (fabs(gamma - tube->gamma) > 1e-6) {
      fail_user("shock_tube.problem: this problem is defined for mhd.gamma: %.10g, not %.10g", tube->gamma, gamma);
    }
    memcpy(now.side, tube->side, sizeof now.side);
    return;
  }
  for (int s = 0; s < 2; s++) {
    const double *v = par.side[s].velocity, *b = par.side[s].field;
    now.side[s] = (struct mhd_state){par.side[s].density, {v[0], v[1], v[2]}, par.side[s].pressure, {par.field_along, b[0], b[1]}};
  }
}

static void tube_start(const struct setup_run *run) {
  const struct mhd_state *l = &now.side[0], *r = &now.side[1];
  if (par.axis >= run->dim) fail_user("shock_tube.axis: axis %c does not exist in %d-D", "xyz"[par.axis], run->dim);
  if (run->sound_speed > 0.0) fail_user("shock_tube: set mhd.eos: adiabatic; the problems are not isothermal");
  choose_states(run->gamma);
  bool across = l->b[1] != 0.0 || l->b[2] != 0.0 || r->b[1] != 0.0 || r->b[2] != 0.0;
  if ((across || l->b[0] != 0.0) && !run->magnetic) fail_user("shock_tube.problem: this one has a field; set mhd.magnetic: true");
  now.solution = UNKNOWN;
  if (!across) {
    const struct hydro_state hl = {l->rho, l->v[0], l->p}, hr = {r->rho, r->v[0], r->p};
    if (riemann_hydro_solve(run->gamma, &hl, &hr, &now.hydro)) now.solution = HYDRO;
  } else if (par.problem != BRIO_WU && par.problem != RJ5A && riemann_mhd_solve(run->gamma, l, r, &now.mhd)) {
    now.solution = MHD;
  }
}

/* From the frame of the tube to the axes of the box. */
static void turn(const double from[3], double to[3]) {
  for (int d = 0; d < 3; d++) to[(par.axis + d) % 3] = from[d];
}

static void point(const struct mhd_state *s, struct gas_point *w) {
  w->rho = s->rho;
  w->p = s->p;
  turn(s->v, w->v);
}

static void tube_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  int side = x[par.axis] >= par.position;
  point(&now.side[side], w);
  w->scalar[0] = side;
}

/* The mean of the two fields is the background; what is left is odd across the jump. */
static void tube_background(double b[3]) {
  const double *l = now.side[0].b, *r = now.side[1].b;
  const double mean[3] = {l[0], 0.5 * (l[1] + r[1]), 0.5 * (l[2] + r[2])};
  turn(mean, b);
}

static void tube_potential(double t, const double x[3], double a[3]) {
  (void)t;
  const double *l = now.side[0].b, *r = now.side[1].b;
  double s = 0.5 * fabs(x[par.axis] - par.position);
  const double local[3] = {0.0, s * (r[2] - l[2]), -s * (r[1] - l[1])};
  turn(local, a);
}

static bool tube_reference(double t, const double x[3], struct gas_point *w, double b[3]) {
  if (now.solution == UNKNOWN) return false;
  double distance = x[par.axis] - par.position;
  double speed = t > 0.0 ? distance / t : (distance < 0.0 ? -1e300 : 1e300);
  struct mhd_state s;
  if (now.solution == HYDRO) {
    struct hydro_state h;
    s = now.side[riemann_hydro_sample(&now.hydro, speed, &h)];
    s.rho = h.rho;
    s.v[0] = h.v;
    s.p = h.p;
  } else {
    riemann_mhd_sample(&now.mhd, speed, &s);
  }
  point(&s, w);
  turn(s.b, b);
  return true;
}

const struct setup setup_shock_tube = {
    .name = "shock_tube",
    .doc = "Riemann problems of Sod, Einfeldt, Brio & Wu and Ryu & Jones",
    .points = 2,
    .params = tube_params,
    .start = tube_start,
    .gas = tube_gas,
    .potential = tube_potential,
    .background = tube_background,
    .reference = tube_reference,
};
