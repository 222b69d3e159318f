/* Solutions with PFMG, hypre's multigrid for meshes of boxes: blocks of one level, neighbours along the axes only.  No set-up to speak of, and cheaper
 * than algebraic multigrid by a factor of several. */
#include "elliptic/pfmg.h"

#include "base/fail.h"
#include "base/memory.h"

#include <HYPRE.h>
#include <HYPRE_struct_ls.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cells of this rank, ends included, counted over the domain; first: where its values start. */
struct box { HYPRE_Int low[3], high[3]; int first; };

struct pfmg {
  const struct elliptic *e;
  int boxes, entries;
  struct box *box;
  int *place;               /* [rows] in the order of boxes, x fastest */
  double *values;           /* [rows * entries]                        */
  HYPRE_StructGrid grid;
  HYPRE_StructStencil stencil;
  HYPRE_StructMatrix matrix;
  HYPRE_StructVector b, x;
  HYPRE_StructSolver solver; /* NULL: has to be set up                 */
};

bool pfmg_suits(const struct elliptic *e) {
  const struct mesh *m = e->mesh;
  bool suits = m->dim > 1 && !e->options.tensor && e->options.form == ELLIPTIC_PLAIN && m->level_count[m->max_level] == m->global_count;
  for (int d = 0; d < m->dim; d++) suits = suits && ((m->root[d] * m->nc[d]) << m->max_level) % PFMG_CELLS == 0;
  return suits;
}

/* ---- boxes ---- */

static int compare(const struct box *a, const struct box *b, int axis) {
  for (int n = 1; n <= 3; n++) { /* the axis itself last */
    const int d = (axis + n) % 3;
    if (a->low[d] != b->low[d]) return a->low[d] < b->low[d] ? -1 : 1;
    if (n < 3 && a->high[d] != b->high[d]) return a->high[d] < b->high[d] ? -1 : 1;
  }
  return 0;
}
static int compare_x(const void *a, const void *b) { return compare(a, b, 0); }
static int compare_y(const void *a, const void *b) { return compare(a, b, 1); }
static int compare_z(const void *a, const void *b) { return compare(a, b, 2); }

/* Join boxes that follow each other along the axis. */
static void join(struct pfmg *p, int axis) {
  int (*const order[3])(const void *, const void *) = {compare_x, compare_y, compare_z};
  int count = 0;
  if (p->boxes == 0) return;
  qsort(p->box, (size_t)p->boxes, sizeof *p->box, order[axis]);
  for (int i = 1; i < p->boxes; i++) {
    struct box *last = &p->box[count];
    const struct box *next = &p->box[i];
    bool follows = next->low[axis] == last->high[axis] + 1;
    for (int d = 0; d < 3; d++) follows = follows && (d == axis || (next->low[d] == last->low[d] && next->high[d] == last->high[d]));
    if (follows) last->high[axis] = next->high[axis];
    else p->box[++count] = *next;
  }
  p->boxes = count + 1;
}

static void find_boxes(struct pfmg *p) {
  const struct mesh *m = p->e->mesh;
  p->box = memory_get(sizeof *p->box * (size_t)(m->count + 1));
  p->boxes = m->count;
  for (int b = 0; b < m->count; b++) {
    for (int d = 0; d < 3; d++) {
      p->box[b].low[d] = (HYPRE_Int)m->block[b].pos[d] * m->nc[d];
      p->box[b].high[d] = p->box[b].low[d] + m->nc[d] - 1;
    }
  }
  for (int d = 0; d < m->dim; d++) join(p, d);
  int first = 0;
  for (int i = 0; i < p->boxes; i++) {
    p->box[i].first = first;
    first += (p->box[i].high[0] - p->box[i].low[0] + 1) * (p->box[i].high[1] - p->box[i].low[1] + 1) * (p->box[i].high[2] - p->box[i].low[2] + 1);
  }
}

