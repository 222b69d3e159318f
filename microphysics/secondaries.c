/* Channels of Hopkins et al. 2022, section 2.3, with the cross-sections of cross_sections.c. */
#include "microphysics/secondaries.h"

#include "base/fail.h"
#include "microphysics/constants.h"
#include "microphysics/cross_sections.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

void cr_secondary_defaults(struct cr_secondary_options *opt) {
  *opt = (struct cr_secondary_options){.scale = 1.0, .lepton_energy = 0.12, .positrons = 1.0 / 3.0, .electrons = 1.0 / 3.0, .helium = 1.0,
                                       .paper_beryllium = true, .tail = true};
}

static const struct cr_species *parent_of(const struct cr_production *prod, const struct cr_channel *ch) {
  return &prod->net->species[ch->parent];
}

static const struct cr_species *child_of(const struct cr_production *prod, const struct cr_channel *ch) {
  return &prod->net->species[ch->child];
}

static bool is_mixture(const struct cr_species *s) {
  int count = 0;
  for (int i = 0; i < ISO_COUNT; i++) count += s->mix[i] > 0.0;
  return count > 1;
}

int cr_channels(const struct cr_production *prod, struct cr_channel channel[CR_MAX_CHANNELS]) {
  const struct cr_network *net = prod->net;
  int count = 0;
  for (int a = 0; a < net->count; a++)
    for (int b = 0; b < net->count; b++) {
      const struct cr_species *parent = &net->species[a], *child = &net->species[b];
      struct cr_channel ch = {a, b, CHANNEL_FRAGMENT, TARGET_NUCLEONS};
      bool hadron = parent->kind == CR_PROTON || (parent->kind == CR_NUCLEUS && parent->a == 4.0);
      bool made = parent->kind == CR_NUCLEUS && child->kind == CR_NUCLEUS && a != b && cr_sigma_nuclear(parent, child, 10.0) > 0.0;
      if (hadron && child->kind == CR_LEPTON) ch.kind = CHANNEL_LEPTON, made = true;
      if (hadron && child->kind == CR_ANTIPROTON) ch.kind = CHANNEL_ANTIPROTON, made = true;
      if (parent->half_life_Myr > 0.0 && parent->mix[ISO_BE10] > 0.0 && child->mix[ISO_B10] > 0.0)
        ch.kind = CHANNEL_DECAY, ch.target = TARGET_NONE, made = true;
      if (!made) continue;
      require(count < CR_MAX_CHANNELS, "more than %d channels of secondaries", CR_MAX_CHANNELS);
      channel[count++] = ch;
    }
  return count;
}

static double per_nucleon(const struct cr_species *s, double p) { return cr_kinetic(p, s->mass_GeV) / s->a; }

/* He is taken as 3.6 protons of the same energy per nucleon (Winkler 2017). */
static double nucleons(const struct cr_species *s) { return s->kind == CR_NUCLEUS ? 3.6 : 1.0; }

double cr_channel_rate(const struct cr_production *prod, const struct cr_channel *ch, double p) {
  const struct cr_species *parent = parent_of(prod, ch), *child = child_of(prod, ch);
  const struct cr_secondary_options *opt = prod->opt;
  double t = per_nucleon(parent, p), v = SPEED_OF_LIGHT_cm_s * cr_beta(p, parent->mass_GeV);
  switch (ch->kind) {
    case CHANNEL_DECAY: return opt->scale * cr_fate_unit_rate(FATE_DECAY, prod->fate, parent, p);
    case CHANNEL_LEPTON: {
      double number = child->sign > 0 ? opt->positrons : opt->electrons, on = t >= PION_THRESHOLD_GeV ? PION_RATE_cm3_s : 0.0;
      return opt->scale * prod->fate->scale[FATE_PIONIC] * opt->helium * nucleons(parent) * number * on;
    }
    case CHANNEL_ANTIPROTON: return opt->scale * opt->helium * nucleons(parent) * v * cr_sigma_antiproton(t) * MILLIBARN_cm2;
    case CHANNEL_FRAGMENT: break;
  }
  bool paper = opt->paper_beryllium && parent->mix[ISO_B11] > 0.0 && is_mixture(parent);
  double sigma = paper ? cr_sigma_paper_beryllium(child->mix[ISO_BE10] > 0.0, t) : cr_sigma_nuclear(parent, child, t);
  return opt->scale * prod->fate->scale[FATE_FRAGMENTATION] * v * sigma * MILLIBARN_cm2;
}

