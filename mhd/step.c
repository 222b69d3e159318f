/* A step of the gas on the whole mesh: stages over blocks, first-order fallback, correction at level jumps. */
#include "base/fail.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "mhd/mhd.h"
#include "mhd/work.h"

#include <string.h>

int mhd_ghosts(const struct mhd_params *par) { return par->reconstruction == RECONSTRUCTION_PPM ? 3 : 2; }

static struct mhd_scheme scheme_of(const struct mhd_params *p, const struct mesh *mesh) {
  bool isothermal = p->eos == EOS_ISOTHERMAL, ppm = p->reconstruction == RECONSTRUCTION_PPM;
  struct mhd_scheme s = {.dim = mesh->dim,
                         .magnetic = p->magnetic,
                         .isothermal = isothermal,
                         .fine_center = ppm,
                         .eos = isothermal ? p->sound_speed : p->gamma,
                         .nscalar = p->nscalar,
                         .floor_density = p->floor_density,
                         .floor_pressure = p->floor_pressure,
                         .dual_energy = p->dual_energy,
                         .first_order = reconstruct_flat,
                         .radius = ppm ? 2 : 1,
                         .radius_first = 0,
                         .riemann = riemann_find(p->riemann, p->magnetic, isothermal),
                         .safe = riemann_find(RIEMANN_LLF, p->magnetic, isothermal)};
  s.reconstruct = ppm ? reconstruct_ppm : p->limiter == LIMITER_MC ? reconstruct_plm_mc : reconstruct_plm_vanleer;
  for (int d = 0; d < 3; d++) {
    s.nc[d] = mesh->nc[d];
    s.ng[d] = mesh->ngd[d];
  }
  return s;
}

void mhd_create(struct gas *g, const struct mhd_params *par, const struct mesh *mesh) {
  *g = (struct gas){.par = *par, .nvar = 6 + par->nscalar};
  require(mesh->ng >= mhd_ghosts(par), "the mesh has %d ghost layers, the gas needs %d", mesh->ng, mhd_ghosts(par));
  g->work = memory_get(sizeof *g->work);
  for (int v = 0; v < g->nvar; v++) { /* momentum flips at reflecting walls; density, energy and scalars stay positive in prolongation */
    bool momentum = v >= GAS_M1 && v <= GAS_M3;
    g->work->flip[v] = momentum ? v - GAS_M1 : -1;
    g->work->positive[v] = !momentum;
  }
  for (int s = 0; s < 3; s++) {
    field_create(&g->u[s], mesh, "gas", CENTRING_CELL, g->nvar);
    g->u[s].flip = g->work->flip;
    g->u[s].positive = g->work->positive;
    if (par->magnetic) field_create(&g->b[s], mesh, "field", CENTRING_FACE, 3);
  }
  g->work->scheme = scheme_of(par, mesh);
  g->work->scratch = block_scratch_create(&g->work->scheme);
  g->work->cost = memory_get(sizeof *g->work->cost * (size_t)mesh->count);
  ends_create(g, mesh);
}

static void drop_mass(struct gas *g) {
  if (g->mass.data) field_destroy(&g->mass);
  if (g->work && g->work->mass.data) field_destroy(&g->work->mass);
}

static void make_mass(struct gas *g, const struct mesh *mesh) {
  drop_mass(g);
  field_create(&g->mass, mesh, "mass through faces", CENTRING_FACE, 3);
  if (g->par.integrator == INTEGRATOR_RK3) field_create(&g->work->mass, mesh, "mass through faces", CENTRING_FACE, 3);
}

int mhd_fields(struct gas *g, struct field *list[2]) {
  list[0] = &g->u[0];
  list[1] = &g->b[0];
  return g->par.magnetic ? 2 : 1;
}

