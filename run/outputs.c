/* When to write what. */
#include "base/fail.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/params.h"
#include "base/units.h"
#include "run/run.h"
#include "version.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 32 + 2 * MHD_SCALARS + RAYS_COLUMNS + SUPERNOVAE_COLUMNS, VARIABLES = MHD_VARIABLES + COOLING_VARIABLES + RAYS_VARIABLES + 1 };

struct outputs {
  struct io_record record;
  struct mhd_scalar scalars[MHD_SCALARS];
  struct cooling_shown cooling;
  struct rays_shown shown[RAYS_VARIABLES];
  struct rays_names names;
  struct io_variable variables[VARIABLES];
  int variable_count;
  struct io_history *history;
  int column_count;
  struct io_column columns[COLUMNS];
  int outflow_at;                 /* column where what left the domain begins */
  int balance_at;                 /* column of the energy with all that came and went */
  int gravity_at;                 /* column of the energy in the potential; 0: no gravity */
  double first_energy;            /* with gravity, in the first row of this part of the run */
  int radiated_at;                /* column of the energy that was radiated; 0: no cooling */
  int supernovae_at;              /* column where supernovae begin; 0: there are none */
  int rays_at;                    /* column where cosmic rays begin; 0: there are none */
  double row[COLUMNS];            /* the last one                          */
  char scalar_names[2][MHD_SCALARS][32];
  double max_div_b;
  struct rays_observer *observer; /* NULL: nothing to observe              */
  int64_t observed_due;           /* of output.observables                 */
  double last_observed;
  double clock;                   /* of the last line in the log           */
  int64_t clock_step;
};

/* "cr_*" stands for all names that begin like that. */
static bool matches(const char *name, const char *wanted) {
  const size_t n = strlen(wanted);
  return n > 0 && wanted[n - 1] == '*' ? strncmp(name, wanted, n - 1) == 0 : strcmp(name, wanted) == 0;
}

/* Only the fields that were asked for, in the order of the table. */
static void choose_fields(struct outputs *o, const struct run_params *par) {
  int count = o->variable_count, kept = 0;
  if (par->field_count == 0) return;
  struct io_variable *all = memory_get(sizeof o->variables);
  memcpy(all, o->variables, sizeof o->variables);
  bool found[64] = {false};
  for (int v = 0; v < count; v++) {
    bool wanted = false;
    for (int f = 0; f < par->field_count; f++) {
      if (!matches(all[v].name, par->fields[f])) continue;
      wanted = found[f] = true;
    }
    if (wanted) o->variables[kept++] = all[v];
  }
  o->variable_count = kept;
  for (int f = 0; f < par->field_count; f++) {
    if (found[f]) continue;
    char names[1024] = "";
    for (int v = 0; v < count; v++) {
      size_t used = strlen(names);
      snprintf(names + used, sizeof names - used, "%s%s", v ? ", " : "", all[v].name);
    }
    fail_user("output.fields: this run has no field '%s'; choose from: %s", par->fields[f], names);
  }
  memory_free(all);
}

