/* Cross-sections typed from the cited papers. */
#include "microphysics/cross_sections.h"

#include "microphysics/constants.h"

#include <math.h>
#include <stddef.h>

/* Letaw, Silberberg & Tsao 1983, ApJS 51, 271. */
double cr_sigma_fragmentation(double a, double t, double phase) {
  double sigma = 45.0 * pow(a, 0.7) * (1.0 + 0.016 * sin(phase - 2.63 * log(a)));
  return t >= 2.0 ? sigma : sigma * (1.0 - 0.62 * exp(-t / 0.2) * sin(1.57553 * pow(t, -0.28)));
}

/* Hopkins et al. 2022, section 2.3; 1.5 for the helium of the gas.  The fit to the pbar p inelastic cross-section holds from 0.1 GeV. */
double cr_sigma_antiproton_loss(double p) {
  double x = log(fmax(p, 0.1));
  return 1.5 * fmax(-107.9 + 29.43 * x - 1.655 * x * x + 189.9 * exp(-x / 3.0), 0.0);
}

double cr_sigma_annihilation(double gamma) {
  double area = PI * ELECTRON_RADIUS_cm * ELECTRON_RADIUS_cm / MILLIBARN_cm2, u2 = (gamma - 1.0) * (gamma + 1.0), u = sqrt(u2);
  if (u < 1e-3) return area / u;
  return area / (gamma + 1.0) * ((gamma * gamma + 4.0 * gamma + 1.0) / u2 * log(gamma + u) - (gamma + 3.0) / u);
}

/* Evoli et al. 2019, PRD 99, 103023: cumulative, hydrogen target. */
enum { GRID = 11 };
static const double grid[GRID] = {0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 30, 100};
static const struct { enum cr_isotope parent, child; double sigma[GRID]; } table[] = {
    {ISO_C12, ISO_B10, {23.40, 20.36, 19.85, 19.61, 19.37, 18.89, 18.56, 18.27, 18.11, 18.07, 18.07}},
    {ISO_C12, ISO_B11, {61.30, 60.57, 60.24, 59.84, 58.68, 56.32, 54.82, 53.48, 52.70, 52.44, 52.40}},
    {ISO_C12, ISO_BE7, {9.50, 8.57, 8.72, 9.04, 9.37, 9.47, 9.47, 9.46, 9.46, 9.48, 9.49}},
    {ISO_C12, ISO_BE9, {3.64, 3.98, 4.12, 4.32, 4.84, 5.78, 6.37, 6.92, 7.22, 7.33, 7.34}},
    {ISO_C12, ISO_BE10, {0.54, 1.57, 2.14, 2.70, 3.22, 3.59, 3.76, 3.90, 3.99, 4.05, 4.06}},
    {ISO_N14, ISO_B10, {10.77, 10.78, 10.78, 10.76, 10.60, 10.41, 10.28, 10.16, 10.16, 10.16, 10.16}},
    {ISO_N14, ISO_B11, {40.21, 29.07, 26.09, 24.32, 23.48, 23.46, 23.52, 23.57, 23.67, 23.71, 23.71}},
    {ISO_N14, ISO_BE7, {12.69, 10.08, 9.96, 10.22, 10.74, 11.33, 11.64, 11.92, 12.10, 12.18, 12.20}},
    {ISO_N14, ISO_BE9, {1.94, 1.94, 1.96, 2.06, 2.40, 2.70, 2.84, 2.71, 2.71, 2.71, 2.71}},
    {ISO_N14, ISO_BE10, {0.45, 0.83, 0.99, 1.16, 1.45, 1.92, 2.21, 2.47, 2.63, 2.70, 2.71}},
    {ISO_O16, ISO_B10, {30.13, 17.22, 14.46, 13.26, 12.76, 11.92, 11.31, 10.76, 10.46, 10.39, 10.40}},
    {ISO_O16, ISO_B11, {29.40, 26.50, 26.17, 26.20, 26.43, 26.62, 26.70, 26.76, 26.80, 26.84, 26.85}},
    {ISO_O16, ISO_BE7, {1.70, 4.53, 6.20, 7.89, 9.15, 9.26, 9.04, 8.80, 8.69, 8.70, 8.73}},
    {ISO_O16, ISO_BE9, {1.02, 2.53, 3.28, 3.96, 4.38, 4.13, 3.83, 3.55, 3.39, 3.34, 3.34}},
    {ISO_O16, ISO_BE10, {0.51, 0.90, 1.07, 1.29, 1.76, 2.62, 3.16, 3.65, 3.94, 4.06, 4.08}},
    {ISO_B11, ISO_B10, {42.49, 42.48, 42.45, 42.31, 41.87, 41.49, 41.17, 40.85, 40.85, 40.85, 40.85}},
    {ISO_B11, ISO_BE7, {4.02, 4.01, 4.02, 4.07, 4.31, 4.55, 4.60, 4.56, 4.56, 4.56, 4.56}},
    {ISO_B11, ISO_BE9, {12.92, 13.01, 13.13, 13.43, 14.35, 15.12, 15.29, 15.15, 15.15, 15.15, 15.15}},
    {ISO_B11, ISO_BE10, {11.41, 11.40, 11.42, 11.56, 12.24, 12.93, 13.08, 12.95, 12.95, 12.95, 12.95}},
    {ISO_B10, ISO_BE7, {6.07, 6.06, 6.07, 6.14, 6.51, 6.87, 6.95, 6.88, 6.88, 6.88, 6.88}},
    {ISO_B10, ISO_BE9, {12.29, 12.27, 12.29, 12.45, 13.19, 13.92, 14.09, 13.95, 13.95, 13.95, 13.95}},
    {ISO_BE10, ISO_BE9, {35.22, 34.98, 36.03, 37.23, 38.00, 36.38, 36.37, 36.37, 36.37, 36.37, 36.37}},
};

