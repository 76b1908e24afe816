"""What Verilator counted, read from its coverage files, FOLDER/CORE/STIMULUS.dat, and the waivers of rtl/coverage/waivers.toml applied to it.

A cover point (user coverage) belongs to a core: it is hit where an instance of its cover module in that core hit it. Lines and toggles belong to
a source file: they are hit where any instance in any core hit them, whatever its parameters. Verilator 5.006 counts toggles of what a module
declares itself, not in generate blocks, and a change in either direction.
"""

import collections
import dataclasses
import fnmatch
import pathlib
import re
import tomllib

RTL = pathlib.Path(__file__).resolve().parent.parent


def format_names():
    package = (RTL / "fp4_pkg.sv").read_text()
    return {int(number): name.lower().replace("_", "-") for name, number in re.findall(r"int FORMAT_([A-Z0-9_]+) = (\d+);", package) if name != "W"}


@dataclasses.dataclass
class Point:
    kind: str  # user, line, branch or toggle
    file: str  # below rtl/
    line: int
    name: str  # user: cover.path; toggle: the signal's bit; line and branch: what Verilator calls it
    core: str = ""  # user
    counts: dict = dataclasses.field(default_factory=dict)  # by stimulus, those that hit it
    waiver: str = ""  # its reason

    @property
    def count(self):
        return sum(self.counts.values())

    @property
    def covered(self):
        return self.count > 0

    def __str__(self):
        where = f"{self.core}: " if self.core else f"rtl/{self.file}:{self.line}: "
        return where + self.name


def user_name(hierarchy, formats):
    """core.fp4_tensor_core.u_cover_a_codes.g_format__BRA__0__KET__.g_in.g_code__BRA__3__KET__.nan: a_codes.format[nvfp4].code[3].nan"""
    cover, *path = hierarchy[hierarchy.rindex(".u_cover_") + len(".u_cover_"):].split(".")
    words = [cover]
    for word in path:
        scope = re.fullmatch(r"g_(\w+?)__BRA__(\d+)__KET__", word)
        if scope:
            name, index = scope[1], int(scope[2])
            words.append(f"{name}[{formats[index] if name.endswith('format') else index}]")
        elif not word.startswith("g_"):
            words.append(word)
    return ".".join(words)


def read(folder):
    """All points that the files of the folder count, each once."""
    paths = sorted(pathlib.Path(folder).glob("*/*.dat"))
    if not paths:
        raise ValueError(f"{folder}: expected CORE/STIMULUS.dat, found no such file")
    formats = format_names()
    points = {}
    for path in paths:
        core, stimulus = path.parent.name, path.stem
        with open(path, encoding="latin-1") as lines:
            if not next(lines, "").startswith("# SystemC::Coverage"):
                raise ValueError(f"{path}: expected a coverage file of Verilator")
            for line in lines:
                text, count = line.removeprefix("C '").rsplit("' ", 1)
                fields = dict(field.split("\2", 1) for field in text.split("\1") if field)
                kind = fields["page"].split("/")[0].removeprefix("v_")
                file = fields["f"][fields["f"].rindex("rtl/") + 4:]
                if file.startswith("coverage/") != (kind == "user"):
                    continue  # lines and toggles of cover modules
                if kind == "user":
                    point = Point(kind, file, int(fields["l"]), user_name(fields["h"], formats), core)
                else:
                    point = Point(kind, file, int(fields["l"]), fields["o"])
                key = (kind, file, point.line, "" if kind == "user" else fields["n"], point.name, point.core)
                if int(count):
                    counts = points.setdefault(key, point).counts
                    counts[stimulus] = counts.get(stimulus, 0) + int(count)
                else:
                    points.setdefault(key, point)
    return list(points.values())


def spelled_out(name):
    """lo_o[0:2,7]: lo_o[0], lo_o[1], lo_o[2], lo_o[7]. Other names are patterns, in which * stands for any characters."""
    bits = re.fullmatch(r"([^\[]+)\[([0-9:,]+)\]", name)
    if not bits:
        return [name]
    ranges = [part.partition(":") for part in bits[2].split(",")]
    return [f"{bits[1]}[{bit}]" for first, _, last in ranges for bit in range(int(first), int(last or first) + 1)]


def waive(points, path=RTL / "coverage/waivers.toml"):
    """Gives points that were not hit the reason of the waiver that names them. Returns what is wrong: names that waive no such point."""
    wrong = []
    for waiver in tomllib.loads(path.read_text())["waiver"]:
        open_points = [point for point in points if not point.covered and point.kind in waiver["kinds"]
                       and fnmatch.fnmatchcase(point.core, waiver.get("core", "*")) and fnmatch.fnmatchcase(point.file, waiver.get("file", "*"))]
        for name in (each for names in waiver["names"] for each in spelled_out(names)):
            named = [point for point in open_points if fnmatch.fnmatchcase(point.name, name.replace("[", "[[]"))]
            for point in named:
                point.waiver = waiver["reason"]
            if not named:
                wrong.append(f"waivers.toml: {waiver.get('core') or waiver.get('file')}: {name}: waives nothing that was not hit")
    return wrong


@dataclasses.dataclass
class Sum:
    points: int = 0
    hit: int = 0
    waived: int = 0

    @property
    def missed(self):
        return self.points - self.hit - self.waived


def sums(points, key):
    """Points by key(point), in order of the keys."""
    found = collections.defaultdict(Sum)
    for point in points:
        total = found[key(point)]
        total.points += 1
        total.hit += point.covered
        total.waived += bool(point.waiver)
    return dict(sorted(found.items()))
