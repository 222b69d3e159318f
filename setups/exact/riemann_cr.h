/* Exact solution of the Riemann problem of gas and cosmic rays that move with it and are compressed adiabatically, through shocks too.
 * Pfrommer et al. 2006, MNRAS 367, 113, appendix B; 2017, MNRAS 465, 4500. */
#ifndef SETUPS_EXACT_RIEMANN_CR_H
#define SETUPS_EXACT_RIEMANN_CR_H

struct composite_state { double rho, v, p, rays; };

enum { RIEMANN_CR_FAN = 1024 };

struct composite_fan {
  double gamma, gamma_cr;
  struct composite_state side[2], star[2];  /* outside, and between the outer waves and the contact */
  double head[2], tail[2];                  /* speeds of the edges of the outer waves; the same for a shock */
  /* States in rarefactions, from the head to the tail, and where they are. */
  double speed[2][RIEMANN_CR_FAN];
  struct composite_state inside[2][RIEMANN_CR_FAN];
};

void riemann_cr_solve(double gamma, double gamma_cr, const struct composite_state *left, const struct composite_state *right, struct composite_fan *fan);

/* State at x / t = speed; which side of the contact it is on (0, 1) is returned. */
int riemann_cr_sample(const struct composite_fan *fan, double speed, struct composite_state *w);

#endif
