/* The course of a one-zone run. */
#include "run/zone.h"

#include "base/constants.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/params.h"
#include "base/units.h"
#include "microphysics/constants.h"
#include "microphysics/lism.h"
#include "run/run.h"
#include "version.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A value in code units. */
static double cgs(const struct units *u, double value, struct dimension d) { return value * units_code_in_cgs(u, d); }
static double seconds(const struct units *u, double value) { return value * u->time_s; }
static double eV_cm3(const struct units *u, double value) { return value * u->pressure_erg_cm3 / ELECTRONVOLT_erg; }

/* Electrons per nucleon: one of H, two of He. */
static struct cr_zone_gas gas_of(const struct zone_params *p, const struct cr_params *cr, const struct units *u) {
  double n = p->density * u->density_g_cm3 / PROTON_MASS_g, electrons = 0.5 * (1.0 + p->hydrogen) * n, b_G = p->field * u->field_G / sqrt(4.0 * PI);
  struct cr_zone_gas g = {.n_e = p->ionised * electrons, .n_n = (1.0 - p->ionised) * electrons, .n_nucleon = n, .nu0 = cr->nu0};
  g.temperature_K = p->temperature * u->temperature_K;
  g.field_uG = 1e6 * b_G * sqrt(4.0 * PI);
  g.div_u = p->div_u / u->time_s;
  g.bb_grad_u = p->bb_grad_u / u->time_s;
  for (int i = 0; i < cr->batch.loss.bands; i++) g.u_rad[i] = eV_cm3(u, p->band[i]);
  double ideal = b_G / sqrt(n * PROTON_MASS_g);
  switch (p->alfven) {
    case ZONE_ALFVEN_NONE: break;
    case ZONE_ALFVEN_IDEAL: g.v_alfven = ideal; break;
    case ZONE_ALFVEN_ION: g.v_alfven = p->ionised > 0.0 ? fmin(ideal / sqrt(p->ionised), SPEED_OF_LIGHT_cm_s) : 0.0; break;
    case ZONE_ALFVEN_GIVEN: g.v_alfven = p->alfven_speed * u->velocity_cm_s; break;
  }
  if (p->gradient_length > 0.0) g.streaming_rate = g.v_alfven / (3.0 * p->gradient_length * u->length_cm);
  return g;
}

/* X = X_0 beta^(1 + power) (R / R_0)^-slope, and the time is X / (n m_p beta c).  Each population of a bin has the mean of the rate over its
 * share of the particles, which are lost by the slope that the bin has now. */
static void set_escape(struct zone_run *z) {
  const struct zone_params *p = &z->par;
  const struct cr_network *net = &z->net;
  if (z->escape_time == 0.0) return;
  for (int s = 0; s < net->count; s++)
    for (int k = net->first[s]; k < net->first[s + 1]; k++) {
      const struct cr_bin *b = &net->bin[k];
      bool empty = z->zone.lo[k] + z->zone.hi[k] <= 0.0;
      double slope = empty ? -1.5 : fmin(fmax(cr_bin_slope(b, z->zone.lo[k], z->zone.hi[k]), -60.0), 60.0), l[CR_NODES], w[CR_NODES];
      double sum_lo = 0.0, sum_hi = 0.0, rate_lo = 0.0, rate_hi = 0.0;
      cr_bin_nodes(slope, 0.0, b->width, l, w);
      for (int i = 0; i < CR_NODES; i++) {
        double momentum = b->p_lo * exp(l[i]), rate = pow(momentum / net->species[s].z / p->rigidity_GV, p->slope);
        if (p->beta_power != 0.0) rate *= pow(cr_beta(momentum, b->mass), -p->beta_power);
        double up = w[i] * cr_kinetic_rise(b->p_lo, momentum, b->mass, expm1(2.0 * l[i]));
        double down = -w[i] * cr_kinetic_rise(b->p_hi, momentum, b->mass, expm1(2.0 * (l[i] - b->width)));
        sum_lo += down, sum_hi += up, rate_lo += rate * down, rate_hi += rate * up;
      }
      z->zone.escape_rate[k] = rate_lo / sum_lo / z->escape_time;
      z->zone.escape_rate_hi[k] = rate_hi / sum_hi / z->escape_time;
    }
}

static void step(struct zone_run *z, double dt) {
  set_escape(z);
  cr_zone_step(&z->zone, dt);
  z->steps++;
}