static int place_of(const struct pfmg *p, const int64_t at[3]) {
  for (int i = 0; i < p->boxes; i++) {
    const struct box *x = &p->box[i];
    int64_t in[3], n[3];
    bool inside = true;
    for (int d = 0; d < 3; d++) {
      in[d] = at[d] - x->low[d];
      n[d] = x->high[d] - x->low[d] + 1;
      inside = inside && in[d] >= 0 && in[d] < n[d];
    }
    if (inside) return x->first + (int)((in[2] * n[1] + in[1]) * n[0] + in[0]);
  }
  require(false, "elliptic: a block is in no box");
  return 0;
}

static void find_places(struct pfmg *p) {
  const struct mesh *m = p->e->mesh;
  p->place = memory_get(sizeof *p->place * (size_t)p->e->rows);
  for (int b = 0; b < m->count; b++) {
    int i[3];
    for (i[2] = 0; i[2] < m->nc[2]; i[2]++) {
      for (i[1] = 0; i[1] < m->nc[1]; i[1]++) {
        /* A row of a block lies in one box. */
        const int64_t at[3] = {m->block[b].pos[0] * m->nc[0], m->block[b].pos[1] * m->nc[1] + i[1], m->block[b].pos[2] * m->nc[2] + i[2]};
        const int start = place_of(p, at), row = b * p->e->ncell + (i[2] * m->nc[1] + i[1]) * m->nc[0];
        for (i[0] = 0; i[0] < m->nc[0]; i[0]++) p->place[row + i[0]] = start + i[0];
      }
    }
  }
}

/* ---- the matrix ---- */

static void check(const char *what) {
  const HYPRE_Int error = HYPRE_GetError();
  HYPRE_ClearAllErrors();
  require(error == 0, "hypre: %s failed with error %d", what, (int)error);
}

struct pfmg *pfmg_create(const struct elliptic *e) {
  const struct mesh *m = e->mesh;
  struct pfmg *p = memory_get(sizeof *p);
  HYPRE_Int period[3] = {0, 0, 0};
  p->e = e;
  p->entries = e->stencil_count;
  find_boxes(p);
  find_places(p);
  p->values = memory_get(sizeof *p->values * (size_t)e->rows * (size_t)p->entries);
  HYPRE_StructGridCreate(m->comm, m->dim, &p->grid);
  for (int i = 0; i < p->boxes; i++) HYPRE_StructGridSetExtents(p->grid, p->box[i].low, p->box[i].high);
  for (int d = 0; d < m->dim; d++) period[d] = m->boundary[d][0] == BOUNDARY_PERIODIC ? (HYPRE_Int)(m->root[d] * m->nc[d]) << m->max_level : 0;
  HYPRE_StructGridSetPeriodic(p->grid, period);
  HYPRE_StructGridAssemble(p->grid);
  HYPRE_StructStencilCreate(m->dim, p->entries, &p->stencil);
  for (int s = 0; s < p->entries; s++) {
    HYPRE_Int offset[3] = {e->stencil[s][0], e->stencil[s][1], e->stencil[s][2]};
    HYPRE_StructStencilSetElement(p->stencil, s, offset);
  }
  HYPRE_StructMatrixCreate(m->comm, p->grid, p->stencil, &p->matrix);
  HYPRE_StructMatrixInitialize(p->matrix);
  HYPRE_StructVectorCreate(m->comm, p->grid, &p->b);
  HYPRE_StructVectorCreate(m->comm, p->grid, &p->x);
  HYPRE_StructVectorInitialize(p->b);
  HYPRE_StructVectorInitialize(p->x);
  check("making a matrix on boxes");
  return p;
}

void pfmg_destroy(struct pfmg *p) {
  if (p == NULL) return;
  if (p->solver != NULL) HYPRE_StructPFMGDestroy(p->solver);
  HYPRE_StructMatrixDestroy(p->matrix);
  HYPRE_StructVectorDestroy(p->b);
  HYPRE_StructVectorDestroy(p->x);
  HYPRE_StructStencilDestroy(p->stencil);
  HYPRE_StructGridDestroy(p->grid);
  memory_free(p->box);
  memory_free(p->place);
  memory_free(p->values);
  memory_free(p);
}