struct outputs *outputs_open(struct run *r) {
  struct outputs *o = memory_get(sizeof *o);
  const struct units *u = params_units(r->ps);
  o->record = (struct io_record){.run_name = r->par.name, .setup = r->setup->name, .parameters = params_resolved(r->ps), .version = CRUX_VERSION,
                                 .units = u, .gamma = r->gas.par.gamma};
  o->variable_count = mhd_variables(&r->gas, u, o->scalars, o->variables);
  if (r->has_cooling) o->variable_count += cooling_variables(&r->cooling, &r->gas, &o->cooling, o->variables + o->variable_count);
  if (r->has_rays) {
    o->variable_count += rays_variables(&r->rays, u, o->shown, o->variables + o->variable_count);
    o->record.more = rays_describe;
    o->record.more_data = &r->rays;
  }
  if (r->has_gravity) gravity_variable(&r->gravity, u, &o->variables[o->variable_count++]);
  choose_fields(o, &r->par);
  o->last_observed = -INFINITY;
  if (r->has_rays) o->observer = rays_observer_create(&r->par.observe, &r->rays, &r->mesh, u);
  static const struct io_column fixed[] = {
      {"time", "code_time", "time"}, {"step", "1", "steps since the start"}, {"dt", "code_time", "last time step"},
      {"mass", "code_mass", "total mass"}, {"momentum1", "code_momentum", "total momentum along x"},
      {"momentum2", "code_momentum", "total momentum along y"}, {"momentum3", "code_momentum", "total momentum along z"},
      {"total_energy", "code_energy", "kinetic, internal and magnetic energy"}, {"kinetic_energy", "code_energy", "kinetic energy"},
      {"magnetic_energy", "code_energy", "magnetic energy"}, {"internal_energy", "code_energy", "internal energy"},
      {"max_div_b", "1", "largest |div B| dx / |B|"}, {"blocks", "1", "blocks"}, {"cells", "1", "cells"},
      {"fallbacks", "1", "cell updates with first-order fluxes since the start"},
      {"density_floors", "1", "cell updates put on the density floor since the start"},
      {"pressure_floors", "1", "cell updates put on the pressure floor since the start"},
  };
  o->column_count = (int)(sizeof fixed / sizeof *fixed);
  memcpy(o->columns, fixed, sizeof fixed);
  for (int c = 0; c < r->gas.par.nscalar; c++) {
    snprintf(o->scalar_names[0][c], sizeof o->scalar_names[0][c], "scalar%d", c);
    o->columns[o->column_count++] = (struct io_column){o->scalar_names[0][c], "code_mass", "total mass of the passive scalar"};
  }
  static const struct io_column outflow[5] = {
      {"outflow_mass", "code_mass", "mass of gas that left through the ends of the domain, less what came in"},
      {"outflow_momentum1", "code_momentum", "momentum along x that left with it, and by pressure"},
      {"outflow_momentum2", "code_momentum", "momentum along y that left with it, and by pressure"},
      {"outflow_momentum3", "code_momentum", "momentum along z that left with it, and by pressure"},
      {"outflow_energy", "code_energy", "energy of gas and field that left through the ends of the domain"},
  };
  o->outflow_at = o->column_count;
  o->column_count += 5;
  memcpy(o->columns + o->outflow_at, outflow, sizeof outflow);
  for (int c = 0; c < r->gas.par.nscalar; c++) {
    snprintf(o->scalar_names[1][c], sizeof o->scalar_names[1][c], "outflow_scalar%d", c);
    o->columns[o->column_count++] = (struct io_column){o->scalar_names[1][c], "code_mass", "mass of the passive scalar that left"};
  }
  o->balance_at = o->column_count++;
  o->columns[o->balance_at] = (struct io_column){"energy_balance", "code_energy",
      "energy of gas, field and cosmic rays, in the potential too, with all that left or was radiated and less all that came; stays as it is"};
  if (r->has_gravity) {
    o->gravity_at = o->column_count;
    o->column_count += 2;
    o->columns[o->gravity_at] = (struct io_column){"gravity_energy", "code_energy", "energy of the gas in the potential; half of it in its own"};
    o->columns[o->gravity_at + 1] = (struct io_column){"outflow_gravity_energy", "code_energy", "energy in the potential of mass that left through the ends of the domain"};
  }
  if (r->has_cooling && r->cooling.par.on) {
    o->radiated_at = o->column_count++;
    o->columns[o->radiated_at] = (struct io_column){"radiated_energy", "code_energy", "energy that the gas has radiated, less what heated it"};
  }
  if (r->has_supernovae) {
    o->supernovae_at = o->column_count;
    o->column_count += supernovae_columns(o->columns + o->column_count);
  }
  if (r->has_rays) {
    o->rays_at = o->column_count;
    o->column_count += rays_columns(&r->rays, &o->names, o->columns + o->column_count);
  }
  return o;
}

const struct io_record *outputs_record(const struct outputs *o) { return &o->record; }

