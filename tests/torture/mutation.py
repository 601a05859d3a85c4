"""Does a test notice when the library is wrong? One operator or constant is changed at a time, and the tests are run.

usage: python3 tests/torture/mutation.py [--first N] [--count M] [--seed S] [--again]

A mutant is one change of one token in src/core or src/format: a comparison's edge (< to <=), == to !=, + to -, * to /, && to ||, true to
false, a constant and 1, ++ to --, or a statement left out. The sample of 200 is drawn by the seed from all places; --first and --count take a
slice of it, and what was run before is not run again (--again: it is), so that 200 mutants can be run in pieces.

What is changed is a copy of the checkout under build/torture/mutation, never the checkout. It is built with -O1, assertions on (as the
suite runs under the sanitizers), and one version of the core alone, compiled for AVX2: every test runs the code that was changed. A mutant
whose objects are byte for byte those of the original is none (its line is another platform's), nor is one that does not compile: the next
place of the sample takes its turn. The tests named like the changed file come first, then the quickest; the first that fails ends it, and
one that takes ten times as long as ever has failed. The slow ones (below) come last, and only those that look at the folder. What
survives them all meets the likeliest twelve under the address and undefined-behaviour sanitizers, as the suite does: a step beyond an
array often changes no result.

Survivors that are explained stand in survivors.txt, by file, line of code ([2]: the second that reads so) and change, with the
reason. They are no kills either.
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

SAMPLE, ENOUGH = 200, 95  # mutants; percent of them
PLACE = pathlib.Path("build/torture/mutation")
SOURCE, BUILD, SANITIZED = PLACE / "source", PLACE / "build", PLACE / "sanitized"
FOLDERS = ("src/core", "src/format")
# What takes long comes last, by folder; here it must fail, not only take its time.
SLOW = {"src/core": ["test_affine", "test_exponential", "test_threads_many", "test_numerics"],
        "src/format": ["test_hostile", "test_allocation", "test_system_calls", "test_damage"]}
SLOW_LIMIT = 100  # seconds
# Neither the core nor the formats are what they look at, or they are SLOW, or train for minutes.
NOT_QUICK = set("""affine allocation allocation_system csv csv_errors csv_number damage diagnose_sound exponential file_write footprint fork
    gunzip hostile idx learning npy numerics stack story system_calls team threads threads_files threads_many""".split())

TOKEN = re.compile(r"""
    (?P<skip>//[^\n]*|/\*.*?\*/|^[ \t]*\#(?:[^\n\\]|\\.|\\\n)*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\s+)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<number>(?:0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?(?:[pP][+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[uUlLfF]*)
  | (?P<sign>\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
""", re.X | re.S | re.M)
SWAPS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&", "++": "--", "--": "++",
         "+=": "-=", "-=": "+=", "*=": "/=", "true": "false", "false": "true"}
BINARY = {"+": "-", "-": "+", "*": "/", "/": "*"}
NO_CODE = {"assert", "_Static_assert", "static_assert", "__attribute__", "_Alignas", "_Pragma"}


def tokens_of(text):
    """[(kind, text, start)], without comments, strings and lines of the preprocessor, nor what stands in NO_CODE's parentheses"""
    found, depth = [], 0
    for match in TOKEN.finditer(text):
        if match.lastgroup == "skip":
            continue
        token = (match.lastgroup, match.group(), match.start())
        if depth > 0 or (token[1] == "(" and found and found[-1][1] in NO_CODE):
            depth += {"(": 1, ")": -1}.get(token[1], 0)
            continue
        found.append(token)
    return found


def statement_end(tokens, i):
    """The place of the ; that ends an assignment or call which starts at token i, or None if none does"""
    if tokens[i][0] != "word" or i + 1 >= len(tokens) or tokens[i + 1][1] not in ("[", ".", "->", "=", "+=", "-=", "*=", "("):
        return None
    if tokens[i][1] in ("if", "for", "while", "switch", "return", "sizeof", "case", "defined") or tokens[i - 1][1] not in ";{}":
        return None
    for _, text, start in tokens[i + 1:]:
        if text in "{}":
            return None
        if text == ";":
            return start
    return None


def places_in(path):
    """[(path, start, end, text instead)]"""
    text = path.read_text()
    tokens, found, depth = tokens_of(text), [], 0
    for i, (kind, token, start) in enumerate(tokens):
        depth += {"{": 1, "}": -1}.get(token, 0)
        before = tokens[i - 1] if i else ("", "", 0)
        instead = SWAPS.get(token)
        if token in BINARY and (before[0] in ("word", "number") or before[1] in (")", "]")) and before[1] != "return":
            instead = BINARY[token]
        if kind == "number":
            instead = f"({token} + 1)" if depth else None
        if instead:
            found.append((path, start, start + len(token), instead))
        end = statement_end(tokens, i) if depth else None
        if end is not None:
            found.append((path, start, end, ""))
    return found


class Mutant:
    def __init__(self, path, start, end, instead):
        text = path.read_text()
        lines = [line.strip() for line in text.splitlines()]
        self.path, self.line = path, text.count("\n", 0, start) + 1
        self.code = lines[self.line - 1]
        self.number = lines[:self.line].count(self.code)  # of the lines that read so
        was = " ".join(text[start:end].split())
        column = len(text[text.rfind("\n", 0, start) + 1:start]) - (len(text.splitlines()[self.line - 1]) - len(self.code))
        self.change = f"{was} -> {instead or 'nothing'} at {column}"
        self.text = text[:start] + instead + text[end:]

    def name(self):
        code = self.code if self.number == 1 else f"{self.code} [{self.number}]"
        return f"{self.path} | {code} | {self.change}"


def run(command, limit=None, **more):
    """Its status; None where it took longer than the limit. It gets a group of its own, which ends with it."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                               start_new_session=True, **more)
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        return None
    finally:
        try:
            os.killpg(process.pid, 9)
        except ProcessLookupError:
            pass
        process.wait()


def configure(where, flags):
    """A processor of no name: then CMake adds no versions of the core, and the flags make the one."""
    if not (where / "build.ninja").is_file():
        subprocess.run(["cmake", "-S", SOURCE, "-B", where, "-G", "Ninja", "-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=one",
                        "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS_DEBUG=-O1", f"-DCMAKE_C_FLAGS=-mavx2 -mfma {flags}",
                        "-DDNN_BUILD_EXAMPLES=OFF", "-DDNN_BUILD_BENCH=OFF"], check=True, stdout=sys.stderr)


def build(*targets, where=None):
    return run(["cmake", "--build", where or BUILD, "--parallel", "2", "--target", *targets]) == 0


def objects():
    digest = hashlib.sha256()
    for path in sorted(BUILD.glob("CMakeFiles/*/src/*/*.o")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run_test(name, limit, where=None):
    test = ((where or BUILD) / "tests" / name).resolve()
    environment = dict(os.environ, LOCPATH=str((BUILD / "tests/locale").resolve()), OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    began = time.time()
    status = run([test], limit, cwd=BUILD, env=environment)
    return status, time.time() - began


def prepare():
    """The copy, its build, and how long each test takes there: {name: seconds}"""
    files = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True).stdout.decode().split("\0")[:-1]
    for name in files:
        to = SOURCE / name
        if os.path.isfile(name) and not (to.is_file() and to.read_bytes() == pathlib.Path(name).read_bytes()):
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(name, to)
    names = sorted(path.stem for path in SOURCE.glob("tests/test_*.c") if os.path.isfile(f"tests/{path.name}"))
    names = [name for name in names if name[5:] not in NOT_QUICK]
    configure(BUILD, "")
    subprocess.run(["cmake", "--build", BUILD, "--parallel", "2", "--target", *names], check=True, stdout=sys.stderr)
    stamp, original = PLACE / "times.json", objects() + " ".join(names)
    kept = json.loads(stamp.read_text()) if stamp.is_file() else {}
    if kept.get("of") != original:
        kept = {"of": original, "times": {}}
        for name in names:
            status, seconds = run_test(name, 120)
            if status != 0:
                sys.exit(f"{name} fails without any change: status {status}")
            kept["times"][name] = seconds
        stamp.write_text(json.dumps(kept))
    return kept["times"], objects()


def in_order(mutant, times):
    """Those whose name and the file's have a word in common first, then the quickest"""
    words = set(re.split(r"\W|_", mutant.path.stem))
    related = [name for name in times if words & set(name.split("_"))]
    related.sort(key=times.get)
    return related + sorted((name for name in times if name not in related), key=times.get)


def failing_sanitized(names, times):
    """The first of the tests that fails under the sanitizers, or None"""
    if build(*names, where=SANITIZED):
        for name in names:
            if run_test(name, 60 + 30 * times[name], SANITIZED)[0] not in (0, None):
                return name
    return None


def judge_sanitized(mutant, before, names, times):
    """'killed by ...', or None. What fails there without the change, too, kills nothing, and is told."""
    configure(SANITIZED, "-fsanitize=address,undefined -fno-sanitize-recover=all")
    name = failing_sanitized(names, times)
    if name is None:
        return None
    (SOURCE / mutant.path).write_text(before)
    if failing_sanitized([name], times) is not None:
        sys.exit(f"{name} fails under the sanitizers without any change")
    return f"killed by {name} under the sanitizers"


def judge(mutant, times, original):
    """'killed by ...', 'survived', or why it is no mutant"""
    copy = SOURCE / mutant.path
    before = copy.read_text()
    copy.write_text(mutant.text)
    try:
        if not build("dnn_internal"):
            return "no mutant: does not compile"
        if objects() == original:
            return "no mutant: same objects"
        order = in_order(mutant, times)
        for first in (0, 4, 12, 28):
            some = order[first:{0: 4, 4: 12, 12: 28, 28: None}[first]]
            if some and not build(*some):
                return "no mutant: does not link"
            for name in some:
                status, _ = run_test(name, 5 + 10 * times[name])
                if status != 0:
                    return f"killed by {name}" + (" (time)" if status is None else "")
        for name in SLOW[str(mutant.path.parent)]:
            status = run_test(name, SLOW_LIMIT)[0] if build(name) else 0
            if status not in (0, None):
                return f"killed by {name}"
        return judge_sanitized(mutant, before, order[:12], times) or "survived"
    finally:
        copy.write_text(before)


def explained():
    """{name of a mutant: reason}"""
    path = pathlib.Path("tests/torture/survivors.txt")
    lines = path.read_text().splitlines() if path.is_file() else []
    pairs = (line.rsplit(" | ", 1) for line in lines if line and not line.startswith("#"))
    return {name: reason for name, reason in pairs}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=SAMPLE)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--again", action="store_true")
    asked = parser.parse_args()
    os.chdir(pathlib.Path(__file__).parents[2])
    times, original = prepare()
    places = [place for folder in FOLDERS for path in sorted(pathlib.Path(folder).glob("*.[ch]")) for place in places_in(path)]
    random.Random(asked.seed).shuffle(places)
    kept, reasons = PLACE / "verdicts.json", explained()
    verdicts = json.loads(kept.read_text()) if kept.is_file() else {}
    told, number = [], 0
    for place in places:
        mutant = Mutant(*place)
        name = mutant.name()
        if number >= asked.first + asked.count:
            break
        was = verdicts.get(name, "")
        is_old = was.startswith("no mutant") or (was and not (asked.again and number >= asked.first))
        began = time.time()
        if not is_old:
            was = verdicts[name] = judge(mutant, times, original)
            kept.write_text(json.dumps(verdicts, indent=1))
        if was.startswith("no mutant"):
            continue
        if number >= asked.first:
            told.append((name, was))
            print(f"{number} {mutant.path}:{mutant.line}: {mutant.change}: {was} ({time.time() - began:.1f} s)  {mutant.code}", flush=True)
        number += 1
    verdict(told, reasons, len(places))


def verdict(told, reasons, places):
    survivors = [name for name, was in told if was == "survived"]
    unexplained = [name for name in survivors if name not in reasons]
    killed, judged = len(told) - len(survivors), len(told) - len(survivors) + len(unexplained)
    for name in survivors:
        print(f"explained: {name}: {reasons[name]}" if name in reasons else f"FINDING: survived: {name}")
    few = killed * 100 < ENOUGH * judged
    print(f"mutation: {len(told)} mutants of {places} places, {killed} killed ({100 * killed / max(1, len(told)):.1f} %),"
          f" {len(survivors) - len(unexplained)} survivors explained, {len(unexplained)} not, {len(unexplained)} findings")
    sys.exit(bool(unexplained) or few)


main()
