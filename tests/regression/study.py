"""crux study: tables of a problem with an exact solution and of one without, on uniform and refined meshes; and what it says to mistakes."""
import contextlib
import io
import math
import os

import numpy as np

from analysis import table
from analysis.__main__ import main as analysis
from analysis.study import Case, layout, refined, rows
from analysis.study_reference import Reference
from tests import tap
from tests.regression import check

WAVE, BLAST = (os.path.join(check.ROOT, 'setups', p) for p in ('alfven_wave/alfven_wave.yaml', 'blast/blast.yaml'))
SQUARE = ['--set', 'mesh.cells=[32, 32, 1]', '--set', 'mesh.lower=[-0.5, -0.5, 0]', '--set', 'mesh.upper=[0.5, 0.5, 1]', '--set', 'mesh.block=8']
BOX = ['--set', 'mesh.regions=[{level: 2, lower: [-0.1, -0.1, 0], upper: [0.1, 0.1, 1]}]']
os.environ['CRUX_PROGRAM'] = check.PROGRAM


def study(*words):
    """(status, printed)"""
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
        try:
            status = analysis(['study', *words])
        except SystemExit as e:
            status = e.code
    return status, text.getvalue()


def exact():
    out = os.path.join(check.scratch(), 'exact')
    status, text = study(WAVE, '--resolution', '64,32', '--ranks', '1', '--out', out, '--set', 'run.time_end=1', '--set', 'mesh.block=0')
    check.check('study of the wave: status', status, '==', 0, 'it runs')
    t = table.read(os.path.join(out, 'study.txt'))
    direct = [check.run(WAVE, {'mesh.cells': [n, n // 2, 1], 'run.time_end': 1.0, 'output.snapshots': 0}) for n in (32, 64)]
    tap.report(list(t['resolution']) == [32, 64] and list(t['cells']) == [512, 2048], 'resolutions in order, and their cells', text[-2000:])
    for c in ('rms_l1', 'l1_rho', 'l1_b3'):
        worst = max(abs(r.errors[c] / e - 1) for r, e in zip(direct, t[c]))
        check.check(f'{c} differs from errors.txt of single runs', worst, '<', 2e-9, 'the same runs; digits of the table')
    updates = [float(r.history['step'][-1] * r.history['cells'][-1]) for r in direct]
    tap.report(updates == list(t['updates']), 'cell updates of uniform meshes are steps times cells', f'{updates} and {t["updates"]}')
    check.check('order', float(t['order'][1]), '>', 1.8, 'second order')
    for name in ('study.png', 'study.pdf'):
        check.check(f'bytes of {name}', os.path.getsize(os.path.join(out, 'figures', name)), '>', 5000, 'a picture')
    status, text = study(WAVE, '--resolution', '32', '--out', out)
    tap.report(status == 2 and 'study.txt is there already' in text, 'an earlier study is not replaced', text)


def own():
    out = os.path.join(check.scratch(), 'own')
    status, text = study(BLAST, '--resolution', '32,64', '--refine-levels', '0,1', '--ranks', '1', '--out', out, '--set', 'run.time_end=0.05',
                         *SQUARE, *BOX)
    check.check('study of the blast: status', status, '==', 0, 'it runs')
    t = table.read(os.path.join(out, 'study.txt'))
    tap.report([tuple(r) for r in np.stack([t['resolution'], t['levels']], 1)] == [(32, 0), (32, 1), (64, 0), (64, 1)], 'the runs', text[-2000:])
    e, cost = t['rms_l1'], t['updates_of_uniform']
    tap.report(math.isnan(e[2]) and np.all(e[[0, 1, 3]] > 0), 'every run but the finest uniform one has an error', str(e))
    check.check('error of the refined run at 64 over the uniform one at 32', float(e[3] / e[0]), '<', 0.01, 'the blast is in the refined box')
    check.check('its cost over the uniform run of 64', float(cost[3]), '<', 0.8, 'part of the box is coarse')
    h = table.read(os.path.join(out, '64_level1', 'history.txt'))
    check.check('its cell updates over steps times cells', float(t['updates'][3] / (h['step'][-1] * h['cells'][-1])), '==', 1.0, 'static refinement')
    reference = Reference(os.path.join(out, '64_level0'))
    same = reference.differences(os.path.join(out, '64_level0'))
    check.check('difference of a run from itself', max(same.values()), '==', 0.0, 'exact')
    # The same norm by hand, for the density of the uniform run at 32.
    _, fine = check.cells(os.path.join(out, '64_level0', 'blast.00001.athdf'))
    _, coarse = check.cells(os.path.join(out, '32_level0', 'blast.00001.athdf'))
    mean = fine[:, 0].reshape(32, 2, 32, 2).mean(axis=(1, 3))
    by_hand = float(np.mean(np.abs(coarse[:, 0].reshape(32, 32) - mean)))
    check.check('l1_rho at 32 differs from the means of the finest run', abs(float(t['l1_rho'][0]) / by_hand - 1), '<', 2e-9, 'digits of the table')
    # And for the refined run: cells of both levels, each with its area.
    place, refined_run = check.cells(os.path.join(out, '64_level1', 'blast.00001.athdf'))
    fine = fine[:, 0].reshape(64, 64)
    total = 0.0
    for (level, _, j, i), w in zip(place, refined_run):
        r = 2 >> level
        total += abs(w[0] - fine[r * j:r * (j + 1), r * i:r * (i + 1)].mean()) * r * r / 64**2
    check.check('l1_rho of the refined run differs from a sum over its cells', abs(float(t['l1_rho'][3]) / total - 1), '<', 2e-9, 'digits of the table')


def pieces():
    tap.report(layout([200, 300], 48, 0, 20) == ([32, 48], 16), 'the block divides the root grid', str(layout([200, 300], 48, 0, 20)))
    tap.report(layout([64, 32], 128, 2, 8) == ([32, 16], 8) and layout([64, 32], 32, 2, 8) is None, 'root grids of two levels')
    regions = [{'level': '1', 'lower': ['0'], 'upper': ['9']}, {'level': '2', 'lower': ['4 kpc'], 'upper': ['5 kpc']}]
    at = [refined('f', {'mesh': {'regions': regions}}, [], level) for level in (0, 1, 3)]
    tap.report(at == [['mesh.regions=[]'], ['mesh.regions=[{level: 1, lower: [4 kpc], upper: [5 kpc]}]'],
                      ['mesh.regions=[{level: 2, lower: [0], upper: [9]}, {level: 3, lower: [4 kpc], upper: [5 kpc]}]']],
               'levels of boxes are shifted so that the deepest is the one asked for', str(at))
    tap.report(refined('f', {'mesh': {}}, ['refine.every=5'], 2) == [], 'a section refine is left as it is')
    done = [Case(n, 0, [], 0, [], errors={'rms_l1': e}, updates=1.0) for n, e in ((16, 1.0), (48, 1.0 / 9.0))]
    check.check('order of errors 1 and 1/9 over a factor of 3, less 2', abs(rows(done)[1][1] - 2.0), '<', 1e-14, 'log(9) / log(3)')


def mistakes():
    new = ['--out', os.path.join(check.scratch(), 'none')]
    still = ['--ranks', '1', '--force', '--set', 'run.time_end=0']
    for what, words, said in (
            ('no list', [WAVE], '--resolution'), ('a word in the list', [WAVE, '--resolution', '32,many'], "not '32,many'"),
            ('a number twice', [WAVE, '--resolution', '32,32'], 'twice'),
            ('a negative level', [WAVE, '--resolution', '32', '--refine-levels=-1'], "not '-1'"),
            ('no such file', ['none.yaml', '--resolution', '32'], 'none.yaml: No such file'),
            ('nothing to refine', [WAVE, '--resolution', '64', '--refine-levels', '1'], 'mesh.regions'),
            ('a resolution that cannot be', [WAVE, '--resolution', '33'], 'resolutions that fit: 32 or 36'),
            ('no ranks', [WAVE, '--resolution', '32', '--ranks', '0'], 'not 0'),
            ('the level by --set', [WAVE, '--resolution', '32', '--set', 'mesh.max_level=1'], '--refine-levels'),
            ('no exact solution and one run', [BLAST, '--resolution', '48', *still], 'two resolutions or more'),
            ('a finest run that is no multiple', [BLAST, '--resolution', '48,72', *still], 'no multiple of 48'),
            ('a run that fails', [WAVE, '--resolution', '32', *still, '--set', 'mhd.cfl=7'], '32_level0.log')):
        status, text = study(*words, *new)
        tap.report(status == 2 and said in text, what, f'status {status}: {text[-600:]}')


pieces()
mistakes()
exact()
own()
