/* Elliptic problems on the active leaves of any mesh:
 *
 *   a q - div(D grad q) + div(w q) = s          per cell average; q, a, s per cell, D and w per face
 *
 * Conservative: through a coarse-fine face flows one flux per fine sub-face, and the coarse cell takes their sum.  Second order, also
 * across levels: there the gradient is that between the coarse cell, corrected along the face by its slopes, and the mean of the
 * two fine cells, exact for quadratic functions.  (A difference of the two nearest cells would be wrong by a term of order one.)
 *
 * One matrix with a fixed pattern serves any number of fields: values are filled in anew by elliptic_set.  Rows are numbered in
 * the order of blocks, so that the partition of the mesh is that of hypre, which solves.  Not bit-identical for different
 * numbers of ranks, but to the tolerance asked for.
 *
 *   e = elliptic_create(mesh, &boundary, &options);
 *   for each field: elliptic_set(e, &coefficients);  result = elliptic_solve(e, s, 0, q, 0, 1e-8);
 *   elliptic_destroy(e);                               when the mesh changes
 *
 * All functions are collective. */
#ifndef ELLIPTIC_ELLIPTIC_H
#define ELLIPTIC_ELLIPTIC_H

#include "amr/field.h"

struct elliptic;

/* At the ends of the domain that are not periodic. */
enum elliptic_kind {
  ELLIPTIC_DIRICHLET,      /* the value is q on the face                                                                 */
  ELLIPTIC_FLUX            /* the value is the diffusive flux -n.D grad q out of the domain; w carries the q of the cell */
};
/* The value in the middle x of a face on side 0 or 1 of the axis; for tensors also asked beyond the ends of other axes. */
typedef double elliptic_value_fn(void *data, int axis, int side, const double x[3]);
/* The values are numbers where function is NULL. */
struct elliptic_boundary { int kind[3][2]; double value[3][2]; elliptic_value_fn *function; void *data; };

enum elliptic_form {
  /* Linear and second order; undershoots where D is oblique. */
  ELLIPTIC_PLAIN,
  /* The solution has no extremum that sources do not make, so q >= 0 where s >= 0 (if div w = 0; for any w when a > -div w).
   * Gradients along a face and slopes along coarse-fine faces are limited (Sharma & Hammett 2007, JCP 227, 123), with the limiters found by
   * iteration; w is upwinded where |w| dx > 2 D. */
  ELLIPTIC_MONOTONE,
  /* Linear, with D and the gradient at the corners of cells: symmetric, and with far less diffusion across the field than the others (Guenter, Yu,
   * Krueger & Lackner 2005, JCP 209, 354).  Undershoots.  D of coefficients.corner; faces of jumps and on the boundary have that of the other forms. */
  ELLIPTIC_CORNER,
  /* Linear, and q >= 0 where s >= 0: cells exchange with the 26 around them, never against the gradient, and w is upwinded where it has to be.  D of
   * coefficients.corner in the cells and one layer of ghosts; faces of jumps and on the boundary have the D normal to them alone.  Where g is oblique to the grid
   * the stencil diffuses across it, by up to a third of g g; see elliptic_added.  No elliptic_fluxes. */
  ELLIPTIC_POSITIVE
};
enum elliptic_method {       /* with BiCGSTAB; ELLIPTIC_POSITIVE without w and multigrid: conjugate gradients, whose steps count half */
  ELLIPTIC_AUTO,           /* the one that costs least, by the stiffness of the matrix and what earlier solutions took */
  ELLIPTIC_DIAGONAL,       /* the diagonal: where a dominates                                 */
  ELLIPTIC_ILU,            /* incomplete factors of the rows of each rank                     */
  ELLIPTIC_AMG,            /* BoomerAMG; GMRES where that breaks down, and where the others fail */
  ELLIPTIC_PFMG            /* PFMG where all cells are of one level and D is along the axes, else AUTO; PCG where that suits */
};
/* For choices in parameters, in this order. */
#define ELLIPTIC_METHODS "auto|diagonal|ilu|amg|pfmg"
#define ELLIPTIC_METHODS_DOC "preconditioner of the linear solver, others follow where it fails: auto: what costs least; diagonal; ilu: incomplete factors; amg: algebraic multigrid"
#define ELLIPTIC_PFMG_DOC "; pfmg: multigrid on cells of one level"
#define ELLIPTIC_ITERATIONS_DOC "most iterations of the linear solver with one preconditioner"
struct mesh_params;
/* Why a mesh does not suit the method, and what to do, or NULL; tensor: with D in directions that are not those of axes. */
const char *elliptic_method_fault(enum elliptic_method method, bool tensor, const struct mesh_params *mesh);

