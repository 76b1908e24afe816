"""report.py JSON: what mutate.py wrote, as a Markdown page on stdout."""

import collections
import json
import pathlib
import statistics
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def row(cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def main(path):
    table = json.loads(pathlib.Path(path).read_text())
    mutants = [mutant for campaign in table["campaigns"] for mutant in campaign["mutants"]]
    killed = [m for m in mutants if "killed_by" in m]
    proven = [m for m in mutants if "proof" in m]
    survivors = [m for m in mutants if "survives" in m]
    print("# Mutants of the RTL\n")
    print("    python3 rtl/mutation/mutate.py --runner build/dev/bin/fp4-run-mutants --out docs/results/rtl-mutation/mutants.json")
    print("    python3 rtl/mutation/report.py docs/results/rtl-mutation/mutants.json >docs/results/rtl-mutation.md\n")
    print(f"{len(mutants):,} mutants by yosys {table['yosys']}, seed {table['seed']}: {len(killed):,} killed by the vectors of the tests, {len(proven):,} proven equivalent,"
          f" **{len(survivors)} survive**.\nWhat is mutated says `rtl/mutation/mutants.toml`; a mutant is one bit of one cell's port in a flat core, inverted, stuck at 0 or 1, or"
          " inverted where\nanother bit of that port is 0 or 1. Clocks are not mutated. Tiles: those whose outputs were right before the first fault.\n")

    print("| core | mutants | killed | proven | survive |\n|---|---|---|---|---|")
    for campaign in table["campaigns"]:
        core, own = campaign["core"], campaign["mutants"]
        row([f"{core['rows']} x {core['cols']}, {core['profile']}, {core['formats']}", len(own), *(sum(key in m for m in own) for key in ("killed_by", "proof", "survives"))])

    print("\n## By module\n\n| module | mutants | killed | tiles, median | most | proven | survive |\n|---|---|---|---|---|---|---|")
    for module in sorted({m["module"] for m in mutants}):
        own = [m for m in mutants if m["module"] == module]
        tiles = [m["after_tiles"] for m in own if "killed_by" in m]
        row([f"`{module}`", len(own), len(tiles), f"{statistics.median_low(tiles):,}" if tiles else "", f"{max(tiles):,}" if tiles else "",
             *(sum(key in m for m in own) for key in ("proof", "survives"))])

    print("\n## Killed by\n\n| vectors | mutants |\n|---|---|")
    for vectors, count in collections.Counter(m["killed_by"] for m in killed).most_common():
        row([vectors, count])

    print("\n## Proven by\n\n| method | mutants | longest |\n|---|---|---|")
    methods = collections.defaultdict(list)
    for m in proven:
        methods[m["proof"].split(",")[0]].append(m["seconds"] if "seconds" in m else 0)
    for method, seconds in sorted(methods.items()):
        row([method, len(seconds), f"{max(seconds):.0f} s"])
    print("\nMethods: see `rtl/mutation/equivalence.py`.")

    if survivors:
        print("\n## Survive\n\n| core | module | mutant |\n|---|---|---|")
        for campaign in table["campaigns"]:
            for m in campaign["mutants"]:
                if "survives" in m:
                    row([f"{campaign['core']['rows']} x {campaign['core']['cols']}, {campaign['core']['profile']}", f"`{m['module']}`", f"`{m['command']}`"])

    print("\n## Patches of the source\n\n`tests/mutants`: each must make `simrun` exit 1 and name op, tile, row and column.\n\n| patch | profile | killed by simrun with |\n|---|---|---|")
    for line in (SOURCE / "tests/mutants/mutants.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            patch, profile, arguments = (cell.strip() for cell in line.split("|"))
            row([patch, profile, f"`{arguments}`"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
