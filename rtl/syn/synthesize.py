"""Maps the RTL to a cell library with yosys and ABC and times it with OpenSTA: area and longest path of every design in designs.toml, before
wires. One library may come as several Liberty files, packed by gzip or not. Results go to a JSON file."""

import argparse
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

import liberty

SYN = pathlib.Path(__file__).resolve().parent
RTL = SYN.parent
# As fast as the library allows. Restructuring for area in front of it (dc2, ifraig) makes ripple carries of the adders' trees.
SCRIPT = "strash;dch;map,-B,0.9;topo;buffer,-c;upsize,-D,{d};dnsize,-D,{d};stime,-p"


class Failure(Exception):
    pass


def run(command, what):
    done = subprocess.run(command, capture_output=True, text=True)
    log = done.stdout + done.stderr
    if done.returncode:
        raise Failure(f"{what}: {command[0]} failed: {' | '.join(log.strip().splitlines()[-3:])}")
    return log


def unit_ns(text):
    unit = re.search(r'time_unit\s*:\s*"1(ns|ps)"', text)
    if not unit:
        raise Failure('the library: expected time_unit "1ns" or "1ps"')
    return {"ns": 1.0, "ps": 1e-3}[unit[1]]


def nand2_area(text, name):
    cell = re.search(rf'cell\s*\(\s*"?{re.escape(name)}"?\s*\)\s*{{(.*?)\barea\s*:\s*"?([\d.]+)', text, re.S)
    if not cell:
        raise Failure(f"--nand2 {name}: the library has no such cell")
    return float(cell[2])


def one_assignment_each(netlist):
    """OpenSTA reads no concatenations of single nets on the left."""
    def bits(right):
        for item in right.strip("{} ").split(","):
            constant = re.fullmatch(r"\s*(\d+)'h([0-9a-f]+)\s*", item)
            if constant:
                yield from (f"1'h{bit}" for bit in f"{int(constant[2], 16):0{constant[1]}b}")
            else:
                yield item

    def split(match):
        # The blank ends an escaped name.
        return "\n".join(f"  assign {left.strip()} = {right.strip()} ;" for left, right in zip(match[1].split(","), bits(match[2]), strict=True))
    return re.sub(r"^\s*assign {([^}]*)} = (.*);$", split, netlist, flags=re.M)


def stage_paths(endpoints, stages):
    """The longest path into the registers of each stage, in the library's unit, from OpenSTA's list of endpoints: pin (cell), required, actual, slack."""
    longest = {}
    for name, slack in re.findall(r"^(\S+)/\S+ \(.*?\)\s+\S+\s+\S+\s+(-?[\d.]+)", endpoints, re.M):
        stage = next((name_of for name_of, pattern in stages.items() if re.search(pattern, name)), "control")
        longest[stage] = max(longest.get(stage, 0), 1 - float(slack))
    return longest


