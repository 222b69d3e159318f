#include "setups/exact/riemann_hydro.h"

#include <math.h>

static double sound(double gamma, const struct hydro_state *w) { return sqrt(gamma * w->p / w->rho); }

/* Change of velocity across the outer wave to pressure p, and its derivative; Toro equations 4.6, 4.7, 4.37. */
static double velocity_change(double gamma, const struct hydro_state *w, double p, double *slope) {
  double c = sound(gamma, w);
  if (p > w->p) {
    double a = 2.0 / ((gamma + 1.0) * w->rho), b = (gamma - 1.0) / (gamma + 1.0) * w->p, root = sqrt(a / (p + b));
    *slope = root * (1.0 - 0.5 * (p - w->p) / (b + p));
    return (p - w->p) * root;
  }
  double ratio = pow(p / w->p, (gamma - 1.0) / (2.0 * gamma));
  *slope = pow(p / w->p, -(gamma + 1.0) / (2.0 * gamma)) / (w->rho * c);
  return 2.0 * c / (gamma - 1.0) * (ratio - 1.0);
}

bool riemann_hydro_solve(double gamma, const struct hydro_state *left, const struct hydro_state *right, struct hydro_fan *fan) {
  double cl = sound(gamma, left), cr = sound(gamma, right), dv = right->v - left->v;
  *fan = (struct hydro_fan){.gamma = gamma, .side = {*left, *right}};
  if (2.0 / (gamma - 1.0) * (cl + cr) <= dv) return false;

  /* Two-rarefaction guess, a lower bound: Newton then climbs without overshooting. */
  double z = (gamma - 1.0) / (2.0 * gamma);
  double p = pow((cl + cr - 0.5 * (gamma - 1.0) * dv) / (cl / pow(left->p, z) + cr / pow(right->p, z)), 1.0 / z);
  double sl, sr, fl = 0.0, fr = 0.0;
  for (int i = 0; i < 100; i++) {
    fl = velocity_change(gamma, left, p, &sl);
    fr = velocity_change(gamma, right, p, &sr);
    double next = p - (fl + fr + dv) / (sl + sr);
    if (next <= 0.0) next = 0.1 * p;
    bool done = fabs(next - p) <= 4e-16 * p;
    p = next;
    if (done) break;
  }
  fl = velocity_change(gamma, left, p, &sl);
  fr = velocity_change(gamma, right, p, &sr);
  fan->p = p;
  fan->v = 0.5 * ((left->v + right->v) + (fr - fl));
  return true;
}

int riemann_hydro_sample(const struct hydro_fan *fan, double speed, struct hydro_state *w) {
  const int side = speed > fan->v;
  const double sign = side ? 1.0 : -1.0, gamma = fan->gamma, g1 = (gamma - 1.0) / (gamma + 1.0);
  const struct hydro_state *outer = &fan->side[side];
  double c = sound(gamma, outer), ratio = fan->p / outer->p;
  *w = *outer;
  if (fan->p > outer->p) {
    double shock = outer->v + sign * c * sqrt((gamma + 1.0) / (2.0 * gamma) * ratio + (gamma - 1.0) / (2.0 * gamma));
    if (sign * (speed - shock) < 0.0) *w = (struct hydro_state){outer->rho * (ratio + g1) / (g1 * ratio + 1.0), fan->v, fan->p};
    return side;
  }
  double head = outer->v + sign * c, tail = fan->v + sign * c * pow(ratio, (gamma - 1.0) / (2.0 * gamma));
  if (sign * (speed - tail) < 0.0) {
    *w = (struct hydro_state){outer->rho * pow(ratio, 1.0 / gamma), fan->v, fan->p};
  } else if (sign * (speed - head) < 0.0) {
    double x = 2.0 / (gamma + 1.0) - sign * g1 / c * (outer->v - speed);
    w->rho = outer->rho * pow(x, 2.0 / (gamma - 1.0));
    w->v = 2.0 / (gamma + 1.0) * (-sign * c + 0.5 * (gamma - 1.0) * outer->v + speed);
    w->p = outer->p * pow(x, 2.0 * gamma / (gamma - 1.0));
  }
  return side;
}
