"""ParaView's XDMF Reader reads the .xdmf beside a snapshot: all blocks, the right values in the right cells."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

from tests import tap

WRITER = os.path.join(os.environ['CRUX_BUILD'], 'tests', 'unit', 'test_snapshot')

# Runs inside pvbatch: for every block the bounds and the largest error of every variable.
INSIDE = r'''
import json, sys
from paraview import simple, servermanager
from vtkmodules.util.numpy_support import vtk_to_numpy
number = json.loads(sys.argv[1])
out = {}
for path in sys.argv[2:]:
    r = simple.XDMFReader(FileNames=[path])
    r.UpdatePipeline()
    data = servermanager.Fetch(r)
    it = data.NewIterator()
    it.InitTraversal()
    blocks, cells, measure, worst = 0, 0, 0.0, {}
    while not it.IsDoneWithTraversal():
        b = it.GetCurrentDataObject()
        blocks += 1
        cells += b.GetNumberOfCells()
        lo = b.GetBounds()
        measure += (lo[1] - lo[0]) * (lo[3] - lo[2]) * ((lo[5] - lo[4]) or 1.0)
        for name, n in number.items():
            a = vtk_to_numpy(b.GetCellData().GetArray(name))
            for i in range(b.GetNumberOfCells()):
                e = b.GetCell(i).GetBounds()
                x, y, z = (e[0] + e[1]) / 2, (e[2] + e[3]) / 2, (e[4] + e[5]) / 2
                want = n + 1 + x + (0 if '00001' in path else 2 * y) + 3 * z
                worst[name] = max(worst.get(name, 0.0), abs(a[i] / want - 1))
        it.GoToNextItem()
    out[path] = dict(blocks=blocks, cells=cells, measure=measure, worst=worst, time=list(r.TimestepValues))
print('RESULT ' + json.dumps(out))
'''
NUMBER = {'rho': 0, 'Bcc1': 1, 'press': 2, 'vel3': 5, 'Bcc3': 7, 'ecr_p_000': 8, 'scalar': 9}
MEASURE = {1: 2.1, 2: 2.1 * 1.4, 3: 2.1 * 1.4 * 0.7}


def main():
    if not shutil.which('pvbatch'):
        tap.skip('ParaView reads snapshots', 'pvbatch (python3-paraview) is not installed')
        return
    with tempfile.TemporaryDirectory() as d:
        done = subprocess.run(['mpirun', '--quiet', '-n', '2', WRITER, d], capture_output=True, text=True)
        if not tap.report(done.returncode == 0, 'samples are written', done.stderr):
            return
        script = os.path.join(d, 'inside.py')
        with open(script, 'w') as f:
            f.write(INSIDE)
        paths = [os.path.join(d, f'sample.{dim:05d}.athdf.xdmf') for dim in (1, 2, 3)]
        done = subprocess.run(['pvbatch', script, json.dumps(NUMBER)] + paths, capture_output=True, text=True)
        lines = [l for l in done.stdout.splitlines() if l.startswith('RESULT ')]
        if not tap.report(len(lines) == 1, 'pvbatch runs', done.stderr[-2000:]):
            return
        result = json.loads(lines[0][7:])
        for dim, path in zip((1, 2, 3), paths):
            r = result[path]
            with open(path) as f:
                blocks = f.read().count('GridType="Uniform"')
            tap.report(r['blocks'] == blocks and r['cells'] == blocks * 8**dim, f'{dim}-D: all blocks', r)
            tap.report(abs(r['measure'] / MEASURE[dim] - 1) < 1e-12, f'{dim}-D: blocks fill the domain', r['measure'])
            for name, error in r['worst'].items():
                # float32 in 3-D keeps 2^-24
                tap.report(error < (1e-6 if dim == 3 else 1e-13), f'{dim}-D: {name} in every cell', error)


if __name__ == '__main__':
    sys.exit(main())
