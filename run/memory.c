/* How much memory a run takes, before it takes it. */
#include "base/fail.h"
#include "run/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Bytes of one block with everything that belongs to it. */
static double bytes_per_block(const struct mesh *mesh, const struct all_params *all) {
  const struct mhd_params *par = &all->mhd;
  const struct rays_params *rays = &all->rays;
  const struct gravity_params *gravity = &all->gravity;
  const bool look = rays->scheme != TRANSPORT_NONE && rays->medium.ionisation == IONISATION_EQUILIBRIUM;
  struct field u, b, mask, kept;
  field_shape(&u, mesh, "gas", CENTRING_CELL, 6 + par->nscalar);
  field_shape(&b, mesh, "field", CENTRING_FACE, 3);
  field_shape(&mask, mesh, "first-order cells", CENTRING_CELL, 2);
  field_shape(&kept, mesh, "energies before a step", CENTRING_CELL, 2);
  double numbers = 3.0 * (double)u.block_size; /* the state and two stages */
  if (par->magnetic) numbers += 3.0 * (double)b.block_size;
  if (par->fallback) numbers += (double)mask.block_size;
  if (rays->scheme != TRANSPORT_NONE) numbers += rays_bytes_per_block(rays, mesh) / 8.0;
  if (all->cooling.on && rays->scheme == TRANSPORT_NONE && !par->frozen) numbers += (double)kept.block_size;
  if (gravity_on(gravity)) numbers += gravity_bytes_per_block(gravity, mesh) / 8.0;
  if (all->cooling.on || look) numbers += cooling_bytes_per_block(&all->cooling, look, mesh) / 8.0;
  return 8.0 * numbers + sizeof(struct block) + sizeof *mesh->neighbour + 1024.0; /* p4est, exchange plan */
}

/* Bytes of one block while the mesh is adapted, beside those above: the new state is there before the old one goes, field by field, or all
 * fields at once when blocks move to other ranks. */
static double bytes_to_adapt(const struct mesh *mesh, const struct mhd_params *par, const struct rays_params *rays, bool ranks) {
  struct field u, b = {0}, q = {0};
  field_shape(&u, mesh, "gas", CENTRING_CELL, 6 + par->nscalar);
  if (par->magnetic) field_shape(&b, mesh, "field", CENTRING_FACE, 3);
  if (rays->scheme != TRANSPORT_NONE) field_shape(&q, mesh, "cosmic rays", CENTRING_CELL, rays_components(rays));
  const double part[3] = {8.0 * (double)u.block_size, 8.0 * (double)b.block_size, 8.0 * (double)q.block_size};
  return ranks ? part[0] + part[1] + part[2] : fmax(fmax(part[0], part[1]), part[2]);
}

/* The number after a word at the start of a line of a file of the kernel; -1: not there. */
static double read_number(const char *path, const char *word) {
  char line[256];
  double value = -1.0;
  FILE *f = fopen(path, "r");
  if (f == NULL) return -1.0;
  while (value < 0.0 && fgets(line, sizeof line, f) != NULL) {
    if (strncmp(line, word, strlen(word)) == 0 && sscanf(line + strlen(word), "%lf", &value) != 1) value = -1.0;
  }
  fclose(f);
  return value;
}

/* Room under the limit of a control group; memory of files can be had back. */
static double group_room(const char *limit, const char *used, const char *stat, const char *files) {
  double most = read_number(limit, ""), now = read_number(used, ""), cache = read_number(stat, files);
  if (most < 0.0 || now < 0.0) return -1.0;
  return most - now + (cache > 0.0 ? cache : 0.0);
}

static double least(double a, double b) { return a < 0.0 ? b : b < 0.0 ? a : a < b ? a : b; }

