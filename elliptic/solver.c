/* Linear systems through hypre: BiCGSTAB, conjugate gradients where matrix and multigrid are symmetric, or GMRES, preconditioned by the diagonal, incomplete
 * factors of the rows of each rank, or BoomerAMG; PFMG where the mesh suits it (pfmg.c).
 *
 * Preconditioners are kept while the matrix changes, until that has cost more than new ones would (method.c).  hypre's errors stick: they are read and
 * cleared after each solve. */
#include "base/fail.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "elliptic/internal.h"
#include "elliptic/method.h"
#include "elliptic/pfmg.h"

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
  HYPRE_Solver ilu, amg;
  struct pfmg *pfmg;       /* NULL: not used, or the mesh does not suit */
  int64_t pfmg_of;
  int64_t matrices, made_of[METHOD_COUNT]; /* which matrix this is, and which ones the preconditioners are of */
  struct method_memory memory;
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
  const enum elliptic_method method = e->options.method;
  if ((method == ELLIPTIC_AUTO || method == ELLIPTIC_PFMG) && pfmg_suits(e)) s->pfmg = pfmg_create(e);
  return s;
}

void solver_destroy(struct solver *s) {
  if (s == NULL) return;
  if (s->amg != NULL) HYPRE_BoomerAMGDestroy(s->amg);
  pfmg_destroy(s->pfmg);
  if (s->ilu != NULL) HYPRE_ILUDestroy(s->ilu);
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
  s->matrices++;
}

void solver_diagonal(struct solver *s, const double *value) {
  HYPRE_IJMatrixInitialize(s->matrix);
  HYPRE_IJMatrixSetValues(s->matrix, s->rows, s->one, s->row, s->row, value);
  HYPRE_IJMatrixAssemble(s->matrix);
  HYPRE_IJMatrixGetObject(s->matrix, (void **)&s->par_matrix);
  check("setting the diagonal of the matrix");
  s->matrices++;
}

/* The one made by set_up is used as it is. */
static HYPRE_Int keep(HYPRE_Solver amg, HYPRE_ParCSRMatrix a, HYPRE_ParVector b, HYPRE_ParVector x) {
  (void)amg;
  (void)a;
  (void)b;
  (void)x;
  return 0;
}

/* Whether the matrix is, and multigrid is to be. */
static bool symmetric(const struct solver *s) { return is_positive(s->e) && s->e->c.w == NULL; }

static void make_amg(struct solver *s) {
  const bool tensor = s->e->mesh->dim == 3 && s->e->options.tensor;
  if (s->amg != NULL) HYPRE_BoomerAMGDestroy(s->amg);
  HYPRE_BoomerAMGCreate(&s->amg);
  HYPRE_BoomerAMGSetPrintLevel(s->amg, 0);
  HYPRE_BoomerAMGSetTol(s->amg, 0.0);
  HYPRE_BoomerAMGSetMaxIter(s->amg, 1);
  HYPRE_BoomerAMGSetCoarsenType(s->amg, 10);                                     /* HMIS                 */
  HYPRE_BoomerAMGSetInterpType(s->amg, 6);                                       /* extended + i         */
  HYPRE_BoomerAMGSetPMaxElmts(s->amg, tensor ? 3 : 4);
  HYPRE_BoomerAMGSetStrongThreshold(s->amg, tensor ? 0.5 : 0.25);
  HYPRE_BoomerAMGSetRelaxType(s->amg, 3);                                        /* hybrid Gauss-Seidel  */
  if (is_positive(s->e)) HYPRE_BoomerAMGSetAggNumLevels(s->amg, 1);              /* easy: fewer cells    */
  if (symmetric(s)) HYPRE_BoomerAMGSetCycleRelaxType(s->amg, 4, 2);              /* backwards on the way up */
  HYPRE_BoomerAMGSetup(s->amg, s->par_matrix, s->par_b, s->par_x);
}

