#include "setups/exact/riemann_cr.h"

#include <math.h>

static double sound(const struct composite_fan *f, const struct composite_state *w) { return sqrt((f->gamma * w->p + f->gamma_cr * w->rays) / w->rho); }

static struct composite_state isentropic(const struct composite_fan *f, const struct composite_state *o, double rho) {
  return (struct composite_state){rho, 0.0, o->p * pow(rho / o->rho, f->gamma), o->rays * pow(rho / o->rho, f->gamma_cr)};
}

/* The state behind the outer wave at the density rho; its velocity counts from that outside, away from the contact.  Rarefaction: dv = c drho / rho, by
 * Simpson's rule in ln rho.  Shock: the energy per mass rises by the mean pressure times the change of volume, which is linear in the pressure of the gas. */
static struct composite_state behind(const struct composite_fan *f, const struct composite_state *o, double rho) {
  struct composite_state w = isentropic(f, o, rho);
  if (rho <= o->rho) {
    enum { STEPS = 400 };
    const double h = log(rho / o->rho) / STEPS;
    double sum = 0.0;
    for (int i = 0; i <= STEPS; i++) {
      const struct composite_state s = isentropic(f, o, o->rho * exp(h * i));
      sum += (i == 0 || i == STEPS ? 1.0 : i % 2 ? 4.0 : 2.0) * sound(f, &s);
    }
    w.v = h / 3.0 * sum;
    return w;
  }
  const double dv = 1.0 / o->rho - 1.0 / rho, e = o->p / ((f->gamma - 1.0) * o->rho) + o->rays / ((f->gamma_cr - 1.0) * o->rho);
  const double all = o->p + o->rays, rest = e + 0.5 * (all + w.rays) * dv - w.rays / ((f->gamma_cr - 1.0) * rho);
  w.p = rest / (1.0 / ((f->gamma - 1.0) * rho) - 0.5 * dv);
  w.v = sqrt((w.p + w.rays - all) * dv);
  return w;
}

/* The state behind the wave that has this total pressure: by bisection in the density, in which it rises. */
static struct composite_state at_pressure(const struct composite_fan *f, const struct composite_state *o, double pressure) {
  double low = 1e-6 * o->rho, high = o->rho * (f->gamma + 1.0) / (f->gamma - 1.0) * (1.0 - 1e-12);
  for (int i = 0; i < 100; i++) {
    const double middle = 0.5 * (low + high);
    const struct composite_state w = behind(f, o, middle);
    if (w.p + w.rays < pressure) low = middle;
    else high = middle;
  }
  return behind(f, o, 0.5 * (low + high));
}

void riemann_cr_solve(double gamma, double gamma_cr, const struct composite_state *left, const struct composite_state *right, struct composite_fan *f) {
  *f = (struct composite_fan){.gamma = gamma, .gamma_cr = gamma_cr, .side = {*left, *right}};
  double low = 0.0, high = 1e3 * fmax(left->p + left->rays, right->p + right->rays);
  for (int i = 0; i < 200; i++) { /* the higher the pressure, the more the sides are pushed apart */
    const double middle = i < 100 ? sqrt(fmax(low, 1e-12 * high) * high) : 0.5 * (low + high);
    for (int s = 0; s < 2; s++) f->star[s] = at_pressure(f, &f->side[s], middle);
    if (f->star[0].v + f->star[1].v > left->v - right->v) high = middle;
    else low = middle;
  }
  const double v = 0.5 * ((left->v - f->star[0].v) + (right->v + f->star[1].v));
  for (int s = 0; s < 2; s++) {
    const double sign = s ? 1.0 : -1.0;
    const struct composite_state *o = &f->side[s], *w = &f->star[s];
    f->star[s].v = v;
    if (w->rho > o->rho) {
      f->head[s] = f->tail[s] = (w->rho * v - o->rho * o->v) / (w->rho - o->rho);
      continue;
    }
    for (int i = 0; i < RIEMANN_CR_FAN; i++) {
      struct composite_state *in = &f->inside[s][i];
      *in = behind(f, o, o->rho * pow(w->rho / o->rho, i / (RIEMANN_CR_FAN - 1.0)));
      in->v = o->v + sign * in->v;
      f->speed[s][i] = in->v + sign * sound(f, in);
    }
    f->head[s] = f->speed[s][0];
    f->tail[s] = f->speed[s][RIEMANN_CR_FAN - 1];
  }
}

int riemann_cr_sample(const struct composite_fan *f, double speed, struct composite_state *w) {
  const int s = speed > f->star[0].v;
  const double sign = s ? 1.0 : -1.0;
  if (sign * (speed - f->head[s]) >= 0.0) {
    *w = f->side[s];
  } else if (sign * (speed - f->tail[s]) <= 0.0) {
    *w = f->star[s];
  } else {
    int low = 0, high = RIEMANN_CR_FAN - 1;
    while (high - low > 1) {
      const int middle = (low + high) / 2;
      if (sign * (f->speed[s][middle] - speed) > 0.0) low = middle;
      else high = middle;
    }
    const struct composite_state *a = &f->inside[s][low], *b = &f->inside[s][high];
    const double part = (speed - f->speed[s][low]) / (f->speed[s][high] - f->speed[s][low]);
    *w = (struct composite_state){a->rho + part * (b->rho - a->rho), a->v + part * (b->v - a->v), a->p + part * (b->p - a->p), a->rays + part * (b->rays - a->rays)};
  }
  return s;
}
