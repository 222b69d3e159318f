/* HLLD (HLLC), HLLE and Rusanov fluxes along a row.
 *
 * Written for speed: one loop without branches, few divisions (reciprocals of products, shared by the two sides).  The solvers are bodies
 * with compile-time flags, so the variants without a field or an energy cost what a hand-written one would.
 *
 * bn^2 is the same on both sides and drops out of everything but the momentum flux: "total" pressure pt and energy e leave it out here
 * (pt = p + bt^2/2), which is cheaper and keeps the pressure accurate where bn^2 is large. */
#include "mhd/riemann.h"

#include <math.h>

#include "base/minmax.h"
#include "mhd/mhd.h"

/* Where the fast wave becomes an Alfven wave, the jump of the transverse field through it is 0/0: it is left out below
 * this difference of the squared speeds, relative to that of the Alfven wave. */
#define DEGENERATE 1e-8
/* Near that place, which compression brings about, the jump grows without bound, and the energy with it, while mass and momentum stay as they are.  A fast
 * shock compresses the transverse field with the gas, or (switched on) makes one about as strong as the normal one: where the square behind it would be more than
 * MOST_FIELD times the sum of those before it, and more than compression by MOST_PILED times that of the gas brings about (squared), the jump is left out too. */
#define MOST_FIELD 16.0
#define MOST_PILED 1.5

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* rho times the square of the fast speed.  The discriminant is a sum of squares: no digits are lost where the fast and slow speeds meet.
 * gp: gamma p; bn2, bt2: squares of the normal and the transverse field. */
ALWAYS_INLINE double fast2(bool magnetic, double gp, double bn2, double bt2) {
  if (!magnetic) return gp;
  double sum = gp + bt2, diff = sum - bn2;
  return 0.5 * ((sum + bn2) + sqrt(diff * diff + 4.0 * (bn2 * bt2)));
}

/* The rows as local pointers, without which nothing vectorises. */
#define ROWS                                                                                                          \
  const double *restrict rho_l = left->rho, *restrict u_l = left->vn, *restrict v_l = left->vt1, *restrict w_l = left->vt2; \
  const double *restrict p_l = left->p, *restrict y_l = left->bt1, *restrict z_l = left->bt2;                            \
  const double *restrict rho_r = right->rho, *restrict u_r = right->vn, *restrict v_r = right->vt1, *restrict w_r = right->vt2; \
  const double *restrict p_r = right->p, *restrict y_r = right->bt1, *restrict z_r = right->bt2, *restrict b_n = bn;     \
  double *restrict f_rho = flux->rho, *restrict f_mn = flux->mn, *restrict f_mt1 = flux->mt1, *restrict f_mt2 = flux->mt2; \
  double *restrict f_e = flux->e, *restrict f_bt1 = flux->bt1, *restrict f_bt2 = flux->bt2

/* Miyoshi & Kusano 2005 (MK); without a field this is HLLC.  Isothermal: Mignone 2007, with one density in the fan and no contact.
 *
 * The flux in an intermediate state obeys the jump conditions and is therefore the physical flux of that state with the total pressure of
 * the fan: the state on the face is picked first, and its flux computed once.  With the contact at rest both sides give the same bits,
 * because all that differs between them is multiplied by its speed.  Signal speeds: Davis 1988. */
