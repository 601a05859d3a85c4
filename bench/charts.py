"""Draws what `sh bench/run.sh` measured: SVG charts for people, and the figures in them.

    usage: charts.py [RESULTS.json] [--out FOLDER] [--png]

RESULTS: of run.sh (default build/bench/results.json), or a results.json that this script wrote. For each kernel of the BLAS in it,
a folder FOLDER/DATE-PROCESSOR-KERNEL (default bench/results) with

    widths.svg      one sample's training step at widths 2 to 8192: time a parameter, and the bound
    batches.svg     an update by 1 to 4096 rows: time a parameter and row, beside bare matrix products
    peers.svg       a step and an epoch, beside other libraries
    results.json    the figures, from which the charts can be drawn again

A chart whose suite was not run is left out, and said so. Without --out, the images in README.md and bench/README.md are pointed at
the folder of the kernel that was not forced. Same figures, same bytes: no date but that of the run, no random names. --png writes
pictures too, to look at.

On Debian: apt-get install python3-matplotlib.
"""
import argparse
import json
import math
import re
import sys
from pathlib import Path

try:
    import matplotlib
except ImportError as error:
    sys.exit(f"charts.py: {error} ({sys.executable}); on Debian: apt-get install python3-matplotlib")
matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent

# Okabe and Ito's colours, which people who are colour-blind can tell apart; every line has a marker or a dash of its own as well.
BLUE, SKY, ORANGE, RED, INK, GREY = "#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#222222", "#767676"

STYLE = {
    "figure.facecolor": "white", "axes.facecolor": "white", "savefig.facecolor": "white",    # on a dark page too
    "font.family": "DejaVu Sans", "font.size": 10, "text.color": INK, "axes.labelcolor": INK,
    "axes.edgecolor": "#999999", "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 11,
    "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.axisbelow": True,
    "xtick.color": "#555555", "ytick.color": "#555555", "xtick.labelsize": 9, "ytick.labelsize": 9,
    "grid.color": "#e3e3e3", "grid.linewidth": 0.8, "svg.hashsalt": "libdnn", "svg.fonttype": "path",
}

# A line: the entry's name in the results or, with "bound of", that entry's bound; its label; colour, width, dashes, marker.
WIDTH_LINES = (
    ("FANN", "FANN", RED, 1.6, "-", "v"),
    ("engine blas, 1 thread", "engine blas, 1 thread", ORANGE, 1.6, "-", "s"),
    ("libdnn, 1 thread", "libdnn, 1 thread", SKY, 2.2, "-", "o"),
    ("libdnn", "libdnn, threads = 0", BLUE, 2.2, "-", "D"),
    ("bound of libdnn, 1 thread", "two bare reads, 1 thread", GREY, 1.4, (0, (5, 2)), None),
    ("bound of libdnn", "two bare reads, all threads", INK, 1.4, (0, (1, 1.5)), None),
)
ROW_LINES = (
    ("libdnn, 1 thread", "libdnn, 1 thread", SKY, 2.2, "-", "o"),
    ("bound of libdnn, 1 thread", "bare GEMMs, 1 thread", GREY, 1.4, (0, (5, 2)), None),
    ("libdnn", "libdnn, all threads", BLUE, 2.2, "-", "D"),
    ("bound of libdnn", "bare GEMMs, all threads", INK, 1.4, (0, (1, 1.5)), None),
)

# ---- the figures ----