/* The entries of a row in the order of the stencil; 0 where a neighbour is beyond the end of the domain. */
static void stencil_row(const struct elliptic *e, const double *value, int b, const int i[3], double *to) {
  const int row = b * e->ncell + cell_at(e->mesh, i), first = e->row_first[row];
  if (e->regular[row]) {
    memcpy(to, value + first, sizeof *to * (size_t)e->stencil_count);
    return;
  }
  to[0] = value[first];
  for (int s = 1; s < e->stencil_count; s++) {
    const int at[3] = {i[0] + e->stencil[s][0], i[1] + e->stencil[s][1], i[2] + e->stencil[s][2]};
    const cell_ref other = e->ref[(size_t)b * (size_t)e->around + (size_t)ref_at(e, at)];
    to[s] = 0.0;
    for (int k = first + 1; k < e->row_first[row + 1] && other >= 0; k++) {
      if (e->col[k] == other) to[s] = value[k];
    }
  }
}

void pfmg_values(struct pfmg *p, const double *value, double shift) {
  const struct elliptic *e = p->e;
  HYPRE_Int entry[7] = {0, 1, 2, 3, 4, 5, 6};
  for (int b = 0; b < e->mesh->count; b++) {
    int i[3];
    for (i[2] = 0; i[2] < e->mesh->nc[2]; i[2]++) {
      for (i[1] = 0; i[1] < e->mesh->nc[1]; i[1]++) {
        for (i[0] = 0; i[0] < e->mesh->nc[0]; i[0]++) {
          double *to = p->values + (size_t)p->place[b * e->ncell + cell_at(e->mesh, i)] * (size_t)p->entries;
          stencil_row(e, value, b, i, to);
          to[0] += shift;
        }
      }
    }
  }
  for (int i = 0; i < p->boxes; i++)
    HYPRE_StructMatrixSetBoxValues(p->matrix, p->box[i].low, p->box[i].high, p->entries, entry, p->values + (size_t)p->box[i].first * (size_t)p->entries);
  HYPRE_StructMatrixAssemble(p->matrix);
  check("setting a matrix on boxes");
  if (p->solver != NULL) HYPRE_StructPFMGDestroy(p->solver);
  p->solver = NULL;
}

/* ---- solve ---- */

static void set_up(struct pfmg *p) {
  HYPRE_StructPFMGCreate(p->e->mesh->comm, &p->solver);
  HYPRE_StructPFMGSetMaxIter(p->solver, 1);
  HYPRE_StructPFMGSetTol(p->solver, 0.0);
  HYPRE_StructPFMGSetZeroGuess(p->solver);
  HYPRE_StructPFMGSetRelaxType(p->solver, 2); /* red-black Gauss-Seidel, symmetric */
  HYPRE_StructPFMGSetup(p->solver, p->matrix, p->b, p->x);
}

/* hypre sets up what it is given: not again. */
static HYPRE_Int keep(HYPRE_StructSolver s, HYPRE_StructMatrix a, HYPRE_StructVector b, HYPRE_StructVector x) {
  (void)s;
  (void)a;
  (void)b;
  (void)x;
  return 0;
}