ALWAYS_INLINE void hlld(bool magnetic, bool isothermal, int n, double eos, const struct state_row *left, const struct state_row *right,
                        const double *bn, const struct flux_row *flux) {
  ROWS;
  const double over_g1 = isothermal ? 0.0 : 1.0 / (eos - 1.0), cs2 = eos * eos;

#pragma omp simd
  for (int i = 0; i < n; i++) {
    const double b = magnetic ? b_n[i] : 0.0, b2 = b * b;
    const double rl = rho_l[i], ul = u_l[i], vl = v_l[i], wl = w_l[i], yl = magnetic ? y_l[i] : 0.0, zl = magnetic ? z_l[i] : 0.0;
    const double rr = rho_r[i], ur = u_r[i], vr = v_r[i], wr = w_r[i], yr = magnetic ? y_r[i] : 0.0, zr = magnetic ? z_r[i] : 0.0;
    const double gasl = isothermal ? cs2 * rl : p_l[i], gasr = isothermal ? cs2 * rr : p_r[i];
    const double bt2l = yl * yl + zl * zl, bt2r = yr * yr + zr * zr;

    /* Outer waves; dl and dr are the mass fluxes through them. */
    const double over_rr = 1.0 / (rl * rr);
    const double cl = sqrt(fast2(magnetic, isothermal ? gasl : eos * gasl, b2, bt2l) * (rr * over_rr));
    const double cr = sqrt(fast2(magnetic, isothermal ? gasr : eos * gasr, b2, bt2r) * (rl * over_rr));
    const double sl = min(ul - cl, ur - cr), sr = max(ul + cl, ur + cr);
    const double dl = rl * (ul - sl), dr = rr * (sr - ur), over_d = 1.0 / (dl + dr);
    const double ptl = gasl + 0.5 * bt2l, ptr = gasr + 0.5 * bt2r;

    /* The contact, MK eq. 38 and 41, or Mignone eq. 20. */
    double um, pm, rm = 0.0;
    if (isothermal) {
      const double over_s = 1.0 / (sr - sl);
      um = (sr * dl + sl * dr) * over_d;
      pm = (sr * (dl * ul + ptl) + sl * (dr * ur - ptr)) * over_s; /* all of the momentum flux but bn^2 */
      rm = (dl + dr) * over_s;
    } else {
      um = ((dl * ul + dr * ur) + (ptl - ptr)) * over_d;
      pm = ((dr * ptl + dl * ptr) + (dl * dr) * (ul - ur)) * over_d;
    }
    const double ml = um - sl, mr = sr - um;

    /* Reciprocals of ml, mr and of rho* (S - S_M)^2 - bn^2. */
    double over_ml = 0.0, over_mr = 0.0, ql = 0.0, qr = 0.0;
    if (magnetic) {
      const double gl = dl * ml, gr = dr * mr;
      const double hl = max(gl - b2, DEGENERATE * b2), hr = max(gr - b2, DEGENERATE * b2);
      const bool okl = gl > (1.0 + DEGENERATE) * b2, okr = gr > (1.0 + DEGENERATE) * b2;
      if (isothermal) {
        const double g = 1.0 / (hl * hr);
        ql = okl ? (um - ul) * (hr * g) : 0.0;
        qr = okr ? (um - ur) * (hl * g) : 0.0;
      } else {
        const double mhl = ml * hl, mhr = mr * hr, g = 1.0 / (mhl * mhr), ol = mhr * g, or = mhl * g;
        over_ml = hl * ol;
        over_mr = hr * or;
        ql = okl ? (um - ul) * (ml * ol) : 0.0;
        qr = okr ? (um - ur) * (mr * or) : 0.0;
      }
    } else if (!isothermal) {
      const double g = 1.0 / (ml * mr);
      over_ml = mr * g;
      over_mr = ml * g;
    }

    /* The upwind side k.  With the speed 0 of the contact either will do. */
    const bool lower = um > 0.0;
    const bool outside = max(sl, -sr) >= 0.0;
    const double rk = lower ? rl : rr, uk = lower ? ul : ur, vk = lower ? vl : vr, wk = lower ? wl : wr;
    const double ptk = lower ? ptl : ptr;
    const double rsl = isothermal ? rm : dl * over_ml, rsr = isothermal ? rm : dr * over_mr, rsk = lower ? rsl : rsr;
    const double u = outside ? uk : um, frho = (outside ? rk : rsk) * u;
    double v = vk, w = wk, vb = 0.0, y = 0.0, z = 0.0, de = 0.0;

    if (magnetic) {
      /* Behind the fast waves, MK eq. 44 to 47. */
      const double yk = lower ? yl : yr, zk = lower ? zl : zr;
      const double aql = 1.0 - dl * ql, aqr = 1.0 + dr * qr;
      const double rl2 = rl * rl, rr2 = rr * rr;
      const bool farl = (aql * aql) * (bt2l * rl2) > max(MOST_FIELD * rl2, MOST_PILED * (rsl * rsl)) * bt2l + MOST_FIELD * (b2 * rl2);
      const bool farr = (aqr * aqr) * (bt2r * rr2) > max(MOST_FIELD * rr2, MOST_PILED * (rsr * rsr)) * bt2r + MOST_FIELD * (b2 * rr2);
      const double bql = farl ? 0.0 : b * ql, bqr = farr ? 0.0 : b * qr, dql = farl ? 1.0 : aql, dqr = farr ? 1.0 : aqr;
      const double vsl = vl - bql * yl, wsl = wl - bql * zl, ysl = dql * yl, zsl = dql * zl;
      const double vsr = vr - bqr * yr, wsr = wr - bqr * zr, ysr = dqr * yr, zsr = dqr * zr;
      const double vsk = lower ? vsl : vsr, wsk = lower ? wsl : wsr, ysk = lower ? ysl : ysr, zsk = lower ? zsl : zsr;

      /* Between the Alfven waves, MK eq. 59 to 63. */
      const double ql2 = sqrt(rsl), qr2 = isothermal ? ql2 : sqrt(rsr), over_q = 1.0 / (ql2 + qr2);
      const double sign = b < 0.0 ? -1.0 : 1.0, qq = (ql2 * qr2) * sign;
      const double vss = ((ql2 * vsl + qr2 * vsr) + (ysr - ysl) * sign) * over_q;
      const double wss = ((ql2 * wsl + qr2 * wsr) + (zsr - zsl) * sign) * over_q;
      const double yss = ((ql2 * ysr + qr2 * ysl) + (vsr - vsl) * qq) * over_q;
      const double zss = ((ql2 * zsr + qr2 * zsl) + (wsr - wsl) * qq) * over_q;
      const double qk = lower ? ql2 : qr2, alfven = fabs(b);
      const bool inner = fabs(um) * qk <= alfven;

      v = outside ? vk : inner ? vss : vsk;
      w = outside ? wk : inner ? wss : wsk;
      y = outside ? yk : inner ? yss : ysk;
      z = outside ? zk : inner ? zss : zsk;
      vb = v * y + w * z;
      if (!isothermal) {
        /* MK eq. 48 and 63; the jump of the energy. */
        const double vbs = vsk * ysk + wsk * zsk, over_mk = lower ? -over_ml : over_mr;
        const double jump = qk * (vbs - vb) * (lower ? -sign : sign);
        de = b * ((vk * yk + wk * zk) - vbs) * over_mk + (inner ? jump : 0.0);
      }
      f_bt1[i] = u * y - b * v;
      f_bt2[i] = u * z - b * w;
    }

    f_rho[i] = frho;
    if (isothermal)
      f_mn[i] = (outside ? frho * u + ptk : pm) - 0.5 * b2;
    else
      f_mn[i] = (frho * u + (outside ? ptk : pm)) - 0.5 * b2;
    f_mt1[i] = magnetic ? frho * v - b * y : frho * v;
    f_mt2[i] = magnetic ? frho * w - b * z : frho * w;
    if (!isothermal) {
      const double gask = lower ? gasl : gasr, bt2k = lower ? bt2l : bt2r, over_mk = lower ? -over_ml : over_mr;
      const double sk = lower ? sl : sr;
      const double ek = gask * over_g1 + 0.5 * (rk * (uk * uk + (vk * vk + wk * wk)) + bt2k);
      const double es = ((sk - uk) * ek + (pm * um - ptk * uk)) * over_mk + de;
      f_e[i] = ((outside ? ek + ptk : es + pm) * u) - b * vb;
    }
  }
}

