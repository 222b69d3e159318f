/* A steady shock in the frame where it rests, whose cosmic rays diffuse ahead of it and slow the gas down before it is shocked (two fluids).
 * Drury & Voelk 1981, ApJ 248, 344.
 *
 * Mass J = rho u, momentum and energy fluxes are the same everywhere.  Ahead of the shock gas is compressed adiabatically; its shock, if there is
 * one, leaves the pressure of cosmic rays continuous; behind it all is uniform.  The density before it is that for which the energy flux comes out right. */
#include "base/fail.h"
#include "base/params.h"
#include "setups/one_bin.h"

#include <math.h>

enum { ROWS = 2000 };

static struct { double density, velocity, pressure, rays, field; int axis; bool back; } par;
static struct {
  double gamma, before, rho, p, rays;             /* density before the shock; state behind it */
  double x[ROWS], depth;                          /* where (rho - density) / (before - density) = exp(-depth i / (ROWS - 1)), for kappa = 1 */
  const struct rays *all;
} now;

static void declare(struct params *ps) {
  params_section(ps, "cr_shock", "steady shock with a precursor of cosmic rays, Drury & Voelk 1981; the state ahead of it");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "of the gas");
  params_real(ps, "velocity", &par.velocity, "1", PARAMS_POSITIVE, INFINITY, "code velocity", "towards the shock");
  params_real(ps, "pressure", &par.pressure, "0.037", PARAMS_POSITIVE, INFINITY, "code pressure", "of the gas");
  params_real(ps, "rays", &par.rays, "0.037", PARAMS_POSITIVE, INFINITY, "code pressure", "of cosmic rays");
  params_real(ps, "field", &par.field, "0.1", PARAMS_POSITIVE, INFINITY, "code field", "along the flow");
  params_choice(ps, "axis", &par.axis, "x|y|z", "x", "direction of the flow; the shock is at 0");
  params_bool(ps, "back", &par.back, "false", "the flow goes against the axis: the mirror image");
}

struct fluid { double u, p, rays; };

/* Adiabatic gas of density rho ahead of the shock; cosmic rays have what is left of the momentum flux. */
static struct fluid precursor(double rho) {
  const double flow = par.density * par.velocity, all = flow * par.velocity + par.pressure + par.rays;
  struct fluid f = {.u = flow / rho, .p = par.pressure * pow(rho / par.density, now.gamma)};
  f.rays = all - flow * f.u - f.p;
  return f;
}

/* Energy flux without diffusion over that far ahead, less that. */
static double surplus(const struct fluid *f) {
  const double flow = par.density * par.velocity, g = now.gamma / (now.gamma - 1.0);
  return 0.5 * flow * (f->u * f->u - par.velocity * par.velocity) + g * (f->p * f->u - par.pressure * par.velocity) +
         4.0 * (f->rays * f->u - par.rays * par.velocity);
}

/* Behind the shock of the gas. */
static struct fluid behind(double rho, double *rho2) {
  struct fluid f = precursor(rho);
  const double g = now.gamma, mach2 = fmax(rho * f.u * f.u / (g * f.p), 1.0), ratio = (g + 1.0) * mach2 / ((g - 1.0) * mach2 + 2.0);
  *rho2 = rho * ratio;
  f.u /= ratio;
  f.p *= (2.0 * g * mach2 - (g - 1.0)) / (g + 1.0);
  return f;
}

static void start(const struct setup_run *run) {
  if (par.axis >= run->dim) fail_user("cr_shock.axis: axis %c does not exist in %d-D", "xyz"[par.axis], run->dim);
  if (!run->magnetic) fail_user("cr_shock: cosmic rays move along a field; set mhd.magnetic: true");
  if (run->sound_speed > 0.0) fail_user("cr_shock: set mhd.eos: adiabatic");
  now.gamma = run->gamma;
  now.all = run->rays;
  const double flow = par.density * par.velocity;
  if (flow * par.velocity <= now.gamma * par.pressure + 4.0 / 3.0 * par.rays) fail_user("cr_shock.velocity: slower than sound; no shock");
  /* Up to where the gas is as slow as its sound the energy flux rises from below. */
  double low = par.density, high = par.density * pow(flow * par.velocity / (now.gamma * par.pressure), 1.0 / (now.gamma + 1.0));
  struct fluid f = behind(high, &now.rho);
  if (surplus(&f) < 0.0) fail_user("cr_shock: cosmic rays take over, and the gas has no shock; take a lower velocity or a lower pressure of cosmic rays");
  for (int i = 0; i < 200; i++) {
    const double middle = 0.5 * (low + high);
    f = behind(middle, &now.rho);
    if (surplus(&f) < 0.0) low = middle;
    else high = middle;
  }
  now.before = low;
  f = behind(low, &now.rho);
  now.p = f.p;
  now.rays = f.rays;
  /* kappa / (4/3 - 1) dP/dx is the surplus. */
  now.depth = 30.0;
  const double h = now.depth / (ROWS - 1.0);
  now.x[0] = 0.0;
  for (int i = 1; i < ROWS; i++) {
    const double over = (now.before - par.density) * exp(-h * (i - 0.5)), rho = par.density + over;
    const struct fluid at = precursor(rho);
    const double slope = flow * at.u / rho - now.gamma * at.p / rho; /* dP / drho */
    now.x[i] = now.x[i - 1] - h * over * slope * 3.0 / surplus(&at);
  }
}

static double way(void) { return par.back ? -1.0 : 1.0; }

static void state(const double x[3], double *rho, struct fluid *f) {
  const double kappa = setup_population(now.all, 2 * one_bin(&now.all->net)).kappa, at = way() * x[par.axis] / fmax(kappa, 1e-100);
  *rho = now.rho;
  *f = (struct fluid){par.density * par.velocity / now.rho, now.p, now.rays};
  if (at >= 0.0) return;
  int low = 0, high = ROWS - 1;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    if (now.x[middle] > at) low = middle;
    else high = middle;
  }
  const double row = at < now.x[ROWS - 1] ? 1e3 : low + (at - now.x[low]) / (now.x[high] - now.x[low]);
  *rho = par.density + (now.before - par.density) * exp(-now.depth * row / (ROWS - 1.0));
  *f = precursor(*rho);
}

static void gas(double t, const double x[3], struct gas_point *w) {
  struct fluid f;
  (void)t;
  state(x, &w->rho, &f);
  w->p = f.p;
  w->v[par.axis] = way() * f.u;
}

static void background(double b[3]) {
  b[0] = b[1] = b[2] = 0.0;
  b[par.axis] = par.field;
}

/* The flux that goes with the gradient.  The spectrum is not that of the steady shock, which does not matter as all particles diffuse alike. */
static void rays(double t, const double x[3], const struct cr_network *net, struct rays_point *w) {
  struct fluid f;
  double rho;
  (void)t;
  state(x, &rho, &f);
  const double n = one_bin_number(now.all), flux = way() * x[par.axis] < 0.0 ? way() * -surplus(&f) / 3.0 : 0.0;
  const int k = one_bin(net);
  one_bin_split(now.all, n * f.rays, f.rays, &w->lo[k], &w->hi[k]);
  one_bin_split(now.all, n * flux, flux, &w->flux_lo[k], &w->flux_hi[k]);
}

const struct setup setup_cr_shock = {
    .name = "cr_shock",
    .doc = "steady shock with a precursor of cosmic rays, Drury & Voelk 1981",
    .exact = true,
    .points = 3,
    .params = declare,
    .start = start,
    .gas = gas,
    .background = background,
    .rays = rays,
};
