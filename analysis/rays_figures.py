"""Spectra and ratios of cosmic rays somewhere in a snapshot."""
from analysis import zone_data, zone_figures
from analysis.fault import Fault
from analysis.view import of_rays


def spectra(snapshot, folder, options):
    """crux plot DIR spectra: at --position, or means over a sphere --radius around it, or over the whole box."""
    if options.data:
        zone_data.check(options.data)
    where = options.position
    if where and len(where) < snapshot.dim:
        raise Fault(f'--position of spectra: a point {",".join("XYZ"[:snapshot.dim])}')
    if options.radius is not None:
        at = snapshot.point([] if where is None else where)

        def region(c):
            return sum((c[a] - at[d])**2 for d, a in enumerate('xyz') if d < snapshot.dim) <= options.radius**2
        point = of_rays(snapshot, folder, region=region)
        place = f'mean within {options.radius:g} of ({", ".join(f"{v:g}" for v in at[:snapshot.dim])})'
    elif where:
        point = of_rays(snapshot, folder, point=where)
        place = f'at ({", ".join(f"{v:g}" for v in where[:snapshot.dim])})'
    else:
        point, place = of_rays(snapshot, folder), 'mean over the box'
    out = [zone_figures.spectra(point, options, f'spectra.{snapshot.tag}', place)]
    ratios = zone_figures.ratios([point], options, f'ratios.{snapshot.tag}')
    return out + ([ratios] if ratios else [])
