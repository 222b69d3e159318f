/* Gauss-Legendre rules on [-1, 1]; weights add up to 1, so that sums are averages.  Exactly symmetric. */
#ifndef SETUPS_GAUSS_H
#define SETUPS_GAUSS_H

enum { GAUSS_MOST = 8 };

struct gauss { double node[GAUSS_MOST], weight[GAUSS_MOST]; };

/* The rule of 1 to GAUSS_MOST points. */
const struct gauss *gauss_rule(int points);

#endif
