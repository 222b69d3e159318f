"""What HDF5 files hand out."""


def text(x):
    """A string attribute: bytes or text, as h5py has it."""
    return x.decode() if isinstance(x, bytes) else str(x)
