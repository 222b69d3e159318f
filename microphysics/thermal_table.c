#include "microphysics/thermal_table.h"

#include "base/memory.h"
#include "base/minmax.h"
#include "microphysics/constants.h"
#include "microphysics/vecmath.h"

#include <math.h>

/* Temperatures: from below LOWEST to above HIGHEST. */
static const double PER_E = 96.0, LOWEST = 5.0, HIGHEST = 2e9;

/* Steps on long ways. */
enum { WIDEST = 4 };

/* Of ions. */
static const double TOLERANCE = 1e-4;

/* Shielding. */
enum { LEFT = 5632 };
static const double LEFT_FROM = -16.0, LEFT_PER_E = 128.0;

/* Guesses, by ln n_h and ln of the pressure over n_h k, or every STRIDE-th temperature. */
enum { GUESS_N = 97, GUESS_TAU = 641, STRIDE = 4 };
static const double GUESS_N_FROM = -20.0, GUESS_N_PER_E = 2.4, GUESS_TAU_FROM = 1.0, GUESS_TAU_PER_E = 32.0;

/* Where in a row of equal steps: the place below, and the share of the one above.  The ends hold beyond them. */
static inline int find(double at, int count, double *share) {
  const double x = min(max(at, 0.0), (double)(count - 1));
  const int i = (int)min(x, (double)(count - 2));
  *share = x - i;
  return i;
}

static inline double between(const double *v, double share) { return v[0] + share * (v[1] - v[0]); }

static double background_left(const struct thermal_table *t, double ln_n, int node) {
  double share;
  const int i = find((ln_n + t->self_shields[node] - LEFT_FROM) * LEFT_PER_E, LEFT, &share);
  return t->background * between(t->left + i, share);
}

/* In a table of rows for densities. */
static double guess_in(const float *table, int columns, double ln_n, double at) {
  double s_n, s_t;
  const int n = find((ln_n - GUESS_N_FROM) * GUESS_N_PER_E, GUESS_N, &s_n), i = find(at, columns, &s_t);
  const float *row = table + (size_t)n * (size_t)columns + i, *next = row + columns;
  const double low = row[0] + s_t * (row[1] - row[0]), high = next[0] + s_t * (next[1] - next[0]);
  return low + s_n * (high - low);
}

static int columns(const struct thermal_table *t) { return (t->count - 1) / STRIDE + 2; }

static void fill_guesses(struct thermal_table *t, const struct gas_env *usual) {
  for (int n = 0; n < GUESS_N; n++) {
    const double ln_n = GUESS_N_FROM + n / GUESS_N_PER_E, n_h = exp(ln_n), bare = 1.0 + usual->helium;
    float *row = t->guess_tau + (size_t)n * GUESS_TAU, *at_t = t->guess + (size_t)n * (size_t)columns(t);
    double before = 0.0, electrons = 0.0;
    int i = 0;
    for (int k = 0; k < t->count; k++) { /* pressures rise with the temperature: pass all that are wanted on the way */
      struct gas_ions ions;
      ionisation_solve(&t->node[k].ion, usual, background_left(t, ln_n, k), n_h, electrons, 1e-6, &ions);
      const double ln_tau = log((bare + ions.e) * t->node[k].ion.t);
      for (; i < GUESS_TAU; i++) {
        const double at = GUESS_TAU_FROM + i / GUESS_TAU_PER_E;
        if (at > ln_tau) break;
        row[i] = (float)(k == 0 ? ions.e : electrons + (ions.e - electrons) * (at - before) / (ln_tau - before));
      }
      if (k % STRIDE == 0) at_t[k / STRIDE] = (float)ions.e;
      electrons = ions.e;
      before = ln_tau;
    }
    for (; i < GUESS_TAU; i++) row[i] = (float)electrons;
    at_t[columns(t) - 1] = (float)electrons;
  }
}

