"""Whether a run of the bench is whole: what `sh bench/run.sh --ci` asks of its results, which say nothing about speed.

    usage: ci.py RESULTS RUNS

RESULTS: the JSON file; RUNS: how many there should be. Every contestant must have figures that are positive numbers, and every
one that trains an error that fell; targets are not judged. What was left out is printed: a missing package is no failure.
"""
import json
import math
import sys


def is_positive(number):
    return isinstance(number, (int, float)) and math.isfinite(number) and number > 0


def faults_of(run):
    entries = run["bounds"] + run["results"]
    yield from (f"{entry['name']}: {key} is {entry[key]}" for entry in entries for key in ("min_s", "median_s")
                if not is_positive(entry[key]))
    yield from (f"{entry['name']}: its error was {entry['error_before']} and is {entry['error_after']}"
                for entry in run["results"]
                if entry["error_before"] is not None and not entry["error_after"] < entry["error_before"])
    for operation in {entry["operation"] for entry in run["results"]}:
        if len([entry for entry in run["results"] if entry["operation"] == operation]) < 2:
            yield f"{operation}: nobody to compare with"


def main(path, count):
    with open(path) as file:
        runs = json.load(file)["runs"]
    faults = [] if len(runs) == int(count) else [f"{len(runs)} runs instead of {count}"]
    for run in runs:
        title = f"suite {run['suite']}, {run['threads']:g} thread(s)"
        print(f"{title}: {len(run['results'])} results")
        for note in run["notes"]:
            for mark in "LEFT OUT", "NOT POSSIBLE":
                if mark in note["text"]:
                    print(f"  {note['text'].partition(',')[0]}: {note['text'][note['text'].index(mark):]}")
        faults += [f"{title}: {fault}" for fault in faults_of(run)]
    for fault in faults:
        print(f"BROKEN: {fault}")
    return 1 if faults or not runs else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