def synthesize(design, args, library, folder, ns):
    top, name = design["top"], design["name"]
    work = folder / re.sub(r"\W+", "_", name)
    work.mkdir(exist_ok=True)
    files = " ".join(line.replace("rtl/", f"{RTL}/", 1) for line in (RTL / "files.f").read_text().split())
    files += "".join(f" {path}" for path in sorted(SYN.glob("*.sv")))
    chparam = "".join(f" -set {key} 32'd{value}" for key, value in design.get("parameters", {}).items())
    script = "+" + SCRIPT.format(d=args.delay_ps)
    run(["yosys", "-q", "-p", f"""read_verilog -sv {files}; {f"chparam{chparam} {top};" if chparam else ""}
        synth -flatten -noabc -top {top}; rename -wire t:$_*DFF*; dfflibmap -liberty {library}
        abc -liberty {library} -constr {folder}/constr -script {script}
        opt_clean -purge; setundef -zero; tee -o {work}/stat stat -liberty {library}; splitnets -ports -format _; write_verilog -noattr -noexpr {work}/net.v"""], name)
    net = work / "net.v"
    net.write_text(one_assignment_each(net.read_text()))
    clock = "[get_ports clk_i]" if design.get("clocked") else ""
    (work / "sta.tcl").write_text(f"""
        read_liberty {library}
        read_verilog {work}/net.v
        link_design {top}
        create_clock -name clock -period 1 {clock}
        set_input_delay 0 -clock clock [all_inputs]
        set_output_delay 0 -clock clock [all_outputs]
        {"catch {set_false_path -from [get_ports rst_ni]}" if clock else ""}
        report_checks -path_delay max -digits 4
        {f"report_checks -path_delay max -path_group clock -format end -group_count 1000000 -digits 4 > {work}/endpoints" if clock else ""}
        """)
    log = run(["sta", "-no_init", "-no_splash", "-exit", f"{work}/sta.tcl"], name)
    if "Error:" in log:
        raise Failure(f"{name}: sta: {log[log.index('Error:'):].splitlines()[0]}")
    stat = (work / "stat").read_text()
    area = re.search(r"Chip area for.*: ([\d.]+)", stat)
    # The slack counts what the last register needs in front of its clock.
    slack = re.search(r"(-?[\d.]+)\s+slack", log)
    if not area or not slack:
        raise Failure(f"{name}: expected an area and a path, found {' | '.join(log.strip().splitlines()[-3:])}")
    registers = sum(int(n) for cell, n in re.findall(r"^\s+(\S+)\s+(\d+)$", stat, re.M) if re.search(args.register_cells, cell))
    result = {"name": name, "top": top, "parameters": design.get("parameters", {}), "area_um2": round(float(area[1]), 3),
              "registers": registers, "path_ns": round((1 - float(slack[1])) * ns, 4)}
    if "stages" in design:
        longest = stage_paths((work / "endpoints").read_text(), design["stages"])
        missing = [stage for stage in design["stages"] if stage not in longest]
        if missing:
            raise Failure(f"{name}: expected registers of every stage, found none of {', '.join(missing)}")
        result["stages_ns"] = {stage: round(longest[stage] * ns, 4) for stage in [*design["stages"], "control"]}
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--liberty", required=True, metavar="FILE[,FILE...]", help="the cell library")
    parser.add_argument("--name", required=True, help="what to call process and corner")
    parser.add_argument("--driving-cell", required=True, metavar="CELL", help="drives the inputs and stands for a register's output")
    parser.add_argument("--load", default="10", help="of the outputs, in the library's unit (default 10)")
    parser.add_argument("--nand2", required=True, metavar="CELL", help="whose area is one gate equivalent")
    parser.add_argument("--register-cells", default="(?i)df|latch", metavar="REGEX", help="names of registers (default (?i)df|latch)")
    parser.add_argument("--delay-ps", type=int, default=1, help="sizing stops where this is met (default 1: as fast as can be)")
    parser.add_argument("--designs", metavar="REGEX", default="", help="only designs with such names")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", metavar="DIR", help="keep netlists and the scripts of OpenSTA there")
    parser.add_argument("--out", required=True, metavar="FILE", help="JSON")
    args = parser.parse_args()
    for tool in ("yosys", "sta"):
        if not shutil.which(tool):
            raise Failure(f"{tool}: not found; Debian packages: yosys berkeley-abc opensta")
    listed = tomllib.loads((SYN / "designs.toml").read_text())
    designs = [d for d in listed["design"] if re.search(args.designs, d["name"])]
    for design in designs:
        if "pipe" in design:
            design["stages"] = listed["pipe"][design["pipe"]]
    if not designs:
        raise Failure(f"--designs {args.designs}: no design has such a name")
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(args.keep or stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        library = folder / "library.lib"
        liberty.merge(args.liberty.split(","), library)
        text = library.read_text(encoding="latin-1")
        ns, nand2 = unit_ns(text), nand2_area(text, args.nand2)
        (folder / "constr").write_text(f"set_driving_cell {args.driving_cell}\nset_load {args.load}\n")
        results = []
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            for result in pool.map(lambda design: synthesize(design, args, library, folder, ns), designs):
                result["gates"] = round(result["area_um2"] / nand2)
                results.append(result)
                if sys.stderr.isatty():
                    print(f"\r{len(results)} of {len(designs)}: {result['name']}\x1b[K", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    out = {"process": args.name, "gate": args.nand2, "delay_ps": args.delay_ps, "script": SCRIPT, "designs": results}
    part = pathlib.Path(args.out + ".part")
    part.write_text(json.dumps(out, indent=1) + "\n")
    part.replace(args.out)


if __name__ == "__main__":
    try:
        main()
    except (Failure, OSError, ValueError) as error:
        print(f"synthesize.py: {error}", file=sys.stderr)
        sys.exit(2)
