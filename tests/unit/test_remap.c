/* Momentum maps and the conservative remap against closed forms (P2 - P5, P7, P8 of docs/physics.md). */
#include "microphysics/constants.h"
#include "microphysics/remap.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define close_to(value, expected, tolerance) check(value, expected, tolerance, __LINE__)

static void check(double value, double expected, double tolerance, int line) {
  if (!(fabs(value - expected) <= tolerance * fabs(expected)))
    fail_msg("line %d: %.10g instead of %.10g (relative %.3g)", line, value, expected, fabs(value / expected - 1.0));
}

static struct cr_loss_options opt;

/* Only the given processes are on. */
static void only(int count, const enum cr_loss_id *ids) {
  for (int i = 0; i < LOSS_COUNT; i++) opt.scale[i] = 0.0;
  for (int i = 0; i < count; i++) opt.scale[ids[i]] = 1.0;
}

static struct cr_map map_of(const char *species, const struct cr_env *env, enum cr_map_mode mode, double p_ref, double dt) {
  return (struct cr_map){mode, env, &opt, cr_species_find(species), 0, p_ref, 1e-12, 1e12, dt};
}

/* dn/dp = p^-a in every bin. */
static void fill(const struct cr_network *net, double a, double *lo, double *hi) {
  for (int k = 0; k < net->nbin[0]; k++) {
    const struct cr_bin *b = &net->bin[k];
    double s = 1.0 - a, n = fabs(s) < 1e-12 ? b->width : pow(b->p_lo, s) * expm1(s * b->width) / s;
    cr_bin_from_slope(b, s, n, &lo[k], &hi[k]);
  }
}

/* Number and energy of dn/dp = f(p) in a bin. */
static void integrate(const struct cr_bin *b, double (*f)(double p, void *data), void *data, double *n, double *e) {
  *n = *e = 0.0;
  for (int i = 0; i < 400; i++) {
    double l, w[2], x[2] = {0.5 - sqrt(1.0 / 12.0), 0.5 + sqrt(1.0 / 12.0)};
    for (int g = 0; g < 2; g++) {
      l = (i + x[g]) / 400.0 * b->width;
      double p = b->p_lo * exp(l);
      w[g] = f(p, data) * p * b->width / 800.0;
      *n += w[g];
      *e += w[g] * cr_kinetic(p, b->mass);
    }
  }
}

/* P2: an adiabatic factor e, both ways, is exact in every bin when the power law goes on above (and below). */
static void test_adiabatic(void **state) {
  (void)state;
  only(1, (enum cr_loss_id[]){LOSS_ADIABATIC});
  for (int sign = -1; sign <= 1; sign += 2)
    for (int mode = 0; mode < 2; mode++) {
      struct cr_network net;
      cr_network_named(&net, "hopkins2022", NULL);
      int s = cr_network_find(&net, "p");
      double lo[8], hi[8], a = 4.2 - 2.0;
      for (int k = 0; k < 8; k++) {
        const struct cr_bin *b = &net.bin[net.first[s] + k];
        cr_bin_from_slope(b, 1 - a, pow(b->p_lo, 1 - a) * expm1((1 - a) * b->width) / (1 - a), &lo[k], &hi[k]);
      }
      double lo0[8], hi0[8];
      memcpy(lo0, lo, sizeof lo), memcpy(hi0, hi, sizeof hi);
      struct cr_env env = {.div_u = 3e-14 * sign};
      struct cr_remap_budget budget = {.n_in = 0};
      cr_remap(&net, s, &env, &opt, &(struct cr_remap_options){(enum cr_map_mode)mode, CR_INFLOW_EXTRAPOLATED}, 1e14, lo, hi, &budget);
      double factor = exp((1 - a) * sign), before = 0, after = 0, n_before = 0, n_after = 0;
      for (int k = 0; k < 8; k++) {
        close_to(lo[k], lo0[k] * factor, 1e-8);
        close_to(hi[k], hi0[k] * factor, 1e-8);
        const struct cr_bin *b = &net.bin[net.first[s] + k];
        before += cr_bin_energy(b, lo0[k], hi0[k]), after += cr_bin_energy(b, lo[k], hi[k]);
        n_before += lo0[k] + hi0[k], n_after += lo[k] + hi[k];
      }
      close_to(after + budget.work[LOSS_ADIABATIC] + budget.e_out - budget.e_in, before, 1e-13);
      close_to(n_after + budget.n_thermal + budget.n_out - budget.n_in, n_before, 1e-14);
      cr_network_free(&net);
    }
}

struct cut { double a, bt; };
static double synchrotron_exact(double p, void *data) {
  const struct cut *c = data;
  return p * c->bt < 1.0 ? pow(p, -c->a) * pow(1.0 - p * c->bt, c->a - 2.0) : 0.0;
}

