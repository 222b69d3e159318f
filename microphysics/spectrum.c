/* Power laws in bins.  Averages are 16-point Gauss-Legendre sums in ln p over a window of 36 e-foldings of the weight from the
 * end that dominates; <T> rises strictly with the slope (d<T>/ds = Cov(T, ln p) > 0), so the inversion has one root. */
#include "microphysics/spectrum.h"

#include "base/memory.h"

#include <math.h>

static const double node[CR_NODES] = {
    0.0052995325041750307, 0.0277124884633837, 0.067184398806084122, 0.1222977958224985, 0.19106187779867811, 0.27099161117138632,
    0.35919822461037054, 0.45249374508118129, 0.54750625491881877, 0.64080177538962946, 0.72900838882861363, 0.80893812220132189,
    0.87770220417750155, 0.93281560119391593, 0.9722875115366163, 0.99470046749582497};
static const double weight[CR_NODES] = {
    0.013576229705877019, 0.031126761969323853, 0.047579255841246296, 0.062314485627767015, 0.074797994408288382,
    0.08457825969750131, 0.091301707522461806, 0.094725305227534293, 0.094725305227534293, 0.091301707522461806,
    0.08457825969750131, 0.074797994408288382, 0.062314485627767015, 0.047579255841246296, 0.031126761969323853,
    0.013576229705877019};

/* The batched update (batch_momentum.c) has a rule of its own.  The table of slopes is made with it, so that there an average over a whole
 * bin gives back the energy of the bin to rounding and nothing drifts when nothing happens. */
struct rule { int n; const double *node, *weight; double window; };
static const struct rule exact = {CR_NODES, node, weight, 36.0};
static const double batch_node[CR_BATCH_NODES] = CR_BATCH_NODE, batch_weight[CR_BATCH_NODES] = CR_BATCH_WEIGHT;
static const struct rule batch = {CR_BATCH_NODES, batch_node, batch_weight, CR_BATCH_WINDOW};

/* (1 - exp(-x)) / x */
static double decay_mean(double x) { return fabs(x) < 1e-300 ? 1.0 : -expm1(-x) / x; }

double cr_bin_fraction(const struct cr_bin *b, double s, double la, double lb) {
  if (lb <= la) return 0.0;
  double t = fabs(s), from = s < 0.0 ? la : b->width - lb;
  return (lb - la) / b->width * exp(-t * from) * decay_mean(t * (lb - la)) / decay_mean(t * b->width);
}

double cr_bin_density(const struct cr_bin *b, double s, double n, double l) {
  double t = fabs(s), from = s < 0.0 ? l : b->width - l;
  return n / b->width * exp(-t * from) / decay_mean(t * b->width);
}

/* Distances d from the dominant end, and weights that are not normalised. */
static double raw_nodes(const struct rule *q, double t, double length, double d[CR_NODES], double w[CR_NODES]) {
  double window = t * length > q->window ? q->window / t : length, sum = 0.0;
  for (int i = 0; i < q->n; i++) {
    d[i] = window * q->node[i];
    w[i] = q->weight[i] * exp(-t * d[i]);
    sum += w[i];
  }
  return sum;
}

void cr_bin_nodes(double s, double la, double lb, double l[CR_NODES], double w[CR_NODES]) {
  double d[CR_NODES], sum = raw_nodes(&exact, fabs(s), lb - la, d, w);
  for (int i = 0; i < CR_NODES; i++) {
    l[i] = s < 0.0 ? la + d[i] : lb - d[i];
    w[i] /= sum;
  }
}

double cr_bin_mean(const struct cr_bin *b, double s, cr_function *g, const void *data) {
  double l[CR_NODES], w[CR_NODES], sum = 0.0;
  cr_bin_nodes(s, 0.0, b->width, l, w);
  for (int i = 0; i < CR_NODES; i++) sum += w[i] * g(data, b->p_lo * exp(l[i]));
  return sum;
}

/* For one particle: populations, and d ln(hi/lo)/ds. */
static void populations_of_slope(const struct rule *q, const struct cr_bin *b, double s, double *lo, double *hi, double *derivative) {
  double d[CR_NODES], w[CR_NODES], sum = raw_nodes(q, fabs(s), b->width, d, w);
  double a = 0.0, c = 0.0, al = 0.0, cl = 0.0;
  for (int i = 0; i < q->n; i++) {
    /* Differences to both edges, exact also next to them. */
    double from_lo = s < 0.0 ? d[i] : b->width - d[i], from_hi = s < 0.0 ? b->width - d[i] : d[i];
    double p = s < 0.0 ? b->p_lo * exp(d[i]) : b->p_hi * exp(-d[i]);
    double above = cr_kinetic_rise(b->p_lo, p, b->mass, expm1(2.0 * from_lo));
    double below = -cr_kinetic_rise(b->p_hi, p, b->mass, expm1(-2.0 * from_hi));
    a += w[i] * above;
    c += w[i] * below;
    double l = s < 0.0 ? d[i] : -d[i];
    al += w[i] * above * l;
    cl += w[i] * below * l;
  }
  *hi = a / (sum * b->dt);
  *lo = c / (sum * b->dt);
  *derivative = al / a - cl / c;
}

