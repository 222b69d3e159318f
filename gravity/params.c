/* The "gravity" section of the parameters. */
#include "amr/mesh.h"
#include "base/fail.h"
#include "base/params.h"
#include "base/units.h"
#include "gravity/gravity.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double NEWTON = 6.6743e-8; /* cgs, CODATA 2018 */

void gravity_declare(struct params *ps, struct gravity_params *p) {
  static char kinds[256];
  kinds[0] = '\0';
  for (int i = 0; gravity_kinds[i].name; i++) {
    size_t used = strlen(kinds);
    snprintf(kinds + used, sizeof kinds - used, "%s%s", i ? "|" : "", gravity_kinds[i].name);
  }
  params_section(ps, "gravity", "gravity on the gas: static potentials, and that of the gas itself");
  params_real(ps, "constant", &p->constant, "0", 0.0, INFINITY, "1", "G in code units; 0: the constant of nature, or 1 with units: code");
  params_choice(ps, "self", &p->self, "none|isolated|periodic", "none", "gravity of the gas itself, by its boundary condition");
  params_real(ps, "tolerance", &p->tolerance, "1e-8", 1e-13, 1e-2, "1", "residual of the potential of the gas, relative to its source");
  params_choice(ps, "solver", &p->solver, ELLIPTIC_METHODS, "auto", ELLIPTIC_METHODS_DOC ELLIPTIC_PFMG_DOC);
  params_int(ps, "max_iterations", &p->max_iterations, "200", 1, 1000000, ELLIPTIC_ITERATIONS_DOC "; a potential that is not solved for ends the run");
  params_real(ps, "cfl", &p->cfl, "0.3", PARAMS_POSITIVE, 1.0, "1", "time step over sqrt(cell / acceleration)");
  params_bool(ps, "from_setup", &p->from_setup, "false", "the static potential of the setup counts as well, where it has one");
  params_bool(ps, "mass_from_setup", &p->mass_from_setup, "false", "with self: mass of the setup that is not gas (stars, a halo) attracts the gas from the mesh, and stays where it is");
  params_list_begin(ps, "potentials", GRAVITY_POTENTIALS, sizeof p->potential[0], &p->count, "terms of the static potential");
  struct potential *q = &p->potential[0];
  params_choice(ps, "kind", &q->kind, kinds, "point",
                "miyamoto_nagai, hernquist, nfw (mass is 4 pi rho_s scale^3), plummer, logarithmic, point, uniform, sheet");
  params_real(ps, "mass", &q->mass, "0", 0.0, INFINITY, "code mass", "of all kinds but logarithmic, uniform and sheet");
  params_real(ps, "scale", &q->scale, "1", PARAMS_POSITIVE, INFINITY, "code length", "scale radius; softening of a point");
  params_real(ps, "height", &q->height, "1", PARAMS_POSITIVE, INFINITY, "code length", "of miyamoto_nagai and sheet");
  params_real(ps, "velocity", &q->velocity, "0", 0.0, INFINITY, "code velocity", "of the flat rotation curve of logarithmic");
  params_real(ps, "flattening", &q->flattening, "1", 0.1, 10.0, "1", "axis ratio of logarithmic");
  params_reals(ps, "acceleration", 3, q->acceleration, "[0, 0, 0]", -INFINITY, INFINITY, "km s^-1 Myr^-1", "of uniform; the last one of sheet");
  params_reals(ps, "centre", 3, q->centre, "[0, 0, 0]", -INFINITY, INFINITY, "code length", "position");
  params_list_end(ps);
}

void gravity_check(struct gravity_params *p, const struct params *ps, const struct mesh_params *mesh, const char *setup, bool has_potential, bool has_mass) {
  if (p->from_setup && !has_potential) fail_user("gravity.from_setup: the setup %s has no potential; set it to false", setup);
  if (p->mass_from_setup && !has_mass) fail_user("gravity.mass_from_setup: the setup %s has no mass but gas; set it to false", setup);
  if (p->mass_from_setup && p->self == SELF_NONE) fail_user("gravity.mass_from_setup: counts in the potential of the gas alone: set gravity.self: isolated or periodic");
  if (p->self == SELF_ISOLATED && mesh->dim < 3)
    fail_user("gravity.self: isolated: needs mesh.dim: 3; with fewer dimensions take self: periodic");
  for (int d = 0; p->self != SELF_NONE && d < mesh->dim; d++)
    if ((mesh->boundary[d][0] == BOUNDARY_PERIODIC) != (p->self == SELF_PERIODIC))
      fail_user("gravity.self: %s: needs %s ends of the domain on all axes; see mesh.boundary_%c", p->self == SELF_PERIODIC ? "periodic" : "isolated",
                p->self == SELF_PERIODIC ? "periodic" : "open", "xyz"[d]);
  const struct units *u = params_units(ps);
  if (p->constant == 0.0) p->constant = u->code ? 1.0 : NEWTON * u->mass_g * u->time_s * u->time_s / (u->length_cm * u->length_cm * u->length_cm);
}
