#include "run/poisson.h"

#include "amr/view.h"
#include "base/constants.h"
#include "base/fail.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/params.h"
#include "base/sum.h"
#include "elliptic/elliptic.h"
#include "io/io.h"
#include "run/run.h"
#include "version.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PHI, EXACT, SOURCE, CELLS };

struct poisson {
  struct poisson_params par;
  struct mesh_params mesh_par;
  struct mesh mesh;
  struct field cells, gradient; /* phi, exact phi, s; on faces */
  char dir[1024], problem[200];
};

/* ---- the exact solution ---- */

/* Where in the domain, from 0 to 1. */
static double place(const struct mesh *m, int axis, double x) { return (x - m->lower[axis]) / (m->upper[axis] - m->lower[axis]); }

/* Waves, one period along each axis; or (u^2 - v) exp(u / 2 + v), which fits no polynomial, with u, v the first and last coordinate. */
static double exact(const struct poisson *p, const double x[3]) {
  const struct mesh *m = &p->mesh;
  if (p->par.problem == POISSON_EXPONENTIAL) {
    const double u = x[0], v = m->dim > 1 ? x[m->dim - 1] : 0.0;
    return (u * u - v) * exp(0.5 * u + v);
  }
  double product = 1.0;
  for (int a = 0; a < m->dim; a++) product *= sin(2.0 * PI * place(m, a, x[a]));
  return product;
}

static double gradient(const struct poisson *p, const double x[3], int axis) {
  const struct mesh *m = &p->mesh;
  if (p->par.problem == POISSON_EXPONENTIAL) {
    const double u = x[0], v = m->dim > 1 ? x[m->dim - 1] : 0.0, e = exp(0.5 * u + v), f = u * u - v;
    return axis == 0 ? (2.0 * u + 0.5 * f) * e : axis == m->dim - 1 ? (f - 1.0) * e : 0.0;
  }
  double product = 2.0 * PI / (m->upper[axis] - m->lower[axis]);
  for (int a = 0; a < m->dim; a++) product *= a == axis ? cos(2.0 * PI * place(m, a, x[a])) : sin(2.0 * PI * place(m, a, x[a]));
  return product;
}

static double source(const struct poisson *p, const double x[3]) {
  const struct mesh *m = &p->mesh;
  if (p->par.problem == POISSON_EXPONENTIAL) {
    const double u = x[0], v = m->dim > 1 ? x[m->dim - 1] : 0.0, e = exp(0.5 * u + v), f = u * u - v;
    return -(2.0 + 2.0 * u + 0.25 * f) * e - (m->dim > 1 ? (f - 2.0) * e : 0.0);
  }
  double k2 = 0.0;
  for (int a = 0; a < m->dim; a++) {
    const double k = 2.0 * PI / (m->upper[a] - m->lower[a]);
    k2 += k * k;
  }
  return k2 * exact(p, x);
}

static double at_boundary(void *data, int axis, int side, const double x[3]) {
  (void)axis;
  (void)side;
  return exact(data, x);
}

/* Means over a cell, or over a face normal to an axis (normal >= 0); two Gauss points along each axis. */
static double mean(const struct poisson *p, int b, const int i[3], int normal, int what) {
  const struct mesh *m = &p->mesh;
  const double shift = 0.5 / sqrt(3.0);
  double sum = 0.0;
  int n = 0;
  for (int o = 0; o < 1 << m->dim; o++) {
    double x[3] = {0.0, 0.0, 0.0};
    if (normal >= 0 && (o >> normal & 1)) continue;
    for (int a = 0; a < m->dim; a++) {
      x[a] = mesh_coordinate(m, &m->block[b], a, i[a] + (a == normal ? 0.0 : o >> a & 1 ? 0.5 + shift : 0.5 - shift));
    }
    sum += normal >= 0 ? gradient(p, x, normal) : what == SOURCE ? source(p, x) : exact(p, x);
    n++;
  }
  return sum / n;
}

static void fill(struct poisson *p) {
  const struct mesh *m = &p->mesh;
  for (int b = 0; b < m->count; b++) {
    for (int c = 0; c < m->nc[0] * m->nc[1] * m->nc[2]; c++) {
      const int i[3] = {c % m->nc[0], c / m->nc[0] % m->nc[1], c / m->nc[0] / m->nc[1]};
      *view_move(view_field(m, &p->cells, b, EXACT), i[0], i[1], i[2]).at = mean(p, b, i, -1, EXACT);
      *view_move(view_field(m, &p->cells, b, SOURCE), i[0], i[1], i[2]).at = mean(p, b, i, -1, SOURCE);
    }
  }
}