/* Harten, Lax & van Leer 1983, with the speeds of Davis 1988, or (Rusanov 1961) with one speed for all.  In the form
 * wl (F_L - S_L U_L) + wr (F_R - S_R U_R), where the brackets are what the outer waves leave behind. */
ALWAYS_INLINE void hlle(bool rusanov, bool magnetic, bool isothermal, int n, double eos, const struct state_row *left,
                        const struct state_row *right, const double *bn, const struct flux_row *flux) {
  ROWS;
  const double over_g1 = isothermal ? 0.0 : 1.0 / (eos - 1.0), cs2 = eos * eos;

#pragma omp simd
  for (int i = 0; i < n; i++) {
    const double b = magnetic ? b_n[i] : 0.0, b2 = b * b;
    const double rl = rho_l[i], ul = u_l[i], vl = v_l[i], wl = w_l[i], yl = magnetic ? y_l[i] : 0.0, zl = magnetic ? z_l[i] : 0.0;
    const double rr = rho_r[i], ur = u_r[i], vr = v_r[i], wr = w_r[i], yr = magnetic ? y_r[i] : 0.0, zr = magnetic ? z_r[i] : 0.0;
    const double gasl = isothermal ? cs2 * rl : p_l[i], gasr = isothermal ? cs2 * rr : p_r[i];
    const double bt2l = yl * yl + zl * zl, bt2r = yr * yr + zr * zr;

    const double over_rr = 1.0 / (rl * rr);
    const double cl = sqrt(fast2(magnetic, isothermal ? gasl : eos * gasl, b2, bt2l) * (rr * over_rr));
    const double cr = sqrt(fast2(magnetic, isothermal ? gasr : eos * gasr, b2, bt2r) * (rl * over_rr));
    double sl, sr, al, ar;
    if (rusanov) {
      sr = max(fabs(ul) + cl, fabs(ur) + cr);
      sl = -sr;
      al = ar = 0.5;
    } else {
      sl = min(min(ul - cl, ur - cr), 0.0);
      sr = max(max(ul + cl, ur + cr), 0.0);
      al = sr / (sr - sl); /* divisions: the weight of the upwind side is 1 exactly */
      ar = -sl / (sr - sl);
    }

    const double xl = al * (ul - sl), xr = ar * (ur - sr), dl = xl * rl, dr = xr * rr;
    const double bl = al * b, br = ar * b, ptl = gasl + 0.5 * bt2l, ptr = gasr + 0.5 * bt2r;
    f_rho[i] = dl + dr;
    f_mn[i] = ((dl * ul + al * ptl) + (dr * ur + ar * ptr)) - 0.5 * b2;
    f_mt1[i] = magnetic ? (dl * vl - bl * yl) + (dr * vr - br * yr) : dl * vl + dr * vr;
    f_mt2[i] = magnetic ? (dl * wl - bl * zl) + (dr * wr - br * zr) : dl * wl + dr * wr;
    if (magnetic) {
      f_bt1[i] = (xl * yl - bl * vl) + (xr * yr - br * vr);
      f_bt2[i] = (xl * zl - bl * wl) + (xr * zr - br * wr);
    }
    if (!isothermal) {
      const double el = gasl * over_g1 + 0.5 * (rl * (ul * ul + (vl * vl + wl * wl)) + bt2l);
      const double er = gasr * over_g1 + 0.5 * (rr * (ur * ur + (vr * vr + wr * wr)) + bt2r);
      f_e[i] = ((xl * el + al * (ptl * ul)) - bl * (vl * yl + wl * zl)) + ((xr * er + ar * (ptr * ur)) - br * (vr * yr + wr * zr));
    }
  }
}

