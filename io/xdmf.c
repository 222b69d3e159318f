/* A description of a snapshot for ParaView and VisIt: one uniform grid per block, whose coordinates and data are pieces of the
 * datasets in the .athdf file.  Read by ParaView's "XDMF Reader" (version 2 of the format); its Xdmf3 readers cannot. */
#include "io/layout.h"

#include "base/fail.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The data of one block as "start, stride, count" in the dataset.  Runs of less than 3 dimensions are shown as a
 * surface in the x-y plane. */
static void write_block(FILE *o, const char *file, const struct mesh *mesh, int64_t b, const struct io_layout *l, int n,
                        const struct io_variable *v, int bytes) {
  const int *nc = mesh->nc;
  long long block = b, all = mesh->global_count;
  int axes = mesh->dim == 3 ? 3 : 2;
  fprintf(o, "<Grid Name=\"Block%lld\" GridType=\"Uniform\">\n", block);
  if (axes == 3) {
    fprintf(o, "<Topology TopologyType=\"3DRectMesh\" NumberOfElements=\"%d %d %d\"/>\n", nc[2] + 1, nc[1] + 1, nc[0] + 1);
  } else {
    fprintf(o, "<Topology TopologyType=\"2DRectMesh\" NumberOfElements=\"%d %d\"/>\n", nc[1] + 1, nc[0] + 1);
  }
  fprintf(o, "<Geometry GeometryType=\"%s\">\n", axes == 3 ? "VXVYVZ" : "VXVY");
  for (int d = 0; d < axes; d++) {
    fprintf(o,
            "<DataItem ItemType=\"HyperSlab\" Dimensions=\"%d\"><DataItem Dimensions=\"3 2\" NumberType=\"Int\">"
            "%lld 0 1 1 1 %d</DataItem><DataItem Dimensions=\"%lld %d\" NumberType=\"Float\" Precision=\"8\" Format=\"HDF\">"
            "%s:/x%df</DataItem></DataItem>\n",
            nc[d] + 1, block, nc[d] + 1, all, nc[d] + 1, file, d + 1);
  }
  fprintf(o, "</Geometry>\n");
  for (int i = 0; i < n; i++) {
    char extent[40];
    int g = l->group[i];
    if (axes == 3) {
      snprintf(extent, sizeof extent, "%d %d %d", nc[2], nc[1], nc[0]);
    } else {
      snprintf(extent, sizeof extent, "%d %d", nc[1], nc[0]);
    }
    fprintf(o,
            "<Attribute Name=\"%s\" Center=\"Cell\"><DataItem ItemType=\"HyperSlab\" Dimensions=\"%s\">"
            "<DataItem Dimensions=\"3 5\" NumberType=\"Int\">%d %lld 0 0 0 1 1 1 1 1 1 1 %d %d %d</DataItem>"
            "<DataItem Dimensions=\"%d %lld %d %d %d\" NumberType=\"Float\" Precision=\"%d\" Format=\"HDF\">%s:/%s</DataItem>"
            "</DataItem></Attribute>\n",
            v[i].name, extent, l->row[i], block, nc[2], nc[1], nc[0], l->count[g], all, nc[2], nc[1], nc[0], bytes, file,
            l->name[g]);
  }
  fprintf(o, "</Grid>\n");
}

void io_xdmf(const char *path, const struct mesh *mesh, double time, const struct io_layout *layout, int nvariable,
             const struct io_variable *variables, bool single) {
  char name[PATH_MAX], temporary[PATH_MAX];
  const char *slash = strrchr(path, '/'), *file = slash != NULL ? slash + 1 : path;
  int n = snprintf(name, sizeof name, "%s.xdmf", path), m = snprintf(temporary, sizeof temporary, "%s.xdmf.tmp", path);
  require(n < PATH_MAX && m < PATH_MAX, "path too long: %s", path);
  FILE *o = fopen(temporary, "w");
  require(o != NULL, "cannot write %s: %s", name, strerror(errno));
  fprintf(o,
          "<?xml version=\"1.0\" ?>\n<!DOCTYPE Xdmf SYSTEM \"Xdmf.dtd\" []>\n<Xdmf Version=\"2.0\">\n<Domain>\n"
          "<Grid Name=\"Mesh\" GridType=\"Collection\" CollectionType=\"Spatial\">\n<Time Value=\"%.17g\"/>\n",
          time);
  for (int64_t b = 0; b < mesh->global_count; b++) {
    write_block(o, file, mesh, b, layout, nvariable, variables, single ? 4 : 8);
  }
  fprintf(o, "</Grid>\n</Domain>\n</Xdmf>\n");
  bool good = ferror(o) == 0;
  good = fclose(o) == 0 && good;
  good = good && rename(temporary, name) == 0;
  int reason = errno;
  if (!good) unlink(temporary);
  require(good, "cannot write %s: %s", name, strerror(reason));
}