/* ---- errors ---- */

/* Mean and largest error of phi, mean error of the gradient over all faces; the same for any number of ranks but for the solver. */
struct poisson_errors { double l1, most, l1_gradient; };

static struct poisson_errors compare(const struct poisson *p) {
  const struct mesh *m = &p->mesh;
  enum { SUMS = 4 };
  struct sum *part = memory_get(sizeof *part * SUMS * (size_t)m->count);
  double most = 0.0, total[SUMS];
  for (int b = 0; b < m->count; b++) {
    const double volume = ldexp(1.0, -m->dim * m->block[b].level);
    struct sum *s = part + (size_t)b * SUMS;
    for (int n = -1; n < m->dim; n++) {
      int size[3] = {m->nc[0], m->nc[1], m->nc[2]}, i[3];
      if (n >= 0) size[n]++;
      for (i[2] = 0; i[2] < size[2]; i[2]++) {
        for (i[1] = 0; i[1] < size[1]; i[1]++) {
          for (i[0] = 0; i[0] < size[0]; i[0]++) {
            const double have = *view_move(n < 0 ? view_field(m, &p->cells, b, PHI) : view_field(m, &p->gradient, b, n), i[0], i[1], i[2]).at;
            const double error = fabs(have - (n < 0 ? *view_move(view_field(m, &p->cells, b, EXACT), i[0], i[1], i[2]).at : mean(p, b, i, n, 0)));
            if (n < 0) most = fmax(most, error);
            sum_add(&s[n < 0 ? 0 : 2], volume * error);
            sum_add(&s[n < 0 ? 1 : 3], volume);
          }
        }
      }
    }
  }
  sum_over_blocks(m->comm, m->count, SUMS, part, total);
  memory_free(part);
  MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, m->comm);
  return (struct poisson_errors){total[0] / total[1], most, total[2] / total[3]};
}

static void report(const struct poisson *p, const struct elliptic_result *r) {
  const struct poisson_errors e = compare(p);
  const int64_t cells = mesh_cells(&p->mesh);
  log_info("errors: phi L1 %.4e, largest %.4e; gradient L1 %.4e; %lld cells", e.l1, e.most, e.l1_gradient, (long long)cells);
  if (p->mesh.rank != 0) return;
  char path[1100];
  snprintf(path, sizeof path, "%s/errors.txt", p->dir);
  FILE *f = fopen(path, "w");
  require(f != NULL, "cannot write %s", path);
  fprintf(f, "# cells rms_l1 l1_phi max_phi l1_gradient iterations residual\n");
  const int written = fprintf(f, "%lld %.9e %.9e %.9e %.9e %d %.3e\n", (long long)cells, e.l1, e.l1, e.most, e.l1_gradient, r->iterations, r->residual);
  require(written > 0 && fclose(f) == 0, "cannot write %s", path);
}

/* ---- output ---- */

struct shown { const struct poisson *p; int component; bool gradient; };

static void show(const void *data, const struct mesh *m, int b, double *values) {
  const struct shown *s = data;
  const struct view v = s->gradient ? view_field(m, &s->p->gradient, b, s->component) : view_field(m, &s->p->cells, b, s->component);
  const ptrdiff_t step = s->component == 0 ? 1 : s->component == 1 ? v.sy : v.sz;
  for (int c = 0; c < m->nc[0] * m->nc[1] * m->nc[2]; c++) {
    const double *at = view_move(v, c % m->nc[0], c / m->nc[0] % m->nc[1], c / m->nc[0] / m->nc[1]).at;
    values[c] = s->gradient ? 0.5 * (at[0] + at[step]) : *at;
  }
}

static void snapshot(struct poisson *p, struct params *ps) {
  struct io_record record = {.run_name = p->par.name, .setup = "poisson", .parameters = params_resolved(ps), .version = CRUX_VERSION,
                             .units = params_units(ps), .gamma = 5.0 / 3.0};
  const struct shown shown[] = {{p, PHI, false}, {p, EXACT, false}, {p, SOURCE, false}, {p, 0, true}, {p, 1, true}, {p, 2, true}};
  struct io_variable v[] = {
      {.name = "phi", .meaning = "solution"}, {.name = "phi_exact", .meaning = "exact solution"},
      {.name = "source", .meaning = "minus the divergence of the gradient of phi"},
      {.name = "gradient1", .meaning = "gradient of phi along x"}, {.name = "gradient2", .meaning = "gradient of phi along y"},
      {.name = "gradient3", .meaning = "gradient of phi along z"}};
  for (int i = 0; i < 6; i++) {
    v[i].unit = "1";
    v[i].cgs_unit = "";
    v[i].cgs = 1.0;
    v[i].fill = show;
    v[i].data = &shown[i];
  }
  io_snapshot(p->dir, &record, &p->mesh, 0.0, 0, 0, 3 + p->mesh.dim, v, false, true);
}

