/* Gamma rays.
 *
 * Kafexhiu, Aharonian, Taylor & Vila 2014, PRD 90, 123014: Eqs. 1-12 and tables IV, V and VII (Geant 4; Pythia 8 from 50 GeV on), here up to 100 GeV;
 * Kelner, Aharonian & Bugayov 2006, PRD 74, 034018, Eqs. 58-61, above.  Blumenthal & Gould 1970, RMP 42, 237.
 *
 * The pieces of the first do not join: the energy in photons falls by 17 % at 20 GeV and rises by 13 % at 50 GeV, and up to 30 % are missing
 * against QGSJET-II-04m (AAfrag: Kachelriess, Moskalenko & Ostapchenko 2019, CPC 245, 106846) and Kamae et al. 2006, ApJ 647, 692, which agree
 * within 5 %.  Factors take them to the tables of AAfrag. */
#include "microphysics/observables.h"

#include "microphysics/constants.h"
#include "microphysics/cross_sections.h"

#include <math.h>

static const double pion_mass = 0.1349768, threshold = 0.2797, pythia_from = 50.0, kelner_from = 100.0;

/* Cross-section of pi0, mb: one pion through the Delta resonance and two pions below 2 GeV, then multiplicity times sigma_inel. */
static double pion_cross_section(double t) {
  const double m = PROTON_MASS_GeV, mass = 1.1883, width = 0.2264;
  if (t <= threshold) return 0.0;
  if (t < 2.0) {
    double s = 2.0 * m * (t + 2.0 * m), root = sqrt(s), m2 = mass * mass, g = sqrt(m2 * (m2 + width * width));
    double k = sqrt(8.0) * mass * width * g / (PI * sqrt(m2 + g)), off = (root - m) * (root - m) - m2;
    double resonance = m * k / (off * off + m2 * width * width);
    double q = s - pion_mass * pion_mass - 4.0 * m * m, eta2 = q * q - 16.0 * pion_mass * pion_mass * m * m;
    double eta = sqrt(fmax(eta2, 0.0)) / (2.0 * pion_mass * root), two = t < 0.56 ? 0.0 : 5.7 / (1.0 + exp(-9.3 * (t - 1.4)));
    return 7.66e-3 * pow(eta, 1.95) * (1.0 + eta + pow(eta, 5.0)) * pow(resonance, 1.86) + two;
  }
  if (t < 5.0) {
    double q = (t - threshold) / m;
    return cr_sigma_inelastic_pp(t) * (-6e-3 + 0.237 * q - 0.023 * q * q);
  }
  double x = (t - 3.0) / m, quarter = sqrt(sqrt(x));
  if (t > pythia_from)
    return cr_sigma_inelastic_pp(t) * 0.652 * pow(x, 0.1928) * (1.0 + exp(-0.0016 * pow(x, 0.483))) * (1.0 - exp(-0.488 * quarter));
  return cr_sigma_inelastic_pp(t) * 0.728 * pow(x, 0.2503) * (1.0 + exp(-0.596 * pow(x, 0.117))) * (1.0 - exp(-0.491 * quarter));
}

/* The largest energy of a pion in the laboratory. */
static double largest_pion(double t) {
  const double m = PROTON_MASS_GeV;
  double s = 2.0 * m * (t + 2.0 * m), root = sqrt(s), e = (s - 4.0 * m * m + pion_mass * pion_mass) / (2.0 * root);
  double gamma = (t + 2.0 * m) / root;
  return gamma * e + sqrt(gamma * gamma - 1.0) * sqrt(fmax(e * e - pion_mass * pion_mass, 0.0));
}

static double kafexhiu(double t, double e) {
  const double m = PROTON_MASS_GeV;
  if (t <= threshold) return 0.0;
  double top = largest_pion(t), edge = 0.5 * (top + sqrt(top * top - pion_mass * pion_mass));
  double y = e + pion_mass * pion_mass / (4.0 * e), y_top = edge + pion_mass * pion_mass / (4.0 * edge), x = (y - pion_mass) / (y_top - pion_mass);
  if (!(x >= 0.0 && x < 1.0)) return 0.0;
  double theta = t / m, q = (t - 1.0) / m, mu = t > 1.0 ? 1.25 * pow(q, 1.25) * exp(-1.25 * q) : 0.0;
  double shape, c = 3.0 * pion_mass / y_top, sigma = pion_cross_section(t), peak = log(theta);
  if (t <= 1.0) shape = pow(1.0 - x, 3.29 - 0.2 * pow(theta, -1.5));
  else if (t <= 4.0) shape = pow(1.0 - x, mu + 2.45) / pow(1.0 + x / c, mu + 1.45);
  else if (t <= 20.0) shape = pow(1.0 - x, 1.5 * mu + 4.95) / pow(1.0 + x / c, mu + 1.5);
  else if (t <= pythia_from) shape = pow(1.0 - sqrt(x), 4.2) / (1.0 + x / c);
  else shape = pow(1.0 - sqrt(x), 4.0) / (1.0 + x / (3.5 / 3.0 * c));
  if (t < 1.0) return 5.9 * sigma / top * shape;
  if (t < 5.0) return 9.53 * pow(theta, -0.52) * exp(0.054 * peak * peak) * sigma / m * shape;
  if (t > pythia_from) return 9.06 * pow(theta, -0.3795) * exp(0.01105 * peak * peak) * sigma / m * shape;
  return 9.13 * pow(theta, -0.35) * exp(9.7e-3 * peak * peak) * sigma / m * shape;
}

