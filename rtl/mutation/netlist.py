"""Mutants of one core: chosen by yosys, all in one netlist behind the input mutsel, which Verilator makes a core that the simulator can load."""

import pathlib
import re
import subprocess

TOP = "fp4_tensor_core"


def run(command, what, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        raise RuntimeError(f"{what}: {command[0]} failed: {' | '.join((done.stdout + done.stderr).strip().splitlines()[-3:])}")
    return done.stdout


def package(source):
    """Numbers of profiles and sets of formats."""
    return {name: int(value) for name, value in re.findall(r"localparam int (\w+) = (\d+);", (source / "rtl/fp4_pkg.sv").read_text())}


def upper(name):
    return name.upper().replace("-", "_")


def flatten(source, core, folder):
    """base.il: the flat core, every cell with the attribute fp4_module, which says what module it is from. Returns those modules."""
    numbers = package(source)
    formats = numbers["FORMATS_" + upper(core["formats"])] & numbers["FORMATS_OF_" + upper(core["profile"])]
    parameters = {"Rows": core["rows"], "Cols": core["cols"], "Profile": numbers["PROFILE_" + upper(core["profile"])], "FormatsA": formats, "FormatsB": formats}
    files = (source / "rtl/files.f").read_text().split()
    run(["yosys", "-q", "-p", f"""read_verilog -sv {" ".join(files)}
        chparam {" ".join(f"-set {name} 32'd{value}" for name, value in parameters.items())} {TOP}
        hierarchy -check -top {TOP}; proc -norom; opt_expr; pmuxtree; opt_clean; rename -top {TOP}
        write_ilang {folder}/hierarchy.il; tee -o {folder}/modules ls"""], "the core", cwd=source)
    names = {}
    for line in (folder / "modules").read_text().splitlines():
        found = re.search(r"fp4_\w+", line)
        if found:
            names.setdefault(found[0], []).append(line.strip())
    tags = "".join(f"select -clear; setattr -set fp4_module \"{module}\" {instance}/c:*\n" for module, instances in names.items() for instance in instances)
    (folder / "flatten.ys").write_text(f"read_ilang {folder}/hierarchy.il\n{tags}flatten; opt_clean; write_ilang {folder}/base.il\n")
    run(["yosys", "-q", "-s", f"{folder}/flatten.ys"], "the flat core")
    return sorted(names)


def choose(core, modules, folder, seed):
    """The mutants, numbered from 1: {module, mode, cell, port, bit, command}. The clock's pins are no sites: there is one clock."""
    wanted = {module: core.get("mutants", {}).get(module, core["each"]) for module in modules}
    script = [f"read_ilang {folder}/base.il"]
    for module, count in wanted.items():
        script.append(f"mutate -list {count + count // 8 + 8} -seed {seed} -o {folder}/{module}.list a:fp4_module={module}")
    run(["yosys", "-q", "-p", "\n".join(script)], "the choice of mutants")
    mutants = []
    for module, count in wanted.items():
        lines = (folder / f"{module}.list").read_text().splitlines()
        for line in [line for line in lines if " -port CLK " not in line][:count]:
            options = dict(re.findall(r"-(mode|cell|port|portbit|ctrlbit|wire|wirebit) (\S+)", line))
            number = len(mutants) + 1
            command = " ".join(f"-{name} {options[name]}" for name in ("mode", "cell", "port", "portbit", "ctrlbit") if name in options)
            mutants.append({"number": number, "module": module, **options, "command": f"-module {TOP} {command}"})
    return mutants


def netlist(mutants, folder, name, write):
    """The flat core with these mutants, as write makes it."""
    width = max(mutant["number"] for mutant in mutants).bit_length()
    lines = [f"read_ilang {folder}/base.il"]
    lines += [f"mutate -ctrl mutsel {width} {mutant['number']} {mutant['command']}" for mutant in mutants]
    lines += ["opt_clean", write]
    (folder / f"{name}.ys").write_text("\n".join(lines) + "\n")
    run(["yosys", "-q", "-s", f"{folder}/{name}.ys"], "the netlist")


def core_name(core):
    suffix = "" if core["formats"] == "razer" else "-" + core["formats"]
    return f"core-{core['rows']}x{core['cols']}-{core['profile']}{suffix}"


def build(source, core, mutants, folder):
    """folder/core-....so, as core_loader.hpp wants it."""
    numbers = package(source)
    formats = numbers["FORMATS_" + upper(core["formats"])] & numbers["FORMATS_OF_" + upper(core["profile"])]
    netlist(mutants, folder, "mutants", f"write_verilog -noattr {folder}/mutants.v")
    defines = {"ROWS": core["rows"], "COLS": core["cols"], "PROFILE": numbers["PROFILE_" + upper(core["profile"])], "FORMATS": formats, "RANDOM_START": 1, "BLOCKS_PER_CYCLE": 1,
               "ARITHMETIC": f'"{core["profile"]}"'}
    (folder / "core.hpp").write_text("".join(f"#define FP4_CORE_{name} {value}\n" for name, value in defines.items()))
    includes = [source / "rtl/mutation", source / "sim/hardware", source / "golden/include"]
    flags = ["-std=c++20", "-O1", "-fPIC", "-fvisibility=hidden", "-fno-gnu-unique", *(f"-I{path}" for path in includes),
             "-include", f"{folder}/core.hpp"]
    run(["verilator", "--cc", "--exe", "--build", "-j", "1", "-O3", "-fno-const-bit-op-tree", "--x-assign", "unique", "--x-initial", "unique", "-Wno-fatal", "-Wno-lint", "-Wno-UNOPTFLAT",
         "--prefix", "Vfp4_mutants", "--top-module", TOP, "--Mdir", f"{folder}/verilated", "-CFLAGS", " ".join(flags), "-LDFLAGS", "-shared",
         "-MAKEFLAGS", "OPT_FAST=-O1", "-MAKEFLAGS", "OPT_SLOW=-O0",
         "-o", f"{folder}/{core_name(core)}.so", f"{folder}/mutants.v", f"{source}/sim/hardware/rtl_core_verilated.cpp"], core_name(core))
