"""run.py SOURCE FOLDER WORK [NAME...]: applies each mutant of tests/mutants/FOLDER/mutants.txt (or those named) to a copy of FOLDER (golden or
kernels) and of what it needs under WORK, builds the tests of tests/FOLDER that it names and requires that one of them fails. Prints "killed: NAME by SUITE.TEST" as it goes and a table at the end. A mutant of code for instructions
that this machine does not have is said to be skipped. Exit status 1: a mutant survived, does not apply or does not build, or a test fails
without a mutant."""

import pathlib
import re
import shutil
import subprocess
import sys

Failure = type("Failure", (Exception,), {})
NEEDS = {"golden": ("golden",), "kernels": ("golden", "kernels")}


def read_mutants(path):
    mutants = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if head := re.fullmatch(r"\[([a-z0-9-]+)\] (\S+): (.+?)(?: needs (\w+))?", line):
            mutants.append({"name": head[1], "file": head[2], "tests": head[3].split(), "needs": head[4], "-": [], "+": []})
        elif line[:2] in ("- ", "+ ") or line in ("-", "+"):
            mutants[-1][line[0]].append(line[2:])
        elif line and not line.startswith("#"):
            raise Failure(f"{path}:{number}: unknown line: {line}")
    return mutants


def cpu_flags():
    try:
        return set(re.search(r"^flags\s*:(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)[1].split())
    except (OSError, TypeError):
        return set()


def run(command, what):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{what}:\n" + "\n".join((done.stdout + done.stderr).splitlines()[-15:]))
    return done.stdout


class Programs:
    """The test programs. Each is linked from those objects alone that it uses, so that a mutant of a header rebuilds few of them."""

    def __init__(self, folder, work, tests):
        self.build = work / "build"
        configure = ["cmake", "-S", pathlib.Path(__file__).resolve().parent / "programs", "-B", self.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=None",
                     "-DCMAKE_CXX_FLAGS=-O1 -w", f"-DFP4_MUTANT_SOURCE={work / 'source'}", f"-DFP4_MUTANT_FOLDERS={';'.join(NEEDS[folder])}", f"-DFP4_MUTANT_TESTS={';'.join(tests)}"]
        run(configure, "does not configure")
        self.compiler = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.+)$", (self.build / "CMakeCache.txt").read_text(), re.M)[1]
        run(["ninja", "-C", self.build], "does not build")
        members = {path.name: path for path in self.build.glob("CMakeFiles/mutable.dir/**/*.o")}
        self.objects = {}
        for test in tests:
            main = next(self.build.glob(f"CMakeFiles/{test}.dir/**/{test}.cpp.o"))
            trace = self.link(test, [main, self.build / "libmutable.a"], "-Wl,--trace,--trace")
            self.objects[test] = [main, *(members[name] for name in re.findall(r"libmutable\.a\)?\(?([^)\s]+\.o)", trace))]

    def path(self, test):
        return self.build / "bin" / test

    def link(self, test, objects, *options):
        self.path(test).parent.mkdir(exist_ok=True)
        return run([self.compiler, *objects, "-o", self.path(test), "-lgtest", "-lgtest_main", "-lgmock", "-pthread", *options], "does not link")

    def rebuild(self, tests):
        run(["ninja", "-C", self.build, *sorted({object.relative_to(self.build) for test in tests for object in self.objects[test]})], "does not build")
        for test in tests:
            self.link(test, self.objects[test])


def first_failure(programs, tests):
    for test in tests:
        done = subprocess.run([programs.path(test), "--gtest_fail_fast", "--gtest_brief=1"], capture_output=True, text=True, timeout=300)
        if failed := re.search(r"^\[  FAILED  \] ([\w/]+\.[\w/]+)", done.stdout, re.M):
            return failed[1]
        if done.returncode: # it crashed before it could name the test
            return f"{test} (status {done.returncode})"
        if not re.search(r"^\[  PASSED  \] [1-9]", done.stdout, re.M):
            raise Failure(f"{test} runs no test: {done.stdout[:200]}")
    return None


def kill(work, programs, mutant):
    path = work / "source" / mutant["file"]
    original = path.read_text()
    old, new = "\n".join(mutant["-"]), "\n".join(mutant["+"])
    # Blanks and line breaks count alike, so that a mutant does not hang on how its file is laid out.
    found = re.findall(r"\s+".join(map(re.escape, old.split())), original)
    if len(found) != 1 or old == new:
        raise Failure(f"expected its text once in {mutant['file']}, found {len(found)} times: {old}")
    path.write_text(original.replace(found[0], new))
    try:
        programs.rebuild(mutant["tests"])
        test = first_failure(programs, mutant["tests"])
    finally:
        path.write_text(original)
    if not test:
        raise Failure(f"survives {' '.join(mutant['tests'])}")
    return test


def main(source, folder, work, names):
    mutants = [m for m in read_mutants(pathlib.Path(__file__).resolve().parent.parent / folder / "mutants.txt") if not names or m["name"] in names]
    if unknown := set(names) - {m["name"] for m in mutants}:
        raise Failure(f"no such mutant: {' '.join(sorted(unknown))}")
    shutil.rmtree(work, ignore_errors=True)
    for name in (*NEEDS[folder], *(f"tests/{each}" for each in NEEDS[folder]), "cmake"):
        shutil.copytree(source / name, work / "source" / name)
    tests = sorted({test for m in mutants for test in m["tests"]})
    programs = Programs(folder, work, tests)
    if test := first_failure(programs, tests):
        raise Failure(f"{test} fails without a mutant")

    rows, alive, flags = [], 0, cpu_flags()
    for mutant in mutants:
        if mutant["needs"] and mutant["needs"] not in flags:
            print(f"skipped: {mutant['name']}: this machine has no {mutant['needs']}", flush=True)
            continue
        try:
            test = kill(work, programs, mutant)
            print(f"killed: {mutant['name']} by {test}", flush=True)
            rows.append((mutant["name"], mutant["file"].removeprefix(f"{folder}/"), test))
        except (Failure, subprocess.TimeoutExpired) as failure:
            alive += 1
            print(f"ALIVE: {mutant['name']}: {failure}", flush=True)
    print(f"\n| mutant | in {folder}/ | first test to fail |\n|---|---|---|")
    for name, file, test in sorted(rows):
        print(f"| `{name}` | {file} | `{test}` |")
    print(f"\n{len(rows)} of {len(mutants)} mutants killed")
    return 1 if alive else 0


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[2] not in NEEDS:
        sys.exit(__doc__)
    try:
        sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2], pathlib.Path(sys.argv[3]).resolve(), sys.argv[4:]))
    except Failure as failure:
        sys.exit(f"run.py: {failure}")
