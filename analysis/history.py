"""The history of a run: energies, drift of what is conserved, div B, time step and mesh."""
import os
import re

import matplotlib.pyplot as plt
import numpy as np

from analysis import cr_style, fields, style, table
from analysis.fault import Fault, nearest

_NAMES = {'total_energy': 'total', 'kinetic_energy': 'kinetic', 'internal_energy': 'internal', 'magnetic_energy': 'magnetic', 'cr_energy': 'cosmic rays'}
_SPECIES = re.compile(r'cr_([a-z]+\d*[+-]?)_energy')
_BOOKS = ('outflow', 'lost', 'given', 'closure')
LOWEST = 1e-17   # a drift of nothing at all is drawn here


def read(folder):
    return table.read(os.path.join(folder, 'history.txt'))


def _energies(h):
    """Columns of the energies of gas, field and all cosmic rays."""
    return {n: v for n, v in h.columns.items() if n.endswith('_energy') and (not n.startswith('cr_') or n == 'cr_energy') and np.any(v)}


def _species(h):
    """{species: column} of cosmic rays."""
    found = {n: _SPECIES.fullmatch(n) for n in h.columns}
    return {m[1]: h[n] for n, m in found.items() if m and m[1] not in _BOOKS and np.any(h[n])}


def drifts(h):
    """{name: |change since the start| over a scale} of mass, energy, momentum and passive scalars.  The scale is the largest size of the
    total; for momentum, which may be zero, also sqrt(2 M E_kin)."""
    if 'cr_closure_energy' in h:      # gas alone is not closed
        return {n: np.abs(h[n]) for n in ('cr_closure_energy', 'cr_closure_momentum')} | {
            n: np.abs(h[n] - h[n][0]) / np.max(np.abs(h[n])) for n in h.columns if n == 'mass' and np.any(h[n])}
    out = {}
    push = np.sqrt(2.0 * h['mass'] * h['kinetic_energy']) if 'mass' in h and 'kinetic_energy' in h else np.zeros(1)
    for n, v in h.columns.items():
        conserved = n in ('mass', 'total_energy') or n.startswith(('momentum', 'scalar'))
        if not conserved or not len(v):
            continue
        scale = max(np.max(np.abs(v)), np.max(push) if n.startswith('momentum') else 0.0)
        if scale > 0.0:
            out[n] = np.abs(v - v[0]) / scale
    return out


def _panel_energies(ax, h):
    for n, v in _energies(h).items():
        ax.plot(h['time'], v, label=_NAMES.get(n, n[:-7].replace('_', ' ')), ls='-' if n != 'total_energy' else '--',
                color='black' if n == 'total_energy' else None)
    ax.set_ylabel(fields.with_unit('energy', h.units.get('total_energy', '')))
    positive = [v[v > 0] for v in _energies(h).values() if np.any(v > 0)]
    if positive and max(p.max() for p in positive) > 1e3 * min(p.max() for p in positive):
        ax.set_yscale('log')
    ax.legend(loc='best', ncol=2)


def _panel_drift(ax, h):
    words = {'mass': 'mass', 'total_energy': 'energy', 'momentum1': 'momentum x', 'momentum2': 'momentum y',
             'momentum3': 'momentum z', 'cr_closure_energy': 'energy with cosmic rays', 'cr_closure_momentum': 'momentum with cosmic rays'}
    for n, v in drifts(h).items():
        ax.semilogy(h['time'], np.maximum(v, LOWEST), label=words.get(n, n))
    ax.set_ylabel('drift since the start')
    ax.set_ylim(bottom=0.5 * LOWEST)
    low, high = ax.get_ylim()
    ax.set_ylim(low, max(high, 1e-12))
    ax.axhline(2.2e-16, color='0.6', lw=0.8, ls=':')
    ax.legend(loc='best', ncol=2)


def _panel_species(ax, h):
    for n, v in _species(h).items():
        ax.plot(h['time'], np.where(v > 0, v, np.nan), label=cr_style.NAMES.get(n, n), color=cr_style.COLOURS.get(n))
    ax.set_yscale('log')
    low, high = ax.get_ylim()
    ax.set_ylim(max(low, 1e-9 * high), 3 * high)
    ax.set_ylabel(fields.with_unit('energy of cosmic rays', h.units.get('cr_energy', '')))
    ax.legend(loc='best', ncol=3, fontsize=8)


