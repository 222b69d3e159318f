#include "microphysics/cr_seen.h"

#include "base/memory.h"
#include "microphysics/constants.h"

#include <math.h>

enum { NODES = 96, PHOTONS = 120 };

const double cr_seen_above_GeV[CR_SEEN_ABOVE] = {0.1, 1.0};
static const double most_GeV = 1e3, steepest = 60.0, stretch = 5.0;

/* Gauss-Legendre on (-1, 1): Newton's method on P_n from Tricomi's estimate of its roots. */
static void legendre(double x[NODES], double w[NODES]) {
  for (int i = 0; i < NODES; i++) {
    double at = cos(PI * (NODES - i - 0.25) / (NODES + 0.5)), slope = 0.0;
    for (int step = 0; step < 20; step++) {
      double now = 1.0, before = 0.0;
      for (int n = 1; n <= NODES; n++) {
        const double next = ((2.0 * n - 1.0) * at * now - (n - 1.0) * before) / n;
        before = now;
        now = next;
      }
      slope = NODES * (at * now - before) / (at * at - 1.0);
      const double move = now / slope;
      at -= move;
      if (fabs(move) < 1e-16) break;
    }
    x[i] = at;
    w[i] = 2.0 / ((1.0 - at * at) * slope * slope);
  }
}

static double ionising(const struct cr_species *s, double p) {
  const double t = cr_kinetic_per_nucleon(s, p), beta = cr_beta(p, s->mass_GeV);
  return t < 3e-4 ? 0.0 : cr_sigma_ionise_cm2(s, p, CR_IONISATION_BETHE) * beta * SPEED_OF_LIGHT_cm_s;
}

/* Complete screening, hydrogen with 10 % helium. */
static double bremsstrahlung(double energy, double e) {
  const double y = e / energy;
  return y < 1.0 ? 7.97e-16 * (4.0 / 3.0 * (1.0 - y) + y * y) / e : 0.0;
}

/* Photons above an energy, per s and H atom; not over 4 pi. */
static double photons(const struct cr_species *s, const struct cr_observe *o, double p, double least) {
  const double h = log(most_GeV / least) / PHOTONS, t = cr_kinetic(p, s->mass_GeV), energy = sqrt(p * p + s->mass_GeV * s->mass_GeV);
  double sum = 0.0;
  for (int i = 0; i < PHOTONS; i++) {
    const double e = least * exp((i + 0.5) * h);
    sum += h * e * (s->kind == CR_LEPTON ? bremsstrahlung(energy, e) : cr_sigma_gamma(t, e));
  }
  return s->kind == CR_LEPTON ? sum : o->nuclei * p / (t + s->mass_GeV) * SPEED_OF_LIGHT_cm_s * MILLIBARN_cm2 * sum;
}

static void fill_bin(struct cr_seen *t, const struct cr_species *s, int k, const double x[NODES], const double weight[NODES]) {
  const struct cr_bin *b = &t->net->bin[k];
  double l[NODES], kinetic[NODES], zeta[NODES], gamma[CR_SEEN_ABOVE][NODES], w[NODES];
  const bool shines = s->kind == CR_LEPTON || s->kind == CR_PROTON;
  for (int i = 0; i < NODES; i++) {
    l[i] = 0.5 * b->width * (1.0 + x[i]);
    const double p = b->p_lo * exp(l[i]);
    kinetic[i] = cr_kinetic(p, s->mass_GeV);
    zeta[i] = (1.0 + t->observe.secondaries) * ionising(s, p);
    for (int a = 0; a < CR_SEEN_ABOVE; a++) gamma[a][i] = shines ? photons(s, &t->observe, p, cr_seen_above_GeV[a]) / (4.0 * PI) : 0.0;
  }
  for (int j = 0; j < CR_SEEN_SLOPES; j++) {
    double all = 0.0, energy = 0.0, rate = 0.0, shine[CR_SEEN_ABOVE] = {0.0};
    for (int i = 0; i < NODES; i++) {
      w[i] = weight[i] * exp(t->slope[j] * (l[i] - (t->slope[j] > 0.0 ? b->width : 0.0)));
      all += w[i];
    }
    for (int i = 0; i < NODES; i++) {
      w[i] /= all;
      energy += w[i] * kinetic[i];
      rate += w[i] * zeta[i];
      for (int a = 0; a < CR_SEEN_ABOVE; a++) shine[a] += w[i] * gamma[a][i];
    }
    t->share[k][j] = (energy - b->t_lo) / (b->t_hi - b->t_lo);
    t->zeta[k][j] = rate;
    for (int a = 0; a < CR_SEEN_ABOVE; a++) t->gamma[k][a][j] = shine[a];
  }
}

void cr_seen_create(struct cr_seen *t, const struct cr_network *net, const struct cr_observe *o) {
  const size_t bins = (size_t)cr_network_bins(net);
  double x[NODES], w[NODES];
  t->net = net;
  t->observe = *o;
  t->share = memory_get(sizeof *t->share * bins);
  t->zeta = memory_get(sizeof *t->zeta * bins);
  t->gamma = memory_get(sizeof *t->gamma * bins);
  for (int j = 0; j < CR_SEEN_SLOPES; j++)
    t->slope[j] = steepest * sinh(-stretch + j * (2.0 * stretch / (CR_SEEN_SLOPES - 1))) / sinh(stretch);
  legendre(x, w);
  for (int s = 0; s < net->count; s++)
    for (int k = net->first[s]; k < net->first[s + 1]; k++) fill_bin(t, &net->species[s], k, x, w);
}

void cr_seen_destroy(struct cr_seen *t) {
  memory_free(t->share);
  memory_free(t->zeta);
  memory_free(t->gamma);
}

double cr_seen_between(int count, const double *x, const double *y, double at) {
  if (!(at >= x[0])) return y[0];
  if (at >= x[count - 1]) return y[count - 1];
  int low = 0, high = count - 1;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  return (y[low + 1] - y[low]) / (x[low + 1] - x[low]) * (at - x[low]) + y[low];
}

double cr_seen_slope(const struct cr_seen *t, int k, double lo, double hi) {
  const double n = lo + hi;
  return n > 0.0 ? cr_seen_between(CR_SEEN_SLOPES, t->share[k], t->slope, hi / n) : 0.0;
}

double cr_seen_zeta(const struct cr_seen *t, int k, double n, double s) { return n * cr_seen_between(CR_SEEN_SLOPES, t->slope, t->zeta[k], s); }

double cr_seen_gamma(const struct cr_seen *t, int k, int above, double n, double s) {
  return n * cr_seen_between(CR_SEEN_SLOPES, t->slope, t->gamma[k][above], s);
}

double cr_seen_shape(double s, double width, double l) {
  if (fabs(s * width) < 1e-6) return 1.0 / width;
  return s > 0.0 ? exp(s * (l - width)) * s / -expm1(-s * width) : exp(s * l) * s / expm1(s * width);
}