/* Bytes that processes of this node may still take; -1: unknown. */
static double available(void) {
  double system = read_number("/proc/meminfo", "MemAvailable:"), group = -1.0;
  char line[512], path[3][700];
  FILE *f = fopen("/proc/self/cgroup", "r");
  while (f != NULL && fgets(line, sizeof line, f) != NULL) {
    if (strncmp(line, "0::", 3) != 0) continue;
    line[strcspn(line, "\n")] = '\0';
    /* Of this group and of all it lies in. */
    for (char *at = line + 3; at != NULL;) {
      static const char *const names[3] = {"memory.max", "memory.current", "memory.stat"};
      for (int i = 0; i < 3; i++) snprintf(path[i], sizeof path[i], "/sys/fs/cgroup%s/%s", line + 3, names[i]);
      group = least(group, group_room(path[0], path[1], path[2], "inactive_file "));
      if (line[3] == '\0') break;
      at = strrchr(line + 3, '/');
      if (at != NULL) *at = '\0';
    }
  }
  if (f != NULL) fclose(f);
  static const char *const old = "/sys/fs/cgroup/memory/memory.";
  for (int i = 0; i < 3; i++) snprintf(path[i], sizeof path[i], "%s%s", old, i == 0 ? "limit_in_bytes" : i == 1 ? "usage_in_bytes" : "stat");
  group = least(group, group_room(path[0], path[1], path[2], "total_inactive_file "));
  return least(system < 0.0 ? -1.0 : 1024.0 * system, group);
}

struct memory_need memory_check(const struct all_params *params, int64_t blocks, MPI_Comm comm) {
  const struct mesh_params *par = &params->mesh;
  const struct mhd_params *gas = &params->mhd;
  struct mesh mesh = {.dim = par->dim, .nb = mesh_params_block(par)};
  int size, rank, here, node_rank;
  MPI_Comm node;
  MPI_Comm_size(comm, &size);
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &node);
  MPI_Comm_size(node, &here);
  MPI_Comm_rank(node, &node_rank);
  double root = 1.0, cells = 1.0;
  for (int d = 0; d < 3; d++) {
    bool there = d < par->dim;
    mesh.nc[d] = there ? mesh.nb : 1;
    mesh.ngd[d] = there ? mhd_ghosts(gas) : 0;
    if (there) root *= par->cells[d] / mesh.nb;
    cells *= mesh.nc[d];
  }
  double count = blocks > 0 ? (double)blocks : root, each = bytes_per_block(&mesh, params);
  const double adapting = params->refine.count > 0 ? bytes_to_adapt(&mesh, gas, &params->rays, size > 1) : 0.0;
  /* Every rank knows all root blocks, and has libraries and buffers for messages and files of its own: measured. */
  double fields = count / size * each, mine = fields + count / size * adapting + (0.15 * fields < 64e6 ? 0.15 * fields : 64e6) + 48e6 + 300.0 * root;
  double all = mine * size, need[2] = {mine * here, 0.0}, worst[2];
  double room = node_rank == 0 ? available() : -1.0;
  MPI_Bcast(&room, 1, MPI_DOUBLE, 0, node);
  need[1] = room < 0.0 ? 0.0 : need[0] / room;
  /* Of the node that is fullest. */
  MPI_Allreduce(need, worst, 2, MPI_DOUBLE, MPI_MAX, comm);
  double short_of = need[1] == worst[1] ? room : -1.0;
  MPI_Allreduce(MPI_IN_PLACE, &short_of, 1, MPI_DOUBLE, MPI_MAX, comm);
  MPI_Comm_free(&node);
  if (worst[1] <= 1.0) return (struct memory_need){each / cells, adapting / cells, all};
  fail_user("crux: error: this run needs at least %.3g GB on a node that has %.3g GB left (%.3g cells, %.0f bytes per cell%s); use more "
            "nodes, or fewer cells: mesh.cells, mesh.max_level",
            worst[0] / 1e9, short_of / 1e9, count * cells, (each + adapting) / cells, adapting > 0.0 ? " while the mesh is adapted" : "");
}