int64_t schedule_next(double time, double interval) { return (int64_t)floor(time / interval * (1.0 + 1e-14)) + 1; }

static double history_interval(const struct run_params *p) { return p->history > 0.0 ? p->history : p->time_end / 100.0; }

/* The schedule of the checkpoint holds unless the intervals have changed. */
void outputs_resume(struct outputs *o, struct run *r) {
  struct schedule *s = &r->schedule;
  const struct run_params *p = &r->par;
  double interval = history_interval(p);
  o->history = io_history_open(r->dir, &o->record, &r->mesh, o->column_count, o->columns, true, s->last_row);
  if (interval > 0.0 && interval != s->history_interval) s->history_due = schedule_next(r->time, interval);
  if (p->snapshots > 0.0 && p->snapshots != s->snapshot_interval) s->snapshot_due = schedule_next(r->time, p->snapshots);
  if (p->observe.every > 0.0) o->observed_due = schedule_next(r->time, p->observe.every);
}

static double value_of(const struct outputs *o, const char *name) {
  for (int c = 0; c < o->column_count; c++)
    if (strcmp(o->columns[c].name, name) == 0) return o->row[c];
  fail("the history has no column %s", name);
}

/* From the rest of the row. */
static double balance(const struct outputs *o) {
  double all = value_of(o, "total_energy") + value_of(o, "outflow_energy");
  if (o->gravity_at) all += o->row[o->gravity_at] + o->row[o->gravity_at + 1];
  if (o->radiated_at) all += o->row[o->radiated_at];
  if (o->rays_at)
    all += (value_of(o, "cr_energy") + value_of(o, "cr_outflow_energy")) + (value_of(o, "cr_lost_energy") - value_of(o, "cr_given_energy")) -
           value_of(o, "cr_inertia") - value_of(o, "cr_injected_energy") + value_of(o, "cr_end_energy");
  else if (o->supernovae_at)
    all -= value_of(o, "supernova_gas_energy");
  if (o->supernovae_at) all -= value_of(o, "supernova_potential");
  return all;
}

static void write_row(struct outputs *o, struct run *r) {
  if (o->history == NULL)
    o->history = io_history_open(r->dir, &o->record, &r->mesh, o->column_count, o->columns, false, 0.0);
  struct mhd_totals t = mhd_totals(&r->gas, &r->mesh);
  o->max_div_b = mhd_max_div_b(&r->gas, &r->mesh);
  const struct mhd_counts *c = &r->gas.counts;
  const double fixed[] = {r->time, (double)r->step, r->dt, t.mass, t.momentum[0], t.momentum[1], t.momentum[2], t.energy, t.kinetic, t.magnetic,
                         t.internal, o->max_div_b, (double)r->mesh.global_count, (double)mesh_cells(&r->mesh), (double)c->fallback,
                         (double)c->floor_density, (double)c->floor_pressure};
  memcpy(o->row, fixed, sizeof fixed);
  memcpy(o->row + sizeof fixed / sizeof *fixed, t.scalar, sizeof(double) * (size_t)r->gas.par.nscalar);
  struct exact outflow[5 + MHD_SCALARS];
  mhd_outflow(&r->gas, &r->mesh, outflow);
  for (int v = 0; v < 5 + r->gas.par.nscalar; v++) o->row[o->outflow_at + v] = exact_value(&outflow[v]);
  if (r->has_gravity) {
    o->row[o->gravity_at + 1] = gravity_outflow(&r->gravity, &r->mesh);
    o->row[o->gravity_at] = gravity_energy(&r->gravity, &r->mesh, &r->gas);
    if (o->first_energy == 0.0) o->first_energy = t.energy + o->row[o->gravity_at];
  }
  if (o->radiated_at) o->row[o->radiated_at] = r->rays.radiated = sum_value(&r->cooling.radiated);
  if (r->has_supernovae) supernovae_row(&r->supernovae, o->row + o->supernovae_at);
  if (r->has_rays) rays_row(&r->rays, &r->mesh, &r->gas, o->row + o->rays_at);
  o->row[o->balance_at] = balance(o);
  io_history_row(o->history, o->row);
  r->schedule.last_row = r->time;
}

