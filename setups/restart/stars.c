/* Supernovae and winds of the stars of a snapshot, by their ages: what a star does in a window of time depends on its number and the window alone. */
#include "base/constants.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/units.h"
#include "microphysics/stars.h"
#include "setups/restart/restart.h"
#include "supernovae/supernovae.h"

#include <math.h>

static double wait(struct random *r, double rate) { return -log1p(-random_uniform(r)) / rate; }

/* Stars go around the z axis with the angular velocity that they have at the start, and their supernovae are scattered around them: Box & Muller 1958. */
static void place(const struct restart_stars *s, const struct restart_star *star, double time, struct random *r, double x[3]) {
  const double c = cos(star->turn * time), w = sin(star->turn * time);
  const double far = s->size * sqrt(-2.0 * log1p(-random_uniform(r))), to = 2.0 * PI * random_uniform(r);
  const double high = s->size * sqrt(-2.0 * log1p(-random_uniform(r))) * cos(2.0 * PI * random_uniform(r));
  x[0] = (c * star->x[0] - w * star->x[1]) + far * cos(to);
  x[1] = (w * star->x[0] + c * star->x[1]) + far * sin(to);
  x[2] = star->x[2] + high;
}

/* A Poisson process of a rate that is high enough, of which a share happens. */
static void draw(const struct restart_stars *s, const struct restart_star *star, int kind, double from, double to, uint64_t seed, struct supernova_list *list) {
  double (*const rate)(double) = kind == SUPERNOVA_II ? stars_core_collapse : stars_type_ia;
  double (*const bound)(double, double) = kind == SUPERNOVA_II ? stars_core_collapse_most : stars_type_ia_most;
  const double most = bound(star->age + from * s->myr, star->age + to * s->myr), per_time = most * star->mass * s->myr;
  struct random r;
  if (!(per_time > 0.0)) return;
  random_start(&r, seed);
  for (double t = from + wait(&r, per_time); t < to; t += wait(&r, per_time)) {
    const bool happens = random_uniform(&r) * most < rate(star->age + t * s->myr);
    struct supernova e = {.time = t, .kind = kind};
    place(s, star, t, &r, e.position);
    if (happens) supernova_add(list, &e);
  }
}

/* Winds of a part of the window at some moment of it; parts are short where the winds of young stars change.  Little ones happen so rarely that they have the
 * least mass. */
static void blow(const struct restart_stars *s, const struct restart_star *star, double from, double to, uint64_t seed, struct supernova_list *list) {
  const double begin = star->age + from * s->myr, end = star->age + to * s->myr;
  const int parts = begin > 100.0 ? 1 : 1 + (int)(end - begin), points = 4;
  struct random r;
  random_start(&r, seed);
  for (int p = 0; p < parts; p++) {
    const double a = begin + (end - begin) * p / parts, b = begin + (end - begin) * (p + 1) / parts;
    double lost = 0.0, energy = 0.0;
    for (int i = 0; i < points; i++) {
      const double age = a + (b - a) * (i + 0.5) / points, share = stars_mass_loss(age, star->metals) * (b - a) / points;
      lost += share;
      energy += share * stars_wind_energy(age);
    }
    struct supernova e = {.time = from + (to - from) * ((p + random_uniform(&r)) / parts), .kind = SUPERNOVA_WIND};
    const double mass = lost * star->mass * s->sun, share = mass < s->wind_mass ? mass / s->wind_mass : 1.0;
    const bool happens = random_uniform(&r) < share;
    place(s, star, e.time, &r, e.position);
    if (!happens) continue;
    e.mass = mass / share;
    e.metals = e.mass * star->metals;
    e.energy = e.mass * (energy / lost) * s->wind_energy * s->erg_per_g;
    supernova_add(list, &e);
  }
}

void restart_stars_events(const struct restart_stars *s, double from, double to, uint64_t seed, struct supernova_list *list) {
  for (int64_t i = 0; i < s->count; i++) {
    const struct restart_star *star = &s->star[i];
    const uint64_t own = random_key(seed, star->number);
    draw(s, star, SUPERNOVA_II, from, to, random_key(own, 0), list);
    draw(s, star, SUPERNOVA_IA, from, to, random_key(own, 1), list);
    if (s->winds) blow(s, star, from, to, random_key(own, 2), list);
  }
}

double restart_star_rate(const struct restart_stars *s, const struct restart_star *star) {
  return (stars_core_collapse(star->age) + stars_type_ia(star->age)) * star->mass * s->myr;
}
