"""prove.py --list SOURCE: the names of all proofs, one a line.
prove.py SOURCE TRUTH_GENERATOR NAME [mutant]: proves the assertions of one module of rtl/formal for all inputs that its assumptions allow, by
yosys and its SAT solver, and that there are such inputs; with "mutant", that the proof fails once its mutant is in the RTL. Proofs by abc, for
sums, have no assumptions; those by simulation go through all inputs, which products need; those of cycles hold in that
many of them, after a reset out of any state; those of pipelines, so many cycles on from any state, with any cycles between
in which the pipeline is held; those of reachable states, after a reset out of any state, for ever. TRUTH_GENERATOR: golden's fp4-generate-truth-tables. Exit status: 0 as it must be, 1 not, 77 a tool is missing.

With FP4_YOSYS=pyosys in the environment yosys is that of PyPI's package pyosys, in the Python that FP4_PYTHON_WITH_PACKAGES names."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

TIMEOUT_S = 900
ABC = shutil.which("berkeley-abc") or shutil.which("abc")
PYOSYS = os.environ.get("FP4_YOSYS") == "pyosys"
PYTHON_WITH_PACKAGES = os.environ.get("FP4_PYTHON_WITH_PACKAGES")


def yosys(script):
    """What yosys says while it runs the script."""
    with tempfile.NamedTemporaryFile("w", suffix=".ys") as file:
        file.write(script)
        file.flush()
        run_pass = f"from pyosys import libyosys; libyosys.run_pass('script {file.name}', libyosys.Design())"
        command = [PYTHON_WITH_PACKAGES, "-c", run_pass] if PYOSYS else ["yosys", "-s", file.name]
        return subprocess.run(command, capture_output=True, text=True).stdout


def has_pyosys():
    return PYTHON_WITH_PACKAGES and subprocess.run([PYTHON_WITH_PACKAGES, "-c", "import pyosys"], capture_output=True).returncode == 0


def sets_of_formats(source):
    """Every format of the RTL by itself and in the named sets, as far as a profile takes them: (name, format, set)."""
    package = (source / "rtl/fp4_pkg.sv").read_text()
    ints = {name: int(value) for name, value in re.findall(r"localparam int (\w+) = (\d+);", package)}
    numbers = {name[7:].lower(): value for name, value in ints.items()
               if name.startswith("FORMAT_") and name != "FORMAT_W"}
    in_rtl = int(re.search(r"FORMAT_IN_RTL = 32'd(\d+)", package)[1])
    sets = {}
    for name, formats in ints.items():
        if name.startswith("FORMATS_OF_"):
            for other, of_set in ints.items():
                if other.startswith("FORMATS_") and not other.startswith("FORMATS_OF_"):
                    sets.setdefault(formats & of_set, f"of_{formats & of_set}")
    for format_name, number in numbers.items():
        if in_rtl >> number & 1:
            yield f"{format_name}.alone", number, 1 << number
            for formats, name in sets.items():
                if formats >> number & 1:
                    yield f"{format_name}.{name}", number, formats


def read_proofs(source):
    proofs = {}
    for proof in tomllib.loads((source / "rtl/formal/proofs.toml").read_text())["proof"]:
        cases = proof.get("cases", {"": {}})
        if proof.get("every_format"):
            cases = {name: {"Format": number, "Formats": formats} for name, number, formats in sets_of_formats(source)}
        for case, parameters in cases.items():
            name = proof["name"] + (f".{case}" if case else "")
            proofs[name] = {**proof, "parameters": parameters, "mutants": proof.get("mutants", {}).get(case, [])}
    return proofs


def elaborated(rtl, proof, truth, before_flattening="", optimization="opt -full"):
    """A yosys script up to the flat module, its name."""
    top = proof["top"]
    files = [line.replace("rtl/", f"{rtl}/", 1) for line in (rtl / "files.f").read_text().split()]
    chparam = "".join(f" -set {name} 32'd{value % 2**32}" for name, value in proof["parameters"].items())
    return f"""read_verilog -sv -formal {" ".join(files)} {truth} {rtl}/formal/fp4_past.sv {rtl}/formal/{top}.sv
        {f"chparam{chparam} {top}" if chparam else ""}
        hierarchy -check -top {top}; proc -norom; {"chformal -lower;" if PYOSYS else ""} {before_flattening} flatten; {optimization}
        """, top


def verdict(log, proven, refuted, name):
    if proven in log:
        return True, ""
    if refuted in log:
        return False, "\n".join(log[log.rindex(refuted):].splitlines()[:40])
    sys.exit("\n".join(log.splitlines()[-15:]) + f"\n{name}: undecided")


def decide_by_sat(rtl, proof, truth):
    script, top = elaborated(rtl, proof, truth)
    script += f"""sat -set-assumes -timeout {TIMEOUT_S} {top}
        sat -prove-asserts -set-assumes -timeout {TIMEOUT_S} -show-inputs {top}"""
    log = yosys(script)
    if "SAT solving finished - model found" not in log:
        sys.exit("\n".join(log.splitlines()[-15:]) + f"\n{top}: no input is allowed, or yosys failed")
    return verdict(log, "SAT proof finished - no model found: SUCCESS", "SAT proof finished - model found: FAIL", top)


def decide_by_abc(rtl, proof, truth):
    """Equal nodes are merged first, which sums need."""
    script, top = elaborated(rtl, proof, truth)
    with tempfile.TemporaryDirectory() as folder:
        script += f"select -assert-none t:$assume; techmap; opt; aigmap; write_aiger -zinit {folder}/bad.aig"
        yosys(script)
        log = subprocess.run([ABC, "-c", f"read {folder}/bad.aig; iprove"], capture_output=True, text=True, timeout=TIMEOUT_S, cwd=folder).stdout
    return verdict(log, "\nUNSATISFIABLE", "\nSATISFIABLE", top)


def decide_by_cycles(rtl, proof, truth):
    script, top = elaborated(rtl, proof, truth)
    script += f"""clean -purge; async2sync; opt -full
        sat -set-assumes -seq {proof["cycles"]} -set-at 1 rst_ni 0 -timeout {TIMEOUT_S}
        sat -tempinduct-baseonly -maxsteps {proof["cycles"]} -prove-asserts -set-assumes -set-at 1 rst_ni 0 -timeout {TIMEOUT_S} -show-public"""
    log = yosys(script)
    if "SAT solving finished - model found" not in log:
        sys.exit("\n".join(log.splitlines()[-15:]) + f"\n{top}: no input is allowed, or yosys failed")
    return verdict(log, f"proved base case for {proof['cycles']} steps: SUCCESS", "model found for base case: FAIL", top)


def ask_abc(commands, folder):
    """What ABC says, or nothing where it takes too long."""
    try:
        return subprocess.run([ABC, "-c", commands], capture_output=True, text=True, timeout=TIMEOUT_S, cwd=folder).stdout
    except subprocess.TimeoutExpired:
        return ""


def counts(folder, log, top):
    """How many outputs and bad ones bad.aig has there."""
    aiger = pathlib.Path(folder) / "bad.aig"
    header = aiger.read_bytes().split(b"\n")[0].split() if aiger.exists() else []
    if len(header) < 7 or header[4] != b"1":
        sys.exit("\n".join(log.splitlines()[-15:]) + f"\n{top}: expected one output, premise_o, and assertions, found {header}")
    return int(header[4]), int(header[6])


def decide_by_pipeline(rtl, proof, truth):
    """Two parts. Held, no register changes: with the port of that name low, the next value of each is its own output. So a run with such cycles ends
    like the one without them, which ABC unrolls from any state; merging equal nodes decides most of it."""
    # Mapped first, a cell has the same gates wherever it is.
    multiply = f"techmap -map {rtl}/formal/multiply.v; " if proof.get("multiplies") else ""
    script, top = elaborated(rtl, proof, truth, multiply + "techmap;", "opt -fast")
    cycles = proof["cycles"]
    held = proof.get("held_by")
    with tempfile.TemporaryDirectory() as folder:
        if held:
            script += f"""delete -input w:{held}; select -assert-none i:{held}; design -push-copy; connect -set {held} 1'b0; opt_expr; dffunmap; techmap; opt_expr -mux_undef
                setundef -undriven -anyseq; opt_expr; aigmap; opt_expr; write_aiger -ascii {folder}/held.aag; design -pop; connect -set {held} 1'b1; opt -fast
                """
        log = yosys(script + f"opt_expr -mux_undef; setundef -undriven -anyseq; opt -fast; dffunmap; techmap; opt_clean; aigmap; write_aiger {folder}/bad.aig")
        outputs, bad = counts(folder, log, top)
        if held:
            lines = (pathlib.Path(folder) / "held.aag").read_text().splitlines()
            inputs, latches = map(int, lines[0].split()[2:4])
            moves = [line for line in lines[1 + inputs:1 + inputs + latches] if line.split()[0] != line.split()[1]]
            if moves or not latches:
                return False, f"held, {len(moves)} of {latches} register bits change"
        for number in range(1 + bad):
            last = (outputs + bad) * cycles + number
            log = ask_abc(f"read bad.aig; frames -i -F {cycles + 1}; cone -O {last}; iprove", folder)
            holds, model = verdict(log, "\nUNSATISFIABLE", "\nSATISFIABLE", top)
            if number == 0 and holds:
                sys.exit(f"{top}: the premise is never met")
            if number > 0 and not holds:
                return False, model
    return True, ""


def decide_by_reachable_states(rtl, proof, truth):
    """By property-directed reachability. That the premise can be met is a property, too, which must be refuted."""
    script, top = elaborated(rtl, proof, truth)
    with tempfile.TemporaryDirectory() as folder:
        log = yosys(script + f"""clean -purge; async2sync; opt -full; setundef -undriven -anyseq; dffunmap; techmap; opt_expr; opt_clean; aigmap
            write_aiger -zinit {folder}/bad.aig; delete -output w:premise_o; select -assert-none o:*; opt_clean; write_aiger -zinit {folder}/proof.aig""")
        counts(folder, log, top)
        if "was asserted in frame" not in ask_abc("read bad.aig; fold; cone -s -O 0; bmc3 -F 200 -T 100", folder):
            sys.exit(f"{top}: the premise was not met")
        log = ask_abc(f"read proof.aig; fold; scorr; dc2; pdr -T {TIMEOUT_S}", folder)
    return verdict(log, "\nProperty proved", "was asserted in frame", top)


def decide_by_simulation(rtl, proof, truth):
    top = proof["top"]
    files = [line.replace("rtl/", f"{rtl}/", 1) for line in (rtl / "files.f").read_text().split()]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["verilator", "--binary", "--timing", "-O3", "-CFLAGS", "-O2", "-Wno-fatal", "--Mdir", folder, "--top-module", top, "-o", "all",
                        *(f"-G{name}={value}" for name, value in proof["parameters"].items()), *files, f"{rtl}/formal/{top}.sv"],
                       check=True, capture_output=True)
        log = subprocess.run([f"{folder}/all"], capture_output=True, text=True, timeout=TIMEOUT_S).stdout
    return verdict(log, "proven", "refuted", top)


def decide(rtl, proof, truth):
    return {"sat": decide_by_sat, "abc": decide_by_abc, "simulation": decide_by_simulation, "cycles": decide_by_cycles, "pipeline": decide_by_pipeline,
            "reachable states": decide_by_reachable_states}[proof.get("method", "sat")](rtl, proof, truth)


def mutate(rtl, mutant):
    path = rtl / mutant["file"]
    text = path.read_text()
    if text.count(mutant["old"]) != 1:
        sys.exit(f"{path.name}: expected once, found {text.count(mutant['old'])} times: {mutant['old']}")
    path.write_text(text.replace(mutant["old"], mutant["new"]))


def main(source, generator, name, with_mutants):
    if not shutil.which("yosys") or not ABC or not shutil.which("verilator"):
        print("skipped: yosys, ABC or Verilator was not found")
        return 77
    if PYOSYS and not has_pyosys():
        print("skipped: FP4_PYTHON_WITH_PACKAGES names no Python that has pyosys")
        return 77
    proof = read_proofs(source)[name]
    with tempfile.TemporaryDirectory() as folder:
        truth = pathlib.Path(folder) / "fp4_truth.sv"
        truth.write_bytes(subprocess.run([generator], capture_output=True, check=True).stdout)
        if not with_mutants:
            proven, model = decide(source / "rtl", proof, truth)
            print(f"{name}: {'proven' if proven else 'refuted'}\n{model}")
            return 0 if proven else 1
        alive = 0
        for number, mutant in enumerate(proof["mutants"]):
            rtl = pathlib.Path(folder) / str(number) / "rtl"
            shutil.copytree(source / "rtl", rtl)
            mutate(rtl, mutant)
            proven, _ = decide(rtl, proof, truth)
            print(f"{name}: {'holds' if proven else 'fails'} with {mutant['new']} in {mutant['file']}")
            alive += proven
        return 1 if alive else 0


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--list":
        for proof_name, entry in read_proofs(pathlib.Path(sys.argv[2])).items():
            print(proof_name)
            if entry["mutants"]:
                print(proof_name + " mutant")
    elif len(sys.argv) in (4, 5) and sys.argv[4:] in ([], ["mutant"]):
        sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3], len(sys.argv) == 5))
    else:
        sys.exit(__doc__)
