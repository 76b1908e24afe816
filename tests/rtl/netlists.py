"""netlists.py SOURCE SET...: formats that a core does not decode leave nothing behind. For each set of formats, a word with a bit for each, the
netlist of fp4_tensor_core stays the same when the rows of all other formats in fp4_pkg are given other values, and changes when its own are; and
exact sums have nothing of fused steps, nor those of exact sums. Exit status: 0 as it must be, 1 not, 77 yosys is missing."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Fields of format rows whose values any format may have.
FIELDS = ("SCALES", "CODE_BOOK_BITS", "SIGN_BITS", "SELECT_BITS", "LANE_MAGNITUDES", "MULTIPLIERS", "LARGEST_Q10")
MODULES = {0: ("fp4_accumulate_exact", "fp4_exact_finish", "fp4_exact_total", "fp4_c_grid"),
           1: ("fp4_fused_unit", "fp4_step_control", "fp4_step_gather", "fp4_fused_output", "fp4_c_staging", "fp4_step_sum", "fp4_align")}


def altered(package, rows):
    """The package with other values in the given rows of FIELDS: each row takes those of the one after it, and one more where they are the same."""
    for field in FIELDS:
        declaration = re.search(rf"(FORMAT_{field} = {{)(.*?)(}};)", package)
        values = [item.strip() for item in declaration[2].split(",")][::-1]  # row 0 first
        new = list(values)
        for row in rows:
            new[row] = values[(row + 1) % len(values)]
            if new[row] == values[row]:
                width, number = values[row].split("'d")
                new[row] = f"{width}'d{(int(number) + 1) % 4}"
        package = package.replace(declaration[0], declaration[1] + ", ".join(new[::-1]) + declaration[3])
    return package


def statements(verilog):
    """Sorted, and names that yosys gave left out: both follow the order of what it found first."""
    return sorted(re.sub(r"_\d+_", "_", part) for part in re.split(r"\n(?=  (?:always|assign|wire|reg|\S+ \S+ \())", verilog))


def netlist(source, package, formats, profile=1):
    """The flat netlist after yosys has removed what nothing needs, and the modules it is made of."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "fp4_pkg.sv").write_text(package)
        files = (source / "rtl/files.f").read_text().split()
        files = [f"{folder}/fp4_pkg.sv" if name.endswith("/fp4_pkg.sv") else str(source / name) for name in files]
        script = f"""read_verilog -sv {" ".join(files)}
            chparam -set Rows 1 -set Cols 1 -set Profile {profile} -set FormatsA {formats} -set FormatsB {formats} fp4_tensor_core
            hierarchy -check -top fp4_tensor_core; tee -o {folder}/modules ls
            proc; flatten; opt -full; clean -purge; write_verilog -noattr {folder}/netlist.v"""
        subprocess.run(["yosys", "-q", "-p", script], check=True, capture_output=True)
        modules = set(re.findall(r"fp4_\w+", (pathlib.Path(folder) / "modules").read_text()))
        return statements((pathlib.Path(folder) / "netlist.v").read_text()), modules


def main(source, sets):
    if not shutil.which("yosys"):
        print("skipped: yosys was not found")
        return 77
    package = (source / "rtl/fp4_pkg.sv").read_text()
    formats_count = int(re.search(r"int FORMATS = (\d+);", package)[1])
    failures = 0
    for formats in sets:
        own = [row for row in range(formats_count) if formats >> row & 1]
        others = [row for row in range(formats_count) if not formats >> row & 1]
        plain, _ = netlist(source, package, formats)
        for what, rows, same in (("others", others, True), ("its own", own, False)):
            found = netlist(source, altered(package, rows), formats)[0] == plain
            failures += found != same
            print(f"set {formats}: other values in the rows of {what}: {'the same netlist' if found else 'another netlist'}")
    for profile, modules in MODULES.items():
        present = netlist(source, package, sets[0], profile)[1]
        for module in modules:
            if module not in present:
                print(f"profile {profile}: expected {module}, found it not")
                failures += 1
        for other, theirs in MODULES.items():
            if other != profile and present & set(theirs):
                print(f"profile {profile}: expected nothing of profile {other}, found {', '.join(sorted(present & set(theirs)))}")
                failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), [int(word) for word in sys.argv[2:]]))
