/* Between probe.c and probe_balance.c.  Private to crtransport/. */
#ifndef CRTRANSPORT_PROBE_PARTS_H
#define CRTRANSPORT_PROBE_PARTS_H

#include "crtransport/steady_parts.h"

/* Rates of a bin in the cells of a block, as the rows of struct rays_probe; below, above: what the bins there get, or NULL. */
struct rays_bin_rates { double *sink[2], *inside[2], *below[2], *above[2]; };

/* A population in the cells of block b. */
void rays_probe_load(const struct rays_probe *p, int population, int b, double *to);
/* p->usual of a bin of the network: shares of its populations in all that is positive.  Collective. */
void rays_probe_usual(struct rays_probe *p, int bin);
/* What surrounds the particles of bin k of species s in block b. */
struct cr_batch_env rays_probe_env(struct rays_probe *p, int s, int k, int b);
/* Rates of bin k (counted within the species) in the cells of a block whose populations are lo and hi. */
void rays_probe_cells(struct rays_probe *p, const struct cr_batch_env *env, int s, int k, const double *lo, const double *hi, const struct rays_bin_rates *out);
/* Where the rates of a bin are kept. */
struct rays_bin_rates rays_probe_rows(struct rays_probe *p, int s, int k, int b);
/* All rates of a bin in block b, with what is lost to reactions in the sinks. */
void rays_probe_block(struct rays_probe *p, int s, int k, int b);

#endif