static double escape_time(const struct zone_run *z, const struct units *u) {
  const struct zone_params *p = &z->par;
  double grammage = cgs(u, p->grammage, (struct dimension){-2, 1, 0, 0}), time = seconds(u, p->escape_time);
  return grammage > 0.0 ? grammage / (z->zone.gas.n_nucleon * PROTON_MASS_g * SPEED_OF_LIGHT_cm_s) : time;
}

/* Energy of the ejecta of one event, 1e51 erg: with it the swept-up mass of a Sedov-Taylor blast is known. */
static const double EVENT_GeV = 6.2415e53;

/* GeV/cm^3 of cosmic rays added now; booked as source. */
static void inject(struct zone_run *z, double energy) {
  int bins = cr_network_bins(&z->net);
  double *lo = memory_get((size_t)bins * sizeof *lo), *hi = memory_get((size_t)bins * sizeof *hi);
  struct cr_event event = {.kind = (enum cr_source_kind)z->par.kind, .energy_GeV = EVENT_GeV, .metallicity = z->par.metallicity,
                           .density_cm3 = z->zone.gas.n_nucleon};
  cr_injection(&z->net, &z->cr.injection, &event, lo, hi);
  double share = energy / (z->cr.injection.efficiency * event.energy_GeV);
  for (int s = 0; s < z->net.count; s++)
    for (int k = z->net.first[s]; k < z->net.first[s + 1]; k++) {
      double a = share * lo[k], b = share * hi[k];
      z->zone.lo[k] += a;
      z->zone.hi[k] += b;
      sum_add(&z->zone.ledger[s].number[ENTRY_SOURCE], -(a + b));
      sum_add(&z->zone.ledger[s].energy[ENTRY_SOURCE], -cr_bin_energy(&z->net.bin[k], a, b));
    }
  memory_free(lo);
  memory_free(hi);
}

struct cr_env zone_env(const struct zone_run *z) {
  const struct cr_zone_gas *g = &z->zone.gas;
  struct cr_env e = {.n_e = g->n_e, .n_n = g->n_n, .n_nucleon = g->n_nucleon, .temperature_K = g->temperature_K,
                     .u_b = FIELD_ENERGY_eV_cm3 * g->field_uG * g->field_uG, .div_u = g->div_u, .bb_grad_u = g->bb_grad_u,
                     .v_alfven = g->v_alfven, .nu0 = g->nu0, .nu_slope = z->cr.batch.nu_slope, .streaming_rate = g->streaming_rate};
  memcpy(e.u_rad, g->u_rad, sizeof e.u_rad);
  return e;
}

/* Rate of all that happens to the particles of a bin, at its centre; without escape and fates: 1 / (time to cross the bin). */
static double bin_rate(const struct zone_run *z, int s, int k, bool all) {
  const struct cr_bin *b = &z->net.bin[k];
  struct cr_env env = zone_env(z);
  double p = sqrt(b->p_lo * b->p_hi), rate = fabs(cr_loss_total(&env, &z->cr.batch.loss, &z->net.species[s], 0, p, p)) / (p * b->width);
  for (int id = 0; all && id < FATE_COUNT; id++) rate += cr_fate_rate((enum cr_fate_id)id, &env, &z->cr.batch.fate, &z->net.species[s], p);
  return all ? rate + z->zone.escape_rate[k] : rate;
}

static double fastest(const struct zone_run *z, bool all) {
  double most = 0.0;
  for (int s = 0; s < z->net.count; s++)
    for (int k = z->net.first[s]; k < z->net.first[s + 1]; k++) most = fmax(most, bin_rate(z, s, k, all));
  return most;
}

void zone_look(struct zone_run *z) { cr_slopes(&z->net, z->zone.lo, z->zone.hi, z->slope); }

double zone_imbalance(const struct zone_run *z, int s, double *energy) {
  const struct cr_ledger *l = &z->zone.ledger[s];
  double n = 0.0, e = 0.0, turn_n = 1e-300, turn_e = 1e-300;
  for (int k = z->net.first[s]; k < z->net.first[s + 1]; k++) {
    double a = z->zone.lo[k] - z->start_lo[k], b = z->zone.hi[k] - z->start_hi[k];
    n += a + b;
    e += cr_bin_energy(&z->net.bin[k], a, b);
    turn_n += z->start_lo[k] + z->start_hi[k];
    turn_e += cr_bin_energy(&z->net.bin[k], z->start_lo[k], z->start_hi[k]);
  }
  for (int i = 0; i < ENTRY_COUNT; i++) {
    double number = sum_value(&l->number[i]), power = sum_value(&l->energy[i]);
    n += number;
    e += power;
    turn_n += fabs(number);
    turn_e += fabs(power);
  }
  *energy = e / turn_e;
  return n / turn_n;
}