#define VARIANT(name, body, ...)                                                                                      \
  static void name(int n, double eos, const struct state_row *left, const struct state_row *right, const double *bn, \
                   const struct flux_row *flux) {                                                                     \
    body(__VA_ARGS__, n, eos, left, right, bn, flux);                                                                 \
  }
VARIANT(hlld_gas, hlld, false, false)
VARIANT(hlld_gas_isothermal, hlld, false, true)
VARIANT(hlld_mhd, hlld, true, false)
VARIANT(hlld_mhd_isothermal, hlld, true, true)
VARIANT(hlle_gas, hlle, false, false, false)
VARIANT(hlle_gas_isothermal, hlle, false, false, true)
VARIANT(hlle_mhd, hlle, false, true, false)
VARIANT(hlle_mhd_isothermal, hlle, false, true, true)
VARIANT(llf_gas, hlle, true, false, false)
VARIANT(llf_gas_isothermal, hlle, true, false, true)
VARIANT(llf_mhd, hlle, true, true, false)
VARIANT(llf_mhd_isothermal, hlle, true, true, true)

riemann_fn *riemann_find(int kind, bool magnetic, bool isothermal) {
  static riemann_fn *const table[][2][2] = {
      [RIEMANN_HLLD] = {{hlld_gas, hlld_gas_isothermal}, {hlld_mhd, hlld_mhd_isothermal}},
      [RIEMANN_HLLE] = {{hlle_gas, hlle_gas_isothermal}, {hlle_mhd, hlle_mhd_isothermal}},
      [RIEMANN_LLF] = {{llf_gas, llf_gas_isothermal}, {llf_mhd, llf_mhd_isothermal}},
  };
  return table[kind][magnetic][isothermal];
}