/* P3: synchrotron losses of a power law, dN/dp = p^-a (1 - b p t)^(a-2), with the cut-off at 20 times the lowest momentum. */
static double synchrotron_error(int per_decade, double step, double *total) {
  only(1, (enum cr_loss_id[]){LOSS_SYNCHROTRON});
  struct cr_network net;
  struct cr_bins_choice choice = {1e-3, 1e3, per_decade};
  cr_network_create(&net, 1, (const char *const[]){"e-"}, &choice);
  double lo[CR_MAX_BINS], hi[CR_MAX_BINS];
  fill(&net, 2.2, lo, hi);
  struct cr_env env = {.u_b = 1.0};
  const struct cr_species *e = &net.species[0];
  double b = cr_loss_rate(LOSS_SYNCHROTRON, &env, &opt, e, 0, 1e5, 1e5) / 1e10, t = 1.0 / (b * 20.0), done = 0.0;
  struct cr_remap_budget budget = {.n_in = 0};
  /* Steps that grow with time, as the particles at the cut-off cross that part of a bin. */
  for (double dt; done < t; done += dt) {
    dt = fmin(fmax(step * 2.3 / per_decade * fmax(done, t / 2000.0), t / 2000.0), t - done);
    cr_remap(&net, 0, &env, &opt, &(struct cr_remap_options){CR_MAP_SPLIT, CR_INFLOW_ZERO}, dt, lo, hi, &budget);
  }
  double l1 = 0.0, sum = 0.0, total_e = 0.0;
  struct cut cut = {2.2, b * t};
  for (int k = 0; k < net.nbin[0]; k++) {
    double n, en;
    integrate(&net.bin[k], synchrotron_exact, &cut, &n, &en);
    double mine = cr_bin_energy(&net.bin[k], lo[k], hi[k]);
    l1 += fabs(mine - en), sum += en, total_e += mine;
  }
  *total = total_e / sum - 1.0;
  cr_network_free(&net);
  return l1 / sum;
}

static void test_synchrotron(void **state) {
  (void)state;
  double total2, total4, coarse = synchrotron_error(2, 0.3, &total2), fine4 = synchrotron_error(4, 0.03, &total4);
  print_message("# synchrotron: energy L1 %.2e (2 per decade), %.2e (4 per decade); total %.1e, %.1e\n", coarse, fine4, total2, total4);
  assert_true(coarse < 4e-3 && fine4 < 5e-4 && fine4 < 0.4 * coarse);
  assert_true(fabs(total2) < 1e-3);
}

static double coulomb_exact(double p, void *data) {
  const struct cut *c = data;  /* bt: k t in GeV */
  double m = PROTON_MASS_GeV, from = cr_coulomb_backward(p, m, c->bt);
  return pow(from, -c->a) * (1.0 + m * m / (from * from)) / (1.0 + m * m / (p * p));
}

/* P5: Coulomb losses of protons of all speeds, in one step, in both modes. */
static void test_coulomb(void **state) {
  (void)state;
  only(1, (enum cr_loss_id[]){LOSS_COULOMB});
  for (int mode = 0; mode < 2; mode++) {
    struct cr_network net;
    cr_network_create(&net, 1, (const char *const[]){"p"}, &(struct cr_bins_choice){0.05, 50, 20});
    double lo[CR_MAX_BINS], hi[CR_MAX_BINS];
    fill(&net, 2.7, lo, hi);
    struct cr_env env = {.n_e = 1};
    double t = 5.0 * MEGAYEAR_s;
    struct cut cut = {2.7, 3.09e-16 * t};
    struct cr_remap_budget budget = {.n_in = 0};
    cr_remap(&net, 0, &env, &opt, &(struct cr_remap_options){(enum cr_map_mode)mode, CR_INFLOW_EXTRAPOLATED}, t, lo, hi, &budget);
    for (int k = 0; k < net.nbin[0]; k++) {
      double n, e;
      integrate(&net.bin[k], coulomb_exact, &cut, &n, &e);
      close_to(lo[k] + hi[k], n, 1e-7);
      close_to(cr_bin_energy(&net.bin[k], lo[k], hi[k]), e, 1e-7);
    }
    cr_network_free(&net);
  }
}

/* Steady state of an injection p^-a: what is injected above p passes p. */
struct steady { const struct cr_species *s; const struct cr_env *env; double a, above; };
static double steady_exact(double p, void *data) {
  const struct steady *c = data;
  return (pow(p, 1.0 - c->a) - c->above) / (c->a - 1.0) / cr_loss_total(c->env, &opt, c->s, 0, p, p);
}

