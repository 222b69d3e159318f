/* Synchrotron radiation in a field of random direction: Aharonian, Kelner & Prosekin 2010, PRD 82, 043002, appendix D. */
#include "microphysics/observables.h"

#include "microphysics/constants.h"

#include <math.h>

/* Eq. D7; its integral over x is 8 pi / (9 sqrt 3) within 6e-4. */
double cr_synchrotron_shape(double x) {
  double c = cbrt(x), c2 = c * c, c4 = c2 * c2;
  return 1.808 * c / sqrt(1.0 + 3.4 * c2) * (1.0 + 2.21 * c2 + 0.347 * c4) / (1.0 + 1.353 * c2 + 0.217 * c4) * exp(-x);
}

double cr_synchrotron(const struct cr_cell *cell, double nu, double b_uG) {
  const double charge = ELEMENTARY_CHARGE_esu, mc2 = ELECTRON_MASS_GeV * 1e9 * ELECTRONVOLT_erg;
  double b = 1e-6 * b_uG, power = sqrt(3.0) * charge * charge * charge * b / mc2;
  double critical = 3.0 * charge * b * SPEED_OF_LIGHT_cm_s / (4.0 * PI * mc2), sum = 0.0, p[CR_PIECES], n[CR_PIECES];
  for (int s = 0; s < cell->net->count && b > 0.0; s++) {
    if (cell->net->species[s].kind != CR_LEPTON) continue;
    for (int k = cell->net->first[s]; k < cell->net->first[s + 1]; k++) {
      cr_pieces(cell, k, p, n);
      for (int i = 0; i < CR_PIECES; i++) {
        double gamma = cr_gamma(p[i], ELECTRON_MASS_GeV);
        if (n[i] > 0.0) sum += n[i] * cr_synchrotron_shape(nu / (critical * gamma * gamma));
      }
    }
  }
  return power * sum / (4.0 * PI);
}
