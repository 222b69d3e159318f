/* Constrained transport: EMFs on edges from the fluxes on faces, and the new field on faces.
 * Gardiner & Stone 2005, JCP 205, 509; 2008, JCP 227, 4123. */
#include "base/minmax.h"
#include "mhd/scratch.h"

void ct_cell_emf(struct block_scratch *w, int k) {
  int n = w->nx * w->ny, slot = k % RING;
  for (int c = 0; c < 3; c++) {
    int a = (c + 1) % 3, b = (c + 2) % 3;
    const double *restrict va = w->prim[PRIM_V1 + a][slot], *restrict vb = w->prim[PRIM_V1 + b][slot];
    const double *restrict ba = w->prim[PRIM_B1 + a][slot], *restrict bb = w->prim[PRIM_B1 + b][slot];
    double *restrict e = w->cell_emf[c][k & 1];
#pragma omp simd
    for (int i = 0; i < n; i++) e[i] = vb[i] * ba[i] - va[i] * bb[i];
  }
}

/* The side from which the gas comes; between them where it moves by less than a two-thousandth of a cell in the step, so that the choice
 * is smooth where the gas rests (s: velocity over that limit, halved). */
static inline double upwind(double s, double below, double above) {
  return 0.5 * (below + above) + max(min(s, 0.5), -0.5) * (below - above);
}

/* The edge lies along c, where faces normal to a = c + 1 and b = c + 2 meet.  Suffix p: this cell, m: the one below; first letter along a, second along b. */
struct edge_rows {
  const double *fa_p, *fa_m;           /* minus the EMF on the a faces (flux of B_b along a), above and below the edge in b */
  const double *eb_p, *eb_m;           /* EMF on the b faces, above and below the edge in a */
  const double *va_p, *va_m, *vb_p, *vb_m; /* velocities through the same faces             */
  const double *pp, *mp, *pm, *mm;     /* EMF in the four cells: [a][b]                    */
  double scale_a, scale_b;             /* of the velocities                                */
};

static void emf_row(int n, const struct edge_rows *r, double *restrict emf) {
  const double *restrict fap = r->fa_p, *restrict fam = r->fa_m, *restrict ebp = r->eb_p, *restrict ebm = r->eb_m;
  const double *restrict vap = r->va_p, *restrict vam = r->va_m, *restrict vbp = r->vb_p, *restrict vbm = r->vb_m;
  const double sa = r->scale_a, sb = r->scale_b;
  const double *restrict pp = r->pp, *restrict mp = r->mp, *restrict pm = r->pm, *restrict mm = r->mm;
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double eap = -fap[i], eam = -fam[i];
    double below_b = upwind(sa * vam[i], ebm[i] - mm[i], ebp[i] - pm[i]); /* dE/db below the edge, chosen by the flow along a */
    double above_b = upwind(sa * vap[i], mp[i] - ebm[i], pp[i] - ebp[i]);
    double below_a = upwind(sb * vbm[i], eam - mm[i], eap - mp[i]);
    double above_a = upwind(sb * vbp[i], pm[i] - eam, pp[i] - eap);
    emf[i] = 0.25 * (((eap + eam) + (ebp[i] + ebm[i])) + ((below_b - above_b) + (below_a - above_a)));
  }
}

