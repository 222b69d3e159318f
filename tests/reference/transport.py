"""Exact solutions of the transport of cosmic rays along a field, to compare the program with.  No code of it is used here.

Density q and flux F: d_t q = -d_x F, d_t F = -V^2 d_x q / 3 - nu F, unless a text says otherwise.
"""
import cmath
import math

import numpy as np


def telegraph(k, speed=1.0, rate=1.0):
    """w of exp(i(k x - w t)), w^2 + i nu w - V^2 k^2 / 3 = 0: the wave that moves to the right, or the one that decays slowly."""
    free = speed**2 * k**2 / 3
    root = cmath.sqrt(free - 0.25 * rate**2)
    if root.imag:
        return complex(0.0, -free / (0.5 * rate + abs(root.imag)))
    return complex(root.real, -0.5 * rate)


def gaussian(x, t, kappa, steepness=40.0, velocity=0.0):
    """exp(-a x^2) after diffusion and advection, 1-D."""
    wide = 1 + 4 * steepness * kappa * t
    return np.exp(-steepness * (x - velocity * t)**2 / wide) / np.sqrt(wide)


def ring(x, y, t, kappa, inside=12.0, outside=10.0, radius=(0.5, 0.7), half_angle=math.pi / 12):
    """Diffusion along circles by the eigenfunctions of the circle (the program sums images): a Fourier series."""
    r, phi = np.hypot(x, y), np.arctan2(y, x)
    out = np.full(np.shape(r), half_angle / math.pi)
    for m in range(1, 400):
        part = 2 / (m * math.pi) * math.sin(m * half_angle) * np.cos(m * phi) * np.exp(-kappa * t * m * m / np.maximum(r, 1e-9)**2)
        out = out + part
        if t > 0 and kappa * t * m * m > 40 * radius[1]**2:
            break
    return np.where((r > radius[0]) & (r < radius[1]), outside + (inside - outside) * out, outside)


def beam(x, t, profile, speed=1.0):
    """All particles along the field."""
    return profile(x - speed * t)


def pulse(x, t, profile, speed=1.0):
    """At rest at the start, isotropic pressure, no scattering."""
    s = speed / math.sqrt(3)
    return 0.5 * (profile(x - s * t) + profile(x + s * t))


def triangle(x, t, kind='number', speed=1.0):
    """Streaming down the gradient at the Alfven speed, nu -> infinity, from 2 - |x|: a plateau |x| < x_m of height y between wings.
    number: flux v n, d_t n = -d_x(v n);  energy: flux 4/3 v e and the loss v d_x(e / 3), gamma 4/3."""
    t *= speed

    def time(y):
        return -2 + 0.5 * y + 2 / y if kind == 'number' else -2 + 3 * y / 7 + 8 / 7 * 2**0.75 * y**-0.75
    low, high = 1e-6, 2.0
    for _ in range(200):
        y = 0.5 * (low + high)
        low, high = (y, high) if time(y) > t else (low, y)
    return np.where(np.abs(x) < 2 + t - y, y, 2 - np.abs(x) + t)


def triangle_ode(t, kind='number', steps=20000):
    """Height of the plateau by integration of the balance of the plateau: what it holds, what its edges take in and what it loses to waves.
    Plateau of half width x_m between wings that move outwards at v: d_t(x_m y) = x_m' y - (loss at the edges), Runge-Kutta."""
    def rate(time, y):
        # number: the plateau loses y v through its edge, which moves into the wing of the same height: d_t y = -y v / x_m.
        # energy: the flux through the edge is 4/3 e v, less the work v e / 3 done there where the gradient is: y' = -(4/3) y / x_m.
        return -(1.0 if kind == 'number' else 4 / 3) * y / (2 + time - y)
    # Early on x_m ~ small: start from the series y = 2 - a sqrt(t), with y y' terms balanced.
    t0 = 1e-8
    a = math.sqrt(2 * 2.0 * (1.0 if kind == 'number' else 4 / 3))
    y, time = 2 - a * math.sqrt(t0), t0
    grid = t0 + (t - t0) * np.linspace(0, 1, steps + 1)**2
    for i in range(steps):
        h = grid[i + 1] - grid[i]
        k1 = rate(time, y)
        k2 = rate(time + h / 2, y + h / 2 * k1)
        k3 = rate(time + h / 2, y + h / 2 * k2)
        k4 = rate(time + h, y + h * k3)
        y, time = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4), grid[i + 1]
    return y


def check():
    """The solutions against known values and one another; {name: error}."""
    known = {0.1: (-.0033445, 0), .5: (-.0917517, 0), 1: (-.5, .2886751), 3: (-.5, 1.6583124)}
    out = {f'telegraph k = {k}': abs(telegraph(k) - complex(re, im)) for k, (im, re) in known.items()}
    x, y = np.array([0.6, 0.0, -0.55, 0.3]), np.array([0.01, 0.6, 0.1, 0.0])
    out['ring, late: 10.1667'] = float(np.max(np.abs(ring(x, y, 2000, .01) - np.array([10 + 1 / 6] * 3 + [10]))))
    r, phi, w = np.hypot(x[:3], y[:3]), np.arctan2(y[:3], x[:3]), math.sqrt(4 * .01 * 2)
    images = 10 + sum(np.array([math.erfc((p - math.pi / 12 + 2 * math.pi * m) * q / w) - math.erfc((p + math.pi / 12 + 2 * math.pi * m) * q / w)
                                for p, q in zip(phi, r)]) for m in range(-5, 6))
    out['ring: series and images'] = float(np.max(np.abs(ring(x[:3], y[:3], 2, .01) - images)))
    for kind, t, height in (('energy', .1, 1.382574), ('number', .1, 1.459688), ('energy', .5, .874647), ('number', .5, 1.0)):
        out[f'triangle, {kind}, t = {t}'] = abs(float(triangle(0.0, t, kind)) - height)
        out[f'triangle, {kind}, t = {t}: integrated'] = abs(triangle_ode(t, kind) - height)
    g = gaussian(np.linspace(-1, 1, 2001), .2, 1 / 30)
    out['gaussian: number'] = abs(np.sum(g) * 1e-3 - math.sqrt(math.pi / 40))
    return out


if __name__ == '__main__':
    for name, error in check().items():
        print(f'{error:.2e}  {name}')
