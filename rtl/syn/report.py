"""report.py JSON...: what synthesize.py found with several libraries, as a Markdown page on stdout."""

import json
import pathlib
import sys


def main(paths):
    runs = [json.loads(pathlib.Path(path).read_text()) for path in paths]
    print("# Area and longest path of the RTL\n")
    print("Made by `rtl/syn/report.py` from the files in `rtl-area/`, and those by `rtl/syn/synthesize.py`: yosys 0.23 and its ABC map, OpenSTA times,"
          " as fast as the\nlibrary allows, before wires. Good for comparing designs with each other in one column, not for more. Gates:"
          " areas of the library's smallest NAND of two.\nPaths of designs with registers go from a register to the next, its setup included.\n")
    for run in runs:
        print(f"- {run['process']}; gate {run['gate']}")
    print("\n| design | registers |" + "".join(f" {run['process'].split()[0]} um2 | gates | ns |" for run in runs))
    print("|---|---|" + "---|---|---|" * len(runs))
    for designs in zip(*(run["designs"] for run in runs), strict=True):
        names = {design["name"] for design in designs}
        if len(names) != 1:
            sys.exit(f"report.py: expected the same designs in the same order, found {sorted(names)}")
        row = f"| {designs[0]['name']} | {designs[0]['registers'] or ''} |"
        for design in designs:
            row += f" {design['area_um2']:,.0f} | {design['gates']:,} | {design['path_ns']:.2f} |"
        print(row)
    print("\n## Stages of whole cores\n")
    print("Longest path into the registers of each stage ([docs/05](../05_rtl.md#stages)), ns. The mapper sizes for the longest of all and takes back what"
          " the others do not need, so\nthey come close to it whatever they could do; by themselves they are in the table above.")
    for run in runs:
        for pipe in dict.fromkeys(tuple(design["stages_ns"]) for design in run["designs"] if "stages_ns" in design):
            print(f"\n| {run['process'].split()[0]} |" + "".join(f" {stage} |" for stage in pipe))
            print("|---|" + "---|" * len(pipe))
            for design in run["designs"]:
                if tuple(design.get("stages_ns", ())) == pipe:
                    print(f"| {design['name']} |" + "".join(f" {ns:.2f} |" for ns in design["stages_ns"].values()))


if __name__ == "__main__":
    main(sys.argv[1:])