void cr_bin_from_slope(const struct cr_bin *b, double s, double n, double *lo, double *hi) {
  double l, h, derivative;
  populations_of_slope(&exact, b, s, &l, &h, &derivative);
  *lo = n * (l / (l + h));
  *hi = n * (h / (l + h));
}

static double slope_guess(const struct cr_bin *b, double lo, double hi) {
  double n = lo + hi, r = (hi - lo) / n, q = 4.0 * (lo / n) * (hi / n);
  double y = 0.5 * CR_SLOPE_ROWS * (1.0 + r);
  int row = (int)fmin(y, CR_SLOPE_ROWS - 1.0);
  double x = y - row, *c = b->slope[row];
  return (c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * (c[4] + x * c[5]))))) / fmax(q, 1e-30);
}

/* Newton's method for ln(hi/lo) as a function of g = asinh(s), which is close to linear; bisection where a step leaves the bracket. */
static double solve_slope(const struct rule *q, const struct cr_bin *b, double lo, double hi, double guess) {
  double want = log(hi / lo), left = -40.0, right = 40.0, g = asinh(guess);
  for (int i = 0; i < 100; i++) {
    double l, h, derivative, s = sinh(g);
    populations_of_slope(q, b, s, &l, &h, &derivative);
    double miss = log(h / l) - want;
    if (miss > 0.0) right = g; else left = g;
    double next = g - miss / (derivative * cosh(g));
    if (!(next >= left && next <= right)) next = 0.5 * (left + right);
    double move = next - g;
    g = next;
    if (fabs(move) < 1e-9 * fmax(1.0, fabs(g))) break;  /* the step after this one is below rounding */
  }
  return sinh(g);
}

double cr_bin_slope(const struct cr_bin *b, double lo, double hi) {
  if (!(lo > 0.0)) return hi > 0.0 ? CR_SLOPE_MAX : 0.0;
  if (!(hi > 0.0) || hi / lo < 1e-13) return -CR_SLOPE_MAX;
  if (lo / hi < 1e-13) return CR_SLOPE_MAX;
  return solve_slope(&exact, b, lo, hi, slope_guess(b, lo, hi));
}

double cr_bin_populations(const struct cr_bin *b, double n, double e, double *lo, double *hi) {
  *lo = *hi = 0.0;
  if (!(n > 0.0) || !(e > 0.0)) return n > 0.0 ? -n : 0.0;
  double mean = e / n;
  if (mean < b->t_lo) return *lo = e / b->t_lo, *lo - n;
  if (mean > b->t_hi) return *hi = e / b->t_hi, *hi - n;
  *hi = n * ((mean - b->t_lo) / b->dt);
  *lo = n * ((b->t_hi - mean) / b->dt);
  return 0.0;
}

static double third_pv(const void *data, double p) {
  const struct cr_bin *b = data;
  return p * cr_beta(p, b->mass) / 3.0;
}

double cr_bin_pressure(const struct cr_bin *b, double lo, double hi) {
  return (lo + hi) * cr_bin_mean(b, cr_bin_slope(b, lo, hi), third_pv, b);
}

/* s (1 - r^2) at r, and at the ends its limit.  guess: a slope to start from, replaced by the one found. */
static double scaled_slope(const struct cr_bin *b, double r, double *guess) {
  if (fabs(r) > 1.0 - 1e-9) {
    double l, h, derivative, s = r < 0.0 ? -1e9 : 1e9;
    populations_of_slope(&batch, b, s, &l, &h, &derivative);
    return s * 4.0 * (l / (l + h)) * (h / (l + h));
  }
  double lo = 0.5 * (1.0 - r), hi = 0.5 * (1.0 + r);
  return (*guess = solve_slope(&batch, b, lo, hi, *guess)) * 4.0 * lo * hi;
}

void cr_bin_create(struct cr_bin *b, double p_lo, double p_hi, double mass) {
  *b = (struct cr_bin){.p_lo = p_lo, .p_hi = p_hi, .mass = mass, .width = log(p_hi / p_lo)};
  b->t_lo = cr_kinetic(p_lo, mass);
  b->t_hi = cr_kinetic(p_hi, mass);
  b->dt = b->t_hi - b->t_lo;
  b->slope = memory_get(CR_SLOPE_ROWS * sizeof *b->slope);
  /* Polynomials through equidistant points of every interval, its ends among them: Newton's forward differences, expanded. */
  double guess = -1e9;
  for (int row = 0; row < CR_SLOPE_ROWS; row++) {
    double d[CR_SLOPE_TERMS], *c = b->slope[row], h = 1.0 / (CR_SLOPE_TERMS - 1);
    for (int i = 0; i < CR_SLOPE_TERMS; i++) d[i] = scaled_slope(b, -1.0 + 2.0 * (row + i * h) / CR_SLOPE_ROWS, &guess);
    for (int k = 1; k < CR_SLOPE_TERMS; k++)
      for (int i = CR_SLOPE_TERMS - 1; i >= k; i--) d[i] = (d[i] - d[i - 1]) / (k * h);
    for (int k = CR_SLOPE_TERMS - 1; k >= 0; k--) {
      for (int i = CR_SLOPE_TERMS - 1; i > 0; i--) c[i] = c[i - 1] - k * h * c[i];
      c[0] = d[k] - k * h * c[0];
    }
  }
}

void cr_bin_free(struct cr_bin *b) {
  memory_free(b->slope);
  b->slope = NULL;
}
