/* Linear systems through hypre: BiCGSTAB or GMRES, preconditioned by the diagonal or BoomerAMG.
 *
 * The preconditioner is kept while the matrix changes, and made anew when the solver needs half as many iterations again as it did
 * with a fresh one, or fails.  hypre's errors stick: they are read and cleared after each solve. */
#include "base/fail.h"
#include "base/memory.h"
#include "elliptic/internal.h"

#include <HYPRE.h>
#include <HYPRE_IJ_mv.h>
#include <HYPRE_krylov.h>
#include <HYPRE_parcsr_ls.h>
#include <math.h>

struct solver {
  const struct elliptic *e;
  HYPRE_Int rows;
  HYPRE_BigInt *row, *col;
  HYPRE_Int *length, *one;
  HYPRE_IJMatrix matrix;
  HYPRE_IJVector b, x;
  HYPRE_ParCSRMatrix par_matrix;
  HYPRE_ParVector par_b, par_x;
  HYPRE_Solver amg;
  double first_rate;       /* iterations per decade with a fresh preconditioner */
  bool stale;
};

static void check(const char *what) {
  const HYPRE_Int error = HYPRE_GetError();
  HYPRE_ClearAllErrors();
  require(error == 0, "hypre: %s failed with error %d", what, (int)error);
}

static HYPRE_IJVector vector(const struct solver *s, MPI_Comm comm, HYPRE_BigInt first, HYPRE_ParVector *par) {
  HYPRE_IJVector v;
  HYPRE_IJVectorCreate(comm, first, first + s->rows - 1, &v);
  HYPRE_IJVectorSetObjectType(v, HYPRE_PARCSR);
  HYPRE_IJVectorInitialize(v);
  HYPRE_IJVectorAssemble(v);
  HYPRE_IJVectorGetObject(v, (void **)par);
  return v;
}

struct solver *solver_create(const struct elliptic *e) {
  struct solver *s = memory_get(sizeof *s);
  const int entries = e->row_first[e->rows];
  const HYPRE_BigInt first = (HYPRE_BigInt)(e->mesh->first * e->ncell);
  HYPRE_Init();
  s->e = e;
  s->rows = e->rows;
  s->row = memory_get(sizeof *s->row * (size_t)e->rows);
  s->length = memory_get(sizeof *s->length * (size_t)e->rows);
  s->one = memory_get(sizeof *s->one * (size_t)e->rows);
  s->col = memory_get(sizeof *s->col * (size_t)entries);
  for (int r = 0; r < e->rows; r++) {
    s->row[r] = first + r;
    s->length[r] = e->row_first[r + 1] - e->row_first[r];
    s->one[r] = 1;
  }
  for (int i = 0; i < entries; i++) s->col[i] = (HYPRE_BigInt)(e->leaf_row[e->col[i] / e->ncell] + e->col[i] % e->ncell);
  HYPRE_IJMatrixCreate(e->mesh->comm, first, first + e->rows - 1, first, first + e->rows - 1, &s->matrix);
  HYPRE_IJMatrixSetObjectType(s->matrix, HYPRE_PARCSR);
  HYPRE_IJMatrixSetRowSizes(s->matrix, s->length);
  s->b = vector(s, e->mesh->comm, first, &s->par_b);
  s->x = vector(s, e->mesh->comm, first, &s->par_x);
  check("making the matrix");
  return s;
}

void solver_destroy(struct solver *s) {
  if (s == NULL) return;
  if (s->amg != NULL) HYPRE_BoomerAMGDestroy(s->amg);
  HYPRE_IJMatrixDestroy(s->matrix);
  HYPRE_IJVectorDestroy(s->b);
  HYPRE_IJVectorDestroy(s->x);
  memory_free(s->row);
  memory_free(s->col);
  memory_free(s->length);
  memory_free(s->one);
  memory_free(s);
}

void solver_values(struct solver *s, const double *value) {
  HYPRE_IJMatrixInitialize(s->matrix);
  HYPRE_IJMatrixSetValues(s->matrix, s->rows, s->length, s->row, s->col, value);
  HYPRE_IJMatrixAssemble(s->matrix);
  HYPRE_IJMatrixGetObject(s->matrix, (void **)&s->par_matrix);
  check("setting the matrix");
}

void solver_diagonal(struct solver *s, const double *value) {
  HYPRE_IJMatrixInitialize(s->matrix);
  HYPRE_IJMatrixSetValues(s->matrix, s->rows, s->one, s->row, s->row, value);
  HYPRE_IJMatrixAssemble(s->matrix);
  HYPRE_IJMatrixGetObject(s->matrix, (void **)&s->par_matrix);
  check("setting the diagonal of the matrix");
}

/* The one made by set_up is used as it is. */
static HYPRE_Int keep(HYPRE_Solver amg, HYPRE_ParCSRMatrix a, HYPRE_ParVector b, HYPRE_ParVector x) {
  (void)amg;
  (void)a;
  (void)b;
  (void)x;
  return 0;
}