static void write_log(struct outputs *o, const struct run *r) {
  double now = MPI_Wtime(), cells = (double)mesh_cells(&r->mesh);
  bool first = o->clock == 0.0;
  double seconds = now - (first ? r->started : o->clock);
  int64_t steps = r->step - (first ? r->first_step : o->clock_step);
  struct log_step s = {.step = r->step, .time = r->time, .dt = r->dt, .time_end = r->par.time_end, .blocks = r->mesh.global_count,
                       .cells = mesh_cells(&r->mesh), .updates_per_second = seconds > 0.0 ? cells * (double)steps / seconds : 0.0,
                       .max_div_b = o->max_div_b, .fallbacks = r->gas.counts.fallback,
                       .floors = r->gas.counts.floor_density + r->gas.counts.floor_pressure};
  log_step(&s);
  o->clock = now;
  o->clock_step = r->step;
}

/* Output number n is due at the first step that reaches n times the interval. */
void outputs_write(struct outputs *o, struct run *r, bool last) {
  const struct run_params *p = &r->par;
  struct schedule *s = &r->schedule;
  s->history_interval = history_interval(p);
  s->snapshot_interval = p->snapshots;
  if (r->time >= (double)s->history_due * s->history_interval || (last && s->last_row < r->time)) {
    write_row(o, r);
    s->history_due = s->history_interval > 0.0 ? schedule_next(r->time, s->history_interval) : s->history_due + 1;
  }
  bool due = p->snapshots > 0.0 ? r->time >= (double)s->snapshot_due * p->snapshots : r->step == 0;
  if ((due || last) && s->last_snapshot < r->time) {
    io_snapshot(r->dir, &o->record, &r->mesh, r->time, r->step, (int)s->snapshot, o->variable_count, o->variables, p->single == 1,
                p->xdmf);
    s->snapshot++;
    s->last_snapshot = r->time;
    if (p->snapshots > 0.0) s->snapshot_due = schedule_next(r->time, p->snapshots);
  }
  const bool observe = p->observe.every > 0.0 ? r->time >= (double)o->observed_due * p->observe.every : due;
  if (o->observer && (observe || last) && o->last_observed < r->time) {
    rays_observe(o->observer, &r->rays, &r->mesh, &r->gas, r->dir, &o->record, r->time, r->step);
    o->last_observed = r->time;
    if (p->observe.every > 0.0) o->observed_due = schedule_next(r->time, p->observe.every);
  }
  if (r->step > r->first_step && !last) write_log(o, r);
}

void outputs_tell_rays(const struct outputs *o, const struct run *r) {
  if (r->stop == RUN_SIGNAL || r->stop == RUN_WALL_TIME) return;
  log_info("cosmic rays: energy %.6g, left the domain %.6g, given to the gas %.6g; in a closed box energy would be conserved to %.1e, momentum to %.1e",
           value_of(o, "cr_energy"), value_of(o, "cr_outflow_energy"), value_of(o, "cr_given_energy"), value_of(o, "cr_closure_energy"),
           value_of(o, "cr_closure_momentum"));
  for (int i = 0; i < r->rays.transport.count; i++) {
    const struct crt_group *g = &r->rays.transport.group[i];
    log_info("  group %d: %.1f sub-steps per step", i, (double)g->substeps / (double)(r->step > 0 ? r->step : 1));
  }
}

void outputs_tell_gravity(const struct outputs *o, const struct run *r) {
  gravity_tell(&r->gravity, MPI_Wtime() - r->started);
  const double energy = value_of(o, "total_energy") + value_of(o, "gravity_energy");
  log_info("gravity: energy with that in the potential %.9g, changed by %.1e since the first row of the history of this part", energy, energy - o->first_energy);
}

void outputs_close(struct outputs *o) {
  if (o->history) io_history_close(o->history);
  rays_observer_destroy(o->observer);
  memory_free(o);
}