/* Direct fits of the same paper, used for the energy dependence below 0.1 GeV/n, where 11B is the sum of 11B and 11C.  Energies in
 * MeV per nucleon. */
static const struct { enum cr_isotope parent, child; double threshold, sigma0, m, width, sigma1, xi, delta; } fit[] = {
    {ISO_C12, ISO_BE7, 24.462, 66.5, 31.8, 43.9, 10.0, 2.5, -.05},
    {ISO_C12, ISO_BE9, 31.85, 0, 1, 1, 4.2, .38, .7},
    {ISO_C12, ISO_BE10, 36.84, 0, 1, 1, 3.7, 4.2, .1},
    {ISO_C12, ISO_B10, 21.346, 35.8, 48.2, 45.3, 17.6, .69, -.1},
    {ISO_C12, ISO_B11, 20, 0, 1, 1, 30, 0, -.11},
    {ISO_C12, ISO_B11, 17.881, 44.7, 19, 100, 30.3, 0, -.15},
    {ISO_N14, ISO_BE7, 11.318, 275, 17.7, 7.9, 11.1, 5.3, .1},
    {ISO_N14, ISO_BE10, 42.44, 0, 1, 1, 1.29, 1.9, 1.1},
    {ISO_N14, ISO_B11, 13, 1000, 17.5, 3.7, 11.5, 0, .1},
    {ISO_O16, ISO_BE7, 26.859, 9.6, 21.7, 100, 11.5, 6.6, -.24},
    {ISO_O16, ISO_BE9, 33.716, 0, 1, 1, 5.3, 4, -.4},
    {ISO_O16, ISO_BE10, 40.109, 0, 1, 1, 1.36, 1.94, 2},
    {ISO_O16, ISO_B10, 26.859, 141.6, 56.4, 19.5, 13, 4, -.3},
    {ISO_O16, ISO_B11, 26.033, 0, 1, 1, 15.8, 0, 0},
    {ISO_O16, ISO_B11, 23.582, 37.3, 52.5, 44.7, 11, 2, 0},
};

static double direct_fit(enum cr_isotope parent, enum cr_isotope child, double t_MeV) {
  double sum = 0.0;
  for (size_t i = 0; i < sizeof fit / sizeof *fit; i++) {
    if (fit[i].parent != parent || fit[i].child != child) continue;
    double over = t_MeV - fit[i].threshold, m2 = fit[i].m * fit[i].m, w = fit[i].width, r = t_MeV * t_MeV - m2;
    if (over <= 0.0) continue;
    sum += fit[i].sigma1 * pow(over / t_MeV, fit[i].xi) * (1.0 + fit[i].delta / (1.0 + 4e6 / (t_MeV * t_MeV))) +
           fit[i].sigma0 * w * w * over * over / (r * r + w * w * m2);
  }
  return sum;
}

/* Linear in ln t. */
static double interpolate(int n, const double *t, const double *y, double at) {
  if (at <= t[0]) return y[0];
  if (at >= t[n - 1]) return y[n - 1];
  int i = 0;
  while (at > t[i + 1]) i++;
  double x = log(at / t[i]) / log(t[i + 1] / t[i]);
  return y[i] + x * (y[i + 1] - y[i]);
}

double cr_sigma_isotope(enum cr_isotope parent, enum cr_isotope child, double t) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (table[i].parent != parent || table[i].child != child) continue;
    double sigma = interpolate(GRID, grid, table[i].sigma, t), at_end = t < grid[0] ? direct_fit(parent, child, 100.0) : 0.0;
    return at_end > 0.0 ? sigma * direct_fit(parent, child, 1e3 * t) / at_end : sigma;
  }
  return 0.0;
}

double cr_sigma_nuclear(const struct cr_species *parent, const struct cr_species *child, double t) {
  double sum = 0.0, weights = 0.0;
  for (int i = 0; i < ISO_COUNT; i++) {
    weights += parent->mix[i];
    for (int k = 0; k < ISO_COUNT && parent->mix[i] > 0.0; k++)
      if (child->mix[k] > 0.0) sum += parent->mix[i] * cr_sigma_isotope((enum cr_isotope)i, (enum cr_isotope)k, t);
  }
  return weights > 0.0 ? sum / weights : 0.0;
}

