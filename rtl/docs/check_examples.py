"""check_examples.py SOURCE TOOL: runs the worked examples in the headers of rtl/cells, each on a cell with its parameters, in iverilog or verilator. Every cell must have one.
An example says: Example (PARAMETER=VALUE, ...): input=VALUE, ... -> output=VALUE, ...; NOTE. Inputs that it leaves out are 0, but en_i is 1. Exit status: 0 all hold, 1 not,
77 the tool is missing."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

import module_headers


def bench_of(module, number, example):
    """A module that applies the example and prints what differs."""
    name = f"example_{module.name}_{number}"
    declared = {parameter.name for parameter in module.parameters if not parameter.derived}
    inputs = {port.name: "1" if port.name == "en_i" else "0" for port in module.ports if port.direction == "input"}
    outputs = {port.name for port in module.ports if port.direction == "output"}
    unknown = (example.parameters.keys() - declared) | (example.inputs.keys() - inputs.keys()) | (example.outputs.keys() - outputs)
    if unknown or not example.outputs:
        sys.exit(f"{module.name}: {example.text}: no such parameter or port: {', '.join(sorted(unknown)) or 'no output'}")
    lines = [f"module {name};"]
    lines += [f"  localparam {parameter.type} {parameter.name} = {example.parameters.get(parameter.name, parameter.value)};" for parameter in module.parameters]
    lines += [f"  {port.type} {port.name};" for port in module.ports]
    parameters = ", ".join(f".{name}({name})" for name in example.parameters)
    ports = ", ".join(f".{port.name}({port.name})" for port in module.ports)
    lines += [f"  {module.name} {f'#({parameters}) ' if parameters else ''}u_cell ({ports});", "  initial begin"]
    lines += [f"    {port} = {example.inputs.get(port, value)};" for port, value in inputs.items()]
    lines += ["    #1;"]
    lines += [f'    if ({port} !== ({value})) $display("{module.name}: %s: {port}: expected %0h, found %0h", "{example.text}", {value}, {port});'
              for port, value in example.outputs.items()]
    return "\n".join([*lines, "  end", "endmodule"])


def run(source, tool, text, tops, folder):
    bench = folder / "examples.sv"
    bench.write_text("\n".join([text, "module fp4_examples;", *(f"  {top} u_{top} ();" for top in tops), "endmodule", ""]))
    files = [str(source / file) for file in (source / "rtl/files.f").read_text().split() if not file.startswith("rtl/core/")]
    program = folder / "examples"
    if tool == "iverilog":
        build = ["iverilog", "-g2012", "-o", str(program), "-s", "fp4_examples", *files, str(bench)]
    else:
        build = ["verilator", "--binary", "--timing", "-CFLAGS", "-O0", "-Wno-fatal", "-Wno-lint", "-Wno-style", "--Mdir", str(folder), "--top-module", "fp4_examples", "-o",
                 "examples", *files, str(bench)]
    built = subprocess.run(build, capture_output=True, text=True)
    if built.returncode:
        sys.exit(built.stdout + built.stderr)
    return subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout


def main(source, tool):
    if not shutil.which(tool):
        print(f"skipped: {tool} was not found")
        return 77
    benches, tops, failed = [], [], False
    for module in module_headers.read_modules(source, "cells"):
        if not module.examples:
            print(f"{module.name}: no example")
            failed = True
        for number, example in enumerate(module.examples):
            benches.append(bench_of(module, number, example))
            tops.append(f"example_{module.name}_{number}")
    with tempfile.TemporaryDirectory() as folder:
        said = run(source, tool, "\n".join(benches), tops, pathlib.Path(folder))
    differences = "".join(line + "\n" for line in said.splitlines() if ": expected " in line)
    print(f"{differences}{len(tops)} examples by {tool}: {'some differ' if differences else 'all hold'}")
    return 1 if failed or differences else 0


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in ("iverilog", "verilator"):
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]))
