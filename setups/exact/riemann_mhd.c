#include "setups/exact/riemann_mhd.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* Gas on a line of sight along one transverse direction: b is the transverse field (>= 0), vb the velocity along it. */
struct plane { double rho, vn, vb, p, b; };

enum { FAST, SLOW };

static double wave_speed2(int kind, double gamma, double bn, const struct plane *s) {
  double a2 = gamma * s->p / s->rho, ca2 = bn * bn / s->rho, bt2 = s->b * s->b / s->rho;
  double diff = a2 - ca2 - bt2, fast2 = 0.5 * (a2 + ca2 + bt2 + sqrt(diff * diff + 4.0 * a2 * bt2));
  return kind == FAST ? fast2 : a2 * ca2 / fast2;
}

/* Change of (rho, vn, vb) with b in a simple wave that moves in direction sign; p follows from the entropy. */
static void simple_wave_slope(int kind, double gamma, double bn, int sign, const struct plane *s, double slope[3]) {
  double c2 = wave_speed2(kind, gamma, bn, s), c = sqrt(c2), excess = c2 - bn * bn / s->rho;
  slope[0] = s->rho * excess / (s->b * c2);
  slope[1] = sign * excess / (s->b * c);
  slope[2] = -sign * bn / (s->rho * c);
}

/* One step of the fourth-order Runge-Kutta scheme in b. */
static bool simple_wave_step(int kind, double gamma, double bn, int sign, double entropy, double db, struct plane *s) {
  static const double at[4] = {0.0, 0.5, 0.5, 1.0}, weight[4] = {1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0};
  double k[3] = {0.0, 0.0, 0.0}, change[3] = {0.0, 0.0, 0.0};
  for (int stage = 0; stage < 4; stage++) {
    double h = at[stage] * db;
    struct plane y = {s->rho + h * k[0], s->vn + h * k[1], s->vb + h * k[2], 0.0, s->b + h};
    if (!(y.rho > 0.0) || !(y.b > 0.0)) return false;
    y.p = entropy * pow(y.rho, gamma);
    simple_wave_slope(kind, gamma, bn, sign, &y, k);
    for (int v = 0; v < 3; v++) change[v] += weight[stage] * db * k[v];
  }
  s->rho += change[0];
  s->vn += change[1];
  s->vb += change[2];
  s->b += db;
  s->p = entropy * pow(s->rho, gamma);
  return s->rho > 0.0;
}

/* Take s through a fast or slow wave that changes its transverse field to b.  Fast shocks and slow rarefactions raise b.  steps, if not
 * NULL, gets the MHD_FAN_STEPS + 1 states of a rarefaction, from s on; speed the ends of the wave, from s on. */
static bool cross_wave(int kind, double gamma, double bn, int sign, double b, struct plane *s, struct plane *steps, double speed[2],
                       bool *spread) {
  double change = b - s->b;
  *spread = (change > 0.0) == (kind == SLOW) && change != 0.0;
  speed[0] = speed[1] = s->vn + sign * sqrt(wave_speed2(kind, gamma, bn, s));
  if (change == 0.0) return true;
  if (*spread) {
    double entropy = s->p / pow(s->rho, gamma);
    for (int i = 0; i < MHD_FAN_STEPS; i++) {
      if (steps) steps[i] = *s;
      if (!simple_wave_step(kind, gamma, bn, sign, entropy, change / MHD_FAN_STEPS, s)) return false;
    }
    if (steps) steps[MHD_FAN_STEPS] = *s;
    speed[1] = s->vn + sign * sqrt(wave_speed2(kind, gamma, bn, s));
    return true;
  }
  /* The jump conditions leave a quadratic for q = bn^2 - W^2 / rho, W the mass flux: its negative root is the fast shock. */
  double b1 = s->b, m = 0.5 * (b1 + b) * b, bn2 = bn * bn, volume = 1.0 / s->rho;
  double g = 0.25 * (gamma - 1.0) * change * change, h = 1.0 - 0.5 * (gamma + 1.0) * change / b;
  if (!(h > 0.0)) return false;
  double half = 0.5 * (gamma * s->p + g - bn2 + m * h), root = sqrt(half * half + h * bn2 * m);
  double q = kind == FAST ? -(half > 0.0 ? half + root : bn2 * m * h / (root - half)) / h
                          : (half > 0.0 ? bn2 * m / (half + root) : (root - half) / h);
  double flux2 = (bn2 - q) * s->rho;
  if (!(flux2 > 0.0)) return false;
  double flux = sign * sqrt(flux2), dvolume = change / b * q / flux2;
  speed[0] = speed[1] = s->vn + flux * volume;
  s->p -= change * 0.5 * (b1 + b) + flux2 * dvolume;
  s->rho = 1.0 / (volume + dvolume);
  s->vn -= flux * dvolume;
  s->vb -= bn * change / flux;
  s->b = b;
  return s->rho > 0.0 && s->p > 0.0;
}

