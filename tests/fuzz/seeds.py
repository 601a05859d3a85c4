#!/usr/bin/env python3
"""Makes the seed corpora of fuzz_idx and fuzz_npy: small whole files of each kind, beside this file in corpus/.

The fuzzer starts from them. They are committed; this tells where they come from.
"""
import gzip
import io
import os
import struct

import numpy as np

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
IDX = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def write(reader, name, data):
    """One seed, and for some its gzip file; the time in that is 0, so that it is always the same."""
    os.makedirs(os.path.join(HERE, reader), exist_ok=True)
    with open(os.path.join(HERE, reader, name), "wb") as file:
        file.write(data)


def idx(array):
    """An IDX file."""
    kind = array.dtype.str[1:]
    head = struct.pack(">BBBB", 0, 0, IDX[kind], array.ndim) + struct.pack(">%dI" % array.ndim, *array.shape)
    return head + array.astype(">" + kind).tobytes()


def npy(array, version=(1, 0)):
    """An NPY file."""
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version)
    return out.getvalue()


def main():
    """Everything."""
    for kind in IDX:
        write("idx", kind, idx(np.arange(6, dtype=kind).reshape(2, 3)))
    labels = idx(np.array([2, 0, 1], dtype="u1"))
    write("idx", "labels", labels)
    write("idx", "labels.gz", gzip.compress(labels, mtime=0))
    write("idx", "rank4", idx(np.arange(8, dtype="i2").reshape(2, 2, 1, 2)))
    for kind in ("b1", "u1", "i1", "u2", "i2", "f2", "u4", "i4", "f4", "u8", "i8", "f8"):
        write("npy", kind, npy(np.arange(6).astype(kind).reshape(2, 3)))
    fortran = npy(np.asfortranarray(np.arange(8, dtype=">f4").reshape(2, 2, 2)), (2, 0))
    write("npy", "fortran", fortran)
    write("npy", "fortran.gz", gzip.compress(fortran, mtime=0))
    write("npy", "labels", npy(np.array([2, 0, 1]), (3, 0)))
    write("npy", "labels.gz", gzip.compress(npy(np.array([2, 0, 1])), mtime=0))
    write("npy", "bools", npy(np.array([True, False])))
    write("npy", "objects", npy(np.array([1.5], dtype="<U3")))
    write("npy", "structure", npy(np.zeros(2, dtype=[("a", "<f4"), ("b", "<i2")])))


if __name__ == "__main__":
    main()
