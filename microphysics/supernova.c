#include "microphysics/supernova.h"

#include "base/minmax.h"
#include "microphysics/constants.h"

#include <math.h>

double supernova_cooling_radius_pc(double energy, double n) { return 22.6 * pow(energy * 1e-51, 0.29) * pow(n, -0.42); }

double supernova_terminal_momentum(double energy, double n, double metallicity) {
  return 2.8e5 * SOLAR_MASS_g * 1e5 * pow(energy * 1e-51, 0.93) * pow(n, -0.17) * pow(max(metallicity, 0.01), -0.14);
}

double supernova_momentum(double energy, double mass, double n, double metallicity) {
  return min(0.927 * sqrt(2.0 * 0.283 * energy * mass), supernova_terminal_momentum(energy, n, metallicity));
}