/* Zero: plain, D without cross terms, automatic. */
struct elliptic_options {
  bool tensor;             /* D has components across the axes                                */
  enum elliptic_form form;
  enum elliptic_method method;
  int max_iterations;      /* of the Krylov solver; 0: 200                                    */
  int max_limiting;        /* iterations of the limiters; 0: 40                               */
  bool two_point;          /* wrong differences at coarse-fine faces, to show that tests see it */
};

/* A field that is NULL is the number instead. */
struct elliptic_coefficients {
  const struct field *a;         /* cells; may be zero                                        */
  int a_component;
  double a_number;
  const struct field *d;         /* faces: D_xx on x faces, D_yy on y faces, D_zz on z faces  */
  double d_number;
  const struct field *cross[2];  /* faces: on those normal to axis n, D with the axes n + 1 and n + 2 (mod 3); NULL: 0 */
  const struct field *w;         /* faces: velocity along the axis; NULL: 0                   */
  const struct field *corner;    /* ELLIPTIC_CORNER: cells [4], g and p of D = g g + p at the lower corner of each cell, and of the next ones above the
                                    block; ELLIPTIC_POSITIVE: in the cells and their ghosts */
};

struct elliptic_result {
  bool converged;
  const char *reason;      /* why not, or ""                                                  */
  const char *method;      /* what solved it last                                             */
  int iterations;          /* of the Krylov solver, in all                                    */
  int setups;              /* preconditioners made                                            */
  int limitings;           /* iterations of the limiters                                      */
  double before;           /* the residual at the start                                       */
  double residual;         /* |s - A q| / |s| at the end, root mean squares over the volume, with the values at the boundary in s */
  double roundoff;         /* when not converged: the residual that rounding alone makes, eps | |A| |q| + |s| | / |s|        */
  int unsolved;            /* linear systems on the way that were not solved: 0 where only the limiters did not settle     */
  double change;           /* of q by the last limiting, relative to its largest value        */
  double removed_mean;     /* of s, where only the gradient of q is determined                */
  double stiffness;        /* largest (diffusion and advection) / a of a row                  */
  double seconds_setup, seconds_solve;
};

struct elliptic *elliptic_create(const struct mesh *mesh, const struct elliptic_boundary *boundary,
                                 const struct elliptic_options *options);
void elliptic_destroy(struct elliptic *e);
/* Other values at the boundary, of the same kinds; before elliptic_set or between it and elliptic_solve. */
void elliptic_set_boundary(struct elliptic *e, const struct elliptic_boundary *boundary);
/* The coefficients; fields have to live until the last use of them.  Interiors only, faces with those on the block's surface, and the same from
 * both blocks.  On coarse-fine faces those of the fine block count. */
void elliptic_set(struct elliptic *e, const struct elliptic_coefficients *c);
/* Another a alone, at a small part of the cost; after elliptic_set. */
void elliptic_set_a(struct elliptic *e, const struct field *a, int component);

/* Solve for component qc of q from its present values, until |s - A q| < tolerance |s|.  Where a = 0 and the boundary is all periodic or flux, the
 * mean of s (with the flux through the boundary) is taken out and q gets zero mean.  When result.converged is false q is the best there is. */
struct elliptic_result elliptic_solve(struct elliptic *e, const struct field *s, int sc, struct field *q, int qc, double tolerance);
/* Not to the tolerance, but no solver gets further than a few roundings of all terms. */
static inline bool elliptic_at_roundoff(const struct elliptic_result *r) { return !r->converged && r->residual <= 4.0 * r->roundoff; }
/* ELLIPTIC_POSITIVE: trace of the diffusion that was added over that of D, means over the volume; else 0. */
double elliptic_added(const struct elliptic *e);
/* A line in the log. */
void elliptic_log(const char *what, const struct elliptic_result *r);

/* to = a q - div(D grad q) + div(w q), interiors.  Monotone form: with the limiters of this q. */
void elliptic_apply(struct elliptic *e, const struct field *q, int qc, struct field *to, int tc);
/* Fluxes -D grad q + w q along the axes, per area, on all faces of each block; on coarse faces the mean of the fine ones.  Monotone form: with the
 * limiters of this q. */
void elliptic_fluxes(struct elliptic *e, const struct field *q, int qc, struct field *flux);
/* grad q as faces see it: the fluxes with D = -1, w = 0 in the plain form. */
void elliptic_gradient(struct elliptic *e, const struct field *q, int qc, struct field *gradient);

/* D = parallel b b + perpendicular (1 - b b) on faces: fills d and cross[2].  b: faces, with one valid ghost layer; kappa [2]: parallel and
 * perpendicular on faces, or NULL: numbers.  Where b = 0, D is isotropic with (parallel + 2 perpendicular) / 3. */
void elliptic_along_field(const struct mesh *mesh, const struct field *b, const struct field *const kappa[2], const double number[2],
                          struct field *d, struct field *cross[2]);

#endif
