"""The peers of the suite "read": CSV files by pandas and by NumPy, in a child of the bench.

    read_peers.py pandas|numpy

A key is READER:PATH. "time KEY N" answers with the seconds of N readings, "once KEY" with the seconds, the bytes of memory at
most beyond those before, and the sum of the numbers, of one reading in a process of its own.
"""
import os
import resource
import sys
import time

import peer

package = sys.argv[1]
numpy = peer.need("numpy", "python3-numpy")

if package == "pandas":
    pandas = peer.need("pandas", "python3-pandas")
    version = "pandas " + pandas.__version__
    readers = {
        "pandas": lambda path: pandas.read_csv(path, engine="c"),
        "pandas-high": lambda path: pandas.read_csv(path, engine="c", float_precision="high"),
        "pandas-exact": lambda path: pandas.read_csv(path, engine="c", float_precision="round_trip"),
    }
else:
    version = "NumPy " + numpy.__version__
    readers = {
        "loadtxt": lambda path: numpy.loadtxt(path, delimiter=",", skiprows=1),
        "genfromtxt": lambda path: numpy.genfromtxt(path, delimiter=",", skip_header=1),
    }


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def measure(reader, path):
    before, begin = resident(), time.perf_counter()
    table = readers[reader](path)
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return f"{seconds!r} {peak - before} {float(numpy.asarray(table).sum())!r}"


class Server:
    def time(self, key, repetitions):
        reader, path = key.split(":", 1)
        return repr(peer.seconds_of(lambda: readers[reader](path), int(repetitions)))

    def once(self, key):
        inside, outside = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(outside, measure(*key.split(":", 1)).encode())
            finally:
                os._exit(0)
        os.close(outside)
        with os.fdopen(inside) as answer:
            text = answer.read()
        os.waitpid(child, 0)
        return text


peer.serve(Server(), version + "\t" + peer.blas_facts())