/* Webber, Kish & Schrier 1990, PRC 41, 547, at 0.5 GeV per nucleon on hydrogen, with what decays into them: O -> 12C, 13C, 13N; 14C, 14N, 14O; 15N, 15O, and
 * N -> 12C, 12N; 13C, 13N.  From 0.4 to 2 GeV they change by 10 % or less. */
static const double OXYGEN_KEPT = (33.6 + 18.0 + 5.7) + (1.7 + 31.0 + 1.2) + (34.9 + 30.3), NITROGEN_KEPT = (52.1 + 1.1) + (9.6 + 7.5);

double cr_sigma_kept(const struct cr_species *s, double t) {
  double sum = cr_sigma_nuclear(s, s, t), weights = 0.0;
  for (int i = 0; i < ISO_COUNT; i++) weights += s->mix[i];
  if (s->mix[ISO_C12] > 0.0 && weights > s->mix[ISO_C12]) sum += (s->mix[ISO_O16] * OXYGEN_KEPT + s->mix[ISO_N14] * NITROGEN_KEPT) / weights;
  return sum;
}

/* Hopkins et al. 2022, section 2.3. */
double cr_sigma_paper_beryllium(bool be10, double t) { return be10 ? 12.5 * pow(t, 0.018) : 12.0 * pow(t, -0.022); }

/* Integrals over the spectra of Winkler 2017, JCAP 02, 048 (antineutrons and hyperons included).  Those end at antiprotons of 1 TeV, so the last mean
 * energy is that of the trend below. */
enum { PBAR = 11 };
static const double pbar_t[PBAR] = {7.24, 9.55, 12.6, 20, 28.8, 50.1, 95.5, 288, 955, 2880, 9550};
static const double pbar_sigma[PBAR] = {2.2e-5, 3.28e-3, 0.0284, 0.134, 0.274, 0.775, 1.90, 5.15, 10.6, 17.5, 26.1};
static const double pbar_fraction[PBAR] = {0.168, 0.166, 0.161, 0.146, 0.132, 0.112, 0.092, 0.0654, 0.0462, 0.0339, 0.0242};
/* Mean energies of the slowest 2 % of the antiprotons, the next 8, 20, 30 and 25 %, and the fastest 15 %, over that of all; of the
 * slowest a bit changed, so that energies rise with that of the proton. */
const double cr_antiproton_share[ANTIPROTON_PARTS] = {0.02, 0.08, 0.2, 0.3, 0.25, 0.15};
static const double pbar_part[ANTIPROTON_PARTS][PBAR] = {{0.360, 0.290, 0.235, 0.175, 0.153, 0.127, 0.096, 0.058, 0.032, 0.018, 0.012},
                                                         {0.580, 0.476, 0.390, 0.319, 0.288, 0.248, 0.199, 0.131, 0.076, 0.044, 0.031},
                                                         {0.778, 0.659, 0.593, 0.524, 0.490, 0.442, 0.379, 0.280, 0.187, 0.123, 0.097},
                                                         {0.942, 0.903, 0.870, 0.829, 0.805, 0.767, 0.712, 0.607, 0.486, 0.384, 0.343},
                                                         {1.158, 1.209, 1.237, 1.260, 1.271, 1.281, 1.286, 1.273, 1.228, 1.177, 1.157},
                                                         {1.460, 1.675, 1.835, 2.016, 2.113, 2.259, 2.477, 2.880, 3.354, 3.748, 3.905}};

static int pbar_place(double t) {
  int i = 0;
  while (i < PBAR - 2 && t > pbar_t[i + 1]) i++;
  return i;
}

/* Power laws between the points; zero below the first one, where less than 1e-5 of the production is left. */
static double power_table(const double *y, double t) {
  const int i = pbar_place(t);
  return y[i] * pow(t / pbar_t[i], log(y[i + 1] / y[i]) / log(pbar_t[i + 1] / pbar_t[i]));
}

double cr_sigma_antiproton(double t) { return t < pbar_t[0] ? 0.0 : power_table(pbar_sigma, t); }

/* Parts are linear in ln t, which keeps their mean at 1, and constant beyond the points. */
double cr_antiproton_energy_fraction(int part, double t) {
  const double inside = fmin(fmax(t, pbar_t[0]), pbar_t[PBAR - 1]), *y = pbar_part[part];
  const int i = pbar_place(inside);
  const double x = log(inside / pbar_t[i]) / log(pbar_t[i + 1] / pbar_t[i]);
  return power_table(pbar_fraction, fmax(t, pbar_t[0])) * (y[i] + x * (y[i + 1] - y[i]));
}

/* Kafexhiu et al. 2014, PRD 90, 123014, Eq. 1. */
double cr_sigma_inelastic_pp(double t) {
  double x = t / 0.2797;
  if (x <= 1.0) return 0.0;
  double l = log(x), rise = 1.0 - pow(x, -1.9);
  return (30.7 - 0.96 * l + 0.18 * l * l) * rise * rise * rise;
}

double cr_sigma_ionisation_cm2(double z, double beta) {
  double b2 = beta * beta, g2 = 1.0 / (1.0 - b2);
  return 1.23e-20 * z * z / b2 * fmax(6.20 + log10(b2 * g2) - 0.43 * b2, 0.0);
}