void mhd_adapted(struct gas *g, const struct mesh *mesh) {
  for (int s = 1; s < 3; s++) {
    struct field *copies[2] = {&g->u[s], &g->b[s]};
    for (int i = 0; i < (g->par.magnetic ? 2 : 1); i++) {
      const struct field was = *copies[i];
      field_destroy(copies[i]);
      field_create(copies[i], mesh, was.name, was.centring, was.ncomp);
      copies[i]->flip = was.flip;
      copies[i]->positive = was.positive;
    }
  }
  if (g->work->mask.data) field_destroy(&g->work->mask);
  if (g->mass.ncomp > 0) make_mass(g, mesh); /* data is NULL on ranks without blocks */
  memory_free(g->work->cost);
  g->work->cost = memory_get(sizeof *g->work->cost * (size_t)mesh->count);
  g->work->last = 0;
  ends_create(g, mesh);
  mhd_settle(g, mesh);
}

void mhd_cost(struct gas *g, const struct mesh *mesh, double *cost) {
  for (int b = 0; b < mesh->count; b++) {
    cost[b] = g->work->cost[b];
    g->work->cost[b] = 0.0;
  }
}

void mhd_keep_mass(struct gas *g, const struct mesh *mesh) {
  if (g->mass.data == NULL) make_mass(g, mesh);
}

void mhd_destroy(struct gas *g) {
  drop_mass(g);
  for (int s = 0; s < 3; s++) {
    field_destroy(&g->u[s]);
    if (g->par.magnetic) field_destroy(&g->b[s]);
  }
  if (g->work) {
    block_scratch_destroy(g->work->scratch);
    if (g->work->mask.data) field_destroy(&g->work->mask);
    ends_destroy(g);
    memory_free(g->work->cost);
    memory_free(g->work);
  }
  *g = (struct gas){0};
}

/* From which copies of the state to which: out = state + w (base - state) + dt L(state). */
struct stage { int state, base, out; double w, dt; bool flat; };

/* The mass that has gone through faces since the start of the step, for a copy of the state; NULL: not kept (as in the predictor of VL2, whose fluxes
 * leave no trace).  Of a stage it becomes (1 - w) times that of the state + dt times the flux, like the density. */
static struct field *stage_mass(struct gas *g, int copy) {
  struct field *mass = copy == 2 ? &g->mass : &g->work->mass;
  return copy > 0 && mass->data ? mass : NULL;
}

/* What all blocks of a stage share. */
struct pass {
  struct gas *g;
  const struct mesh *mesh;
  struct exchange *x;
  struct correction *c;
  const struct stage *stage;
  bool floors, mark;
  const struct field *mask; /* flagged cells, or NULL */
  struct mhd_block_counts counts;
};

static void work_on_block(struct pass *p, int b) {
  struct gas *g = p->g;
  const struct stage *t = p->stage;
  const struct block *block = &p->mesh->block[b];
  struct mhd_stage a = {.u = field_data(&g->u[t->state], b, 0),
                        .u_base = field_data(&g->u[t->base], b, 0),
                        .u_out = field_data(&g->u[t->out], b, 0),
                        .u_comp = g->u[0].comp_size[0],
                        .w = t->w,
                        .dt = t->dt,
                        .flat = t->flat,
                        .floors = p->floors,
                        .registers = block->jump ? correction_registers(p->c, b) : NULL,
                        .ends = g->work->ends[b].flux};
  const struct field *mass = stage_mass(g, t->out), *mass_state = stage_mass(g, t->state);
  for (int d = 0; d < 3; d++) {
    a.dx[d] = block->dx[d];
    if (mass) a.mass[d] = field_data(mass, b, d);
    if (mass && mass_state) a.mass_state[d] = field_data(mass_state, b, d);
    if (!g->par.magnetic) continue;
    a.b[d] = field_data(&g->b[t->state], b, d);
    a.b_base[d] = field_data(&g->b[t->base], b, d);
    a.b_out[d] = field_data(&g->b[t->out], b, d);
  }
  if (p->mask) a.mask = field_data(p->mask, b, 0);
  if (p->mark) a.bad = field_data(&g->work->mask, b, 1);
  const double start = MPI_Wtime();
  struct mhd_block_counts n = mhd_block_stage(&g->work->scheme, g->work->scratch, &a);
  g->work->cost[b] += MPI_Wtime() - start;
  p->counts.bad += n.bad;
  p->counts.nan += n.nan;
  p->counts.floor_density += n.floor_density;
  p->counts.floor_pressure += n.floor_pressure;
}

