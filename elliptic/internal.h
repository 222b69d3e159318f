/* Shared by the files of elliptic/. */
#ifndef ELLIPTIC_INTERNAL_H
#define ELLIPTIC_INTERNAL_H

#include "amr/peers.h"
#include "amr/shared.h"
#include "amr/view.h"
#include "elliptic/elliptic.h"

struct solver;

/* Columns: cell c of leaf b is column b * ncell + c, local leaves first; those of local leaves are also the rows. */

/* Linear functions of cells, constant added: ghosts of other levels and beyond the boundary. */
struct lists {
  int count, size;
  int *first;               /* [count + 1] */
  double *constant;
  int entry_count, entry_size;
  int *col;
  double *weight;
};
enum { NO_CELL = INT32_MIN, CONSTANT = -1 };
/* A column (>= 0), a list (-1 - number), or NO_CELL. */
typedef int cell_ref;

/* A coarse cell next to the faces of 2^(dim-1) fine cells of a local block. */
struct jump {
  int block, axis, side;
  int cell[3];              /* the lowest fine cell                             */
  int coarse;               /* column                                           */
  cell_ref slope[2];        /* per coarse cell, along the axes across (or NO_CELL) */
  cell_ref mixed;
  cell_ref low[2], high[2]; /* its coarse neighbours there, NO_CELL at the end of the domain */
};

/* A ghost beyond a Dirichlet boundary: its list has a constant.  Middle of the cell, in cells of the block. */
struct beyond { int list, block, axis, side; double middle[3]; };

struct elliptic {
  const struct mesh *mesh;
  struct elliptic_boundary boundary;
  struct elliptic_options options;
  struct elliptic_coefficients c;
  int ncell, rows, columns;
  int64_t *leaf_row;        /* [leaves] global row of the first cell */
  int ghosts[3], extent[3]; /* of the array of references around a block */
  int around;               /* their number                         */
  cell_ref *ref;            /* [count][around]                      */
  struct lists lists;
  int jump_count, jump_size;
  struct jump *jump;
  int beyond_count, beyond_size;
  struct beyond *beyond;
  bool *regular;            /* [rows] row has the stencil           */

  int stencil_count, stencil[27][3], stencil_slot[27];
  int *row_first, *col;     /* the matrix: entries row_first[r] ... of row r, its diagonal first */
  double *value, *constant; /* A q + constant = volume * s; the constants lie behind the values */
  double *rest;             /* [rows] the diagonal without a */
  int64_t slot_count;
  int *slot;                /* where irregular values go, in the order they are made: a value, or -1 - (place in the messages) */
  bool filled, singular;
  double stiffness, shift;  /* shift: the small a of a singular matrix */

  /* Values of cells and of rows between ranks */
  struct peers peers;
  int64_t *take_first, *give_first;      /* cells   */
  int *take, *give;
  double *take_data, *give_data;
  int64_t *send_first, *receive_first;   /* entries */
  int *receive_slot;
  double *send_data, *receive_data;
  struct shared *shared;

  double *x, *r;            /* [columns], [rows] */
  double *cells;            /* [around]          */
  struct field theta[2];    /* limiters of the gradients along faces, axes as in cross */
  double (*slope_theta)[2]; /* [jump_count]      */
  struct solver *solver;
};

/* Bytes of a growing array for one more than count entries; size is changed. */
void *grow(void *old, int count, int *size, size_t bytes);

/* Of the rows of a block: 2^(-dim level), so that rows are in units of a root cell's volume. */
static inline double row_volume(const struct mesh *m, int b) {
  double v = 1.0;
  for (int i = 0; i < m->dim * m->block[b].level; i++) v *= 0.5;
  return v;
}

static inline int cell_at(const struct mesh *m, const int i[3]) { return (i[2] * m->nc[1] + i[1]) * m->nc[0] + i[0]; }
static inline int ref_at(const struct elliptic *e, const int i[3]) {
  return ((i[2] + e->ghosts[2]) * e->extent[1] + i[1] + e->ghosts[1]) * e->extent[0] + i[0] + e->ghosts[0];
}
static inline int face_neighbour(const struct mesh *m, int b, int axis, int side) {
  int d[3] = {0, 0, 0};
  d[axis] = side ? 1 : -1;
  return m->neighbour[b][direction(d[0], d[1], d[2])].kind;
}

/* A coefficient on a block's faces or cells, or a number everywhere. */
struct grid { const double *at; ptrdiff_t s[3]; double number; };
/* Points into itself when f is NULL: not to be copied. */
void grid_of(struct grid *g, const struct elliptic *e, const struct field *f, int b, int c, double number);
static inline double grid_get(const struct grid *g, const int i[3]) { return g->at[i[0] * g->s[0] + i[1] * g->s[1] + i[2] * g->s[2]]; }
struct block_grids { struct grid d[3], cross[3][2], theta[3][2], w[3], corner[4]; };
void block_grids(const struct elliptic *e, int b, struct block_grids *g);

/* ---- cells.c: references around blocks, and jumps ---- */
void cells_find(struct elliptic *e);
/* Constants of lists: values at the boundary. */
void cells_boundary(struct elliptic *e);
double boundary_value(const struct elliptic *e, int axis, int side, const double x[3]);
/* The middle of the face on the boundary, of a cell with this middle in cells of the block. */
void boundary_place(const struct elliptic *e, int b, int axis, int side, const double middle[3], double x[3]);
double ref_value(const struct elliptic *e, cell_ref r, const double *x);

