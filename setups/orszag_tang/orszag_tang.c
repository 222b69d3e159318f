/* The vortex of Orszag & Tang 1979, JFM 90, 129, with the scaling of Stone et al. 2008, ApJS 178, 137, section 8.4.
 *
 * Positions are measured from the middle of the box, half a period from the corner the published formulas start at: signs of the
 * odd harmonics change, and the flow is symmetric under a half turn to the last bit in a box centred on zero. */
#include "base/fail.h"
#include "setups/plane_wave.h"
#include "setups/setup.h"

static const double PI = 3.14159265358979323846;

/* Field strength 1 / sqrt(4 pi). */
static const double B0 = 0.28209479177387814347;

static struct { double middle[2], length[2]; } box;

static void vortex_start(const struct setup_run *run) {
  if (run->dim < 2) fail_user("orszag_tang: needs mesh.dim: 2 or 3");
  for (int d = 0; d < 2; d++) {
    box.middle[d] = 0.5 * (run->lower[d] + run->upper[d]);
    box.length[d] = run->upper[d] - run->lower[d];
  }
}

static double turns(const double x[3], int d) { return (x[d] - box.middle[d]) / box.length[d]; }

static void vortex_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  w->rho = 25.0 / (36.0 * PI);
  w->p = 5.0 / (12.0 * PI);
  w->v[0] = sin_turns(turns(x, 1));
  w->v[1] = -sin_turns(turns(x, 0));
}

/* B = B0 (sin 2 pi y, sin 4 pi x) */
static void vortex_potential(double t, const double x[3], double a[3]) {
  (void)t;
  a[0] = a[1] = 0.0;
  a[2] = B0 * box.length[0] / (4.0 * PI) * cos_turns(2.0 * turns(x, 0)) - B0 * box.length[1] / (2.0 * PI) * cos_turns(turns(x, 1));
}

const struct setup setup_orszag_tang = {
    .name = "orszag_tang",
    .doc = "vortex of Orszag & Tang 1979: shocks, current sheets, decaying turbulence",
    .points = 3,
    .start = vortex_start,
    .gas = vortex_gas,
    .potential = vortex_potential,
};
