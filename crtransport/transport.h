/* Transport of cosmic rays along the magnetic field: the two-moment equations of physics.md section 1, explicit, on the mesh, with the
 * velocity and the field of the gas frozen.
 *
 * A population is a density q >= 0 with a scalar flux F along b.  Populations come in groups, which share one reduced speed of light c~ and
 * one number of sub-steps.  Both forms of the reduction of the speed of light have the same equations for (q, F); the flux that is kept is
 *   full: F = (c~/c) F_true, slower by c~/c in all that is no advection;     flux: F = F_true.
 * Populations that stream do so down their gradient along b, at 3 chi v_A: all populations drift alike, so that none is driven below zero by the
 * others; what particles lose to waves is left to the update in momentum space (wave frame).  The speed enters as an additional mean free path
 * that grows without limit where the gradient vanishes (Jiang & Oh 2018, ApJ 854, 5), so that its sign does not flip at maxima.
 * Code units. */
#ifndef CRTRANSPORT_TRANSPORT_H
#define CRTRANSPORT_TRANSPORT_H

#include "amr/correction.h"
#include "amr/exchange.h"
#include "amr/field.h"
#include "base/exact.h"
#include "base/sum.h"

enum { RSOL_FULL, RSOL_FLUX };
enum { CLOSURE_M1, CLOSURE_ISOTROPIC };
/* DIFFUSION: for comparison, F follows the gradient at once, at the true speed of light whatever the reduced one; without streaming. */
enum { CRT_TWO_MOMENTS, CRT_DIFFUSION };
/* At ends of the domain that are not periodic.  GAS: as the boundary of the mesh says.  ABSORBING: q = 0 on the face where cells are optically thick,
 * free escape where they are thin; nothing comes in. */
enum { CRT_BOUNDARY_GAS, CRT_BOUNDARY_ABSORBING };

enum { CRT_CORNER, CRT_MONOTONE, CRT_PLAIN };
/* Implicit steps, see implicit.h. */
struct crt_implicit_params {
  int order;               /* in time: 1 or 2                                               */
  bool inertia;            /* F has a memory; else diffusion and streaming                  */
  int operator;            /* CRT_CORNER, ...: form of elliptic/                            */
  int isotropic;           /* 1: diffusion without direction, a third of that along the field */
  double perpendicular;    /* diffusivity across the field over that along it               */
  int solver;              /* ELLIPTIC_AUTO, ...                                            */
  int iterations;          /* of the solver, at most                                        */
  double tolerance;        /* of the linear systems: relative residual                      */
};

struct crt_params {
  int form, closure;       /* RSOL_..., CLOSURE_...                                        */
  double light;            /* c                                                            */
  double cfl;              /* share of a cell that the reduced speed may cross in a sub-step */
  double field_floor;      /* |B| below which there is no direction                        */
  int scheme;              /* CRT_TWO_MOMENTS or CRT_DIFFUSION                              */
  bool limiter;            /* off only for tests                                           */
  int boundary[3][2];      /* CRT_BOUNDARY_..., lower and upper end of each axis             */
  struct crt_implicit_params implicit;
};

/* Particle speed v and scattering rate nu. */
struct crt_member { double speed, rate; };

struct crt_group {
  char name[32];             /* of the field: "cosmic rays <number>"                       */
  int count;                 /* of populations                                             */
  struct crt_member *member; /* [count], owned                                             */
  double speed;              /* c~                                                         */
  bool implicit;             /* advanced by crt_implicit: speed is that of light           */
  struct field state;        /* cells [2 count]: first all q, then all F                   */
  bool *positive;            /* of the components, see amr/field.h                         */
  struct correction *correction;
  struct exact *outflow;     /* [count], owned: what left through the ends of the domain since the start, less what came in: q times
                                volume, through the blocks of this rank                    */
  int64_t substeps, limited; /* since the start: sub-steps; faces that were limited, on all ranks */
};

struct crt {
  struct crt_params par;
  int count;
  struct crt_group *group;   /* [count]                                                    */
  struct field directions;   /* see crtransport/geometry.h                                 */
  double *cost;              /* s spent on each local block; see rays_cost                 */
  struct crt_scratch *scratch;
  struct crt_implicit *implicit; /* NULL until the first implicit step on this mesh */
};

/* Groups come later by crt_add_group, before the first step; the groups move in memory when one is added.  The mesh needs two ghost layers.  Collective. */
void crt_create(struct crt *c, const struct crt_params *par, const struct mesh *mesh);
/* Returns the number of the group; the state is zero.  Collective. */
int crt_add_group(struct crt *c, const struct mesh *mesh, int count, const struct crt_member *member, double speed);
void crt_destroy(struct crt *c);

/* After the mesh has changed: the states have been carried along as fields in mesh_adapt; all else is made anew, directions by
 * crt_directions.  Collective. */
void crt_adapted(struct crt *c, const struct mesh *mesh);

/* Directions of the field, once per step of the gas; fills the ghosts of faces.  Collective. */
void crt_directions(struct crt *c, const struct mesh *mesh, struct exchange *x, struct field *faces);

/* The longest sub-step of the group: cfl of a cell at c~; for CRT_DIFFUSION dx^2 / (2 dim kappa), where the profile (as in crt_transport) is least; and
 * how many the group needs for a time dt.  Collective. */
double crt_longest(const struct crt *c, const struct mesh *mesh, int group, const struct field *profile);
int crt_substeps(const struct crt *c, const struct mesh *mesh, int group, double dt, const struct field *profile);

/* Advance the group by dt in n equal sub-steps.  profile: scattering rate over that of the population, NULL: 1.  alfven: speed of
 * streaming, NULL: no streaming.  Cell fields with one component, ghosts filled.  Collective. */
void crt_transport(struct crt *c, const struct mesh *mesh, struct exchange *x, int group, double dt, int n, const struct field *profile,
                   const struct field *alfven);

/* Carry q and F of the group along with the gas, as concentrations: a uniform ratio of q to the density stays so.  Not negative where no more than
 * its mass leaves a cell; on coarse cells next to finer ones this is not guaranteed.  Collective.
 *   mass     faces, ghosts filled: what goes through the lower face of each cell per area, over the step; a coarse face has the mean of the fine ones
 *   density  cells, ghosts filled: before the step */
void crt_advect(struct crt *c, const struct mesh *mesh, struct exchange *x, int group, const struct field *mass, const struct field *density);

#endif