def rounded(value):
    """Four digits of a float, lists and dictionaries gone through: more is noise."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value


RUN_KEYS = "suite", "time", "threads", "libdnn", "machine", "blas", "notes", "results", "targets"
RESULT_KEYS = ("name", "operation", "precision", "series", "axis", "size", "parameters", "samples", "min_s", "median_s",
               "bound_min_s", "bound_median_s", "rounds", "disturbed")
TARGET_KEYS = "operation", "precision", "over", "under", "min_ratio", "median_ratio", "at_most", "at_least", "reached"


def condensed(run):
    """What the charts need and a reader asks for: notes as texts, and a result as a row."""
    run = rounded({key: run[key] for key in RUN_KEYS})
    run["blas"] = {key: run["blas"][key] for key in ("config", "kernel", "forced_kernel", "threads")}
    notes = [note["text"] if isinstance(note, dict) else note for note in run["notes"]]
    run["notes"] = [re.sub(r"(?<=\s)/\S*/", "", note) for note in notes]    # of a file, the name says enough
    run["results"] = [RESULT_KEYS] + [[result.get(key) for key in RESULT_KEYS] for result in run["results"]]
    run["targets"] = [TARGET_KEYS] + [[target.get(key) for key in TARGET_KEYS] for target in run["targets"]]
    return run


def expanded(run):
    """The same with dictionaries again, if it was condensed."""
    for key in "results", "targets":
        if run[key] and not isinstance(run[key][0], dict):
            run[key] = [dict(zip(run[key][0], row)) for row in run[key][1:]]
    return run


def as_text(run):
    head = ",\n ".join(f'"{key}": {json.dumps(run[key])}' for key in RUN_KEYS[:6])
    lists = ",\n ".join(f'"{key}": [\n  ' + ",\n  ".join(map(json.dumps, run[key])) + "]" for key in RUN_KEYS[6:])
    return "{" + head + ",\n " + lists + "}"


def run_of(runs, suite):
    """The suite's run on all cores, or None."""
    found = [run for run in runs if run["suite"] == suite]
    return max(found, key=lambda run: run["threads"], default=None)


def cache_bytes(text):
    number = re.match(r"(\d+)K", text)
    return int(number[1]) * 1024 if number else 0


def subtitle(run):
    forced = ", forced" if run["blas"]["forced_kernel"] else ""
    openblas = re.match(r"OpenBLAS [\d.]+", run["blas"]["config"])
    libdnn = re.match(r"libdnn [\d.]+", run["libdnn"])
    return (f"{run['machine']['processor']}, {run['machine']['cores']:g} cores; {openblas[0] if openblas else 'BLAS'}, "
            f"kernel {run['blas']['kernel']}{forced}; {libdnn[0]}; {run['time'][:10]}; minimum of many turns")


def folder_name(run):
    words = f"{run['time'][:10]} {run['machine']['processor']} {run['blas']['kernel']}"
    words += " forced" if run["blas"]["forced_kernel"] else ""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"\((R|TM)\)|CPU|@.*?GHz", "", words).lower()).strip("-")


# ---- drawing ----


def new_figure(rows, columns, height, title, run, **options):
    figure, axes = plt.subplots(rows, columns, figsize=(10, height), **options)
    figure.text(0.012, 1 - 0.16 / height, title, fontsize=13.5, fontweight="bold", va="top")
    figure.text(0.012, 1 - 0.46 / height, subtitle(run), fontsize=8.5, color=GREY, va="top")
    return figure, axes


def plain(value, _=None):
    return f"{value:.10f}".rstrip("0").rstrip(".") if value < 1 else f"{value:,.0f}"


def spread(positions, gap):
    """The same positions in the same order, moved as little as makes any two at least a gap apart."""
    order = sorted(range(len(positions)), key=positions.__getitem__)
    groups = [[positions[i]] for i in order]    # each is laid out around its mean

    def start(group):
        return sum(group) / len(group) - gap * (len(group) - 1) / 2

    i = 1
    while i < len(groups):
        if start(groups[i]) - start(groups[i - 1]) < gap * len(groups[i - 1]):
            groups[i - 1] += groups.pop(i)
            i = max(1, i - 1)
        else:
            i += 1
    placed = [start(group) + gap * k for group in groups for k in range(len(group))]
    return [place for _, place in sorted(zip(order, placed))]


def points_of(results, name):
    """(size, ns a parameter and sample) of an entry, or of its bound."""
    is_bound = name.startswith("bound of ")
    points = sorted(
        (result["size"], 1e9 * result["bound_min_s" if is_bound else "min_s"] / result["parameters"] / (result["samples"] or 1))
        for result in results if result["name"] == name.removeprefix("bound of "))
    if name == "bound of libdnn" and results[0]["axis"] == "width":    # where reading together takes longer, one would read alone
        alone = dict(points_of(results, "bound of libdnn, 1 thread"))
        points = [(size, least) for size, least in points if least < alone[size]]
    return points


def draw_lines(axes, results, lines):
    """Draws each line, and returns the labels for their ends."""
    shown = [(line, points_of(results, line[0])) for line in lines]
    shown = [(line, points) for line, points in shown if points]
    for (_, _, colour, width, dashes, marker), points in shown:
        axes.plot(*zip(*points), color=colour, lw=width, ls=dashes, marker=marker, ms=4, mec="white", mew=0.5, clip_on=False)
    axes.set(xscale="log", yscale="log")
    axes.grid(True, which="major")
    axes.xaxis.set_major_formatter(FuncFormatter(plain))
    axes.yaxis.set_major_formatter(FuncFormatter(plain))
    axes.xaxis.set_minor_locator(NullLocator())
    least, most = axes.get_ylim()
    if most / least < 200:
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    return [(line[1], line[2], points[-1]) for line, points in shown]