/* A Krylov solver of hypre. */
struct krylov {
  HYPRE_Int (*create)(MPI_Comm comm, HYPRE_StructSolver *k), (*destroy)(HYPRE_StructSolver k);
  HYPRE_Int (*goal)(HYPRE_StructSolver k, HYPRE_Real tolerance), (*most)(HYPRE_StructSolver k, HYPRE_Int iterations);
  HYPRE_Int (*precondition)(HYPRE_StructSolver k, HYPRE_PtrToStructSolverFcn solve, HYPRE_PtrToStructSolverFcn set_up, HYPRE_StructSolver with);
  HYPRE_PtrToStructSolverFcn set_up, solve;
  HYPRE_Int (*iterations)(HYPRE_StructSolver k, HYPRE_Int *count), (*residual)(HYPRE_StructSolver k, HYPRE_Real *norm);
};
static const struct krylov CONJUGATE_GRADIENTS = {HYPRE_StructPCGCreate, HYPRE_StructPCGDestroy, HYPRE_StructPCGSetTol, HYPRE_StructPCGSetMaxIter,
                                                  HYPRE_StructPCGSetPrecond, HYPRE_StructPCGSetup, HYPRE_StructPCGSolve,
                                                  HYPRE_StructPCGGetNumIterations, HYPRE_StructPCGGetFinalRelativeResidualNorm};
static const struct krylov BICGSTAB = {HYPRE_StructBiCGSTABCreate, HYPRE_StructBiCGSTABDestroy, HYPRE_StructBiCGSTABSetTol, HYPRE_StructBiCGSTABSetMaxIter,
                                       HYPRE_StructBiCGSTABSetPrecond, HYPRE_StructBiCGSTABSetup, HYPRE_StructBiCGSTABSolve,
                                       HYPRE_StructBiCGSTABGetNumIterations, HYPRE_StructBiCGSTABGetFinalRelativeResidualNorm};

/* From x = 0. */
static void krylov_solve(struct pfmg *p, const struct krylov *how, double tolerance, int most, HYPRE_Int *iterations, double *residual) {
  HYPRE_StructSolver k;
  how->create(p->e->mesh->comm, &k);
  how->goal(k, tolerance);
  how->most(k, most);
  how->precondition(k, HYPRE_StructPFMGSolve, keep, p->solver);
  if (how == &CONJUGATE_GRADIENTS) HYPRE_StructPCGSetTwoNorm(k, 1);
  how->set_up(k, p->matrix, p->b, p->x);
  how->solve(k, p->matrix, p->b, p->x);
  how->iterations(k, iterations);
  how->residual(k, residual);
  how->destroy(k);
}

static bool symmetric(const struct elliptic *e) {
  bool all = e->c.w == NULL;
  for (int d = 0; d < e->mesh->dim; d++) {
    for (int s = 0; s < 2; s++) all = all && (e->mesh->boundary[d][0] == BOUNDARY_PERIODIC || e->boundary.kind[d][s] == ELLIPTIC_FLUX);
  }
  return all;
}

bool pfmg_solve(struct pfmg *p, const double *r, double *x, double tolerance, int max_iterations, struct solver_result *result) {
  const int rows = p->e->rows;
  const double start = MPI_Wtime();
  HYPRE_Int iterations = 0;
  double residual = HUGE_VAL;
  if (p->solver == NULL) {
    set_up(p);
    result->setups++;
    result->seconds_setup += MPI_Wtime() - start;
  }
  for (int i = 0; i < rows; i++) p->values[p->place[i]] = r[i];
  for (int i = 0; i < p->boxes; i++) HYPRE_StructVectorSetBoxValues(p->b, p->box[i].low, p->box[i].high, p->values + p->box[i].first);
  HYPRE_StructVectorSetConstantValues(p->x, 0.0);
  HYPRE_StructVectorAssemble(p->b);
  HYPRE_StructVectorAssemble(p->x);
  krylov_solve(p, symmetric(p->e) ? &CONJUGATE_GRADIENTS : &BICGSTAB, tolerance, max_iterations, &iterations, &residual);
  HYPRE_ClearAllErrors();
  for (int i = 0; i < p->boxes; i++) HYPRE_StructVectorGetBoxValues(p->x, p->box[i].low, p->box[i].high, p->values + p->box[i].first);
  for (int i = 0; i < rows; i++) x[i] = p->values[p->place[i]];
  result->method = "PFMG";
  result->iterations += (int)iterations;
  return isfinite(residual) && residual <= tolerance;
}
