/* The exact solution along a line, for pictures: reference.txt in the run folder. */
#ifndef SETUPS_PROFILE_H
#define SETUPS_PROFILE_H

#include <stdbool.h>

struct mesh;
struct setup;
struct setup_run;

/* The state at time t at many points on a line along the axis with the most cells (the first of them), through the middle of
 * the domain, or, where that is a face, through the middles of the finest cells above it: those that analysis shows.
 * Columns: the coordinate, rho press vel1 vel2 vel3 Bcc1 Bcc2 Bcc3, and with setup->exact_rays those of cosmic rays, code units; the line "# time t" comes first.  Returns
 * false, and writes nothing, where the solution is not known.  Rank 0 writes; collective. */
bool profile_write(const char *dir, const struct mesh *mesh, const struct setup *setup, const struct setup_run *run, double t);

/* B at a point: the background plus the curl of the vector potential by centred differences of width h. */
void profile_field(const struct setup *setup, double t, const double x[3], double h, double b[3]);

#endif
