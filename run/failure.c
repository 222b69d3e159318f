/* Steps that fail: what they have changed is put back where that can be done, and the run ends without spoiling a good checkpoint. */
#include "base/exact.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/sum.h"
#include "run/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Total and internal energy, which cooling changes before the gas can fail, of all blocks; and what is counted and booked on the way. */
struct run_kept {
  double *energy;
  struct mhd_counts counts;
  struct exact outflow[5 + MHD_SCALARS];
  struct sum radiated;
};

static bool cools(const struct run *r) { return r->has_cooling && r->cooling.par.on && !r->gas.par.frozen; }

/* Between the kept energies and those of the gas. */
static void copy_energies(struct run *r, bool back) {
  const size_t n = r->gas.u[0].comp_size[0];
  double *kept = r->kept->energy;
  for (int b = 0; b < r->mesh.count; b++)
    for (int c = 0; c < 2; c++, kept += n) {
      double *now = field_data(&r->gas.u[0], b, c == 0 ? GAS_E : r->gas.nvar - 1);
      memcpy(back ? now : kept, back ? kept : now, n * sizeof *now);
    }
}

void run_keep(struct run *r) {
  struct run_kept *k = r->kept = memory_get(sizeof *k);
  k->counts = r->gas.counts;
  _Static_assert(sizeof k->outflow == sizeof r->gas.outflow, "all of them");
  memcpy(k->outflow, r->gas.outflow, sizeof k->outflow);
  if (r->has_cooling) k->radiated = r->cooling.radiated;
  if (!cools(r) || r->has_rays) return;
  k->energy = memory_get_raw(sizeof *k->energy * 2 * r->gas.u[0].comp_size[0] * ((size_t)r->mesh.count + 1));
  copy_energies(r, false);
}

void run_drop(struct run *r) {
  memory_free(r->kept->energy);
  memory_free(r->kept);
  r->kept = NULL;
}

void run_undo(struct run *r) {
  struct run_kept *k = r->kept;
  r->midway = r->has_rays;
  if (k->energy != NULL) {
    copy_energies(r, true);
    mhd_settle(&r->gas, &r->mesh);
  }
  if (!r->midway) {
    r->gas.counts = k->counts;
    memcpy(r->gas.outflow, k->outflow, sizeof k->outflow);
    if (r->has_cooling) r->cooling.radiated = k->radiated;
    run_ionise(r);
  }
  run_drop(r);
}

static bool finite(struct run *r) {
  const struct mhd_totals t = mhd_totals(&r->gas, &r->mesh);
  double all = t.mass + t.energy + t.momentum[0] + t.momentum[1] + t.momentum[2];
  if (r->has_rays) {
    const struct rays_totals rays = rays_totals(&r->rays, &r->mesh);
    for (int s = 0; s < r->rays.net.count; s++) all += rays.number[s] + rays.energy[s];
  }
  return isfinite(all);
}

/* What to do, and what to add to the command for it. */
struct advice { const char *how; char set[64]; };

static struct advice advise(const struct run *r, bool falling, bool rays) {
  struct advice a = {.how = "with a lower mhd.cfl, or so", .set = " --set mhd.riemann=hlle"};
  if (falling) {
    const bool hopeless = !isfinite(r->gravity.last.residual);
    a.how = hopeless ? "when the density gives a potential that is finite" : "with another gravity.solver, more gravity.max_iterations, or so";
    snprintf(a.set, sizeof a.set, "%s", hopeless ? "" : " --set gravity.tolerance=1e-6");
  } else if (rays) {
    a.how = "with more transport.solver_iterations, another transport.solver, a larger transport.solver_tolerance, or shorter steps (run.dt_max, transport.substeps)";
    snprintf(a.set, sizeof a.set, " --set transport.solver_iterations=%lld", 5LL * r->rays.par.transport.implicit.iterations);
  }
  return a;
}

void run_failed(struct run *r) {
  const struct elliptic_result *potential = &r->gravity.last;
  const bool falling = r->has_gravity && r->gravity.par.self != SELF_NONE && potential->reason != NULL && !potential->converged;
  const bool rays = !falling && r->has_rays && rays_tell_failure(&r->rays);
  const struct mhd_failure f = falling || rays ? (struct mhd_failure){.found = false} : mhd_failure(&r->gas, &r->mesh);
  log_warning("%s in step %lld from time %.9g with dt %.6g",
              falling ? "the potential of the gas was not solved for" : rays ? "the transport of cosmic rays was not solved for" : "the gas went wrong", (long long)r->step + 1,
              r->time, r->dt);
  if (f.found) {
    log_warning("cell at (%.9g, %.9g, %.9g) on level %d: rho %.9g, momentum (%.9g, %.9g, %.9g), energy %.9g, B (%.9g, %.9g, %.9g)", f.x[0], f.x[1],
                f.x[2], f.level, f.u[0], f.u[1], f.u[2], f.u[3], f.u[4], f.b[0], f.b[1], f.b[2]);
  }
  const bool good = !r->midway && finite(r);
  if (good) checkpoint_write(r);
  outputs_write(r->outputs, r, true);
  const struct advice a = advise(r, falling, rays);
  double time;
  const char *newest = checkpoint_newest(r, &time);
  if (good)
    log_warning("the last good state, at time %.9g, is in the newest snapshot and checkpoint; go on %s: %s%s", r->time, a.how, r->command, a.set);
  else if (newest != NULL)
    log_warning("%s, so there is no checkpoint of it; the newest snapshot shows it as it is. The last good state is in %s, at time %.9g; go on from it %s: %s%s",
                r->midway ? "the state is one within a step" : "the state is no longer one of numbers", newest, time, a.how, r->command, a.set);
  else
    log_warning("%s, and there is no checkpoint before it; the newest snapshot shows it as it is. Start anew %s, and with output.checkpoints or output.checkpoint_wall_time",
                r->midway ? "the state is one within a step" : "the state is no longer one of numbers", a.how);
  log_close();
  MPI_Finalize();
  exit(1);
}