def label_ends(axes, ends):
    """Labels right of the axes, at the height of their lines or, where these are too close, next to each other."""
    height = axes.get_window_extent().height
    heights = [axes.transData.transform((1, y))[1] - axes.get_window_extent().y0 for _, _, (_, y) in ends]
    places = spread(heights, 15 * axes.figure.dpi / 100)
    for (label, colour, (x, y)), place in zip(ends, places):
        axes.annotate(label, (x, y), (1.045, place / height), textcoords="axes fraction", fontsize=9, color=colour, va="center",
                      fontweight="bold" if label.startswith("libdnn") else "normal", annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "relpos": (0, 0.5), "color": colour, "lw": 0.6, "shrinkA": 1, "shrinkB": 4})


def panels(series, title, unit, axis_label, lines, run, ticks):
    """Two charts of one kind side by side, with one scale."""
    figure, axes = new_figure(1, 2, 4.6, title, run, sharey=True)
    figure.subplots_adjust(left=0.065, right=0.8, top=0.78, bottom=0.115, wspace=0.07)
    for panel, (name, results) in zip(axes, series):
        ends = draw_lines(panel, results, lines)
        panel.set_title(name, pad=8)
        panel.set_xlabel(axis_label)
        panel.set_xticks(ticks)
        panel.set_xlim(ticks[0] / 1.15, max(result["size"] for result in results) * 1.15)
    axes[0].set_ylabel(unit)
    figure.canvas.draw()    # the scales are known from here on
    label_ends(axes[1], ends)
    return figure, axes


def draw_widths(run):
    by_precision = {precision: [result for result in run["results"] if result["precision"] == precision and
                                result["axis"] == "width"] for precision in ("double", "float")}
    if not all(by_precision.values()):
        return None
    figure, axes = panels(list(by_precision.items()), "A training step of one sample through [2, w, w, 2]: time a parameter",
                          "ns a parameter",
                          "width w", WIDTH_LINES, run, [2, 8, 32, 128, 512, 2048, 8192])
    for panel, number in zip(axes, (8, 4)):
        for level in ("L2", "L3"):
            size = cache_bytes(run["machine"][level.lower() + "_cache"])
            if size > 0:
                width = math.sqrt(size / number)
                panel.axvline(width, color="#bbbbbb", lw=0.8, zorder=0)
                panel.text(width * 0.93, 0.985, f"{level} full", transform=panel.get_xaxis_transform(), fontsize=8, color=GREY,
                           rotation=90, ha="right", va="top")
    return figure


def draw_batches(run):
    rows = [result for result in run["results"] if result["axis"] == "rows"]
    series = {}
    for result in rows:
        series.setdefault(f"{result['series'].partition(', ')[2]}, {result['precision']}", []).append(result)
    if len(series) != 2:
        return None
    return panels(list(series.items()), "An update by a batch, plain gradient descent: time a parameter and row",
                  "ns a parameter and row",
                  "rows of the batch", ROW_LINES, run, [1, 4, 16, 64, 256, 1024, 4096])[0]


BAR_COLOURS, PEER = {"libdnn": BLUE, "libdnn, 1 thread": SKY}, "#cf9a6f"


def weight_of(name):
    return "bold" if name == "libdnn" else "normal"


def with_unit(seconds):
    micro = seconds * 1e6
    return f"{micro:,.0f} µs" if micro >= 100 else f"{micro:.1f} µs" if micro >= 10 else f"{micro:.2f} µs"


