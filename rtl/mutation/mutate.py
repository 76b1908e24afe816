"""Mutants of the RTL: for every core of mutants.toml yosys makes them, the vectors of the tests kill what they can, and what survives is to be proven
equivalent. Exit status 0: none is neither; 1: some are, and are named; 77: a tool is missing.

--refute N: instead, that the machinery tells the two apart: no vectors kill nothing, and no method proves any of N killed mutants of each core."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib

import equivalence
import netlist

QUICK_TILES, ALL_TILES = 200, 4000
REFUTE_TIMEOUT_S = 5
KEPT = ("number", "module", "command", "killed_by", "wrong", "after_tiles", "proof", "seconds", "survives")  # of a mutant, in JSON


def say(text):
    if sys.stderr.isatty():
        print(f"\r{text}\x1b[K", end="", file=sys.stderr)


class Campaign:
    """The mutants of one core."""

    def __init__(self, source, runner, core, seed, folder):
        self.source, self.runner, self.core, self.folder = source, runner, core, folder
        self.name = netlist.core_name(core)
        say(f"{self.name}: makes mutants")
        self.mutants = netlist.choose(core, netlist.flatten(source, core, folder), folder, seed)
        netlist.build(source, core, self.mutants, folder)
        if self.run([0], ALL_TILES)[0][2]:
            raise RuntimeError(f"{self.name}: the netlist without a mutant is not the core")

    def run(self, numbers, tiles):
        """Rows of fp4-run-mutants."""
        core = self.core
        done = subprocess.run([self.runner, str(self.folder), *(str(core[key]) for key in ("rows", "cols", "profile", "formats")), str(tiles),
                               *map(str, numbers)], capture_output=True, text=True)
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        # A mutant may bring the simulation down; the next one starts another.
        if len(rows) < len(numbers):
            if done.returncode == 2:
                raise RuntimeError(done.stderr.strip())
            crashed = [str(numbers[len(rows)]), "0", "simulation", f"ends with status {done.returncode}"]
            return rows + [crashed] + (self.run(numbers[len(rows) + 1:], tiles) if numbers[len(rows) + 1:] else [])
        return rows

    def kill(self, mutants, tiles):
        """Writes down what the vectors kill; returns what survives."""
        if not mutants:
            return []
        for mutant, (number, after, vectors, wrong) in zip(mutants, self.run([m["number"] for m in mutants], tiles), strict=True):
            assert int(number) == mutant["number"]
            if vectors:
                mutant.update(killed_by=vectors, wrong=wrong, after_tiles=int(after))
        return [mutant for mutant in mutants if "killed_by" not in mutant]

    def prove(self, mutants, methods):
        """Writes down what is proven; returns what is not."""
        if not mutants:
            return []
        if not hasattr(self, "cut"):
            self.cut = equivalence.Core(mutants, self.folder)
        for n, mutant in enumerate(mutants):
            say(f"{self.name}: {n} of {len(mutants)} survivors: {', '.join(methods)}")
            start = time.monotonic()
            proof = equivalence.prove(self.cut, mutant["number"], methods)
            if proof:
                mutant.update(proof=proof, seconds=round(time.monotonic() - start, 1))
        return [mutant for mutant in mutants if "proof" not in mutant]

    def judge(self):
        """The cheap judgments first."""
        left = self.kill(self.mutants, QUICK_TILES)
        left = self.prove(left, ["everywhere"])
        left = self.kill(left, ALL_TILES)
        left = self.prove(left, ["reachable", "retimed", "guarded"])
        for mutant in left:
            mutant["survives"] = True
        return self

    def refute(self, count):
        """What is wrong with the machinery itself. Proofs of what is killed have no end of their own, so each part of one has few seconds."""
        wrong = []
        some = self.mutants[::max(1, len(self.mutants) // (2 * count))]
        if len(self.kill(some, 0)) != len(some):
            wrong.append(f"{self.name}: no vectors kill a mutant")
        self.kill(some, QUICK_TILES)
        killed = [mutant for mutant in some if "killed_by" in mutant][:count]
        if len(killed) < count:
            wrong.append(f"{self.name}: of {len(some)} mutants only {len(killed)} are killed")
        equivalence.TIMEOUT_S = REFUTE_TIMEOUT_S
        for method in equivalence.METHODS:
            unproven = self.prove(killed, [method])
            wrong += [f"{self.name}: mutant {m['number']} ({m['module']} {m['command']}) is killed by {m['killed_by']} and proven: {m['proof']}"
                      for m in killed if m not in unproven]
            for mutant in killed:
                mutant.pop("proof", None)
        print(f"{self.name}: {len(killed)} killed mutants, {len(equivalence.METHODS)} methods, {len(wrong)} faults of the machinery")
        return wrong


def summary(campaign):
    count = {key: sum(key in mutant for mutant in campaign.mutants) for key in ("killed_by", "proof", "survives")}
    lines = [f"{campaign.name}: {len(campaign.mutants)} mutants: {count['killed_by']} killed, {count['proof']} proven equivalent, {count['survives']} survive"]
    lines += [f"  survives: {m['module']} {m['command']}" for m in campaign.mutants if "survives" in m]
    return "\n".join(lines)


def write(out, campaigns, table):
    """Cores of the table that were not judged now keep what the file says of them."""
    version = re.search(r"Yosys (\S+)", subprocess.run(["yosys", "-V"], capture_output=True, text=True).stdout)[1]
    old = json.loads(out.read_text()) if out.exists() else {"campaigns": []}
    if old["campaigns"] and (old["yosys"], old["seed"]) != (version, table["seed"]):
        raise RuntimeError(f"{out}: is of yosys {old['yosys']} and seed {old['seed']}, expected {version} and {table['seed']}")
    judged = {netlist.core_name(campaign["core"]): campaign["mutants"] for campaign in old["campaigns"]}
    judged.update((campaign.name, campaign.mutants) for campaign in campaigns)
    rows, seed = [], table["seed"]
    for core in table["core"]:
        if netlist.core_name(core) not in judged:
            continue
        mutants = ",\n".join("  " + json.dumps({key: value for key, value in m.items() if key in KEPT}) for m in judged[netlist.core_name(core)])
        rows.append(f' {{"core": {json.dumps({key: core[key] for key in ("rows", "cols", "profile", "formats")})}, "mutants": [\n{mutants}\n ]}}')
    part = out.with_name(out.name + ".part")
    part.write_text(f'{{"yosys": "{version}", "seed": {seed}, "campaigns": [\n' + ",\n".join(rows) + "\n]}\n")
    part.replace(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runner", required=True, type=pathlib.Path, metavar="FILE", help="the program fp4-run-mutants")
    parser.add_argument("--cores", default="", metavar="REGEX", help="only cores with such names")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="cores judged at a time")
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE", help="JSON: every mutant and what became of it; other cores in it stay")
    parser.add_argument("--refute", type=int, metavar="N")
    parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER", help="leave netlists and proofs there")
    args = parser.parse_args()
    source = pathlib.Path(__file__).resolve().parents[2]
    for tool in ("yosys", "verilator", "berkeley-abc"):
        if not shutil.which(tool):
            print(f"skipped: {tool} was not found")
            return 77
    table = tomllib.loads((source / "rtl/mutation/mutants.toml").read_text())
    cores = [core for core in table["core"] if re.search(args.cores, netlist.core_name(core))]
    if not cores:
        raise RuntimeError(f"--cores {args.cores}: no core has such a name")
    with tempfile.TemporaryDirectory() as temporary, concurrent.futures.ProcessPoolExecutor(args.jobs) as pool:
        jobs = []
        for core in cores:
            folder = (args.keep or pathlib.Path(temporary)).resolve() / netlist.core_name(core)
            folder.mkdir(parents=True)
            jobs.append(pool.submit(judge, source, args.runner.resolve(), core, table["seed"], folder, args.refute))
        results = []
        for job in jobs:
            results.append(job.result())
            if args.refute is None:
                print(summary(results[-1]), flush=True)
                if args.out:
                    write(args.out, results, table)
    if args.refute is not None:
        print("".join(f"{fault}\n" for faults in results for fault in faults), end="")
        return 1 if any(results) else 0
    return 1 if any("survives" in mutant for campaign in results for mutant in campaign.mutants) else 0


def judge(source, runner, core, seed, folder, refute):
    campaign = Campaign(source, runner, core, seed, folder)
    if refute is not None:
        return campaign.refute(refute)
    campaign.judge()
    campaign.cut = None  # too large to hand over
    return campaign


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, OSError, ValueError) as error:
        print(f"mutate.py: {error}", file=sys.stderr)
        sys.exit(2)