/* P4, P5: continuous injection and cooling: the steady slope is steeper by 1 under synchrotron, flatter by 1 under Coulomb losses. */
static void test_steady(void **state) {
  (void)state;
  const struct cr_remap_options split = {CR_MAP_SPLIT, CR_INFLOW_ZERO}, combined = {CR_MAP_COMBINED, CR_INFLOW_EXTRAPOLATED};
  for (int which = 0; which < 2; which++) {
    only(1, (enum cr_loss_id[]){which ? LOSS_COULOMB : LOSS_SYNCHROTRON});
    struct cr_network net;
    cr_network_named(&net, "electrons", NULL);
    double lo[11] = {0}, hi[11] = {0}, qlo[11], qhi[11], a = 2.2;
    fill(&net, a, qlo, qhi);
    struct cr_env env = {.u_b = 1.0, .n_e = 1.0};
    const struct cr_species *e = &net.species[0];
    double p_break = 1.0, rate = cr_loss_total(&env, &opt, e, 5, p_break, p_break), tau = p_break / rate;
    struct cr_remap_budget budget = {.n_in = 0};
    int steps = which ? 2000 : 8000;
    double dt = tau / steps;
    for (int i = 0; i < steps; i++) {
      for (int k = 0; k < 11; k++) lo[k] += 0.5 * dt * qlo[k], hi[k] += 0.5 * dt * qhi[k];
      cr_remap(&net, 0, &env, &opt, which ? &combined : &split, dt, lo,
               hi, &budget);
      for (int k = 0; k < 11; k++) lo[k] += 0.5 * dt * qlo[k], hi[k] += 0.5 * dt * qhi[k];
    }
    double worst = 0.0;
    for (int k = 0; k < 11; k++) {
      const struct cr_bin *b = &net.bin[k];
      if (which ? b->p_hi > 0.1 * p_break : b->p_lo < 10.0 * p_break || k == 10) continue;  /* the top bin has the cut-off in it */
      struct steady st = {e, &env, a, which ? 0.0 : pow(1e3, 1.0 - a)};
      double n, en;
      integrate(b, steady_exact, &st, &n, &en);
      worst = fmax(worst, fabs((lo[k] + hi[k]) / n - 1.0));
    }
    print_message("# injection and %s: worst bin %.2e\n", which ? "coulomb" : "synchrotron", worst);
    assert_true(worst < 0.02);
    cr_network_free(&net);
  }
}

static double log_rate(const struct cr_map *m, double l) {
  double p = exp(l);
  return -cr_loss_total(m->env, m->opt, m->species, m->bin, m->p_ref, p) / p;
}

/* P8: the combined map is reversible and agrees with many small split steps; the split map is of second order. */
static void test_order(void **state) {
  (void)state;
  for (int i = 0; i < LOSS_COUNT; i++) opt.scale[i] = 1.0;
  struct cr_env env = {.n_e = 1, .n_n = 1, .u_b = 0.6, .u_rad = {0.5}, .div_u = 3e-15, .streaming_rate = 1e-15};
  static const struct { const char *name; double p, dt_Myr; } cases[] = {{"p", 0.9, 5}, {"p", 0.2, 0.1}, {"e-", 0.9, 10}, {"e-", 9.0, 10}};
  for (int i = 0; i < 4; i++) {
    double dt = cases[i].dt_Myr * MEGAYEAR_s, p = cases[i].p, error[3];
    struct cr_map exact = map_of(cases[i].name, &env, CR_MAP_COMBINED, p, dt);
    double q = cr_map_forward(&exact, p);
    close_to(cr_map_backward(&exact, q), p, 1e-8);
    /* Runge-Kutta of fourth order with many steps, per particle. */
    double l = log(p), h = dt / 2000.0;
    for (int k = 0; k < 2000; k++) {
      double k1 = log_rate(&exact, l), k2 = log_rate(&exact, l + 0.5 * h * k1), k3 = log_rate(&exact, l + 0.5 * h * k2);
      l += h / 6.0 * (k1 + 2.0 * (k2 + k3) + log_rate(&exact, l + h * k3));
    }
    close_to(q, exp(l), 1e-8);
    for (int level = 0; level < 3; level++) {
      int steps = 8 << level;
      double r = p;
      for (int k = 0; k < steps; k++) {
        struct cr_map part = map_of(cases[i].name, &env, CR_MAP_SPLIT, r, dt / steps);
        part.p_ref = r;
        double middle = cr_map_forward(&part, r);
        part.p_ref = sqrt(r * middle);  /* logarithms in the middle of the step */
        r = cr_map_forward(&part, r);
      }
      error[level] = fabs(r / q - 1.0);
    }
    double order = log2(error[1] / error[2]);
    print_message("# split map, %s at %g GeV: errors %.1e %.1e %.1e, order %.2f\n", cases[i].name, p, error[0], error[1], error[2], order);
    assert_true(error[2] < 1e-9 || order > 1.9);
    struct cr_map back = map_of(cases[i].name, &env, CR_MAP_SPLIT, p, dt);
    close_to(cr_map_backward(&back, cr_map_forward(&back, p)), p, 1e-12);
  }
}

