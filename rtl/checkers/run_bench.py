"""run_bench.py SOURCE PROFILE: fp4_tensor_core under its checkers, in Icarus, with random beats and stalls: no assertion fails. PROFILE: PROFILE_... of fp4_pkg.
run_bench.py SOURCE mutants: each mutant of mutants.toml makes its assertion fail, and every assertion has one. Exit status: 0 as it must be, 1 not, 77 Icarus is missing."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

ASSERTION = re.compile(r"^\s*assert \((.*)\);$")


def assertions(source):
    """{(file, line): what is asserted}."""
    found = {}
    for path in sorted((source / "rtl/checkers").glob("fp4_check_*.sv")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if match := ASSERTION.match(line):
                found[path.name, number] = match[1]
    return found


def run(source, profile, program, until=None):
    """{(file, line): the first report} of assertions that failed, up to the one in until, and the last line that the bench printed."""
    files = [str(source / file) for name in ("rtl/files.f", "rtl/checkers/files.f") for file in (source / name).read_text().split()]
    number = re.search(rf"int {profile} = (\d+);", (source / "rtl/fp4_pkg.sv").read_text())[1]
    subprocess.run(["iverilog", "-g2012", "-P", f"fp4_checkers_bench.Profile={number}", "-s", "fp4_checkers_bench", "-o", program, *files,
                    str(source / "rtl/checkers/fp4_checkers_bench.sv")], check=True, capture_output=True)
    failed, last = {}, ""
    with subprocess.Popen(["vvp", "-n", program], stdout=subprocess.PIPE, text=True) as bench:
        for line in bench.stdout:
            if match := re.match(r"ERROR: (.*):(\d+):", line):
                where = pathlib.Path(match[1]).name, int(match[2])
                failed.setdefault(where, bench.stdout.readline().strip())
                if where == until:
                    bench.kill()
            last = line.strip()
    return failed, last


def check_core(source, profile):
    with tempfile.TemporaryDirectory() as folder:
        failed, last = run(source, profile, f"{folder}/bench")
    for (file, line), report in failed.items():
        print(f"{file}:{line}: {assertions(source)[file, line]} fails. {report}")
    tiles = re.fullmatch(r"(\d+) tiles", last)
    print(f"{profile}: {last}, {len(failed)} of {len(assertions(source))} assertions failed")
    return 1 if failed or not tiles or int(tiles[1]) < 100 else 0


def check_mutants(source):
    wanted = assertions(source)
    mutants = tomllib.loads((source / "rtl/checkers/mutants.toml").read_text())["mutant"]
    unknown = {mutant["assertion"] for mutant in mutants} ^ set(wanted.values())
    for text in unknown:
        print(f"not in both the checkers and mutants.toml: {text}")
    survived = 0
    for mutant in mutants:
        where = next((place for place, text in wanted.items() if text == mutant["assertion"]), None)
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder)
            shutil.copytree(source / "rtl", copy / "rtl")
            path = copy / "rtl" / mutant["file"]
            if path.read_text().count(mutant["old"]) != 1:
                sys.exit(f"{path.name}: expected once: {mutant['old']}")
            path.write_text(path.read_text().replace(mutant["old"], mutant["new"]))
            failed, _ = run(copy, mutant["profile"], f"{folder}/bench", where)
        survived += where not in failed
        print(f"{mutant['assertion']}: {'fails' if where in failed else 'holds'} with {mutant['new']} in {mutant['file']}. {failed.get(where, '')}", flush=True)
    return 1 if unknown or survived else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    if not shutil.which("iverilog"):
        print("skipped: iverilog was not found")
        sys.exit(77)
    root = pathlib.Path(sys.argv[1]).resolve()
    sys.exit(check_mutants(root) if sys.argv[2] == "mutants" else check_core(root, sys.argv[2]))