/* Every block once; those without remote neighbours while messages travel. */
static void first_pass(struct pass *p) {
  struct field *fields[2] = {&p->g->u[p->stage->state], &p->g->b[p->stage->state]};
  exchange_begin(p->x, p->g->par.magnetic ? 2 : 1, fields);
  for (int remote = 0; remote < 2; remote++) {
    if (remote) exchange_wait(p->x);
    for (int b = 0; b < p->mesh->count; b++) {
      if (p->mesh->block[b].remote != (remote == 1)) continue;
      exchange_fill(p->x, b);
      work_on_block(p, b);
    }
  }
  exchange_end(p->x);
}

static struct mhd_block_counts total(const struct mhd_block_counts *mine, MPI_Comm comm) {
  struct mhd_block_counts all;
  MPI_Allreduce(mine, &all, 4, MPI_INT64_T, MPI_SUM, comm);
  return all;
}

/* New flags join those in force.  Returns how many cells did not have one before. */
static int64_t raise_flags(size_t n, double *restrict flags, double *restrict fresh) {
  int64_t raised = 0;
  for (size_t i = 0; i < n; i++) {
    raised += fresh[i] > 0.0 && !(flags[i] > 0.0);
    flags[i] = max(flags[i], fresh[i]);
    fresh[i] = 0.0;
  }
  return raised;
}

static bool any_flag(const double *mask, size_t n) {
  bool any = false;
  for (size_t i = 0; i < n; i++) any |= mask[i] > 0.0;
  return any;
}

/* Do the blocks with bad cells again with first-order fluxes on the faces of those cells, on both sides of every face.  The mask has
 * two components: the flags in force, with ghosts, and the new ones of the last pass. */
static void fall_back(struct pass *p) {
  struct gas *g = p->g;
  struct field *mask = &g->work->mask, *fields[1] = {mask};
  const int tries = 4;
  int64_t raised = 0, all_raised;
  for (int n = 0; n < tries; n++) {
    if (mask->data == NULL) {
      field_create(mask, p->mesh, "first-order cells", CENTRING_CELL, 2);
      p->mark = true;
      p->counts = (struct mhd_block_counts){0};
      first_pass(p); /* now with marks; happens once in a run */
    }
    for (int b = 0; b < p->mesh->count; b++) raised += raise_flags(mask->comp_size[0], field_data(mask, b, 0), field_data(mask, b, 1));
    exchange_all(p->x, 1, fields);
    p->counts = (struct mhd_block_counts){0};
    p->mask = mask;
    p->mark = true;
    p->floors = n == tries - 1;
    for (int b = 0; b < p->mesh->count; b++)
      if (any_flag(field_data(mask, b, 0), mask->comp_size[0])) work_on_block(p, b);
    struct mhd_block_counts all = total(&p->counts, p->mesh->comm);
    if (all.bad == 0 || p->floors) break;
  }
  MPI_Allreduce(&raised, &all_raised, 1, MPI_INT64_T, MPI_SUM, p->mesh->comm);
  g->counts.fallback += all_raised;
  for (int b = 0; b < p->mesh->count; b++) memset(field_data(mask, b, 0), 0, mask->block_size * sizeof(double));
}

