"""Read and draw what a run of crux leaves: needs numpy, h5py and matplotlib.

    from analysis.snapshot import Snapshot
    s = Snapshot('runs/orszag_tang/orszag_tang.00005.athdf')
    image = s.slice('rho')

On the command line: crux plot DIR [what], crux info FILE.
"""
