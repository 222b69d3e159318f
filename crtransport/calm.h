/* Streaming particles where the gradient vanishes.  Private to crtransport/.
 *
 * On a plateau nothing scatters particles that stream, so that F rings with the waves of the two-moment equations, which are as fast as c~ and mean nothing.
 * The loss to Alfven waves goes by F once in a step of the gas, which is many periods of such waves, and would drive them.  So in the sub-steps F - F(start) is
 * damped at the rate 12 / dt (after the selective damping of frequencies of Akervik et al. 2006, Phys. Fluids 18, 068102), to the part to which particles stream
 * (F no more than 3 chi v_A q) and are scattered within dt.  With x = (q, F) on a wave of frequency w, damped like that and then q changed by
 * -(1/3) dt div F, no eigenvalue exceeds 1 for any w dt; from a rate of 8 / dt on for all w dt up to 100.  What changes in times longer than dt has
 * about seven times the inertia, which still is small next to streaming where c~ is much faster. */
#ifndef CRTRANSPORT_CALM_H
#define CRTRANSPORT_CALM_H

#include "crtransport/transport.h"

struct crt_calm;
/* Before n sub-steps; NULL where there is nothing to do. */
struct crt_calm *crt_calm_open(const struct crt *c, const struct mesh *mesh, int group, double dt, int n, const struct field *profile,
                               const struct field *alfven);
/* After each of them, a population in the cells of a block. */
void crt_calm_substep(struct crt_calm *calm, const struct crt *c, const struct mesh *mesh, struct crt_group *g, int b, int p);
void crt_calm_close(struct crt_calm *calm);

#endif