/* The largest relative change of the bins that hold more than 1e-12 of the energy of their species, in a time of their own. */
static double change_since(const struct zone_run *z, const double *lo, const double *hi, double dt) {
  double most = 0.0;
  for (int s = 0; s < z->net.count; s++) {
    double energy = cr_energy_density(&z->cell, s);
    for (int k = z->net.first[s]; k < z->net.first[s + 1]; k++) {
      double a = z->zone.lo[k], b = z->zone.hi[k], rate = bin_rate(z, s, k, true);
      if (rate == 0.0 || cr_bin_energy(&z->net.bin[k], a, b) < 1e-12 * energy) continue;
      most = fmax(most, (fabs(a - lo[k]) + fabs(b - hi[k])) / (a + b) / fmin(rate * dt, 1.0));
    }
  }
  return most;
}

struct recorder { struct io_history *history; int count; struct io_column *column; double *row; char (*name)[32]; double interval; };

static void record(struct recorder *h, struct zone_run *z, bool always) {
  double time = z->zone.time / MEGAYEAR_s;
  double reached = time * (1.0 + 1e-12);
  if (!always && reached < z->mark.next_row) return;
  while (h->interval > 0.0 && z->mark.next_row <= reached) z->mark.next_row += h->interval;
  z->mark.last_row = time;
  double worst = 0.0, energy;
  double *row = h->row;
  zone_look(z);
  *row++ = time;
  *row++ = (double)z->steps;
  *row++ = z->dt / MEGAYEAR_s;
  *row++ = 1e9 * cr_energy_density(&z->cell, -1);
  *row++ = 1e9 * cr_pressure(&z->cell, -1);
  *row++ = cr_ionisation_rate(&z->cell, -1, &z->observe);
  for (int s = 0; s < z->net.count; s++) {
    worst = fmax(worst, fabs(zone_imbalance(z, s, &energy)));
    worst = fmax(worst, fabs(energy));
  }
  *row++ = worst;
  for (int s = 0; s < z->net.count; s++) *row++ = 1e9 * cr_energy_density(&z->cell, s);
  io_history_row(h->history, h->row);
}

static void open_history(struct recorder *h, const struct zone_run *z, const struct io_record *rec, const struct units *u, bool append) {
  static const struct io_column fixed[] = {{"time", "Myr", "time"},
                                           {"step", "1", "steps since the start"},
                                           {"dt", "Myr", "last time step"},
                                           {"energy", "eV cm^-3", "kinetic energy density of all cosmic rays"},
                                           {"pressure", "eV cm^-3", "their pressure"},
                                           {"ionisation", "s^-1", "ionisation rate per H atom"},
                                           {"imbalance", "1", "number or energy that the ledger lacks, relative to the turnover"}};
  enum { FIXED = sizeof fixed / sizeof *fixed };
  h->count = FIXED + z->net.count;
  h->column = memory_get((size_t)h->count * sizeof *h->column);
  h->row = memory_get((size_t)h->count * sizeof *h->row);
  h->name = memory_get((size_t)z->net.count * sizeof *h->name);
  memcpy(h->column, fixed, sizeof fixed);
  for (int s = 0; s < z->net.count; s++) {
    snprintf(h->name[s], sizeof h->name[s], "energy_%s", z->net.species[s].name);
    h->column[FIXED + s] = (struct io_column){h->name[s], "eV cm^-3", z->net.species[s].doc};
  }
  struct mesh alone = {.comm = MPI_COMM_SELF, .rank = 0, .size = 1};
  h->history = io_history_open(z->dir, rec, &alone, h->count, h->column, append, z->mark.last_row);
  h->interval = seconds(u, z->par.history > 0.0 ? z->par.history : z->par.time_end / 100.0) / MEGAYEAR_s;
}

static void close_history(struct recorder *h) {
  io_history_close(h->history);
  memory_free(h->column);
  memory_free(h->row);
  memory_free(h->name);
}

/* Keep all, with where the loop of a leaky box stands. */
static void keep(struct zone_run *z, int stage, double stage_dt) {
  z->mark.steps = z->steps, z->mark.dt = z->dt, z->mark.change = z->change;
  z->mark.stage = stage, z->mark.stage_dt = stage_dt;
  zone_checkpoint(z);
}