/* Nuclei keep the energy per nucleon; e+- and antiprotons take a part of the kinetic energy per nucleon. */
double cr_channel_momentum(const struct cr_production *prod, const struct cr_channel *ch, double p) {
  const struct cr_species *parent = parent_of(prod, ch), *child = child_of(prod, ch);
  double t = per_nucleon(parent, p);
  if (ch->kind == CHANNEL_LEPTON) return cr_momentum(prod->opt->lepton_energy * t, child->mass_GeV);
  if (ch->kind == CHANNEL_ANTIPROTON) return cr_momentum(cr_antiproton_energy_fraction(t) * t, child->mass_GeV);
  return p * child->a / parent->a;
}

double cr_channel_parent(const struct cr_production *prod, const struct cr_channel *ch, double p_child) {
  const struct cr_species *parent = parent_of(prod, ch), *child = child_of(prod, ch);
  if (ch->kind == CHANNEL_LEPTON)
    return cr_momentum(cr_kinetic(p_child, child->mass_GeV) / prod->opt->lepton_energy * parent->a, parent->mass_GeV);
  if (ch->kind == CHANNEL_FRAGMENT || ch->kind == CHANNEL_DECAY) return p_child * parent->a / child->a;
  double lo = log(1e-6), hi = log(1e12);
  for (int i = 0; i < 100; i++) {
    double middle = 0.5 * (lo + hi);
    if (cr_channel_momentum(prod, ch, exp(middle)) < p_child) lo = middle; else hi = middle;
  }
  return exp(0.5 * (lo + hi));
}

/* The part of the yield from parents between la and lb (in units of the parents in the bin). */
static void add_piece(const struct cr_production *prod, const struct cr_channel *ch, const struct cr_bin *from, double s, double la,
                      double lb, const struct cr_bin *to, double *lo, double *hi) {
  if (!(lb > la)) return;
  double l[CR_NODES], w[CR_NODES], part = cr_bin_fraction(from, s, la, lb);
  cr_bin_nodes(s, la, lb, l, w);
  for (int i = 0; i < CR_NODES; i++) {
    double p = from->p_lo * exp(l[i]), rate = part * w[i] * cr_channel_rate(prod, ch, p), up = 0.0;
    if (to != NULL) {
      double q = fmin(fmax(cr_channel_momentum(prod, ch, p), to->p_lo), to->p_hi), r = q / to->p_lo;
      up = fmin(cr_kinetic_rise(to->p_lo, q, to->mass, (r - 1.0) * (r + 1.0)) / to->dt, 1.0);
    }
    *hi += rate * up;
    *lo += rate * (1.0 - up);
  }
}

void cr_channel_yield(const struct cr_production *prod, const struct cr_channel *ch, int from, double s, int to, double *lo, double *hi) {
  const struct cr_network *net = prod->net;
  const struct cr_bin *child = &net->bin[net->first[ch->child]], *b = &net->bin[net->first[ch->parent] + from];
  int nchild = net->nbin[ch->child];
  *lo = *hi = 0.0;
  double la = -INFINITY, lb = INFINITY, end = b->width, tail = fmin(s, -1.2);
  if (to >= 0) la = log(cr_channel_parent(prod, ch, to < nchild ? child[to].p_lo : child[nchild - 1].p_hi) / b->p_lo);
  if (to < nchild) lb = log(cr_channel_parent(prod, ch, to >= 0 ? child[to].p_hi : child[0].p_lo) / b->p_lo);
  const struct cr_bin *target = to >= 0 && to < nchild ? &child[to] : NULL;
  /* The threshold of pion production is a step: a piece on either side. */
  double step = ch->kind == CHANNEL_LEPTON
                    ? log(cr_momentum(PION_THRESHOLD_GeV * parent_of(prod, ch)->a, b->mass) * (1.0 + 1e-14) / b->p_lo) : 0.0;
  add_piece(prod, ch, b, s, fmax(la, 0.0), fmin(lb, fmin(end, step)), target, lo, hi);
  add_piece(prod, ch, b, s, fmax(la, fmax(step, 0.0)), fmin(lb, end), target, lo, hi);
  if (prod->opt->tail && from == net->nbin[ch->parent] - 1 && (ch->kind == CHANNEL_LEPTON || ch->kind == CHANNEL_ANTIPROTON)) {
    /* Continuous with the density at the top of the bin (no more than that of a flat spectrum), and not flatter than s = -1.2. */
    double x = 0.0, y = 0.0, far = end + 12.0, a = fmax(la, end), z = fmin(lb, far);
    if (tail < -40.0 || !(z > a)) return;
    add_piece(prod, ch, b, tail, a, z, target, &x, &y);
    double match = cr_bin_density(b, fmin(s, 0.0), 1.0, end) / cr_bin_density(b, tail, 1.0, end);
    *lo += match * x;
    *hi += match * y;
  }
}
