/* Maps of momentum; closed forms of docs/physics.md. */
#include "microphysics/momentum_map.h"

#include <math.h>

/* G(p) = p - m arctan(p/m), with -dG/dt = k for -dp/dt = k (1 + m^2/p^2); in units of m. */
static double range(double x) {
  if (x > 0.05) return x - atan(x);
  double y = x * x;
  return x * y * (1.0 / 3.0 - y * (1.0 / 5.0 - y * (1.0 / 7.0 - y * (1.0 / 9.0 - y / 11.0))));
}

static double range_inverse(double g) {
  if (g <= 0.0) return 0.0;
  double x = fmax(g, cbrt(3.0 * g));
  if (g > 1.0) x = g + 0.5;
  for (int i = 0; i < 60; i++) {
    double step = (range(x) - g) * (1.0 + x * x) / (x * x);
    x -= fmax(fmin(step, 0.9 * x), -x);
    if (fabs(step) < 1e-16 * x) break;
  }
  return x;
}

/* The shift of G is resolved to rounding of p, also where it is tiny. */
double cr_coulomb_forward(double p, double m, double k_dt) { return m * range_inverse(range(p / m) - k_dt / m); }
double cr_coulomb_backward(double p, double m, double k_dt) { return m * range_inverse(range(p / m) + k_dt / m); }

static double rate(const struct cr_map *map, double p) {
  return cr_loss_total(map->env, map->opt, map->species, map->bin, map->p_ref, p);
}

static double log_rate(const struct cr_map *map, double sign, double l) {
  double p = exp(l);
  return -sign * rate(map, p) / p;
}

/* d ln p/dt = -sign rate/p over dt. */
static double integrate(const struct cr_map *map, double p, double sign) {
  double l = log(p), t = 0.0, h = map->dt, lowest = log(map->p_stop), highest = log(map->p_far), k1 = log_rate(map, sign, l);
  if (k1 != 0.0) h = fmin(h, 0.1 / fabs(k1));
  for (int i = 0; i < 100000 && t < map->dt; i++) {
    h = fmin(h, map->dt - t);
    double k2 = log_rate(map, sign, l + h * (k1 / 5.0));
    double k3 = log_rate(map, sign, l + h * (3.0 / 40.0 * k1 + 9.0 / 40.0 * k2));
    double k4 = log_rate(map, sign, l + h * (44.0 / 45.0 * k1 - 56.0 / 15.0 * k2 + 32.0 / 9.0 * k3));
    double k5 = log_rate(map, sign, l + h * (19372.0 / 6561.0 * k1 - 25360.0 / 2187.0 * k2 + 64448.0 / 6561.0 * k3 -
                                             212.0 / 729.0 * k4));
    double k6 = log_rate(map, sign, l + h * (9017.0 / 3168.0 * k1 - 355.0 / 33.0 * k2 + 46732.0 / 5247.0 * k3 + 49.0 / 176.0 * k4 -
                                             5103.0 / 18656.0 * k5));
    double move = h * (35.0 / 384.0 * k1 + 500.0 / 1113.0 * k3 + 125.0 / 192.0 * k4 - 2187.0 / 6784.0 * k5 + 11.0 / 84.0 * k6);
    double k7 = log_rate(map, sign, l + move);
    double error = fabs(h * (71.0 / 57600.0 * k1 - 71.0 / 16695.0 * k3 + 71.0 / 1920.0 * k4 - 17253.0 / 339200.0 * k5 +
                             22.0 / 525.0 * k6 - k7 / 40.0));
    double tolerance = 1e-11 * fmin(1.0, 0.01 + fabs(l - log(p)));
    if (error <= tolerance && fabs(move) < 0.3) {
      t += h;
      l += move;
      k1 = k7;
      if (l < lowest) return 0.0;
      if (l > highest) return INFINITY;
    }
    double factor = !(fabs(move) < 0.3) ? 0.3 : 0.9 * pow(tolerance / fmax(error, 1e-30), 0.2);
    h *= fmax(0.2, fmin(4.0, factor));
  }
  return exp(l);
}

/* Coefficients of the closed forms: -dp/dt = a p, b p^2, and k (leptons) or k (1 + m^2/p^2) (hadrons). */
static void coefficients(const struct cr_map *map, double *a, double *b, double *k) {
  double p = map->p_ref, m = map->species->mass_GeV, r[LOSS_COUNT];
  for (int i = 0; i < LOSS_COUNT; i++)
    r[i] = cr_loss_rate((enum cr_loss_id)i, map->env, map->opt, map->species, map->bin, p, p);
  *a = (r[LOSS_ADIABATIC] + r[LOSS_STREAMING] + r[LOSS_REACCELERATION] + r[LOSS_BREMSSTRAHLUNG]) / p;
  *b = (r[LOSS_INVERSE_COMPTON] + r[LOSS_SYNCHROTRON]) / (p * p);
  *k = r[LOSS_COULOMB] + r[LOSS_IONISATION];
  if (map->species->kind != CR_LEPTON) *k /= 1.0 + m * m / (p * p);
}

static double constant_loss(const struct cr_map *map, double p, double k_dt) {
  if (k_dt == 0.0) return p;
  if (map->species->kind == CR_LEPTON) return fmax(p - k_dt, 0.0);
  return k_dt > 0.0 ? cr_coulomb_forward(p, map->species->mass_GeV, k_dt) : cr_coulomb_backward(p, map->species->mass_GeV, -k_dt);
}

/* The same product serves both ways: it is symmetric, and backwards in time is dt < 0. */
static double split(const struct cr_map *map, double p, double dt) {
  double a, b, k;
  coefficients(map, &a, &b, &k);
  double half = exp(-0.5 * a * dt);
  p *= half;
  double q = 1.0 + 0.5 * b * dt * p;
  if (q <= 0.0) return INFINITY;
  p = constant_loss(map, p / q, k * dt);
  if (p <= 0.0) return 0.0;
  q = 1.0 + 0.5 * b * dt * p;
  return q <= 0.0 ? INFINITY : half * p / q;
}

double cr_map_forward(const struct cr_map *map, double p) {
  double q = map->mode == CR_MAP_SPLIT ? split(map, p, map->dt) : integrate(map, p, 1.0);
  return q < map->p_stop ? 0.0 : fmin(q, map->p_far);
}

double cr_map_backward(const struct cr_map *map, double p) {
  double q = map->mode == CR_MAP_SPLIT ? split(map, p, -map->dt) : integrate(map, p, -1.0);
  return q > map->p_far ? INFINITY : fmax(q, map->p_stop);
}