/* Settle the internal energy of a block, with floors, along some sides at least. */
static void check_block(struct gas *g, int copy, int b, unsigned sides, struct mhd_block_counts *counts) {
  struct mhd_stage a = {.u_out = field_data(&g->u[copy], b, 0), .u_comp = g->u[0].comp_size[0], .floors = true};
  for (int d = 0; g->par.magnetic && d < 3; d++) a.b_out[d] = field_data(&g->b[copy], b, d);
  mhd_block_check(&g->work->scheme, &a, sides, counts);
}

void mhd_settle(struct gas *g, const struct mesh *mesh) {
  struct mhd_block_counts counts = {0};
  for (int b = 0; b < mesh->count; b++) check_block(g, 0, b, MHD_EVERYWHERE, &counts);
  const struct mhd_block_counts all = total(&counts, mesh->comm);
  g->counts.floor_density += all.floor_density;
  g->counts.floor_pressure += all.floor_pressure;
}

/* Returns whether the new state is made of numbers. */
static bool run_stage(struct gas *g, const struct mesh *mesh, struct exchange *x, struct correction *c, const struct stage *stage) {
  struct pass p = {.g = g, .mesh = mesh, .x = x, .c = c, .stage = stage, .floors = !g->par.fallback, .mark = g->work->mask.data != NULL};
  first_pass(&p);
  struct mhd_block_counts all = total(&p.counts, mesh->comm);
  if (all.bad > 0 && g->par.fallback) {
    fall_back(&p);
    all = total(&p.counts, mesh->comm);
  }
  g->work->last = stage->out;
  if (mesh->max_level > 0) {
    struct mhd_block_counts fixed = {0}, sum;
    correction_exchange(c);
    for (int b = 0; b < mesh->count; b++) {
      unsigned sides = correction_apply(c, b, stage->dt, &g->u[stage->out], g->par.magnetic ? &g->b[stage->out] : NULL);
      if (stage_mass(g, stage->out)) correction_faces(c, b, GAS_RHO, stage->dt, stage_mass(g, stage->out));
      if (sides) check_block(g, stage->out, b, sides, &fixed);
    }
    sum = total(&fixed, mesh->comm);
    all.floor_density += sum.floor_density;
    all.floor_pressure += sum.floor_pressure;
    all.nan += sum.nan;
  }
  g->counts.floor_density += all.floor_density;
  g->counts.floor_pressure += all.floor_pressure;
  return all.nan == 0;
}

static void swap_states(struct gas *g, int i, int j) {
  struct field u = g->u[i], b = g->b[i];
  g->u[i] = g->u[j];
  g->b[i] = g->b[j];
  g->u[j] = u;
  g->b[j] = b;
}

bool mhd_step(struct gas *g, const struct mesh *mesh, struct exchange *x, struct correction *c, double dt) {
  const struct stage vl2[] = {{0, 0, 1, 1.0, 0.5 * dt, true}, {1, 0, 2, 1.0, dt, false}};
  const struct stage rk3[] = {{0, 0, 2, 1.0, dt, false}, {2, 0, 1, 0.75, 0.25 * dt, false}, {1, 0, 2, 1.0 / 3.0, 2.0 / 3.0 * dt, false}};
  const double share[2][3] = {{0.0, 1.0}, {1.0 / 6.0, 1.0 / 6.0, 2.0 / 3.0}}; /* of the fluxes of a stage in the step */
  bool third = g->par.integrator == INTEGRATOR_RK3;
  struct exact outflow[5 + MHD_SCALARS];
  memcpy(outflow, g->outflow, sizeof outflow);
  for (int s = 0; s < (third ? 3 : 2); s++) {
    if (!run_stage(g, mesh, x, c, third ? &rk3[s] : &vl2[s])) return false;
    if (share[third][s] > 0.0) ends_book(g, mesh, dt * share[third][s], outflow);
  }
  memcpy(g->outflow, outflow, sizeof outflow);
  swap_states(g, 0, 2);
  g->work->last = 0;
  return true;
}
