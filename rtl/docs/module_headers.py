"""What the header of a SystemVerilog module says: its description and examples (/// lines), its parameters and ports, each with the comment at its end."""

import dataclasses
import re


@dataclasses.dataclass
class Parameter:
    name: str
    type: str
    value: str
    derived: bool  # a localparam
    meaning: str
    line: str      # as declared


@dataclasses.dataclass
class Port:
    name: str
    direction: str
    type: str  # with its range
    meaning: str

    @property
    def width(self):
        """Bits, as an expression of the module's parameters."""
        bits = re.search(r"\[(.*):0\]", self.type)
        if not bits:
            return "1"
        less = re.fullmatch(r"(.+)-(\d+)", bits[1])
        if less:
            return less[1] if less[2] == "1" else f"{less[1]}-{int(less[2]) - 1}"
        return str(int(bits[1]) + 1)


@dataclasses.dataclass
class Example:
    """Inputs that are not named are 0, but en_i is 1."""
    parameters: dict
    inputs: dict
    outputs: dict
    note: str
    text: str


@dataclasses.dataclass
class Module:
    name: str
    description: str
    examples: list
    parameters: list
    ports: list


def assignments(text):
    """{name: expression} of "name=expression, ..."; commas in parentheses and braces belong to expressions."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "({[") - (character in ")}]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return {name.strip(): value.strip() for name, value in (part.split("=", 1) for part in parts if part.strip())}


def read_example(text):
    match = re.fullmatch(r"(?:\((.*?)\))?: (.*) -> ([^;]*)(?:; (.*))?", text)
    if not match:
        raise ValueError(f"no example: expected (PARAMETERS): INPUTS -> OUTPUTS; NOTE, found {text}")
    parameters, inputs, outputs, note = match.groups()
    return Example(assignments(parameters or ""), assignments(inputs), assignments(outputs), note or "", text)


def declarations(text):
    """(code, comment) of every declaration; a line that is only a comment continues the one above it."""
    found = []
    for line in text.splitlines():
        code, _, comment = (part.strip() for part in line.partition("//"))
        if code and found and not found[-1][2]:
            found[-1] = [f"{found[-1][0]} {code}", f"{found[-1][1]} {comment}".strip(), code.endswith(",")]
        elif code:
            found.append([code, comment, code.endswith(",")])
        elif comment and found:
            found[-1][1] = f"{found[-1][1]} {comment}".strip()
    return [(code.rstrip(","), comment) for code, comment, _ in found]


def read_parameter(code, meaning):
    kind, kind_of_value, name, value = re.fullmatch(r"(parameter|localparam)\s+(.*?)\s*(\w+)\s*=\s*(.*)", code).groups()
    return Parameter(name, kind_of_value, value, kind == "localparam", meaning, code)


def read_port(code, meaning):
    direction, kind, name = re.fullmatch(r"(input|output)\s+(.*?)\s*(\w+)", code).groups()
    return Port(name, direction, re.sub(r"\s+", " ", kind), meaning)


def read_module(path):
    text = path.read_text()
    match = re.search(r"((?:^///.*\n)+)^module (\w+) (?:#\(\n(.*?)^\) )?\(\n(.*?)^\);", text, re.M | re.S)
    if not match:
        raise ValueError(f"{path}: found no module with a description")
    description, name, parameters, ports = match.groups()
    lines = [line[3:].removeprefix(" ") for line in description.splitlines()]
    prose, examples = [], []
    for line in lines:
        if re.match(r"Example[(: ]", line):
            examples.append(line.removeprefix("Example").strip())
        elif examples and line.startswith("  "):
            examples[-1] += f" {line.strip()}"
        else:
            prose.append(line)
    return Module(name, "\n".join(prose).strip(), [read_example(example) for example in examples],
                  [read_parameter(*found) for found in declarations(parameters or "")], [read_port(*found) for found in declarations(ports)])


def read_modules(source, folder):
    """The modules of rtl/FOLDER in the order of rtl/files.f."""
    files = (source / "rtl/files.f").read_text().split()
    return [read_module(source / file) for file in files if file.startswith(f"rtl/{folder}/")]
