#include "elliptic/method.h"

#include "base/minmax.h"

#include <math.h>

/* Measured (a tensor in 3-D, three levels): an iteration of BiCGSTAB and a set-up, in iterations with the diagonal. */
static const double ITERATION[METHOD_COUNT] = {1.0, 2.2, 8.0}, SET_UP[METHOD_COUNT] = {0.0, 7.0, 75.0};
/* Iterations per decade of multigrid where nothing is known yet. */
static const double AMG_RATE = 1.6;
/* Below, the diagonal does. */
static const double EASY = 10.0;

static int bin_of(double stiffness) { return (int)min(max(2.0 * log2(stiffness), 0.0), (double)(METHOD_BINS - 1)); }

/* An iteration is not divided. */
static double cost(enum method method, double rate, double decades) { return ITERATION[method] * max(ceil(rate * decades), 1.0); }

static double fresh_amg(const struct method_memory *m, double decades) {
  const double rate = m->kept[METHOD_AMG].rate;
  return cost(METHOD_AMG, rate > 0.0 ? rate : AMG_RATE, decades);
}

/* Incomplete factors cost little, and serve only for matrices like their own. */
bool method_stale(const struct method_memory *m, enum method method, double stiffness) {
  const struct method_kept *k = &m->kept[method];
  if (method == METHOD_DIAGONAL) return false;
  return !k->made || k->stale || (method == METHOD_ILU && !(fabs(stiffness - k->stiffness) <= 0.1 * k->stiffness));
}

enum method method_choose(const struct method_memory *m, double stiffness, double decades) {
  if (stiffness < EASY) return METHOD_DIAGONAL;
  /* Nothing holds the solution but the boundary: the number of iterations grows with that of cells without multigrid. */
  if (!isfinite(stiffness) || m->regret > SET_UP[METHOD_AMG]) return METHOD_AMG;
  const int bin = bin_of(stiffness);
  const double known = m->rate[METHOD_AMG][bin];
  double with_amg = known > 0.0 ? cost(METHOD_AMG, known, decades) : fresh_amg(m, decades);
  if (method_stale(m, METHOD_AMG, stiffness)) with_amg += SET_UP[METHOD_AMG];
  double with_ilu = cost(METHOD_ILU, m->rate[METHOD_ILU][bin], decades);
  if (method_stale(m, METHOD_ILU, stiffness)) with_ilu += SET_UP[METHOD_ILU];
  return with_ilu <= with_amg ? METHOD_ILU : METHOD_AMG;
}

int method_limit(enum method method, double decades, int most) {
  if (method != METHOD_ILU) return most;
  return (int)min((SET_UP[METHOD_AMG] + cost(METHOD_AMG, AMG_RATE, decades)) / ITERATION[METHOD_ILU], (double)most);
}

void method_learn(struct method_memory *m, enum method method, double stiffness, double decades, int iterations, bool fresh) {
  struct method_kept *k = &m->kept[method];
  const double rate = iterations / max(decades, 0.1), spent = ITERATION[method] * iterations;
  if (stiffness >= EASY && isfinite(stiffness)) m->rate[method][bin_of(stiffness)] = rate;
  if (fresh) k->rate = rate;
  else k->regret += max(spent - cost(method, k->rate, decades), 0.0);
  if (k->regret > SET_UP[method]) k->stale = true;
  if (method == METHOD_ILU) m->regret += max(spent - fresh_amg(m, decades), 0.0);
}
