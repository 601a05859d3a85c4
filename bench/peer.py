"""What the bench's children in Python share: which BLAS they loaded, and the loop that answers requests.

A child says what it is in one line of fields that tabs separate, then answers each line it reads with one line: the
first word is a method of its server, the others are the arguments. It is run by the bench, through peer.c.
"""
import ctypes
import re
import sys
import time


def find_function(library, name):
    """A function of OpenBLAS under one of the names that its builds give it, or None: SciPy's wheels add a prefix,
    builds for 64-bit integers a suffix."""
    for full_name in (f"{prefix}{name}{suffix}" for prefix in ("", "scipy_") for suffix in ("", "64_", "_64", "_64_")):
        if hasattr(library, full_name):
            return getattr(library, full_name)
    return None


def blas_facts():
    """The BLAS that is loaded: files, kernel, threads, separated by tabs; "unknown" and 0 where it does not say.

    Debian's libblas.so.3 is a thin layer over the BLAS of the system's choice, which is loaded behind it, and a wheel of
    SciPy brings another than NumPy's: all are named."""
    with open("/proc/self/maps") as maps:
        files = sorted({line.split()[-1] for line in maps if re.search(r"/lib[^/]*(blas|blis|mkl)[^/]*\.so", line)})
    kernels, threads = set(), 0
    for path in files:
        library = ctypes.CDLL(path)
        kernel = find_function(library, "openblas_get_corename")
        if kernel is not None:
            kernel.restype = ctypes.c_char_p
            kernels.add(kernel().decode())
            threads = find_function(library, "openblas_get_num_threads")()
    return f"{' '.join(files) or 'unknown'}\t{' and '.join(sorted(kernels)) or 'unknown'}\t{threads}"


def seconds_of(run, repetitions):
    """The seconds that so many repetitions took, after some that are not timed: as many as harness_untimed says."""
    for _ in range(1 + repetitions // 4):
        run()
    begin = time.perf_counter_ns()
    for _ in range(repetitions):
        run()
    return (time.perf_counter_ns() - begin) * 1e-9


def serve(server, hello):
    print(hello, flush=True)
    for line in sys.stdin:
        request, *arguments = line.split()
        print(repr(getattr(server, request)(*arguments)), flush=True)
