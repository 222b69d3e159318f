/* The magnetic field of the galaxy, as a vector potential: a spiral in the disc, a toroidal and an X-shaped field in the halo, and a turbulent part.  Shapes and
 * strengths are close to those of Jansson & Farrar 2012 (ApJ 757, 14, Table 1; turbulence: ApJ 761, L11), but without arms and smooth at the plane and the axis.
 *
 * disc:  B_phi = B f(R) e(z),  B_R = tan(pitch) B_phi at all heights, and the B_z that makes it free of divergence; f(R) = exp(-(R - R_sun)/radius) smoothed to
 *        zero on the axis, e(z) = exp(-(z/height)^2).
 * toroidal: B_phi = B f(R) tanh(z/height) exp(-|z|/height_o): opposite on the two sides of the plane.
 * X:     B_z = B_X exp(-R_p/radius_x) in the plane, R_p = R/(1 + |z|/height_x) being the same along a field line (Ferriere & Terral 2014, A&A 561, A100).
 * turbulence: a sum of plane waves of random direction, phase and polarisation, with the spectrum of Kolmogorov between two wavelengths, in envelopes
 *        that fall with R and |z|; the height of a wave is in proportion to its length, so that only long ones are left in the halo. */
#include "setups/milkyway/milkyway.h"

#include "setups/milkyway/waves.h"

static double bell(double z, double height) { return exp(-(z / height) * (z / height)); }

/* Integral of the bell from 0 to z. */
static double bell_sum(double z, double height) { return 0.5 * sqrt(PI) * height * erf(z / height); }

void galaxy_field_start(struct galaxy_field *f) {
  struct random r;
  random_start(&r, (uint64_t)f->seed);
  double power = 0.0;
  for (int i = 0; i < f->modes; i++) {
    struct galaxy_wave *w = &f->wave[i];
    const struct wave_draw wave = wave_draw(&r, f->longest, f->shortest, i, f->modes);
    const double k = wave.k, c = wave.cosine, s = wave.sine, phi = wave.phi, strength = wave.strength, psi = 2.0 * PI * random_uniform(&r);
    const double n[3] = {s * cos(phi), s * sin(phi), c}, a[3] = {c * cos(phi), c * sin(phi), -s}, b[3] = {-sin(phi), cos(phi), 0.0};
    power += 0.5 * strength * strength; /* |A| = |B| / k */
    for (int d = 0; d < 3; d++) {
      w->k[d] = k * n[d];
      w->a[d] = strength / k * (cos(psi) * a[d] + sin(psi) * b[d]);
    }
    w->phase = 2.0 * PI * random_uniform(&r);
    w->over_height = k * f->longest / (2.0 * PI * f->height_t);
  }
  for (int i = 0; i < f->modes; i++)
    for (int d = 0; d < 3; d++) f->wave[i].a[d] *= f->turbulent / sqrt(power);
}

/* Flux through a ring of radius r_p over that of a uniform field of strength 1 / 2, exp(-r_p / r_x) in the plane: 2 (1 - (1 + x) exp(-x)) / x^2. */
static double flux_share(double x) { return x > 1e-3 ? 2.0 * (1.0 - (1.0 + x) * exp(-x)) / (x * x) : 1.0 - 2.0 / 3.0 * x; }

void galaxy_field_potential(const struct galaxy_field *f, const double x[3], double a[3]) {
  const double R2 = x[0] * x[0] + x[1] * x[1], core2 = f->core * f->core, R = sqrt(R2 + core2), z = x[2];
  /* B_phi = -dA_z/dR with A_z = B radius exp(-(R - R_sun)/radius); R with a core, so that the field vanishes on the axis. */
  const double shape = exp(-(R - f->sun) / f->radius), spiral = f->disc * shape, far = sqrt(z * z + f->height * f->height) - f->height;
  /* B_R = -dA_phi/dz, with the same shape, times R_true/R to vanish on the axis: A_phi = -tan(pitch) B f sum(z) R_true / R, given as A_phi / R_true. */
  double over_R = -tan(f->pitch) * spiral * bell_sum(z, f->height) / R;
  const double open = 1.0 + far / f->height_x;
  over_R += 0.5 * f->halo * flux_share(sqrt(R2) / (open * f->radius_x)) / (open * open);
  a[0] = -over_R * x[1];
  a[1] = over_R * x[0];
  a[2] = f->radius * (spiral * bell(z, f->height) + f->toroidal * shape * tanh(z / f->height) * exp(-far / f->height_o));
  double sum[3] = {0.0, 0.0, 0.0};
  for (int i = 0; f->turbulent > 0.0 && i < f->modes; i++) {
    const struct galaxy_wave *w = &f->wave[i];
    const double c = cos((w->k[0] * x[0] + w->k[1] * x[1]) + (w->k[2] * x[2] + w->phase)) * exp(-far * w->over_height);
    for (int d = 0; d < 3; d++) sum[d] += w->a[d] * c;
  }
  for (int d = 0; d < 3; d++) a[d] += shape * sum[d];
}