def draw_bars(axes, results, title, bound, per):
    """One panel: the shortest time first. A bar that is far longer than the others is cut off, with a gap in it."""
    results = [result for result in results if result["name"] != "bare BLAS calls"]
    bars = [(bound, results[0]["bound_min_s"] / per)] + [(result["name"], result["min_s"] / per) for result in results]
    bars.sort(key=lambda bar: bar[1])
    ours = dict(bars)["libdnn"]
    limit = 1.25 * max(seconds for _, seconds in bars if seconds <= 15 * ours)
    for i, (name, seconds) in enumerate(bars):
        length = min(seconds, limit)
        axes.barh(i, length, height=0.7, color=BAR_COLOURS.get(name, PEER) if name != bound else "#b5b5b5")
        if seconds > limit:
            axes.plot([limit * 0.92, limit * 0.95], [i - 0.45, i + 0.45], color="white", lw=3)
        ratio = "" if name in ("libdnn", bound) else f"   {seconds / ours:.1f} ×"
        axes.text(length + limit * 0.02, i, with_unit(seconds) + ratio, va="center", fontsize=8.5, fontweight=weight_of(name))
    axes.set_yticks(range(len(bars)), [name for name, _ in bars], fontsize=9, color=INK)
    for label in axes.get_yticklabels():
        label.set_fontweight(weight_of(label.get_text()))
    axes.set_title(title, pad=4, fontsize=10, fontweight="normal")
    axes.set_xlim(0, limit * 1.5)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(bars) - 0.5, -0.5)


def tables_of(run, beginning):
    """The results of each operation that begins so, in each precision."""
    tables = {}
    for result in run["results"]:
        if result["operation"].startswith(beginning):
            layers = re.search(r"\[.*?\]", result["operation"])[0]
            tables.setdefault(f"{layers}, {result['precision']}", []).append(result)
    return list(tables.items())


def draw_peers(step, epoch):
    rows = (("A training step of one sample", "two bare reads", tables_of(step, "training step")),
            ("Training in batches of 128: a sample's share", "bare GEMMs", tables_of(epoch, "epoch")))
    if any(len(tables) != 2 for _, _, tables in rows):
        return None
    figure, axes = new_figure(2, 2, 6.8, "Beside other libraries, all cores: time, and how many times libdnn's", step,
                              gridspec_kw={"height_ratios": [len(tables[0][1]) for _, _, tables in rows]})
    figure.subplots_adjust(left=0.18, right=0.99, top=0.825, bottom=0.02, wspace=0.6, hspace=0.33)
    for panels_of_row, (title, bound, tables) in zip(axes, rows):
        figure.text(0.012, panels_of_row[0].get_position().y1 + 0.042, title, fontsize=11.5, fontweight="bold")
        for panel, (name, results) in zip(panels_of_row, tables):
            draw_bars(panel, results, name, bound, results[0]["samples"] or 1)
    return figure


# ---- files ----


def save(figure, folder, name, png):
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
    if png:
        figure.savefig(folder / f"{name}.png", dpi=100)
    plt.close(figure)
    print(f"  {folder / name}.svg")


def draw_all(runs, folder, png):
    folder.mkdir(parents=True, exist_ok=True)
    sweep, step, epoch = (run_of(runs, suite) for suite in ("sweep", "step", "epoch"))
    charts = {"widths": sweep and draw_widths(sweep), "batches": sweep and draw_batches(sweep),
              "peers": step and epoch and draw_peers(step, epoch)}
    for name, figure in charts.items():
        if figure:
            save(figure, folder, name, png)
        else:
            print(f"  LEFT OUT: {name}.svg, because its suites were not run, or not whole")
    text = ",\n".join(as_text(condensed(run)) for run in runs)
    (folder / "results.json").write_text('{"schema": 1, "runs": [\n' + text + "]}\n")


def point_readmes_at(name):
    for path in (ROOT / "README.md", BENCH / "README.md"):
        text = path.read_text()
        path.write_text(re.sub(r"(\bresults/)[^/()\s]+(/\w+\.svg)", rf"\g<1>{name}\2", text))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     usage=argparse.SUPPRESS)
    parser.add_argument("results", nargs="?", type=Path, default=ROOT / "build/bench/results.json")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--png", action="store_true")
    arguments = parser.parse_args()
    plt.rcParams.update(STYLE)
    # What is drawn is what is kept: the same charts come from either file.
    runs = [expanded(condensed(expanded(run))) for run in json.loads(arguments.results.read_text())["runs"]]
    kernels = {}
    for run in runs:
        kernels.setdefault((run["blas"]["kernel"], bool(run["blas"]["forced_kernel"])), []).append(run)
    for (kernel, is_forced), those in kernels.items():
        name = folder_name(those[0])
        print(f"kernel {kernel}{', forced' if is_forced else ''}:")
        draw_all(those, (arguments.out or BENCH / "results") / name, arguments.png)
        if arguments.out is None and (not is_forced or len(kernels) == 1):
            point_readmes_at(name)


if __name__ == "__main__":
    main()