/* Up to time_end in equal steps between events and rows of the history. */
static void follow(struct zone_run *z, struct recorder *h, const struct units *u) {
  double end = seconds(u, z->par.time_end), rate = fastest(z, false), most = seconds(u, z->par.step);
  if (most == 0.0) most = fmin(fmax(rate > 0.0 ? 0.3 / rate : end, end / 3000.0), end / 500.0);
  bool *done = z->mark.done;
  while (true) {
    double next = fmin(end, h->interval > 0.0 ? fmax(z->mark.next_row * MEGAYEAR_s, z->zone.time) : end);
    for (int i = 0; i < z->par.event_count; i++) {
      double time = seconds(u, z->par.event[i].time);
      if (!done[i] && time <= z->zone.time * (1.0 + 1e-12)) {
        done[i] = true;
        inject(z, 1e-9 * eV_cm3(u, z->par.event[i].energy));
      } else if (!done[i]) {
        next = fmin(next, time);
      }
    }
    record(h, z, false);
    if (z->zone.time >= end * (1.0 - 1e-12)) break;
    if (next <= z->zone.time) continue;
    double left = next - z->zone.time, parts = fmax(ceil(left / most - 1e-9), 1.0);
    for (int i = 0; i < (int)parts; i++) step(z, left / parts);
    z->dt = left / parts;
    z->zone.time = next;
    keep(z, 0, 0.0);
  }
}

/* Long steps bring the slow bins to rest, short ones then those that change fast: the step is halved down to a tenth of the shortest time.
 * This is a run in time all the same, only that it is not accurate before it is steady. */
static void settle(struct zone_run *z, struct recorder *h, const struct units *u) {
  enum { STEPS = 400, STAGES = 40, MORE = 50000 };
  int bins = cr_network_bins(&z->net);
  double end = seconds(u, z->par.time_end), shortest = z->par.step > 0.0 ? seconds(u, z->par.step) : 0.1 / fmax(fastest(z, true), 1e-30);
  double dt = fmax(fmin(end / STEPS / 4.0, 64.0 * MEGAYEAR_s), shortest);
  double *lo = memory_get((size_t)bins * sizeof *lo), *hi = memory_get((size_t)bins * sizeof *hi);
  int stage = z->mark.stage;
  if (z->steps == 0) record(h, z, true);
  else dt = z->mark.stage_dt;
  for (; stage < STAGES; stage++) {
    for (int i = 0; i < STEPS; i++) {
      if (i == STEPS - 1) memcpy(lo, z->zone.lo, (size_t)bins * sizeof *lo), memcpy(hi, z->zone.hi, (size_t)bins * sizeof *hi);
      step(z, dt);
      if (stage == 0) record(h, z, i % 40 == 0);
    }
    z->dt = dt;
    z->change = change_since(z, lo, hi, dt);
    record(h, z, true);
    if (dt <= shortest) break;
    dt = fmax(0.5 * dt, shortest);
    keep(z, stage + 1, dt);
  }
  keep(z, STAGES, dt);
  while (z->change > z->par.tolerance && z->zone.time < end && z->steps < MORE) {
    double age = z->zone.time;
    while (z->zone.time < age + 0.05 * end && z->steps < MORE) {
      memcpy(lo, z->zone.lo, (size_t)bins * sizeof *lo);
      memcpy(hi, z->zone.hi, (size_t)bins * sizeof *hi);
      step(z, dt);
    }
    z->change = change_since(z, lo, hi, dt);
    record(h, z, true);
    keep(z, STAGES, dt);
  }
  memory_free(lo);
  memory_free(hi);
}

static void set_up(struct zone_run *z, const struct units *u) {
  struct cr_zone_gas gas = gas_of(&z->par, &z->cr, u);
  int bins = cr_network_bins(&z->net);
  cr_zone_create(&z->zone, &z->net, &z->cr.batch, &gas);
  z->slope = memory_get((size_t)bins * sizeof(double));
  z->start_lo = memory_get((size_t)bins * sizeof(double));
  z->start_hi = memory_get((size_t)bins * sizeof(double));
  if (z->par.initial == 1) {
    cr_lism(&z->net, z->zone.lo, z->zone.hi);
    memcpy(z->start_lo, z->zone.lo, (size_t)bins * sizeof(double));
    memcpy(z->start_hi, z->zone.hi, (size_t)bins * sizeof(double));
  }
  struct cr_event event = {.kind = (enum cr_source_kind)z->par.kind, .energy_GeV = EVENT_GeV, .metallicity = z->par.metallicity,
                           .density_cm3 = gas.n_nucleon};
  if (z->par.power > 0.0) cr_zone_inject(&z->zone, &z->cr.injection, &event, 1e-9 * eV_cm3(u, z->par.power) / u->time_s);
  z->escape_time = escape_time(z, u);
  set_escape(z);
  z->cell = (struct cr_cell){&z->net, z->zone.lo, z->zone.hi, z->slope};
  z->observe = (struct cr_observe){z->cr.carbon_share, z->cr.beryllium9_share, z->par.secondaries, (enum cr_ionisation)z->par.cross_section,
                                   z->par.nuclei};
}