static struct plane to_plane(const struct mhd_state *w, double angle) {
  double c = cos(angle), s = sin(angle);
  return (struct plane){w->rho, w->v[0], c * w->v[1] + s * w->v[2], w->p, c * w->b[1] + s * w->b[2]};
}

/* The state turned back; the velocity across the plane is that of w. */
static struct mhd_state from_plane(const struct plane *p, double angle, const struct mhd_state *w) {
  double c = cos(angle), s = sin(angle), across = c * w->v[2] - s * w->v[1];
  return (struct mhd_state){p->rho, {p->vn, c * p->vb - s * across, s * p->vb + c * across}, p->p, {w->b[0], c * p->b, s * p->b}};
}

/* Fast wave to the transverse field b1, rotation to the angle, slow wave to b2, from one side; state[0] is that side. */
static bool cross_side(double gamma, int sign, double b1, double angle, double b2, struct mhd_state state[4], struct mhd_fan *fan) {
  double bn = state[0].b[0], theta = atan2(state[0].b[2], state[0].b[1]), speed[2];
  struct plane steps[MHD_FAN_STEPS + 1], s = to_plane(&state[0], theta);
  for (int wave = 0; wave < 3; wave++) {
    int place = sign < 0 ? wave : MHD_FAN_WAVES - 1 - wave, kind = wave == 0 ? FAST : SLOW;
    double turn = wave == 0 ? theta : angle;
    const struct mhd_state *from = &state[wave];
    bool spread = false;
    if (wave == 1) {
      double ca = fabs(bn) / sqrt(from->rho), r = (bn < 0.0 ? -1.0 : 1.0) / sqrt(from->rho);
      state[2] = *from;
      state[2].b[1] = s.b * cos(angle);
      state[2].b[2] = s.b * sin(angle);
      for (int d = 1; d < 3; d++) state[2].v[d] -= sign * r * (state[2].b[d] - from->b[d]);
      speed[0] = speed[1] = from->v[0] + sign * ca;
      s = to_plane(&state[2], angle);
    } else {
      if (!cross_wave(kind, gamma, bn, sign, wave == 0 ? b1 : b2, &s, steps, speed, &spread)) return false;
      state[wave + 1] = from_plane(&s, turn, from);
    }
    if (!fan) continue;
    fan->speed[place][sign < 0 ? 0 : 1] = speed[0];
    fan->speed[place][sign < 0 ? 1 : 0] = speed[1];
    fan->spread[place] = spread;
    for (int i = 0; i <= MHD_FAN_STEPS && spread; i++) {
      int at = sign < 0 ? i : MHD_FAN_STEPS - i;
      fan->profile[place][at] = from_plane(&steps[i], turn, from);
      fan->profile_speed[place][at] = steps[i].vn + sign * sqrt(wave_speed2(kind, gamma, bn, &steps[i]));
    }
  }
  return true;
}

/* Jumps of velocity and pressure at the contact for the unknowns: logarithms of the transverse fields behind the fast waves and
 * at the contact, and its angle there. */
static bool mismatch(double gamma, const struct mhd_state *left, const struct mhd_state *right, const double x[4], double f[4]) {
  struct mhd_state l[4] = {*left}, r[4] = {*right};
  if (!cross_side(gamma, -1, exp(x[0]), x[3], exp(x[2]), l, NULL)) return false;
  if (!cross_side(gamma, 1, exp(x[1]), x[3], exp(x[2]), r, NULL)) return false;
  for (int d = 0; d < 3; d++) f[d] = l[3].v[d] - r[3].v[d];
  f[3] = l[3].p - r[3].p;
  return true;
}

/* Solve the 4 x 4 system a y = f by elimination with pivots; y replaces f. */
static bool solve4(double a[4][4], double f[4]) {
  for (int c = 0; c < 4; c++) {
    int best = c;
    for (int r = c + 1; r < 4; r++) best = fabs(a[r][c]) > fabs(a[best][c]) ? r : best;
    if (!(fabs(a[best][c]) > 0.0)) return false;
    for (int k = 0; k < 4; k++) {
      double swap = a[c][k];
      a[c][k] = a[best][k];
      a[best][k] = swap;
    }
    double swap = f[c];
    f[c] = f[best];
    f[best] = swap;
    for (int r = 0; r < 4; r++) {
      double factor = r == c ? 0.0 : a[r][c] / a[c][c];
      for (int k = c; k < 4; k++) a[r][k] -= factor * a[c][k];
      f[r] -= factor * f[c];
    }
  }
  for (int c = 0; c < 4; c++) f[c] /= a[c][c];
  return true;
}

