/* Parts of a step that are not there yet. */
#include "crtransport/internal.h"

void rays_kick(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, double dt) {
  (void)r, (void)mesh, (void)x, (void)g, (void)dt;
}
void rays_inertia(struct rays *r, const struct mesh *mesh, struct gas *g) { (void)r, (void)mesh, (void)g; }
void rays_set_momentum(struct rays *r, const struct mesh *mesh) { (void)r, (void)mesh; }
void rays_settle(struct rays *r, const struct mesh *mesh, struct gas *g) { (void)r, (void)mesh, (void)g; }
