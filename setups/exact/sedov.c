#include "setups/exact/sedov.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

/* Kamm & Timmes 2007, equations 34 to 42 and 46 to 52 with omega = 0. */
struct similarity { double a0, a1, a2, a3, a4, a5, b, c, d, e, v0, v2; };

static struct similarity similarity(int dim, double g) {
  struct similarity k;
  double j = dim, n = j + 2.0, spread = 2.0 * (g - 1.0) + j;
  k.a0 = 2.0 / n;
  k.a2 = -(g - 1.0) / spread;
  k.a1 = n * g / (2.0 + j * (g - 1.0)) * (2.0 * j * (2.0 - g) / (g * n * n) - k.a2);
  k.a3 = j / spread;
  k.a4 = n * k.a1 / (2.0 - g);
  k.a5 = -2.0 / (2.0 - g);
  k.b = (g + 1.0) / (g - 1.0);
  k.c = 0.5 * n * g;
  k.d = n * (g + 1.0) / (n * (g + 1.0) - 2.0 * (2.0 + j * (g - 1.0)));
  k.e = 0.5 * (2.0 + j * (g - 1.0));
  k.v0 = 2.0 / (n * g);
  k.v2 = 4.0 / (n * (g + 1.0));
  return k;
}

/* The profiles are functions of v from v0 (centre) to v2 (shock).  v = v0 + (v2 - v0) s^m resolves the centre, where the radius is a
 * small power of v - v0: m makes it s^(6 / dim). */
static double profile(struct sedov *out, const struct similarity *k, int i, double *radius_slope) {
  const double j = out->dim, g = out->gamma, s = (double)i / SEDOV_STEPS, m = -6.0 / (k->a2 * j);
  double dv = (k->v2 - k->v0) * pow(s, m), v = k->v0 + dv;
  double x1 = 0.25 * (j + 2.0) * (g + 1.0) * v, x2 = k->b * k->c * dv, x3 = k->d * (1.0 - k->e * v), x4 = k->b * (1.0 - k->c * v / g);
  out->lambda[i] = pow(x1, -k->a0) * pow(x2, -k->a2) * pow(x3, -k->a1);
  out->v[i] = x1 * out->lambda[i];
  out->rho[i] = pow(x2, k->a3) * pow(x3, k->a4) * pow(x4, k->a5);
  out->p[i] = pow(x1, k->a0 * j) * pow(x3, k->a4 - 2.0 * k->a1) * pow(x4, 1.0 + k->a5);
  /* d ln lambda / ds; dv / ds = m dv / s */
  *radius_slope = i == 0 ? 0.0 : m / s * (dv * (-k->a0 / v + k->a1 * k->d * k->e / x3) - k->a2);
  return (out->rho[i] * out->v[i] * out->v[i] + out->p[i]) * pow(out->lambda[i], j) * *radius_slope;
}

bool sedov_start(struct sedov *s, int dim, double gamma, double energy, double density) {
  struct similarity k = similarity(dim, gamma);
  *s = (struct sedov){.dim = dim, .gamma = gamma, .energy = energy, .density = density};
  if (fabs(gamma - 2.0) < 1e-6 || k.v2 >= 2.0 / ((gamma - 1.0) * dim + 2.0)) return false;
  double sum = 0.0, slope;
  for (int i = 0; i <= SEDOV_STEPS; i++) {
    double simpson = i == 0 || i == SEDOV_STEPS ? 1.0 : i % 2 ? 4.0 : 2.0;
    sum += simpson / (3.0 * SEDOV_STEPS) * profile(s, &k, i, &slope);
  }
  s->lambda[0] = 0.0;
  const double surface[] = {2.0, 2.0 * PI, 4.0 * PI};
  s->alpha = surface[dim - 1] * k.a0 * k.a0 * 2.0 / (gamma * gamma - 1.0) * sum;
  return true;
}

double sedov_radius(const struct sedov *s, double t) {
  return pow(s->energy * t * t / (s->alpha * s->density), 1.0 / (s->dim + 2.0));
}

bool sedov_sample(const struct sedov *s, double t, double r, double *rho, double *v, double *p) {
  double front = sedov_radius(s, t);
  if (!(r < front)) return false;
  double speed = 2.0 / (s->dim + 2.0) * front / t, lambda = r / front, g = s->gamma;
  int lo = 0, hi = SEDOV_STEPS;
  while (hi - lo > 1) {
    int mid = (lo + hi) / 2;
    if (s->lambda[mid] > lambda) hi = mid;
    else lo = mid;
  }
  double f = (lambda - s->lambda[lo]) / (s->lambda[hi] - s->lambda[lo]);
  *rho = s->density * (g + 1.0) / (g - 1.0) * (s->rho[lo] + f * (s->rho[hi] - s->rho[lo]));
  *v = speed * 2.0 / (g + 1.0) * (s->v[lo] + f * (s->v[hi] - s->v[lo]));
  *p = s->density * speed * speed * 2.0 / (g + 1.0) * (s->p[lo] + f * (s->p[hi] - s->p[lo]));
  return true;
}
