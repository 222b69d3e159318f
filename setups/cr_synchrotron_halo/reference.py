"""Steady electrons above a disc: d_x(V n) - d_x(kappa d_x n) - d_y(g n) = Q with n = dN/dln p, y = ln p, g = b p + V'/3; no flux through x = 0, none at x = top.

Implicit in x, upwind from the highest momentum down.  kappa is that of the bin centre, as in the run.  Lengths in kpc, times in Myr, momenta in GeV.
"""
import numpy as np
from scipy.linalg import solve_banded

KPC, MYR, C = 3.0856775814913673e21, 3.15576e13, 2.99792458e10


def reference(edges, field_uG=5.0, rate_s=1e-7, slope=0.5, wind_km_s=100.0, wind_height=0.5, source_height=0.2, top=8.0, psi=4.2, cells=800, steps=60):
    """Number in each bin [bins][cells] up to a common factor, and the places x."""
    dx = top / cells
    x, faces = (np.arange(cells) + 0.5) * dx, np.arange(cells + 1) * dx
    wind = wind_km_s * 1e5 * MYR / KPC
    speed, stretch = wind * np.tanh(faces / wind_height), wind / wind_height / np.cosh(x / wind_height) ** 2
    b = 4 / 3 * 6.6524587e-25 * C * 0.02483362 * field_uG ** 2 * 1e-9 / 0.51099895e-3 ** 2 * MYR   # 1 / (GeV Myr)
    source = np.exp(-0.5 * (x / source_height) ** 2)
    number = np.zeros((len(edges) - 1, cells))
    above = np.zeros(cells)                  # g n on the upper edge of a step
    for k in range(len(edges) - 2, -1, -1):
        centre, dy = np.sqrt(edges[k] * edges[k + 1]), np.log(edges[k + 1] / edges[k]) / steps
        kappa = C ** 2 / (3 * rate_s * centre ** -slope) * MYR / KPC ** 2
        lower = np.zeros(cells)
        upper, middle = lower.copy(), lower.copy()
        middle += speed[1:] / dx             # upwind: the flow goes up
        lower[:-1] -= speed[1:-1] / dx
        middle[:-1] += kappa / dx ** 2
        middle[1:] += kappa / dx ** 2
        middle[-1] += 2 * kappa / dx ** 2
        upper[1:] -= kappa / dx ** 2
        lower[:-1] -= kappa / dx ** 2
        for j in range(steps - 1, -1, -1):
            p = edges[k] * np.exp((j + 0.5) * dy)
            g = b * p * np.exp(-0.5 * dy) + stretch / 3   # on the lower edge
            n = solve_banded((1, 1), np.array([upper, middle + g / dy, lower]), source * p ** (3 - psi) + above / dy)
            above = g * n
            number[k] += n * dy
    return x, number


def height(x, n, lower=0.6, upper=3.0):
    """Scale height: -1 / (d ln n / dx) of a fit."""
    use = (x > lower) & (x < upper)
    return -1 / np.polyfit(x[use], np.log(n[use]), 1)[0]
