/* Eigenvectors of the linear waves, for the setup and its test. */
#ifndef SETUPS_LINEAR_WAVE_H
#define SETUPS_LINEAR_WAVE_H

enum { LINEAR_WAVE_FAST, LINEAR_WAVE_ALFVEN, LINEAR_WAVE_SLOW, LINEAR_WAVE_ENTROPY, LINEAR_WAVE_SOUND, LINEAR_WAVE_VORTICAL };

/* Speed in gas at rest, and change of the primitive variables per amplitude; axis 0 is the direction of travel. */
struct linear_wave_mode { double speed, rho, v[3], p, b[3]; };

/* Right-going wave on gas of density rho, sound speed a and field b. */
void linear_wave_find(int mode, double rho, double a, const double b[3], struct linear_wave_mode *m);

#endif
