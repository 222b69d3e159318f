/* Runs that solve for the steady state of cosmic rays in place of steps in time. */
#include "base/fail.h"
#include "base/log.h"
#include "run/run.h"

#include <math.h>
#include <stdlib.h>

static bool go_on(void *data) {
  struct run *r = data;
  if (run_interrupted(r)) return false;
  checkpoint_if_due(r);
  return true;
}

/* The changes of sweeps fall like a geometric series; of the first two sweeps nothing is known yet. */
static void progress(void *data, const struct rays_steady_stage *s) {
  const struct run *r = data;
  double sweeps = 6.0;
  if (s->change > 0.0 && s->before > s->change) sweeps = s->sweep - 1 + fmax(1.0, ceil(log(s->change / r->steady.tolerance) / log(s->before / s->change)));
  sweeps = fmin(fmax(sweeps, s->sweep), fmax(r->steady.sweeps, s->sweep));
  const double part = (s->sweep - 1 + (double)s->done / s->bins) / sweeps;
  log_progress(fmin(part, 0.999), "sweep %d of about %.0f  %s %d  %d of %d bins  change %.2g  residual %.1e", s->sweep, sweeps, s->species, s->bin, s->done, s->bins,
               s->change, s->residual);
}

void run_steady(struct run *r) {
  if (!r->has_rays || r->rays.par.scheme != TRANSPORT_STEADY) return;
  struct rays_steady_params par = r->steady;
  par.go_on = go_on;
  par.progress = progress;
  par.data = r;
  const struct rays_steady_result s = rays_steady(&r->rays, &r->mesh, r->exchange, &r->gas, &par, r->time);
  log_progress(1.0, "%d sweeps", s.sweeps);
  log_info("steady state: %s after %d sweeps in %.1f s: rates %.1f s, set-ups of solvers %.1f s, solving %.1f s; %lld iterations in %lld solutions with %lld "
           "set-ups, %lld of them with limiters that did not settle; largest change %.2g, residual %.2g, negative share %.1g",
           s.converged ? "converged" : s.reason, s.sweeps, s.seconds, s.seconds_probe, s.seconds_setup, s.seconds_solve, (long long)s.iterations,
           (long long)s.solves, (long long)s.setups, (long long)s.unsettled, s.change, s.residual, s.negative);
  const double cells = (double)mesh_cells(&r->mesh), populations = (double)r->rays.count;
  log_info("steady state: %.3g populations of cells in %.3g s: %.2e per second, %.1f solutions and %.1f iterations per population; the differences add %.2g of the diffusion across "
           "the field", cells * populations, s.seconds, cells * populations / s.seconds, (double)s.solves / populations, (double)s.iterations / populations, s.added);
  log_info("steady state: in the end a residual of %.2g; particles per second of each species, and what is missing in the balance:", s.left);
  for (int i = 0; i < r->rays.net.count; i++) {
    const struct rays_steady_balance *b = &s.balance[i];
    const double in = b->injected + b->made, out = (b->lost + b->cooled) + b->escaped;
    log_info("  %-5s injected %.3e, made %.3e, lost %.3e, cooled %.3e, escaped %.3e, missing %.1e", r->rays.net.species[i].name, b->injected, b->made, b->lost,
             b->cooled, b->escaped, in > 0.0 ? fabs(in - out) / in : 0.0);
  }
  r->step = s.sweeps;
  if (s.converged || r->stop == RUN_SIGNAL || r->stop == RUN_WALL_TIME) return;
  checkpoint_write(r);
  outputs_write(r->outputs, r, true);
  log_warning("the steady state was not reached: %s; the populations so far are in the newest snapshot and checkpoint; go on with: %s", s.reason, r->command);
  log_close();
  MPI_Finalize();
  exit(1);
}