void thermal_table_create(struct thermal_table *t, const struct gas_env *usual, double floor_K) {
  const int below = (int)ceil(max(log(floor_K / LOWEST), 0.0) * PER_E), above = (int)ceil(max(log(HIGHEST / floor_K), 1.0) * PER_E);
  *t = (struct thermal_table){.count = below + above + 1, .floor = below, .background = usual->background};
  t->node = memory_get(sizeof *t->node * (size_t)t->count);
  t->self_shields = memory_get(sizeof *t->self_shields * (size_t)t->count);
  t->left = memory_get(sizeof *t->left * LEFT);
  t->guess = memory_get(sizeof *t->guess * GUESS_N * (size_t)columns(t));
  t->guess_tau = memory_get(sizeof *t->guess_tau * GUESS_N * GUESS_TAU);
  t->first = log(floor_K) - below / PER_E;
  for (int k = 0; k < t->count; k++) {
    const double kelvin = k == below ? floor_K : floor_K * exp((k - below) / PER_E);
    thermal_node(kelvin, &t->node[k]);
    t->self_shields[k] = usual->background > 0.0 ? log(ionisation_self_shields(usual->background, kelvin)) : 0.0;
  }
  for (int i = 0; i < LEFT; i++) t->left[i] = ionisation_left(exp(LEFT_FROM + i / LEFT_PER_E));
  fill_guesses(t, usual);
}

void thermal_table_destroy(struct thermal_table *t) {
  memory_free(t->node);
  memory_free(t->self_shields);
  memory_free(t->left);
  memory_free(t->guess);
  memory_free(t->guess_tau);
}

size_t thermal_table_size(const struct thermal_table *t) {
  return (size_t)t->count * (sizeof *t->node + sizeof *t->self_shields) + sizeof(double) * LEFT + sizeof(float) * GUESS_N * (size_t)(columns(t) + GUESS_TAU);
}

/* A cell, and its states at two neighbouring temperatures; pressures over n_h k, in K. */
struct cell { const struct thermal_table *table; const struct gas_env *env; double n_h, ln_n; };
struct state { int at; double tau, left, rate; struct gas_ions ions; };

/* The same on whatever way a cell comes there. */
static void state_at(const struct cell *c, int k, struct state *s) {
  const struct ionisation_node *node = &c->table->node[k].ion;
  const double guess = guess_in(c->table->guess, columns(c->table), c->ln_n, k * (1.0 / STRIDE));
  s->at = k;
  s->left = background_left(c->table, c->ln_n, k);
  ionisation_solve(node, c->env, s->left, c->n_h, guess, TOLERANCE, &s->ions);
  s->tau = ((1.0 + c->env->helium) + s->ions.e) * node->t;
}

static void find_rate(const struct cell *c, struct state *s) { s->rate = thermal_node_rate(&c->table->node[s->at], c->env, s->left, c->n_h, &s->ions, NULL); }

/* Number of the temperature that gas with tau and these electrons has, downwards. */
static int number_of(const struct cell *c, double tau, double electrons) {
  double share;
  return find((vec_log(tau / ((1.0 + c->env->helium) + electrons)) - c->table->first) * PER_E, c->table->count, &share);
}

/* The two states around tau; the first or the last two beyond the ends. */
static void bracket(const struct cell *c, double tau, struct state *low, struct state *high) {
  const int last = c->table->count - 1;
  double electrons = guess_in(c->table->guess_tau, GUESS_TAU, c->ln_n, (vec_log(tau) - GUESS_TAU_FROM) * GUESS_TAU_PER_E);
  int lo = -1, hi = last + 1;
  while (hi - lo > 1) {
    int k = number_of(c, tau, electrons);
    k = k <= lo ? lo + 1 : k >= hi ? hi - 1 : k;
    struct state s;
    state_at(c, k, &s);
    electrons = s.ions.e;
    if (k == 0 || (k < last && s.tau <= tau)) {
      *low = s;
      lo = k;
    } else {
      *high = s;
      hi = k;
    }
  }
}