static void set_up(struct solver *s, struct solver_result *r) {
  const double start = MPI_Wtime();
  if (s->amg != NULL) HYPRE_BoomerAMGDestroy(s->amg);
  HYPRE_BoomerAMGCreate(&s->amg);
  HYPRE_BoomerAMGSetPrintLevel(s->amg, 0);
  HYPRE_BoomerAMGSetTol(s->amg, 0.0);
  HYPRE_BoomerAMGSetMaxIter(s->amg, 1);
  HYPRE_BoomerAMGSetCoarsenType(s->amg, 10);                                     /* HMIS                 */
  HYPRE_BoomerAMGSetInterpType(s->amg, 6);                                       /* extended + i         */
  HYPRE_BoomerAMGSetPMaxElmts(s->amg, 4);
  HYPRE_BoomerAMGSetStrongThreshold(s->amg, s->e->mesh->dim == 3 && s->e->options.tensor ? 0.5 : 0.25);
  HYPRE_BoomerAMGSetRelaxType(s->amg, 3);                                        /* hybrid Gauss-Seidel  */
  HYPRE_BoomerAMGSetup(s->amg, s->par_matrix, s->par_b, s->par_x);
  s->stale = false;
  s->first_rate = 0.0;
  r->setups++;
  r->seconds_setup += MPI_Wtime() - start;
}

static bool finish(struct solver_result *r, HYPRE_Int iterations, double residual, double tolerance) {
  HYPRE_ClearAllErrors();
  r->iterations += (int)iterations;
  return isfinite(residual) && residual <= tolerance;
}

static bool bicgstab(struct solver *s, bool amg, double tolerance, int max_iterations, struct solver_result *r) {
  HYPRE_Solver k;
  HYPRE_Int iterations = 0;
  double residual = HUGE_VAL;
  HYPRE_ParCSRBiCGSTABCreate(s->e->mesh->comm, &k);
  HYPRE_BiCGSTABSetTol(k, tolerance);
  HYPRE_BiCGSTABSetMaxIter(k, max_iterations);
  if (amg) HYPRE_BiCGSTABSetPrecond(k, (HYPRE_PtrToSolverFcn)HYPRE_BoomerAMGSolve, (HYPRE_PtrToSolverFcn)keep, s->amg);
  else HYPRE_BiCGSTABSetPrecond(k, (HYPRE_PtrToSolverFcn)HYPRE_ParCSRDiagScale, (HYPRE_PtrToSolverFcn)HYPRE_ParCSRDiagScaleSetup, NULL);
  HYPRE_ParCSRBiCGSTABSetup(k, s->par_matrix, s->par_b, s->par_x);
  HYPRE_ParCSRBiCGSTABSolve(k, s->par_matrix, s->par_b, s->par_x);
  HYPRE_BiCGSTABGetNumIterations(k, &iterations);
  HYPRE_BiCGSTABGetFinalRelativeResidualNorm(k, &residual);
  HYPRE_ParCSRBiCGSTABDestroy(k);
  return finish(r, iterations, residual, tolerance);
}

static bool gmres(struct solver *s, double tolerance, int max_iterations, struct solver_result *r) {
  HYPRE_Solver k;
  HYPRE_Int iterations = 0;
  double residual = HUGE_VAL;
  HYPRE_ParCSRGMRESCreate(s->e->mesh->comm, &k);
  HYPRE_GMRESSetKDim(k, 50);
  HYPRE_GMRESSetTol(k, tolerance);
  HYPRE_GMRESSetMaxIter(k, max_iterations);
  HYPRE_GMRESSetPrecond(k, (HYPRE_PtrToSolverFcn)HYPRE_BoomerAMGSolve, (HYPRE_PtrToSolverFcn)keep, s->amg);
  HYPRE_ParCSRGMRESSetup(k, s->par_matrix, s->par_b, s->par_x);
  HYPRE_ParCSRGMRESSolve(k, s->par_matrix, s->par_b, s->par_x);
  HYPRE_GMRESGetNumIterations(k, &iterations);
  HYPRE_GMRESGetFinalRelativeResidualNorm(k, &residual);
  HYPRE_ParCSRGMRESDestroy(k);
  return finish(r, iterations, residual, tolerance);
}

static void zero_guess(struct solver *s) { HYPRE_ParVectorSetConstantValues(s->par_x, 0.0); }

static bool with_amg(struct solver *s, double tolerance, int max_iterations, struct solver_result *r) {
  r->method = "AMG";
  for (int fresh = s->amg == NULL || s->stale; fresh < 2; fresh++) {
    if (fresh) set_up(s, r);
    const int before = r->iterations;
    zero_guess(s);
    const bool done = bicgstab(s, true, tolerance, max_iterations, r);
    const double rate = (r->iterations - before) / -log10(tolerance);
    if (done && s->first_rate == 0.0) s->first_rate = rate;
    if (done && rate > 1.5 * s->first_rate + 1.0 / -log10(tolerance)) s->stale = true;
    if (done) return true;
    if (fresh) break;
  }
  r->method = "AMG, GMRES";
  zero_guess(s);
  s->stale = true;
  return gmres(s, tolerance, max_iterations, r);
}

struct solver_result solver_solve(struct solver *s, enum elliptic_method method, const double *r, double *x, double tolerance,
                                  int max_iterations) {
  struct solver_result result = {.reason = "", .method = "diagonal"};
  const double start = MPI_Wtime();
  HYPRE_IJVectorInitialize(s->b);
  HYPRE_IJVectorSetValues(s->b, s->rows, s->row, r);
  HYPRE_IJVectorAssemble(s->b);
  check("setting the right-hand side");
  zero_guess(s);
  if (method == ELLIPTIC_DIAGONAL) result.converged = bicgstab(s, false, tolerance, max_iterations, &result);
  if (!result.converged) result.converged = with_amg(s, tolerance, max_iterations, &result);
  if (!result.converged) result.reason = "too many iterations, or a breakdown";
  HYPRE_IJVectorGetValues(s->x, s->rows, s->row, x);
  check("reading the solution");
  result.seconds_solve = MPI_Wtime() - start - result.seconds_setup;
  return result;
}
