/* Working fields of a step, made when they are first needed and kept until the mesh changes.  What is in them is left over from the last use.
 * Private to crtransport/. */
#ifndef CRTRANSPORT_RAYS_SCRATCH_H
#define CRTRANSPORT_RAYS_SCRATCH_H

#include "crtransport/crtransport.h"

struct rays_scratch {
  struct field stress;        /* cells [2]: of rays_stress                             */
  struct field kick;          /* cells [4]: change of the momentum and energy of gas   */
  struct field velocity;      /* faces [3]: of rays_face_velocity                      */
  struct field expansion;     /* cells [1]: of rays_expansion                          */
  struct correction *energy;  /* [2]: energy of waves across levels; NULL: one level   */
};

/* Collective. */
struct rays_scratch *rays_scratch(struct rays *r, const struct mesh *mesh);
void rays_scratch_destroy(struct rays *r);

#endif