static struct cell cell_of(const struct thermal_table *t, const struct gas_env *env, double n_h) {
  return (struct cell){.table = t, .env = env, .n_h = n_h, .ln_n = vec_log(n_h)};
}

double thermal_look(const struct thermal_table *t, const struct gas_env *env, double n_h, double pressure, double *electrons) {
  const struct cell c = cell_of(t, env, n_h);
  const double tau = pressure / (n_h * BOLTZMANN_erg_K);
  struct state low = {0}, high = {0};
  bracket(&c, tau, &low, &high);
  const double share = min(max((tau - low.tau) / (high.tau - low.tau), 0.0), 1.0);
  *electrons = low.ions.e + share * (high.ions.e - low.ions.e);
  return tau / ((1.0 + env->helium) + *electrons);
}

/* (exp(x) - 1) / x, and x / ln(1 + x) turned round: ln(1 + x) / x. */
static double growth(double x) { return fabs(x) < 1e-5 ? 1.0 + x * (1.0 / 2 + x * (1.0 / 6)) : expm1(x) / x; }
static double decline(double x) { return fabs(x) < 1e-5 ? 1.0 - x * (1.0 / 2 - x * (1.0 / 3)) : log1p(x) / x; }

/* Wider where rates change little. */
static int next_width(const struct state *low, const struct state *high) {
  const int width = high->at - low->at;
  const double differ = fabs(high->rate - low->rate) / max(fabs(high->rate), fabs(low->rate));
  return differ < 0.1 ? (2 * width < WIDEST ? 2 * width : WIDEST) : differ > 0.2 && width > 1 ? width / 2 : width;
}

double thermal_advance(const struct thermal_table *t, const struct gas_env *env, double gamma, double n_h, double energy, double dt) {
  const struct cell c = cell_of(t, env, n_h);
  const double scale = (gamma - 1.0) / (n_h * BOLTZMANN_erg_K);
  struct state low = {0}, high = {0};
  const double start = energy * scale;
  double tau = max(start, 1e-3);
  bracket(&c, tau, &low, &high);
  if (low.at < t->floor) {
    state_at(&c, t->floor, &low);
    state_at(&c, t->floor + 1, &high);
  }
  tau = max(tau, low.tau);
  find_rate(&c, &low);
  find_rate(&c, &high);
  for (;;) {
    const double slope = scale * (high.rate - low.rate) / (high.tau - low.tau), rate = scale * low.rate + slope * (tau - low.tau);
    const bool up = rate > 0.0;
    const struct state *exit = up ? &high : &low;
    if (!(dt > 0.0) || rate == 0.0 || (tau == low.tau && !up && low.at == t->floor)) break;
    const double step = rate * (dt * growth(slope * dt)), way = exit->tau - tau;
    const bool stays = exit->rate * rate <= 0.0 || (up && exit->at == t->count - 1);
    if (stays || fabs(step) < fabs(way)) {
      const int middle = (low.at + high.at) / 2;
      if (middle > low.at) { /* the way ends here: with smaller steps */
        struct state s;
        state_at(&c, middle, &s);
        find_rate(&c, &s);
        *(tau < s.tau || (tau == s.tau && !up) ? &high : &low) = s;
        continue;
      }
      tau = stays && fabs(step) > fabs(way) && !(up && exit->at == t->count - 1) ? exit->tau : tau + step;
      break;
    }
    tau = exit->tau;
    dt -= way / rate * decline(slope * way / rate);
    const int width = next_width(&low, &high);
    if (up) {
      low = high;
      state_at(&c, low.at + width < t->count ? low.at + width : t->count - 1, &high);
      find_rate(&c, &high);
    } else {
      if (low.at == t->floor) break;
      high = low;
      state_at(&c, high.at - width > t->floor ? high.at - width : t->floor, &low);
      find_rate(&c, &low);
    }
  }
  return tau == start ? energy : tau / scale;
}