static void tell(const struct zone_run *z, double wall) {
  static const double at[CR_RATIO_COUNT] = {[CR_B_C] = 10, [CR_BE10_BE9] = 1, [CR_PBAR_P] = 50, [CR_POSITRONS] = 10, [CR_C_H] = 10, [CR_E_P] = 10};
  double worst = 0.0, energy;
  for (int s = 0; s < z->net.count; s++) {
    worst = fmax(worst, fabs(zone_imbalance(z, s, &energy)));
    worst = fmax(worst, fabs(energy));
  }
  log_info("energy density %.4g eV/cm^3, ionisation rate %.3g /s, gamma rays above 100 MeV %.3g /s/sr/H", 1e9 * cr_energy_density(&z->cell, -1),
           cr_ionisation_rate(&z->cell, -1, &z->observe), cr_gamma_pion_above(&z->cell, &z->observe, 0.1));
  for (int i = 0; i < CR_RATIO_COUNT; i++) {
    double value = cr_ratio(&z->cell, (enum cr_ratio)i, &z->observe, at[i]);
    if (value >= 0.0) log_info("%s at %g %s: %.4g", cr_ratios[i].doc, at[i], cr_ratios[i].rigidity ? "GV" : "GeV/n", value);
  }
  if (z->par.mode == ZONE_LEAKY_BOX && z->change > z->par.tolerance)
    log_warning("not steady: a bin still changes by %.2g in its own life time; try a longer run.time_end or another zone.step", z->change);
  log_info("done: %lld steps to time %.6g Myr in %.2f s; the ledger closes to %.1e", (long long)z->steps, z->zone.time / MEGAYEAR_s, wall, worst);
}

int zone_main(const struct arguments *a, struct params *ps) {
  static struct zone_run z;
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  memset(&z, 0, sizeof z);
  zone_read(ps, a, &z.par, &z.cr);
  const struct units *u = params_units(ps);
  cr_params_finish(&z.cr, &z.net);
  run_folder(a, z.par.name, sizeof z.dir, z.dir);
  io_prepare_folder(MPI_COMM_WORLD, z.dir, a->resume, a->force);
  char log[1100];
  snprintf(log, sizeof log, "%s/run.log", z.dir);
  log_open(log, a->resume);
  io_parameters(MPI_COMM_WORLD, z.dir, params_resolved(ps));
  if (rank == 0) {
    double start = MPI_Wtime();
    struct recorder h = {0};
    struct io_record rec = {.run_name = z.par.name, .setup = "one_zone", .parameters = params_resolved(ps), .version = CRUX_VERSION, .units = u};
    set_up(&z, u);
    log_info("crux %s, %s", CRUX_VERSION, CRUX_BUILD);
    log_info("one_zone: %d species, %d bins; n_e %.4g, n_n %.4g, n_N %.4g cm^-3, B %.4g uG, v_A %.4g km/s", z.net.count, cr_network_bins(&z.net),
             z.zone.gas.n_e, z.zone.gas.n_n, z.zone.gas.n_nucleon, z.zone.gas.field_uG, z.zone.gas.v_alfven / 1e5);
    log_info("output: %s", z.dir);
    if (a->resume) zone_resume(&z);
    else zone_forget(&z);
    open_history(&h, &z, &rec, u, a->resume);
    zone_look(&z);
    if (z.par.mode == ZONE_LEAKY_BOX) settle(&z, &h, u);
    else follow(&z, &h, u);
    zone_look(&z);
    tell(&z, MPI_Wtime() - start);
    zone_write(&z, &rec);
    close_history(&h);
    figures_ask(&z.par.figures, z.dir);
    cr_zone_free(&z.zone);
    memory_free(z.slope);
    memory_free(z.start_lo);
    memory_free(z.start_hi);
  }
  cr_network_free(&z.net);
  log_close();
  params_free(ps);
  return 0;
}