static double size4(const double f[4]) { return sqrt((f[0] * f[0] + f[1] * f[1]) + (f[2] * f[2] + f[3] * f[3])); }

/* Damped Newton iteration with differences for the derivatives. */
static bool newton(double gamma, const struct mhd_state *left, const struct mhd_state *right, double x[4]) {
  double f[4], scale = left->p + right->p + fabs(left->v[0] - right->v[0]);
  if (!mismatch(gamma, left, right, x, f)) return false;
  for (int iteration = 0; iteration < 60; iteration++) {
    double a[4][4], step[4], next[4], trial[4], damp = 1.0;
    for (int c = 0; c < 4; c++) {
      double up[4], lo[4], h = 1e-6;
      memcpy(trial, x, sizeof trial);
      trial[c] = x[c] + h;
      if (!mismatch(gamma, left, right, trial, up)) return false;
      trial[c] = x[c] - h;
      if (!mismatch(gamma, left, right, trial, lo)) return false;
      for (int r = 0; r < 4; r++) a[r][c] = (up[r] - lo[r]) / (2.0 * h);
    }
    memcpy(step, f, sizeof step);
    if (!solve4(a, step)) return false;
    for (int halving = 0; halving < 30; halving++, damp *= 0.5) {
      for (int c = 0; c < 4; c++) trial[c] = x[c] - damp * step[c];
      if (mismatch(gamma, left, right, trial, next) && size4(next) < size4(f)) break;
      if (halving == 29) return size4(f) < 1e-11 * scale;
    }
    memcpy(x, trial, sizeof trial);
    memcpy(f, next, sizeof next);
    if (size4(f) < 1e-14 * scale) return true;
  }
  return size4(f) < 1e-11 * scale;
}

bool riemann_mhd_solve(double gamma, const struct mhd_state *left, const struct mhd_state *right, struct mhd_fan *fan) {
  static const double scale[] = {1.0, 1.3, 0.8, 1.8, 0.5, 3.0};
  enum { SCALES = sizeof scale / sizeof scale[0] };
  double bl = hypot(left->b[1], left->b[2]), br = hypot(right->b[1], right->b[2]);
  if (left->b[0] == 0.0 || left->b[0] != right->b[0] || bl == 0.0 || br == 0.0) return false;
  double angle = atan2(left->b[2] + right->b[2], left->b[1] + right->b[1]);
  for (int outer = 0; outer < SCALES; outer++) {
    for (int inner = 0; inner < SCALES; inner++) {
      double x[4] = {log(scale[outer] * bl), log(scale[outer] * br), log(scale[inner] * 0.5 * (bl + br)), angle};
      if (!newton(gamma, left, right, x)) continue;
      struct mhd_state l[4] = {*left}, r[4] = {*right};
      *fan = (struct mhd_fan){.gamma = gamma};
      cross_side(gamma, -1, exp(x[0]), x[3], exp(x[2]), l, fan);
      cross_side(gamma, 1, exp(x[1]), x[3], exp(x[2]), r, fan);
      for (int i = 0; i < 4; i++) {
        fan->region[i] = l[i];
        fan->region[MHD_FAN_WAVES - i] = r[i];
      }
      fan->speed[3][0] = fan->speed[3][1] = l[3].v[0];
      /* A solution of the equations whose waves overtake one another is not the physical one. */
      bool ordered = true;
      for (int w = 1; w < MHD_FAN_WAVES; w++) ordered = ordered && fan->speed[w][0] >= fan->speed[w - 1][1] - 1e-12;
      if (ordered) return true;
    }
  }
  return false;
}

static double blend(double a, double b, double f) { return a + f * (b - a); }

void riemann_mhd_sample(const struct mhd_fan *fan, double speed, struct mhd_state *w) {
  int wave = 0;
  while (wave < MHD_FAN_WAVES && speed > fan->speed[wave][1]) wave++;
  *w = fan->region[wave];
  if (wave == MHD_FAN_WAVES || speed <= fan->speed[wave][0]) return;
  const double *s = fan->profile_speed[wave];
  int lo = 0, hi = MHD_FAN_STEPS;
  while (hi - lo > 1) {
    int mid = (lo + hi) / 2;
    if (s[mid] > speed) hi = mid;
    else lo = mid;
  }
  const struct mhd_state *a = &fan->profile[wave][lo], *b = &fan->profile[wave][hi];
  double f = (speed - s[lo]) / (s[hi] - s[lo]);
  w->rho = blend(a->rho, b->rho, f);
  w->p = blend(a->p, b->p, f);
  for (int d = 0; d < 3; d++) {
    w->v[d] = blend(a->v[d], b->v[d], f);
    w->b[d] = blend(a->b[d], b->b[d], f);
  }
}