static void make_ilu(struct solver *s) {
  if (s->ilu != NULL) HYPRE_ILUDestroy(s->ilu);
  HYPRE_ILUCreate(&s->ilu);
  HYPRE_ILUSetPrintLevel(s->ilu, 0);
  HYPRE_ILUSetType(s->ilu, 0);                                                   /* per rank             */
  HYPRE_ILUSetLevelOfFill(s->ilu, 0);
  HYPRE_ILUSetLocalReordering(s->ilu, 0);
  HYPRE_ILUSetTol(s->ilu, 0.0);
  HYPRE_ILUSetMaxIter(s->ilu, 1);
  HYPRE_ILUSetup(s->ilu, s->par_matrix, s->par_b, s->par_x);
}

static void set_up(struct solver *s, enum method method, double stiffness, struct solver_result *r) {
  const double start = MPI_Wtime();
  if (method == METHOD_AMG) make_amg(s);
  else make_ilu(s);
  HYPRE_ClearAllErrors(); /* of factors that fail: solutions with them show it */
  s->memory.kept[method] = (struct method_kept){.made = true, .stiffness = stiffness};
  if (method == METHOD_AMG) s->memory.regret = 0.0;
  s->made_of[method] = s->matrices;
  r->setups++;
  r->seconds_setup += MPI_Wtime() - start;
}

static bool finish(struct solver_result *r, HYPRE_Int iterations, double residual, double tolerance) {
  HYPRE_ClearAllErrors();
  r->iterations += (int)iterations;
  return isfinite(residual) && residual <= tolerance;
}

static void zero_guess(struct solver *s) { HYPRE_ParVectorSetConstantValues(s->par_x, 0.0); }

