/* What is seen of cosmic rays in regions of a run, as statistics over their cells: observables.h5, written while the run goes on.
 *
 * For every region and output time, of the cells whose centres and gas are within its limits: median, mean and the percentiles 2.5, 16, 84 and 97.5, weighted
 * with mass or volume, of
 *   energy/all, energy/<species>       kinetic energy density, eV cm^-3
 *   ionisation                         ionisations per s and H atom, with those by secondary electrons
 *   gamma_above                        photons above 0.1 and 1 GeV per s, sr and H atom: pions, and bremsstrahlung of e+-
 *   spectra/<species>/t, j             intensities per m^2 s sr GeV/n at three points per bin; of the elements C, B and Be as well
 *   ratios/x, <ratio>                  at equal energy per nucleon in GeV, antiprotons at equal rigidity in GV; 0 where there is nothing; of spectra through
 *                                      the middles of bins, without the jumps of power laws at their edges
 * and cells, volume (kpc^3) and mass (kpc^3 cm^-3 m_p).  A percentile is where the weights of smaller values and half its own are that part of all, linear in
 * between.  Cells are in the order of the mesh and each quantity is summed by one rank, so the file does not depend on the number of ranks.
 * analysis/galaxy.py computes the same from snapshots. */
#ifndef CRTRANSPORT_OBSERVE_H
#define CRTRANSPORT_OBSERVE_H

#include "crtransport/crtransport.h"
#include "microphysics/cr_seen.h"

struct io_record;

enum { OBSERVE_REGIONS = 16, OBSERVE_STATISTICS = 6, OBSERVE_PER_BIN = 3, OBSERVE_RATIO_POINTS = 46 };
enum { OBSERVE_MASS, OBSERVE_VOLUME };

/* Limits are inclusive: distance from the axis (z through the middle) and |z|, code lengths; rho / m_p per code volume; P m / (k rho) with m = 0.6 m_p, K; share
 * of the hydrogen that is ionised. */
struct rays_region { char name[32]; double radius[2], height[2], density[2], temperature[2], ionised[2]; int weight; };

struct rays_observe_params {
  double every;             /* code time between rows; 0: with every snapshot */
  int count;
  struct rays_region region[OBSERVE_REGIONS];
};

/* Keys of the section that is open, "output". */
void rays_observe_declare(struct params *ps, struct rays_observe_params *par);

struct rays_quantity { int kind, species, bin, ratio, above; double at; };
struct rays_observer {
  struct rays_observe_params par;
  struct cr_seen seen;
  double kpc, per_cm3;      /* code lengths; density of 1 cm^-3 */
  double carbon, be9;
  double centre[3];
  int count;
  struct rays_quantity *quantity;
};

/* Without regions in a 3-D run with physical units that reaches out so far: gas of the solar circle of Hopkins et al. 2022, R = 7-9 kpc, |z| < 0.3 kpc, n = 0.3-3 cm^-3.  Returns NULL
 * where there is no region, as in runs without physical units. */
struct rays_observer *rays_observer_create(const struct rays_observe_params *par, const struct rays *r, const struct mesh *mesh, const struct units *units);
void rays_observer_destroy(struct rays_observer *o);

/* Cells of a region on this rank, in the order of the mesh: numbers and slopes of all bins, [bin][cell], and sums over them. */
struct rays_sample {
  int n;
  double *weight, *number, *slope, *energy, *zeta, *gamma; /* energy [species][n], gamma [above][n] */
  double volume, mass;      /* of all ranks */
  int64_t cells;
};
void rays_sample_take(const struct rays_observer *o, int region, const struct rays *r, const struct mesh *mesh, const struct gas *g, struct rays_sample *s);
void rays_sample_free(struct rays_sample *s);
/* All quantities over a sample, [count][OBSERVE_STATISTICS] on all ranks; NaN without cells.  Collective. */
void rays_sample_statistics(const struct rays_observer *o, const struct rays *r, const struct mesh *mesh, const struct rays_sample *s, double *out);
/* Median, mean, 2.5, 16, 84, 97.5 % of n values with weights; order: room for n. */
struct rays_valued { double value, weight; int place; };
void rays_statistics(int n, const double *value, const double *weight, struct rays_valued *order, double out[OBSERVE_STATISTICS]);

/* Add a row to <dir>/observables.h5 with what is there now.  Collective. */
void rays_observe(const struct rays_observer *o, const struct rays *r, const struct mesh *mesh, const struct gas *g, const char *dir, const struct io_record *rec,
                  double time, int64_t step);

enum { SEEN_ENERGY, SEEN_ZETA, SEEN_GAMMA, SEEN_INTENSITY, SEEN_ELEMENT, SEEN_RATIO };
/* Elements and the species they are the sum of; of cno the share of carbon.  The points are those of the first one that is there. */
enum { OBSERVE_ELEMENTS = 3, OBSERVE_PARTS = 4 };
struct rays_element { const char *name, *part[OBSERVE_PARTS]; };
extern const struct rays_element rays_elements[OBSERVE_ELEMENTS];

#endif
