"""synthesize_test.py SOURCE: rtl/syn says what is wrong with bad input in one line, merges libraries, and, with SKY130's library in ../shared/liberty
beside the project, maps and times two designs, of which report.py makes one page. Exit status: 0 as it must be, 1 not, 77 a tool or that is
missing."""

import gzip
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Of a library that has all that liberty.py looks at.
LIBRARY = 'library (cells) {\n time_unit : "1ns";\n cell (NAND2) { area : 2.0; pin (A) { function : "}"; } /* } */ }\n cell (INV) { area : 1.0; }\n}\n'


def sky130(source):
    return source.parent / "shared/liberty/sky130hd_tt.lib.gz"


class Failure(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Failure(what)
    print(f"ok: {what}")


def main(source):
    for tool in ("yosys", "sta"):
        if not shutil.which(tool):
            print(f"skipped: {tool} was not found")
            return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        lib, out, keep = folder / "cells.lib", folder / "out.json", folder / "keep"
        lib.write_text(LIBRARY)

        def synthesize(path, *more, nand2="NAND2", driver="BUF"):
            return subprocess.run([sys.executable, source / "rtl/syn/synthesize.py", "--liberty", str(path), "--name", "Cells", "--driving-cell", driver,
                                   "--nand2", nand2, "--out", out, *more], capture_output=True, text=True)

        def refuses(done, words, what):
            expect(done.returncode == 2 and len(done.stderr.splitlines()) == 1 and words in done.stderr and not out.exists(),
                   f"{what}: {done.stderr.strip()}")

        cut = folder / "cut.lib.gz"
        cut.write_bytes(gzip.compress(LIBRARY.encode())[:-10])
        refuses(synthesize(cut), "expected a whole gzip file", "a library cut short")
        half = folder / "half.lib"
        half.write_text(LIBRARY[:-4])
        refuses(synthesize(f"{lib},{half}"), "expected a closing brace", "half a library")
        refuses(synthesize(folder / "none.lib"), "none.lib", "no library")
        refuses(synthesize(lib, nand2="NAND9"), "NAND9", "a cell that the library has not")
        refuses(synthesize(lib, "--designs", "nothing like it"), "no design has such a name", "an unknown design")

        more = folder / "more.lib"
        more.write_text(LIBRARY.replace("INV", "BUF").replace("area : 1.0", "area : 3.0"))
        merged = folder / "merged.lib"
        subprocess.run([sys.executable, source / "rtl/syn/liberty.py", merged, lib, more], check=True)
        expect(re.findall(r"cell \((\w+)\)", merged.read_text()) == ["NAND2", "INV", "BUF"], "merged: each cell once")

        if not sky130(source).exists():
            print("skipped: mapping; no ../shared/liberty/sky130hd_tt.lib.gz")
            return 77
        done = synthesize(sky130(source), "--designs", "^(block term|exact accumulator)$", "--keep", keep, nand2="sky130_fd_sc_hd__nand2_1", driver="sky130_fd_sc_hd__buf_2")
        expect(done.returncode == 0, f"two designs are mapped {done.stderr}")
        found = {design["name"]: design for design in json.loads(out.read_text())["designs"]}
        parts = gzip.decompress(sky130(source).read_bytes()).decode().split('cell ("')[1:]
        areas = {part.split('"')[0]: float(area[1]) for part in parts if (area := re.search(r'\barea :\s*"?([\d.]+)', part))}
        for name, design in found.items():
            net = (keep / re.sub(r"\W+", "_", name) / "net.v").read_text()
            cells = re.findall(r"^\s+(sky130_fd_sc_hd__\w+) \S+\s+\(", net, re.M)
            total = sum(areas[cell] for cell in cells)
            expect(abs(total - design["area_um2"]) < 0.01, f"{name}: the area of {len(cells)} cells is {design['area_um2']}")
            expect(design["gates"] == round(total / areas["sky130_fd_sc_hd__nand2_1"]), f"{name}: {design['gates']} gates")
            expect(0.5 < design["path_ns"] < 20, f"{name}: a path of {design['path_ns']} ns")
        # Two sums of 64 bits and two NaN bits.
        expect(found["exact accumulator"]["registers"] == 130 and found["block term"]["registers"] == 0, "registers are those of the source")
        page = subprocess.run([sys.executable, source / "rtl/syn/report.py", out, out], capture_output=True, text=True, check=True).stdout
        expect(page.count(f"{found['block term']['gates']:,}") == 2, "the page has a column for each library")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
    except Failure as failure:
        print(f"failed: {failure}")
        sys.exit(1)