/* ---- halo.c ---- */
void halo_create(struct elliptic *e);
void halo_destroy(struct elliptic *e);
/* Columns of other ranks of x. */
void halo_exchange(struct elliptic *e, double *x);
/* Column of a global row of a leaf that is known here. */
int column_of(const struct elliptic *e, int64_t global);

/* ---- matrix.c ---- */
void matrix_create(struct elliptic *e);
void matrix_fill(struct elliptic *e);
/* a of the coefficients into the diagonal. */
void matrix_diagonal(struct elliptic *e);
/* The constants alone, after new values at the boundary. */
void matrix_constants(struct elliptic *e);
/* to = A x without the constants; x with columns of other ranks. */
void matrix_times(const struct elliptic *e, const double *x, double *to);

/* ---- visit.c: values of rows without the stencil ---- */
/* Calls put for every value in a fixed order, that depends on the mesh only. */
struct visitor {
  const struct elliptic *e;
  /* To the entry of a row (or column of another rank's cell) in a column, or to its CONSTANT. */
  void (*put)(void *data, int row, int col, double value);
  void *data;
};
void visit_rows(const struct visitor *v);
/* Flux along the axis through a face, as coefficients of columns and of CONSTANT.  Face of a fine cell i of a jump; face of a cell
 * on the boundary. */
typedef void term_fn(void *data, int col, double value);
void visit_jump_face(const struct elliptic *e, const struct block_grids *g, int jump, const int i[3], term_fn *term, void *data);
void visit_boundary_face(const struct elliptic *e, const struct block_grids *g, int b, int axis, int side, const int i[3],
                         term_fn *term, void *data);
/* D of the normal gradient, with what upwinding adds. */
static inline double normal_d(const struct elliptic *e, double d, double w, double distance) {
  const double up = 0.5 * (w < 0.0 ? -w : w) * distance;
  return (e->options.form == ELLIPTIC_MONOTONE || e->options.form == ELLIPTIC_POSITIVE) && up > d ? up : d;
}

/* ---- corner.c: the form with gradients at corners ---- */
static inline bool at_corners(const struct elliptic *e) { return e->options.form == ELLIPTIC_CORNER && e->mesh->dim > 1; }
/* Share of the plain form in it: cells that alternate, which gradients at corners do not see, would slow the solvers. */
static inline double plain_share(const struct elliptic *e) { return !at_corners(e) ? 1.0 : e->mesh->dim == 3 ? 0.03 : 0.005; }
/* weight[c] of cell c (bit a set: above the corner along axis a) in the diffusive flux along the axis at corner i. */
void corner_weights(const struct elliptic *e, const struct block_grids *g, int b, int axis, const int i[3], double weight[8]);
/* Coefficients of the diffusive flux through the lower face of cell i along the axis. */
void corner_face(const struct elliptic *e, const struct block_grids *g, int b, int axis, const int i[3], void (*put)(void *data, const int cell[3], double value),
                 void *data);
/* Add those of div to the row of cell i, whose stencil starts at value. */
void corner_row(const struct elliptic *e, const struct block_grids *g, int b, const int i[3], double volume, double *value);

/* ---- positive.c: the form that exchanges between pairs of cells ---- */
static inline bool is_positive(const struct elliptic *e) { return e->options.form == ELLIPTIC_POSITIVE; }
/* Rates, 1/time, of exchange of cell i with the cells around, numbered as directions; all of them have to be of the block's level. */
void positive_pairs(const struct elliptic *e, const struct block_grids *g, int b, const int i[3], double pair[27]);
void positive_face(double c, double w, double *own, double *other);

/* ---- flux.c ---- */
void flux_cells(const struct elliptic *e, int b, const double *x, double *cells, bool clip);
void flux_limiters(struct elliptic *e, const double *x);
/* x with columns of other ranks. */
void flux_all(struct elliptic *e, const double *x, struct field *flux);

/* ---- limited.c ---- */
/* Per row: r = rhs - constants - A x; the norm of it. */
double residual_of(struct elliptic *e, const double *rhs, double *x, double *r);
/* Add to x of e a solution dx for the residual r of e, such that norm falls below goal; whether it did what was asked. */
bool correct(struct elliptic *e, double norm, double goal, double *dx, struct elliptic_result *r);
void fill_matrix(struct elliptic *e);
/* Limiters from x of e, the matrix with them and a correction of x in turn. */
void limited_solve(struct elliptic *e, const double *rhs, double goal, double *norm, struct elliptic_result *r);

/* ---- solver.c: hypre ---- */
struct solver *solver_create(const struct elliptic *e);
void solver_destroy(struct solver *s);
/* New values of the matrix. */
void solver_values(struct solver *s, const double *value);
/* Of the diagonal alone, [rows]; after solver_values. */
void solver_diagonal(struct solver *s, const double *value);
struct solver_result { bool converged; const char *reason, *method; int iterations, setups; double seconds_setup, seconds_solve; };
/* x = A^-1 r to |r - A x| < tolerance |r|. */
struct solver_result solver_solve(struct solver *s, enum elliptic_method method, double stiffness, const double *r, double *x, double tolerance,
                                  int max_iterations);

#endif