/* From x as it is. */
static bool bicgstab(struct solver *s, enum method method, double tolerance, int max_iterations, double *residual, struct solver_result *r) {
  HYPRE_Solver k;
  HYPRE_Int iterations = 0;
  *residual = HUGE_VAL;
  HYPRE_ParCSRBiCGSTABCreate(s->e->mesh->comm, &k);
  HYPRE_BiCGSTABSetTol(k, tolerance);
  HYPRE_BiCGSTABSetMaxIter(k, max_iterations);
  if (method == METHOD_AMG) HYPRE_BiCGSTABSetPrecond(k, (HYPRE_PtrToSolverFcn)HYPRE_BoomerAMGSolve, (HYPRE_PtrToSolverFcn)keep, s->amg);
  else if (method == METHOD_ILU) HYPRE_BiCGSTABSetPrecond(k, (HYPRE_PtrToSolverFcn)HYPRE_ILUSolve, (HYPRE_PtrToSolverFcn)keep, s->ilu);
  else HYPRE_BiCGSTABSetPrecond(k, (HYPRE_PtrToSolverFcn)HYPRE_ParCSRDiagScale, (HYPRE_PtrToSolverFcn)HYPRE_ParCSRDiagScaleSetup, NULL);
  HYPRE_ParCSRBiCGSTABSetup(k, s->par_matrix, s->par_b, s->par_x);
  HYPRE_ParCSRBiCGSTABSolve(k, s->par_matrix, s->par_b, s->par_x);
  HYPRE_BiCGSTABGetNumIterations(k, &iterations);
  HYPRE_BiCGSTABGetFinalRelativeResidualNorm(k, residual);
  HYPRE_ParCSRBiCGSTABDestroy(k);
  return finish(r, iterations, *residual, tolerance);
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

/* With multigrid; a step costs half of one of BiCGSTAB. */
static bool conjugate_gradients(struct solver *s, double tolerance, int max_iterations, double *residual, struct solver_result *r) {
  HYPRE_Solver k;
  HYPRE_Int iterations = 0;
  *residual = HUGE_VAL;
  HYPRE_ParCSRPCGCreate(s->e->mesh->comm, &k);
  HYPRE_PCGSetTol(k, tolerance);
  HYPRE_PCGSetTwoNorm(k, 1);
  HYPRE_PCGSetMaxIter(k, 2 * max_iterations);
  HYPRE_PCGSetPrecond(k, (HYPRE_PtrToSolverFcn)HYPRE_BoomerAMGSolve, (HYPRE_PtrToSolverFcn)keep, s->amg);
  HYPRE_ParCSRPCGSetup(k, s->par_matrix, s->par_b, s->par_x);
  HYPRE_ParCSRPCGSolve(k, s->par_matrix, s->par_b, s->par_x);
  HYPRE_PCGGetNumIterations(k, &iterations);
  HYPRE_PCGGetFinalRelativeResidualNorm(k, residual);
  HYPRE_ParCSRPCGDestroy(k);
  return finish(r, (iterations + 1) / 2, *residual, tolerance);
}

/* With a preconditioner as it was left, then with a new one. */
static bool with(struct solver *s, enum method method, double stiffness, double tolerance, int max_iterations, struct solver_result *r) {
  static const char *const names[METHOD_COUNT] = {"diagonal", "ILU", "AMG"};
  const double decades = -log10(tolerance);
  r->method = names[method];
  for (int tries = 0; tries < 2; tries++) {
    if (method_stale(&s->memory, method, stiffness) || (tries == 1 && s->made_of[method] != s->matrices)) set_up(s, method, stiffness, r);
    const bool fresh = method == METHOD_DIAGONAL || s->made_of[method] == s->matrices;
    const int before = r->iterations;
    double residual;
    const int limit = method_limit(method, decades, max_iterations);
    const bool done = method == METHOD_AMG && symmetric(s) ? conjugate_gradients(s, tolerance, limit, &residual, r) : bicgstab(s, method, tolerance, limit, &residual, r);
    method_learn(&s->memory, method, stiffness, residual < 1.0 ? -log10(max(residual, 1e-16)) : 0.0, r->iterations - before, fresh);
    if (done) return true;
    if (!(residual < 1.0)) zero_guess(s);
    if (fresh) break;
  }
  s->memory.kept[method].stale = true;
  return false;
}

/* Where more than the diagonal is needed. */
static bool with_pfmg(struct solver *s, enum elliptic_method method, double stiffness, const double *r, double *x, double tolerance, int max_iterations,
                      struct solver_result *result) {
  if (s->pfmg == NULL || (method == ELLIPTIC_AUTO && stiffness < 100.0)) return false;
  if (s->pfmg_of != s->matrices) pfmg_values(s->pfmg, s->e->value, s->e->shift * ldexp(1.0, -s->e->mesh->dim * s->e->mesh->max_level));
  s->pfmg_of = s->matrices;
  return pfmg_solve(s->pfmg, r, x, tolerance, max_iterations, result);
}

static enum method first_method(const struct solver *s, enum elliptic_method method, double stiffness, double decades) {
  if (method == ELLIPTIC_AUTO || method == ELLIPTIC_PFMG) return method_choose(&s->memory, stiffness, decades);
  return method == ELLIPTIC_DIAGONAL ? METHOD_DIAGONAL : method == ELLIPTIC_ILU ? METHOD_ILU : METHOD_AMG;
}

struct solver_result solver_solve(struct solver *s, enum elliptic_method method, double stiffness, const double *r, double *x, double tolerance,
                                  int max_iterations) {
  struct solver_result result = {.reason = ""};
  const double start = MPI_Wtime();
  result.converged = with_pfmg(s, method, stiffness, r, x, tolerance, max_iterations, &result);
  if (result.converged) {
    result.seconds_solve = MPI_Wtime() - start - result.seconds_setup;
    return result;
  }
  HYPRE_IJVectorInitialize(s->b);
  HYPRE_IJVectorSetValues(s->b, s->rows, s->row, r);
  HYPRE_IJVectorAssemble(s->b);
  check("setting the right-hand side");
  zero_guess(s);
  const enum method first = first_method(s, method, stiffness, -log10(tolerance));
  result.converged = with(s, first, stiffness, tolerance, max_iterations, &result);
  if (!result.converged && first != METHOD_AMG) result.converged = with(s, METHOD_AMG, stiffness, tolerance, max_iterations, &result);
  if (!result.converged) {
    result.method = "AMG, GMRES";
    zero_guess(s);
    s->memory.kept[METHOD_AMG].stale = true;
    result.converged = gmres(s, tolerance, max_iterations, &result);
  }
  if (!result.converged) result.reason = "too many iterations, or a breakdown";
  HYPRE_IJVectorGetValues(s->x, s->rows, s->row, x);
  check("reading the solution");
  result.seconds_solve = MPI_Wtime() - start - result.seconds_setup;
  return result;
}
