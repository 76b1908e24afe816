"""run.py SOURCE WORK [NAME...]: applies each mutant of mutants.txt (or those named) to a copy of golden/ under WORK, builds the tests it names
and requires that one of them fails. Prints "killed: NAME by SUITE.TEST" as it goes and a table at the end. Exit status 1: a mutant survived,
does not apply or does not build, or a test fails without a mutant."""

import pathlib
import re
import shutil
import subprocess
import sys

Failure = type("Failure", (Exception,), {})


def read_mutants(path):
    mutants = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if head := re.fullmatch(r"\[([a-z0-9-]+)\] (\S+): (.+)", line):
            mutants.append({"name": head[1], "file": head[2], "tests": head[3].split(), "-": [], "+": []})
        elif line[:2] in ("- ", "+ ") or line in ("-", "+"):
            mutants[-1][line[0]].append(line[2:])
        elif line and not line.startswith("#"):
            raise Failure(f"{path}:{number}: unknown line: {line}")
    return mutants


def build(work, tests):
    done = subprocess.run(["ninja", "-C", work / "build", *tests], capture_output=True, text=True)
    if done.returncode:
        raise Failure("does not build:\n" + "\n".join(done.stdout.splitlines()[-15:]))


def first_failure(work, tests):
    for test in tests:
        done = subprocess.run([work / "build/bin" / test, "--gtest_fail_fast", "--gtest_brief=1"], capture_output=True, text=True, timeout=300)
        if failed := re.search(r"^\[  FAILED  \] (\w+\.\w+)", done.stdout, re.M):
            return failed[1]
        if done.returncode:
            raise Failure(f"{test} ended with status {done.returncode} and names no failed test:\n{done.stdout[-500:]}{done.stderr[-500:]}")
    return None


def kill(work, mutant):
    path = work / "source" / mutant["file"]
    original = path.read_text()
    old, new = "\n".join(mutant["-"]), "\n".join(mutant["+"])
    if original.count(old) != 1 or old == new:
        raise Failure(f"expected its text once in {mutant['file']}, found {original.count(old)} times: {old}")
    path.write_text(original.replace(old, new))
    try:
        build(work, mutant["tests"])
        test = first_failure(work, mutant["tests"])
    finally:
        path.write_text(original)
    if not test:
        raise Failure(f"survives {' '.join(mutant['tests'])}")
    return test


def main(source, work, names):
    here = pathlib.Path(__file__).resolve().parent
    mutants = [m for m in read_mutants(here / "mutants.txt") if not names or m["name"] in names]
    if unknown := set(names) - {m["name"] for m in mutants}:
        raise Failure(f"no such mutant: {' '.join(sorted(unknown))}")
    shutil.rmtree(work, ignore_errors=True)
    for folder in ("golden", "tests/golden", "cmake"):
        shutil.copytree(source / folder, work / "source" / folder)
    tests = sorted({test for m in mutants for test in m["tests"]})
    configure = ["cmake", "-S", here / "programs", "-B", work / "build", "-G", "Ninja", "-DCMAKE_CXX_FLAGS=-O1 -w", "-DCMAKE_BUILD_TYPE=None",
                 f"-DFP4_MUTANT_SOURCE={work / 'source'}", f"-DFP4_MUTANT_TESTS={';'.join(tests)}"]
    done = subprocess.run(configure, capture_output=True, text=True)
    if done.returncode:
        raise Failure("does not configure:\n" + done.stderr)
    build(work, tests)
    if test := first_failure(work, tests):
        raise Failure(f"{test} fails without a mutant")

    rows, alive = [], 0
    for mutant in mutants:
        try:
            test = kill(work, mutant)
            print(f"killed: {mutant['name']} by {test}", flush=True)
            rows.append((mutant["name"], pathlib.Path(mutant["file"]).name, test))
        except (Failure, subprocess.TimeoutExpired) as failure:
            alive += 1
            print(f"ALIVE: {mutant['name']}: {failure}", flush=True)
    print("\n| mutant | file | killed by |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(f"\n{len(rows)} of {len(mutants)} mutants killed")
    return 1 if alive else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3:]))
    except Failure as failure:
        sys.exit(f"run.py: {failure}")
