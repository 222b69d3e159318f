/* The far-ultraviolet field of the stars of a snapshot, for the heat of grains: their luminosities by age, spread over rings around the z axis, with dust in between that
 * takes exp(-distance / path).  Axisymmetric, the same on both sides of the plane, and as it is at the start. */
#include "base/constants.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/sum.h"
#include "base/units.h"
#include "microphysics/stars.h"
#include "setups/restart/restart.h"

#include <math.h>

/* Nodes over asinh(R / scale) and asinh(|z| / scale), scale being SCALE of the half width; directions from a node to a ring, more of them where it is near. */
enum { RADII = 48, LEVELS = 24, NODES = RADII * LEVELS, TURNS = 24 };
static const double SCALE = 0.02;
static const double HABING_erg_cm3 = 3.9e-14; /* of photons of 8 to 13.6 eV */

struct restart_light {
  double extent, path, unit;    /* unit: Habing's unit over erg/s per squared code length */
  double luminosity[NODES], field[NODES];
  bool ready;
};

static double radius_of(const struct restart_light *l, int i, int n) { return l->extent * SCALE * sinh(asinh(1.0 / SCALE) * i / (n - 1)); }

/* The node below, and how far it is to the next. */
static int below(const struct restart_light *l, double r, int n, double *share) {
  const double at = min(asinh(r / (l->extent * SCALE)) / asinh(1.0 / SCALE), 1.0) * (n - 1);
  const int i = (int)min(floor(at), n - 2.0);
  *share = at - i;
  return i;
}

struct restart_light *restart_light_create(const struct restart_stars *stars, double path, double extent, const struct units *u, MPI_Comm comm) {
  struct restart_light *l = memory_get(sizeof *l);
  struct sum *sum = memory_get(sizeof *sum * NODES);
  double all = 0.0;
  l->extent = 1.5 * extent; /* to the corners of a cube */
  l->path = path;
  l->unit = 1.0 / (4.0 * PI * SPEED_OF_LIGHT_cm_s * HABING_erg_cm3 * u->length_cm * u->length_cm);
  for (int64_t s = 0; s < stars->count; s++) {
    const double *x = stars->star[s].x, power = stars_ultraviolet(stars->star[s].age) * stars->star[s].mass;
    const double R = sqrt(x[0] * x[0] + x[1] * x[1]), z = fabs(x[2]);
    double a, b;
    if (R >= l->extent || z >= l->extent) continue;
    const int i = below(l, R, RADII, &a), k = below(l, z, LEVELS, &b);
    sum_add(&sum[k * RADII + i], power * (1.0 - a) * (1.0 - b));
    sum_add(&sum[k * RADII + i + 1], power * a * (1.0 - b));
    sum_add(&sum[(k + 1) * RADII + i], power * (1.0 - a) * b);
    sum_add(&sum[(k + 1) * RADII + i + 1], power * a * b);
  }
  sum_over_ranks(comm, NODES, sum);
  for (int n = 0; n < NODES; n++) all += l->luminosity[n] = sum_value(&sum[n]);
  memory_free(sum);
  log_info("restart: the stars have %.3g erg/s from 8 to 13.6 eV", all);
  return l;
}

void restart_light_destroy(struct restart_light *l) { memory_free(l); }

/* Of a ring (R, z) of luminosity 1 at (r, height), soft on the scale of the table. */
static double of_ring(const struct restart_light *l, double R, double z, double soft, double r, double height) {
  double sum = 0.0;
  for (int side = -1; side <= 1; side += 2)
    for (int t = 0; t < TURNS; t++) {
      const double u = (t + 0.5) / TURNS, weight = 3.0 * u * u, away = height - side * z, s = sin(0.5 * PI * u * u * u);
      const double d2 = (r - R) * (r - R) + 4.0 * r * R * s * s + away * away;
      sum += weight * exp(-sqrt(d2) / l->path) / (d2 + soft * soft);
    }
  return 0.5 * sum / TURNS;
}

/* Local: every rank has the whole table, once somebody asks. */
static void fill(struct restart_light *l) {
  for (int k = 0; k < LEVELS; k++)
    for (int i = 0; i < RADII; i++) {
      double sum = 0.0;
      for (int n = 0; n < NODES; n++) {
        if (l->luminosity[n] == 0.0) continue;
        const int a = n % RADII, b = n / RADII;
        const double soft = 0.5 * (radius_of(l, a + 1, RADII) - radius_of(l, a, RADII));
        sum += l->luminosity[n] * of_ring(l, radius_of(l, a, RADII), radius_of(l, b, LEVELS), soft, radius_of(l, i, RADII), radius_of(l, k, LEVELS));
      }
      l->field[k * RADII + i] = sum * l->unit;
    }
  l->ready = true;
}

double restart_light_at(struct restart_light *l, const double x[3]) {
  double a, b;
  if (!l->ready) fill(l);
  const int i = below(l, sqrt(x[0] * x[0] + x[1] * x[1]), RADII, &a), k = below(l, fabs(x[2]), LEVELS, &b);
  const double *f = l->field + k * RADII + i;
  return (f[0] * (1.0 - a) + f[1] * a) * (1.0 - b) + (f[RADII] * (1.0 - a) + f[RADII + 1] * a) * b;
}