def _panel_ledger(ax, h):
    """What became of the energy of cosmic rays; gains dashed."""
    ends = {}
    for n, v in h.columns.items():
        m = re.fullmatch(r'cr_[a-z]+\d*[+-]?_(\w+)_energy', n)
        if m:
            ends[m[1]] = ends.get(m[1], 0.0) + v
    ranked = sorted((n for n in ends if np.any(ends[n])), key=lambda n: -np.max(np.abs(ends[n])))[:7]
    for n in ranked:
        ax.plot(h['time'], np.abs(ends[n]), ls='--' if ends[n][-1] < 0 else '-', label=n.replace('_', ' ') + (' (gain)' if ends[n][-1] < 0 else ''))
    ax.set_yscale('log')
    top = max(np.max(np.abs(ends[n])) for n in ranked)
    ax.set_ylim(1e-7 * top, 3 * top)
    ax.set_ylabel(fields.with_unit('energy since the start', h.units.get('cr_energy', '')))
    ax.legend(loc='best', ncol=2, fontsize=8)


def _has_ledger(h):
    return any(re.fullmatch(r'cr_[a-z]+\d*[+-]?_\w+_energy', n) and np.any(v) for n, v in h.columns.items())


def _panel_div_b(ax, h):
    v = h['max_div_b']
    ax.semilogy(h['time'], np.maximum(v, LOWEST))
    ax.set_ylabel(r'largest $|\nabla\cdot B|\,\Delta x/|B|$')
    ax.set_ylim(0.5 * LOWEST, max(1e-12, 3 * v.max()))
    ax.axhline(2.2e-16, color='0.6', lw=0.8, ls=':')


def _panel_step(ax, h):
    moving = h['dt'] > 0
    moving[-1] = False   # cut to land on the end
    dt = h['dt'][moving]
    ax.plot(h['time'][moving], dt)
    if len(dt) and dt.max() > 10 * dt.min():
        ax.set_yscale('log')
    elif len(dt):
        ax.set_ylim(0, 1.15 * dt.max())
    ax.set_ylabel(fields.with_unit('time step', h.units.get('dt', '')))


def _panel_cells(ax, h):
    ax.plot(h['time'], h['cells'])
    ax.set_ylabel('cells')
    ax.set_ylim(0, 1.1 * h['cells'].max())


def _panel_repairs(ax, h):
    for n, text in (('fallbacks', 'first-order fluxes'), ('density_floors', 'density floor'), ('pressure_floors', 'pressure floor')):
        if n in h and np.any(h[n]):
            ax.plot(h['time'], h[n], label=text)
    ax.set_ylabel('cell updates repaired')
    ax.legend(loc='best')


def history(folder, options, name=''):
    h = read(folder)
    if h.rows < 2:
        raise Fault(f'{h.path}: fewer than two rows; nothing to draw')
    if options.field:
        return _columns(folder, h, options)
    panels = [_panel_energies, _panel_drift]
    if len(_species(h)) > 1:
        panels.append(_panel_species)
    if _has_ledger(h):
        panels.append(_panel_ledger)
    if 'max_div_b' in h and np.any(h['max_div_b']):
        panels.append(_panel_div_b)
    panels.append(_panel_step)
    if 'cells' in h and np.ptp(h['cells']) > 0:
        panels.append(_panel_cells)
    if any(n in h and np.any(h[n]) for n in ('fallbacks', 'density_floors', 'pressure_floors')):
        panels.append(_panel_repairs)
    columns = 3 if len(panels) > 4 else 2
    rows = -(-len(panels) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(4.6 * columns, 3.1 * rows + 0.3), squeeze=False)
    for ax, draw in zip(axes.flat, panels):
        draw(ax, h)
        _finish(ax, h)
    for ax in axes.flat[len(panels):]:
        ax.remove()
    fig.suptitle(f'{name or os.path.basename(os.path.abspath(folder))}:  history')
    fig.tight_layout()
    return [style.save(fig, folder, 'history', options.format)]


def _finish(ax, h):
    ax.set_xlabel(fields.with_unit('t', h.units.get('time', '')))
    ax.set_xlim(h['time'][0], h['time'][-1])


def _columns(folder, h, options):
    """Columns that were asked for, one figure."""
    for n in options.field:
        if n not in h:
            raise Fault(f'{h.path}: no column {n}{nearest(n, h.columns)}; there are {", ".join(h.columns)}')
    count = len(options.field)
    fig, axes = plt.subplots(count, 1, figsize=(6.0, 2.9 * count + 0.5), squeeze=False)
    for ax, n in zip(axes.flat, options.field):
        ax.plot(h['time'], h[n])
        if options.log:
            ax.set_yscale('log')
        ax.set_ylabel(fields.with_unit(n.replace('_', ' '), h.units.get(n, '')))
        _finish(ax, h)
    fig.tight_layout()
    return [style.save(fig, folder, 'history_' + '-'.join(options.field), options.format)]
