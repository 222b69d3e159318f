#include "setups/plane_wave.h"

#include "base/fail.h"
#include "base/minmax.h"

#include <math.h>
#include <string.h>

static const double TWO_PI = 6.283185307179586476925;

/* The frame of Athena++ for oblique waves: e2 in the plane of two axes a and b, e3 mostly along the third.  The axes are chosen so that
 * a cyclic permutation of the box permutes the frame: an axis without turns is the third; else a has the longest wave. */
static void frame(struct plane_wave *w) {
  const double *k = w->k;
  int a = 0;
  for (int d = 1; d < 3; d++) {
    if (fabs(k[d]) < fabs(k[a])) a = d;
  }
  if (k[a] == 0.0) {
    while (k[a] == 0.0 || k[(a + 2) % 3] != 0.0) a = (a + 1) % 3;
  }
  int b = (a + 1) % 3, c = (a + 2) % 3;
  double across = sqrt(k[a] * k[a] + k[b] * k[b]), all = sqrt((k[a] * k[a] + k[b] * k[b]) + k[c] * k[c]);
  double cos1 = across / all, sin1 = k[c] / all, cos2 = k[a] / across, sin2 = k[b] / across;
  memset(w->e, 0, sizeof w->e);
  w->e[0][a] = cos1 * cos2;
  w->e[0][b] = cos1 * sin2;
  w->e[0][c] = sin1;
  w->e[1][a] = -sin2;
  w->e[1][b] = cos2;
  w->e[2][a] = -sin1 * cos2;
  w->e[2][b] = -sin1 * sin2;
  w->e[2][c] = cos1;
  w->length = 1.0 / all;
}

void plane_wave_start(struct plane_wave *w, const int waves[3], const struct setup_run *run, const char *section) {
  bool any = false;
  for (int d = 0; d < 3; d++) {
    if (d >= run->dim && waves[d] != 0) {
      fail_user("%s.waves: axis %c does not exist in %d-D; set its number of waves to 0", section, "xyz"[d], run->dim);
    }
    w->middle[d] = 0.5 * (run->lower[d] + run->upper[d]);
    w->k[d] = waves[d] == 0 ? 0.0 : waves[d] / (run->upper[d] - run->lower[d]);
    any = any || waves[d] != 0;
  }
  if (!any) fail_user("%s.waves: all are 0; at least one axis needs a wave", section);
  frame(w);
}

double plane_wave_phase(const struct plane_wave *w, const double x[3]) {
  double turns[3];
  for (int d = 0; d < 3; d++) turns[d] = w->k[d] * (x[d] - w->middle[d]);
  return sum3(turns[0], turns[1], turns[2]);
}

void plane_wave_lab(const struct plane_wave *w, double v1, double v2, double v3, double v[3]) {
  for (int d = 0; d < 3; d++) v[d] = v1 * w->e[0][d] + v2 * w->e[1][d] + v3 * w->e[2][d];
}

/* sin of 2 pi a for 0 <= a <= 1/4. */
static double quarter_sin(double a) { return a > 0.125 ? cos(TWO_PI * (0.25 - a)) : sin(TWO_PI * a); }

double sin_turns(double p) {
  double r = p - nearbyint(p), a = fabs(r);
  double s = quarter_sin(a > 0.25 ? 0.5 - a : a);
  return r < 0.0 ? -s : s;
}

double cos_turns(double p) {
  double a = fabs(p - nearbyint(p));
  return a > 0.25 ? -quarter_sin(a - 0.25) : quarter_sin(0.25 - a);
}