/* Linear in ln t between the ends of the pieces. */
static double joined(double t) {
  static const double from[] = {9.0, 20.0, 50.0, 100.0}, low[] = {1.0, 1.45, 1.11}, high[] = {1.20, 1.28, 1.05};
  for (int i = 0; i < 3; i++)
    if (t > from[i] && t <= from[i + 1]) return low[i] + (high[i] - low[i]) * log(t / from[i]) / log(from[i + 1] / from[i]);
  return 1.0;
}

static double kelner(double t, double e) {
  double proton = t + PROTON_MASS_GeV, x = e / proton, l = log(proton * 1e-3);
  if (x >= 1.0) return 0.0;
  double amplitude = 1.30 + 0.14 * l + 0.011 * l * l, beta = 1.0 / (1.79 + 0.11 * l + 0.008 * l * l), k = 1.0 / (0.801 + 0.049 * l + 0.014 * l * l);
  double xb = pow(x, beta), lx = log(x), rest = -expm1(beta * lx), below = 1.0 + k * xb * rest, ratio = rest / below;
  if (rest <= 0.0) return 0.0;
  double bracket = 1.0 / lx - 4.0 * beta * xb / rest - 4.0 * k * beta * xb * (1.0 - 2.0 * xb) / below;
  return cr_sigma_inelastic_pp(t) / proton * amplitude * lx / x * ratio * ratio * ratio * ratio * bracket;
}

double cr_sigma_gamma(double t, double e) { return t < kelner_from ? joined(t) * kafexhiu(t, e) : kelner(t, e); }

double cr_gamma_pion(const struct cr_cell *cell, const struct cr_observe *o, double e) {
  int s = cr_network_find(cell->net, "p");
  double sum = 0.0, p[CR_PIECES], n[CR_PIECES];
  for (int k = s < 0 ? 0 : cell->net->first[s]; s >= 0 && k < cell->net->first[s + 1]; k++) {
    if (cell->net->bin[k].t_hi < e) continue;
    cr_pieces(cell, k, p, n);
    for (int i = 0; i < CR_PIECES; i++) {
      if (n[i] > 0.0) sum += n[i] * cr_beta(p[i], PROTON_MASS_GeV) * cr_sigma_gamma(cr_kinetic(p[i], PROTON_MASS_GeV), e);
    }
  }
  return o->nuclei * SPEED_OF_LIGHT_cm_s * MILLIBARN_cm2 / (4.0 * PI) * sum;
}

/* The integral over ln E of E q(E), up to the top of the protons. */
double cr_gamma_pion_above(const struct cr_cell *cell, const struct cr_observe *o, double e) {
  enum { POINTS = 60 };
  int s = cr_network_find(cell->net, "p");
  if (s < 0) return 0.0;
  double sum = 0.0, h = log(cell->net->bin[cell->net->first[s + 1] - 1].t_hi / e) / POINTS;
  for (int i = 0; i < POINTS && h > 0.0; i++) {
    double x = e * exp((i + 0.5) * h);
    sum += h * x * cr_gamma_pion(cell, o, x);
  }
  return sum;
}

/* Sum of rate(p) over all e+-. */
static double over_leptons(const struct cr_cell *cell, double (*rate)(const double *data, double p), const double *data) {
  double sum = 0.0, p[CR_PIECES], n[CR_PIECES];
  for (int s = 0; s < cell->net->count; s++) {
    if (cell->net->species[s].kind != CR_LEPTON) continue;
    for (int k = cell->net->first[s]; k < cell->net->first[s + 1]; k++) {
      cr_pieces(cell, k, p, n);
      for (int i = 0; i < CR_PIECES; i++)
        if (n[i] > 0.0) sum += n[i] * rate(data, p[i]);
    }
  }
  return sum;
}

/* Complete screening: dsigma/de = (4/3 - 4/3 y + y^2) / (e N X_0), y = e/E; hydrogen with 10 % helium. */
static double brems_rate(const double *e, double p) {
  double y = *e / sqrt(p * p + ELECTRON_MASS_GeV * ELECTRON_MASS_GeV);
  return y < 1.0 ? 7.97e-16 * (4.0 / 3.0 * (1.0 - y) + y * y) / *e : 0.0;
}

double cr_gamma_bremsstrahlung(const struct cr_cell *cell, double e) { return over_leptons(cell, brems_rate, &e) / (4.0 * PI); }

/* Photons per GeV and s by one electron in photons of one energy: data = {e, photon energy in GeV, photons per cm^3}. */
static double compton_rate(const double *data, double p) {
  double e = data[0], photon = data[1], energy = sqrt(p * p + ELECTRON_MASS_GeV * ELECTRON_MASS_GeV), gamma = energy / ELECTRON_MASS_GeV;
  double big = 4.0 * photon * gamma / ELECTRON_MASS_GeV, y = e / energy;
  if (y >= 1.0) return 0.0;
  double q = y / (big * (1.0 - y));
  if (q >= 1.0 || e <= photon) return 0.0;
  double bq = big * q, shape = 2.0 * q * log(q) + (1.0 + 2.0 * q) * (1.0 - q) + 0.5 * bq * bq / (1.0 + bq) * (1.0 - q);
  return 0.75 * THOMSON_cm2 * SPEED_OF_LIGHT_cm_s / (gamma * gamma) * data[2] / photon * shape;
}

double cr_gamma_compton(const struct cr_cell *cell, double e, int bands, const double *u, const double *photon_eV) {
  double sum = 0.0;
  for (int i = 0; i < bands; i++) {
    double data[3] = {e, photon_eV[i] * 1e-9, u[i] / photon_eV[i]};
    if (u[i] > 0.0) sum += over_leptons(cell, compton_rate, data);
  }
  return sum / (4.0 * PI);
}