void ct_emf(struct block_scratch *w, const struct mhd_stage *stage, int c, int k, int first, int last) {
  int a = (c + 1) % 3, b = (c + 2) % 3, slot = k & 1, v = w->nflux - 1;
  /* What lies one cell below along a and b: a shift within the plane, or the plane below. */
  int shift_a = a == 0 ? 1 : a == 1 ? w->nx : 0, shift_b = b == 0 ? 1 : b == 1 ? w->nx : 0;
  int slot_a = a == 2 ? 1 - slot : slot, slot_b = b == 2 ? 1 - slot : slot;
  int slot_ab = a == 2 || b == 2 ? 1 - slot : slot, p = first;
  double *const *fa = w->flux[a][slot], *const *fb = w->flux[b][slot];
  double *const *fa_below = w->flux[a][slot_b], *const *fb_below = w->flux[b][slot_a];
  double *const *e = w->cell_emf[c];
  struct edge_rows r = {
      .fa_p = fa[FLUX_BT1] + p, .fa_m = fa_below[FLUX_BT1] + p - shift_b,
      .eb_p = fb[FLUX_BT2] + p, .eb_m = fb_below[FLUX_BT2] + p - shift_a,
      .va_p = fa[v] + p, .va_m = fa_below[v] + p - shift_b, .vb_p = fb[v] + p, .vb_m = fb_below[v] + p - shift_a,
      .scale_a = 1000.0 * stage->dt / stage->dx[a], .scale_b = 1000.0 * stage->dt / stage->dx[b],
      .pp = e[slot] + p, .mp = e[slot_a] + p - shift_a,
      .pm = e[slot_b] + p - shift_b, .mm = e[slot_ab] + p - shift_a - shift_b,
  };
  emf_row(round_up8(last - first), &r, w->emf[c][slot] + p);
}

/* One term of the curl on the faces of a plane: the EMF above and below the face along an axis, and dt / dx along it. */
struct term { const double *above, *below; double factor; };

/* The EMF along axis e, differenced along axis f, for the faces normal to the third axis of plane k. */
static struct term curl_term(const struct mhd_scheme *s, const struct block_scratch *w, const struct mhd_stage *a, int e, int f, int k) {
  int slot = k & 1, d = 3 - e - f;
  if (f >= s->dim) return (struct term){w->emf[e][slot], w->emf[e][slot], 0.0};
  double factor = a->dt / a->dx[f];
  const double *below = w->emf[e][slot], *above = f == 2 ? w->emf[e][1 - slot] : below + (f == 0 ? 1 : w->nx);
  if (d >= s->dim) { /* without the axis d the edge is a face normal to f, and the EMF there a flux of the field */
    bool next = e == (f + 1) % 3;
    below = w->flux[f][slot][next ? FLUX_BT2 : FLUX_BT1];
    above = below + (f == 0 ? 1 : w->nx);
    factor = next ? factor : -factor;
  }
  return (struct term){above, below, factor};
}

static void face_row(int n, double w, const struct term *first, const struct term *second, int at, const double *restrict base,
                     const double *restrict state, double *restrict out) {
  const double *restrict p1 = first->above + at, *restrict m1 = first->below + at;
  const double *restrict p2 = second->above + at, *restrict m2 = second->below + at;
  double f1 = first->factor, f2 = second->factor;
  if (w == 1.0) {
#pragma omp simd
    for (int i = 0; i < n; i++) out[i] = base[i] - (f1 * (p1[i] - m1[i]) - f2 * (p2[i] - m2[i]));
  } else {
#pragma omp simd
    for (int i = 0; i < n; i++)
      out[i] = state[i] + w * (base[i] - state[i]) - (f1 * (p1[i] - m1[i]) - f2 * (p2[i] - m2[i]));
  }
}

void ct_update(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a, int d, int k) {
  int d1 = (d + 1) % 3, d2 = (d + 2) % 3, nx = w->nx;
  int more_x = d == 0, more_y = d == 1 && s->dim > 1; /* faces along the axis: one more than cells */
  struct term first = curl_term(s, w, a, d2, d1, k), second = curl_term(s, w, a, d1, d2, k);
  for (int j = s->ng[1]; j < s->ng[1] + s->nc[1] + more_y; j++) {
    size_t row = ((size_t)k * (w->ny + more_y) + j) * (nx + more_x) + s->ng[0];
    face_row(s->nc[0] + more_x, a->w, &first, &second, j * nx + s->ng[0], a->b_base[d] + row, a->b[d] + row, a->b_out[d] + row);
  }
}