/* P7, P8: closed forms of single processes against the adaptive integration, 1e-8. */
static void test_closed_forms(void **state) {
  (void)state;
  struct cr_env env = {.n_e = 1, .u_b = 1, .div_u = 3e-15};
  static const struct { enum cr_loss_id id; const char *name; double p, dt_Myr; } cases[] = {
      {LOSS_ADIABATIC, "p", 0.3, 30}, {LOSS_COULOMB, "p", 0.15, 0.5}, {LOSS_COULOMB, "cno", 30.0, 100}, {LOSS_SYNCHROTRON, "e-", 300.0, 0.5}};
  for (int i = 0; i < 4; i++) {
    only(1, &cases[i].id);
    struct cr_map combined = map_of(cases[i].name, &env, CR_MAP_COMBINED, cases[i].p, cases[i].dt_Myr * MEGAYEAR_s), split = combined;
    split.mode = CR_MAP_SPLIT;
    close_to(cr_map_forward(&combined, cases[i].p), cr_map_forward(&split, cases[i].p), 1e-8);
    close_to(cr_map_backward(&combined, cases[i].p), cr_map_backward(&split, cases[i].p), 1e-8);
  }
  /* A 10 MeV proton stops in 0.174 Myr at n_HI = 1. */
  only(1, (enum cr_loss_id[]){LOSS_IONISATION});
  env.n_n = 1.0;
  double p = cr_momentum(0.01, PROTON_MASS_GeV), k = 3.09e-16 * 0.57;
  assert_true(cr_coulomb_forward(p, PROTON_MASS_GeV, k * 0.176 * MEGAYEAR_s) == 0.0);
  assert_true(cr_coulomb_forward(p, PROTON_MASS_GeV, k * 0.172 * MEGAYEAR_s) > 0.0);
}

/* Everything on, huge steps: number and energy are accounted for. */
static void test_budget(void **state) {
  (void)state;
  for (int i = 0; i < LOSS_COUNT; i++) opt.scale[i] = 1.0;
  struct cr_network net;
  cr_network_named(&net, "hopkins2022", NULL);
  for (int s = 0; s < net.count; s++)
    for (double dt = 1e10; dt < 1e18; dt *= 100.0) {
      double lo[16], hi[16], n0 = 0, e0 = 0, n1 = 0, e1 = 0;
      for (int k = 0; k < net.nbin[s]; k++) {
        lo[k] = pow(10.0, -k), hi[k] = k % 3 == 1 ? 0.0 : lo[k] * (k % 2 ? 0.01 : 0.9);
        n0 += lo[k] + hi[k], e0 += cr_bin_energy(&net.bin[net.first[s] + k], lo[k], hi[k]);
      }
      struct cr_env env = {.n_e = 1, .n_n = 3, .u_b = 0.6, .u_rad = {0.5}, .div_u = -3e-15, .streaming_rate = 1e-15};
      struct cr_remap_budget budget = {.n_in = 0};
      cr_remap(&net, s, &env, &opt, &(struct cr_remap_options){CR_MAP_SPLIT, CR_INFLOW_ZERO}, dt, lo, hi, &budget);
      for (int k = 0; k < net.nbin[s]; k++) {
        assert_true(lo[k] >= 0.0 && hi[k] >= 0.0);
        n1 += lo[k] + hi[k], e1 += cr_bin_energy(&net.bin[net.first[s] + k], lo[k], hi[k]);
      }
      double work = 0, size = e0 + e1 + budget.e_out;
      for (int i = 0; i < LOSS_COUNT; i++) work += budget.work[i], size += fabs(budget.work[i]);
      close_to(n1 + budget.n_thermal + budget.n_out, n0, 1e-14);
      assert_true(fabs(e1 + work + budget.e_out - e0) < 1e-13 * size);
    }
  cr_network_free(&net);
}

int main(void) {
  cr_loss_defaults(&opt);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_adiabatic), cmocka_unit_test(test_synchrotron),  cmocka_unit_test(test_coulomb), cmocka_unit_test(test_steady),
      cmocka_unit_test(test_order),     cmocka_unit_test(test_closed_forms), cmocka_unit_test(test_budget),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
