/* Riemann solvers: fluxes through the faces of a row, turned so that the sweep direction is "n".
 *
 * Rows are plain arrays with n entries (n a multiple of 8): entry i of left and right are the states on the two sides of face i, bn[i] the
 * normal field on it.  Entries that belong to no face of interest may hold any finite state; their fluxes are not used.
 * No branch depends on the data.  Every solver is mirror symmetric to the last bit: swapping the sides and the signs of vn and bn (or of vn, bt1 and
 * bt2) gives the mirrored flux exactly; exchanging t1 and t2 exchanges the fluxes exactly.
 * Sources: HLLD Miyoshi & Kusano 2005, JCP 208, 315 (isothermal: Mignone 2007, JCP 225, 1427); HLLC Toro, Spruce & Speares 1994;
 * HLLE Einfeldt et al. 1991, JCP 92, 273; LLF Rusanov 1961. */
#ifndef MHD_RIEMANN_H
#define MHD_RIEMANN_H

#include <stdbool.h>

/* Primitive states; bt1, bt2 are not read without a magnetic field, p not for isothermal gas. */
struct state_row { const double *rho, *vn, *vt1, *vt2, *p, *bt1, *bt2; };

/* Fluxes of rho, momentum, total energy, and of the transverse field: bt1 = vn bt1 - bn vt1, bt2 likewise. */
struct flux_row { double *rho, *mn, *mt1, *mt2, *e, *bt1, *bt2; };

/* eos: gamma of an ideal gas, or the sound speed of an isothermal one. */
typedef void riemann_fn(int n, double eos, const struct state_row *left, const struct state_row *right, const double *bn,
                        const struct flux_row *flux);

/* kind: RIEMANN_HLLD (HLLC without a field), RIEMANN_HLLE, RIEMANN_LLF of mhd/mhd.h.  Without a field, bn and the transverse fields
 * are neither read nor written and may be NULL; isothermal solvers do not read p nor write e. */
riemann_fn *riemann_find(int kind, bool magnetic, bool isothermal);

#endif