/* ---- the run ---- */

void poisson_declare(struct params *ps, struct poisson_params *p) {
  params_section(ps, "poisson", "setup poisson: a Poisson problem with a known answer");
  params_choice(ps, "problem", &p->problem, "sine|exponential", "sine", "exact solution: waves, or (x^2 - z) exp(x / 2 + z) for open domains");
  params_choice(ps, "method", &p->method, ELLIPTIC_METHODS, "auto", ELLIPTIC_METHODS_DOC ELLIPTIC_PFMG_DOC);
  params_int(ps, "max_iterations", &p->max_iterations, "200", 1, 1000000, ELLIPTIC_ITERATIONS_DOC);
  params_real(ps, "tolerance", &p->tolerance, "1e-8", 1e-14, 0.1, "1", "residual at the end, relative to the source");
}

static bool no_method(const void *data) {
  struct poisson *p = (struct poisson *)data;
  const char *fault = elliptic_method_fault((enum elliptic_method)p->par.method, false, &p->mesh_par);
  snprintf(p->problem, sizeof p->problem, "%s", fault ? fault : "");
  return fault != NULL;
}

static void read(struct poisson *p, struct params *ps, const struct arguments *a) {
  params_section(ps, "run", "what to run and until when");
  params_text(ps, "name", p->par.name, sizeof p->par.name, NULL, "name of the run, and the default output folder runs/<name>");
  params_text(ps, "setup", p->par.setup, sizeof p->par.setup, NULL, "poisson");
  mesh_declare(ps, &p->mesh_par);
  poisson_declare(ps, &p->par);
  params_rule(ps, "poisson.method", no_method, p, p->problem);
  params_load(ps);
  if (a->resume) fail_user("crux run: a Poisson problem cannot be resumed; use --force to run it again");
  for (int d = 0; d < p->mesh_par.dim; d++) {
    if (p->par.problem == POISSON_EXPONENTIAL && p->mesh_par.boundary[d][0] == BOUNDARY_PERIODIC)
      fail_user("%s: poisson.problem: exponential is not periodic; choose sine, or mesh.boundary: outflow", a->file);
  }
}

int poisson_main(const struct arguments *a, struct params *ps) {
  struct poisson p;
  memset(&p, 0, sizeof p);
  read(&p, ps, a);
  run_folder(a, p.par.name, sizeof p.dir, p.dir);
  io_prepare_folder(MPI_COMM_WORLD, p.dir, false, a->force);
  char log[1100], levels[256];
  snprintf(log, sizeof log, "%s/run.log", p.dir);
  log_open(log, false);
  log_info("crux %s, %s", CRUX_VERSION, CRUX_BUILD);
  io_parameters(MPI_COMM_WORLD, p.dir, params_resolved(ps));
  mesh_create(&p.mesh, &p.mesh_par, 2, MPI_COMM_WORLD);
  run_levels(&p.mesh, levels, sizeof levels);
  log_info("mesh: %lld blocks (%s), %lld cells, %d processes", (long long)p.mesh.global_count, levels, (long long)mesh_cells(&p.mesh), p.mesh.size);
  field_create(&p.cells, &p.mesh, "phi", CENTRING_CELL, CELLS);
  field_create(&p.gradient, &p.mesh, "gradient", CENTRING_FACE, 3);
  fill(&p);

  const struct elliptic_boundary boundary = {.function = at_boundary, .data = &p};
  const struct elliptic_options options = {.method = (enum elliptic_method)p.par.method, .max_iterations = p.par.max_iterations};
  const struct elliptic_coefficients poisson = {.d_number = 1.0};
  struct elliptic *e = elliptic_create(&p.mesh, &boundary, &options);
  elliptic_set(e, &poisson);
  const struct elliptic_result r = elliptic_solve(e, &p.cells, SOURCE, &p.cells, PHI, p.par.tolerance);
  elliptic_log("Poisson", &r);
  elliptic_gradient(e, &p.cells, PHI, &p.gradient);
  report(&p, &r);
  snapshot(&p, ps);
  log_info("output: %s", p.dir);

  elliptic_destroy(e);
  field_destroy(&p.cells);
  field_destroy(&p.gradient);
  mesh_destroy(&p.mesh);
  log_close();
  params_free(ps);
  return r.converged ? 0 : 1;
}
