"""What the bench's children in Python share: which BLAS they loaded, the search for their fastest setting, and the loop that
answers requests.

A child says what it is in one line of fields that tabs separate, or "missing" and why, then answers each line it reads with
one line: the first word is a method of its server, the others are the arguments. It is run by the bench, through peer.c. An
error is not caught: its message goes to standard error, the child ends, and the bench says so.
"""
import ctypes
import importlib
import itertools
import os
import re
import sys
import time

TURN = 0.010    # seconds that a try of a setting takes, or one repetition if that takes longer

# Answers go where standard output went; what a package prints goes to standard error, where it cannot pass for an answer.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def need(module, package):
    """Imports a module. If that fails, says so and how to get it, and ends the child."""
    try:
        return importlib.import_module(module)
    except (ImportError, OSError) as error:    # OSError: one of its libraries cannot be loaded
        reason = f"{type(error).__name__}: {error}".replace("\n", " ").replace("\t", " ")
        print(f"missing\t{reason} ({sys.executable}; Debian: {package})", file=answers, flush=True)
        sys.exit(0)


def find_function(library, name):
    """A function of OpenBLAS under one of the names that its builds give it, or None: SciPy's wheels add a prefix,
    builds for 64-bit integers a suffix."""
    for full_name in (f"{prefix}{name}{suffix}" for prefix in ("", "scipy_") for suffix in ("", "64_", "_64", "_64_")):
        if hasattr(library, full_name):
            return getattr(library, full_name)
    return None


def blas_files():
    """The BLAS that are loaded.

    Debian's libblas.so.3 is a thin layer over the BLAS of the system's choice, which is loaded behind it, and a wheel of
    SciPy brings another than NumPy's: all are named."""
    with open("/proc/self/maps") as maps:
        return sorted({line.split()[-1] for line in maps if re.search(r"/lib[^/]*(blas|blis|mkl)[^/]*\.so", line)})


def blas_facts():
    """Files, kernel, threads of the BLAS, separated by tabs; "unknown" and 0 where it does not say."""
    files, kernels, threads = blas_files(), set(), 0
    for library in map(ctypes.CDLL, files):
        kernel = find_function(library, "openblas_get_corename")
        if kernel is not None:
            kernel.restype = ctypes.c_char_p
            kernels.add(kernel().decode())
            threads = find_function(library, "openblas_get_num_threads")()
    return f"{' '.join(files) or 'unknown'}\t{' and '.join(sorted(kernels)) or 'unknown'}\t{threads}"


def set_blas_threads(count):
    """Tells every BLAS that is loaded how many threads to use: through threadpoolctl, which knows them all, or OpenBLAS's own
    function. Otherwise the count stays what the environment said."""
    try:
        import threadpoolctl
    except ImportError:
        for library in map(ctypes.CDLL, blas_files()):
            function = find_function(library, "openblas_set_num_threads")
            if function is not None:
                function(count)
    else:
        threadpoolctl.threadpool_limits(count, user_api="blas")    # stays in force: nothing restores it


cores = itertools.cycle(sorted(os.sched_getaffinity(0)))


def change_core():
    """Moves this thread to another core, which it may leave again: see quiet_change_core in quiet.h."""
    all_cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {next(cores)})
    os.sched_setaffinity(0, all_cores)


def seconds_of(run, repetitions):
    """The seconds that so many repetitions took, after some that are not timed: as many as harness_untimed says."""
    change_core()
    for _ in range(1 + repetitions // 4):
        run()
    begin = time.perf_counter_ns()
    for _ in range(repetitions):
        run()
    return (time.perf_counter_ns() - begin) * 1e-9


def mean_seconds(network, repetitions):
    set_blas_threads(network.threads)
    begin = time.perf_counter()
    for _ in range(repetitions):
        network.run()
    return (time.perf_counter() - begin) / repetitions


def fastest(networks, tries):
    """The key of the network with the shortest time, of so many tries of each, in turn."""
    if len(networks) == 1:
        return next(iter(networks))
    least = {value: mean_seconds(network, 1) for value, network in networks.items()}
    repetitions = {value: max(1, int(TURN / seconds)) for value, seconds in least.items()}
    for _ in range(tries - 1):
        for value, network in networks.items():
            least[value] = min(least[value], mean_seconds(network, repetitions[value]))
    return min(least, key=least.get)


class Server:
    """Networks, each made by make(key, setting) in the setting that is its fastest. A network has the attribute `threads`, of
    the BLAS while it runs, and the methods `run` and `error`.

    Requests: "calibrate TRIES KEY...", answered by the settings that were chosen; "time KEY REPETITIONS", by the seconds of so
    many runs after some that are not timed; "error KEY", by what training lowers."""

    def __init__(self, name, stages, make):
        """stages(key): the settings that are worth a try, and their values: a dictionary of sequences."""
        self.name, self.stages, self.make = name, stages, make
        self.networks = {}

    def choose(self, key, tries, refused):
        """The best value of each setting, each tried with the best of those before. refused: what cannot be had is added."""
        stages = self.stages(key)
        best = {stage: values[0] for stage, values in stages.items()}
        for stage, values in stages.items():
            networks = {}
            for value in values:
                try:
                    network = self.make(key, {**best, stage: value})
                    mean_seconds(network, 1)    # the first is not counted
                    networks[value] = network
                except Exception as error:      # whatever a version throws that cannot do this
                    reason = str(error).splitlines() or [type(error).__name__]
                    refused[f"{stage} {value} ({reason[0][:100]})"] = None
            if not networks:
                raise RuntimeError(f"{self.name} cannot do {key}: {list(refused)}")
            best[stage] = fastest(networks, tries)
        return best

    def calibrate(self, tries, *keys):
        """Each network in its fastest setting, made anew; what was chosen, those with the same setting together."""
        refused, chosen = {}, {}
        for key in keys:
            best = self.choose(key, int(tries), refused)
            self.networks[key] = self.make(key, best)
            chosen.setdefault(", ".join(f"{stage}: {value}" for stage, value in best.items()), []).append(key)
        text = "; ".join(f"{' and '.join(keys)}: {setting}" for setting, keys in chosen.items())
        return f"{self.name}, fastest of what was tried. {text}" + (
            f". NOT POSSIBLE here: {', '.join(refused)}" if refused else "")

    def time(self, key, repetitions):
        set_blas_threads(self.networks[key].threads)
        return seconds_of(self.networks[key].run, int(repetitions))

    def error(self, key):
        set_blas_threads(self.networks[key].threads)
        return self.networks[key].error()


def serve(server, hello):
    print(hello, file=answers, flush=True)
    for line in sys.stdin:
        request, *arguments = line.split()
        print(getattr(server, request)(*arguments), file=answers, flush=True)
