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
                                       .nuclei = 1.0, .tail_slope = -1.7, .paper_beryllium = true, .tail = true};
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

/* Protons that a parent counts for, of the same energy per nucleon: 3.6 of He (Winkler 2017); those of nuclei that the network lacks go with p. */
static double protons(const struct cr_production *prod, const struct cr_species *s) {
  return prod->opt->helium * (s->kind == CR_NUCLEUS ? 3.6 : prod->opt->nuclei);
}

double cr_channel_rate(const struct cr_production *prod, const struct cr_channel *ch, double p) {
  const struct cr_species *parent = parent_of(prod, ch), *child = child_of(prod, ch);
  const struct cr_secondary_options *opt = prod->opt;
  double t = per_nucleon(parent, p), v = SPEED_OF_LIGHT_cm_s * cr_beta(p, parent->mass_GeV);
  switch (ch->kind) {
    case CHANNEL_DECAY: return opt->scale * cr_fate_unit_rate(FATE_DECAY, prod->fate, parent, p);
    case CHANNEL_LEPTON: {
      double number = child->sign > 0 ? opt->positrons : opt->electrons, on = t >= PION_THRESHOLD_GeV ? PION_RATE_cm3_s : 0.0;
      return opt->scale * prod->fate->scale[FATE_PIONIC] * protons(prod, parent) * number * on;
    }
    case CHANNEL_ANTIPROTON: return opt->scale * protons(prod, parent) * v * cr_sigma_antiproton(t) * MILLIBARN_cm2;
    case CHANNEL_FRAGMENT: break;
  }
  bool paper = opt->paper_beryllium && parent->mix[ISO_B11] > 0.0 && is_mixture(parent);
  double sigma = paper ? cr_sigma_paper_beryllium(child->mix[ISO_BE10] > 0.0, t) : cr_sigma_nuclear(parent, child, t);
  return opt->scale * prod->fate->scale[FATE_FRAGMENTATION] * v * sigma * MILLIBARN_cm2;
}

int cr_channel_parts(const struct cr_channel *ch) { return ch->kind == CHANNEL_ANTIPROTON ? ANTIPROTON_PARTS : 1; }

/* Nuclei keep the energy per nucleon; e+- and antiprotons take a part of the kinetic energy per nucleon. */
double cr_channel_momentum(const struct cr_production *prod, const struct cr_channel *ch, int part, double p) {
  const struct cr_species *parent = parent_of(prod, ch), *child = child_of(prod, ch);
  double t = per_nucleon(parent, p);
  if (ch->kind == CHANNEL_LEPTON) return cr_momentum(prod->opt->lepton_energy * t, child->mass_GeV);
  if (ch->kind == CHANNEL_ANTIPROTON) return cr_momentum(cr_antiproton_energy_fraction(part, t) * t, child->mass_GeV);
  return p * child->a / parent->a;
}

double cr_channel_parent(const struct cr_production *prod, const struct cr_channel *ch, int part, double p_child) {
  const struct cr_species *parent = parent_of(prod, ch), *child = child_of(prod, ch);
  if (ch->kind == CHANNEL_LEPTON)
    return cr_momentum(cr_kinetic(p_child, child->mass_GeV) / prod->opt->lepton_energy * parent->a, parent->mass_GeV);
  if (ch->kind == CHANNEL_FRAGMENT || ch->kind == CHANNEL_DECAY) return p_child * parent->a / child->a;
  double lo = log(1e-6), hi = log(1e12);
  for (int i = 0; i < 60; i++) {
    double middle = 0.5 * (lo + hi);
    if (cr_channel_momentum(prod, ch, part, exp(middle)) < p_child) lo = middle; else hi = middle;
  }
  return exp(0.5 * (lo + hi));
}

/* The yield of a part of the children, from parents between la and lb, times `share`. */
static void add_piece(const struct cr_production *prod, const struct cr_channel *ch, int part, double share, const struct cr_bin *from, double s, double la,
                      double lb, const struct cr_bin *to, double *lo, double *hi) {
  if (!(lb > la)) return;
  double l[CR_NODES], w[CR_NODES], parents = share * cr_bin_fraction(from, s, la, lb);
  cr_bin_nodes(s, la, lb, l, w);
  for (int i = 0; i < CR_NODES; i++) {
    double p = from->p_lo * exp(l[i]), rate = parents * w[i] * cr_channel_rate(prod, ch, p), up = 0.0;
    if (to != NULL) {
      double q = fmin(fmax(cr_channel_momentum(prod, ch, part, p), to->p_lo), to->p_hi), r = q / to->p_lo;
      up = fmin(cr_kinetic_rise(to->p_lo, q, to->mass, (r - 1.0) * (r + 1.0)) / to->dt, 1.0);
    }
    *hi += rate * up;
    *lo += rate * (1.0 - up);
  }
}

/* The yield of a part of the children. */
static void add_part(const struct cr_production *prod, const struct cr_channel *ch, int part, int from, double s, int to, double *lo, double *hi) {
  const struct cr_network *net = prod->net;
  const struct cr_bin *child = &net->bin[net->first[ch->child]], *b = &net->bin[net->first[ch->parent] + from];
  int nchild = net->nbin[ch->child];
  double la = -INFINITY, lb = INFINITY, end = b->width, share = ch->kind == CHANNEL_ANTIPROTON ? cr_antiproton_share[part] : 1.0;
  if (to >= 0) la = log(cr_channel_parent(prod, ch, part, to < nchild ? child[to].p_lo : child[nchild - 1].p_hi) / b->p_lo);
  if (to < nchild) lb = log(cr_channel_parent(prod, ch, part, to >= 0 ? child[to].p_hi : child[0].p_lo) / b->p_lo);
  const struct cr_bin *target = to >= 0 && to < nchild ? &child[to] : NULL;
  /* The threshold of pion production is a step: a piece on either side. */
  double step = ch->kind == CHANNEL_LEPTON
                    ? log(cr_momentum(PION_THRESHOLD_GeV * parent_of(prod, ch)->a, b->mass) * (1.0 + 1e-14) / b->p_lo) : 0.0;
  add_piece(prod, ch, part, share, b, s, fmax(la, 0.0), fmin(lb, fmin(end, step)), target, lo, hi);
  add_piece(prod, ch, part, share, b, s, fmax(la, fmax(step, 0.0)), fmin(lb, end), target, lo, hi);
  if (prod->opt->tail && from == net->nbin[ch->parent] - 1 && (ch->kind == CHANNEL_LEPTON || ch->kind == CHANNEL_ANTIPROTON)) {
    /* Continuous with the density at the top of the bin (no more than that of a flat spectrum).  Its slope does not depend on that in the bin, as the tables
     * of the batched update hold polynomials: they would be wrong by half for the highest bins of the children. */
    double far = end + 12.0, tail = prod->opt->tail_slope;
    double match = cr_bin_density(b, fmin(s, 0.0), 1.0, end) / cr_bin_density(b, tail, 1.0, end);
    add_piece(prod, ch, part, share * match, b, tail, fmax(la, end), fmin(lb, far), target, lo, hi);
  }
}

void cr_channel_yield(const struct cr_production *prod, const struct cr_channel *ch, int from, double s, int to, double *lo, double *hi) {
  *lo = *hi = 0.0;
  for (int part = 0; part < cr_channel_parts(ch); part++) add_part(prod, ch, part, from, s, to, lo, hi);
}
