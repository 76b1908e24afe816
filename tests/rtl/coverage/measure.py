"""measure.py SOURCE RTL_COVERAGE QUANTIZE_COVERAGE OUT: builds the cores of cores.txt and the quantizers of quantizers.txt with Verilator's coverage
in OUT/cores, drives each with all stimuli by one of both programs, and leaves what was counted in OUT/counted/CORE/STIMULUS.dat and, merged by
verilator_coverage, in OUT/merged.dat. Exit status: 0; 1 where a core does not build or does not compute what golden does."""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys


def rows(path):
    return [line.split() for line in path.read_text().splitlines() if line and line[0] != "#"]


def drive(folder, command):
    """A core's files. All files of a core list the same points: all but the first keep those that were hit."""
    folder.mkdir(parents=True)
    run = subprocess.run([*command, folder], capture_output=True, text=True)
    for path in sorted(folder.glob("*.dat"))[1:]:
        lines = path.read_text("latin-1").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.endswith("' 0\n")), "latin-1")
    return run.returncode, run.stdout + run.stderr


def main(source, rtl_coverage, quantize_coverage, out):
    out.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(out / "counted", ignore_errors=True)
    project, build = source / "tests/rtl/coverage/cores", out / "cores"
    for command in (["cmake", "-S", project, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"], ["ninja", "-C", build]):
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            print("\n".join((run.stdout + run.stderr).splitlines()[-20:]))
            return 1
    lists, libraries = source / "tests/rtl/coverage", build / "lib/fp4sim"
    commands = {"-".join(row): [rtl_coverage, libraries, *row] for row in rows(lists / "cores.txt")}
    for row in rows(lists / "quantizers.txt"):
        name = "-".join(["quantizer", *row])
        commands[name] = [quantize_coverage, libraries / f"{name}.so"]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = list(pool.map(lambda core: drive(out / "counted" / core, commands[core]), commands))
    for _, output in runs:
        print(output, end="")
    if any(status for status, _ in runs):
        return 1
    subprocess.run(["verilator_coverage", "--write", out / "merged.dat", *sorted(out.glob("counted/*/*.dat"))], check=True, stdout=subprocess.DEVNULL)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*(pathlib.Path(argument).resolve() for argument in sys.argv[1:])))
