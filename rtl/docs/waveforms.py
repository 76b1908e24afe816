"""waveforms.py [--check] SOURCE: simulates one tile (fp4_waveform_bench) in Icarus and draws its waveforms: docs/05_rtl_waveforms_PROFILE.svg. With --check it changes nothing and
exits 1 if a drawing would change. Exit status 77 where Icarus is missing."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import pages
import pipe_diagram
import svg

PROFILES = {"exact": "PROFILE_EXACT", "nv-blackwell": "PROFILE_NV_BLACKWELL"}
PERIOD, FIRST_EDGE = 10, 15  # of the bench's clock; the first edge after its reset
CYCLE, LEFT, ROW = 58, 190, 24


def simulate(source, profile):
    """The bench's VCD for that value of Profile."""
    files = (source / "rtl/files.f").read_text().split()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["iverilog", "-g2012", "-P", f"fp4_waveform_bench.Profile={profile}", "-s", "fp4_waveform_bench", "-o", f"{folder}/bench",
                        *(str(source / file) for file in files), str(source / "rtl/docs/fp4_waveform_bench.sv")], check=True, capture_output=True)
        said = subprocess.run(["vvp", "-n", "bench"], cwd=folder, check=True, capture_output=True, text=True).stdout
        if "no D came" in said:
            raise ValueError("fp4_waveform_bench: no D came")
        return (pathlib.Path(folder) / "waveform.vcd").read_text()


def read_vcd(text):
    """({signal: [(time, bits)]}, the last time)."""
    names, changes, time = {}, {}, 0
    for width, code, name in re.findall(r"\$var \w+ (\d+) (\S+) (\w+)", text):
        names[code] = (name, int(width))
        changes[name] = []
    for line in text.split("$enddefinitions $end")[1].splitlines():
        if line.startswith("#"):
            time = int(line[1:])
        elif match := re.fullmatch(r"b(\w+) (\S+)|([01xz])(\S+)", line):
            name, width = names[match[2] or match[4]]
            bits = (match[1] or match[3]).lower()
            changes[name].append((time, (bits[0] if bits[0] in "xz" else "0") * (width - len(bits)) + bits))
    return changes, time


def bit(changes, number):
    """One bit of a vector, the lowest 0."""
    return [(time, bits[-1 - number]) for time, bits in changes]


def pieces(changes, end):
    """(from, to, value) from the first edge on, equal neighbors as one."""
    found = []
    for (time, value), (until, _) in zip(changes, [*changes[1:], (end, None)]):
        time = max(time, FIRST_EDGE)
        if until <= time:
            continue
        if found and found[-1][2] == value:
            found[-1][1] = until
        else:
            found.append([time, until, value])
    return found


def x_of(time):
    return LEFT + (time - FIRST_EDGE) / PERIOD * CYCLE


def draw_bit(y, changes, end, style):
    points = []
    for time, until, value in pieces(changes, end):
        level = {"0": y + 15, "1": y + 3}.get(value, y + 9)
        points += [(x_of(time), level), (x_of(until), level)]
    return [svg.line(points, style)]


def draw_words(y, changes, end, style):
    parts = []
    for time, until, value in pieces(changes, end):
        left, right = x_of(time), x_of(until)
        parts.append(svg.rectangle(left, y + 2, right - left, 15, style, 3))
        if set(value) <= {"0", "1"}:
            parts.append(svg.text((left + right) / 2, y + 14, f"{int(value, 2):0{len(value) // 4}X}", "value", "middle"))
    return parts


def draw(source, name):
    package = (source / "rtl/fp4_pkg.sv").read_text()
    signals, end = read_vcd(simulate(source, int(re.search(rf"int {PROFILES[name]} = (\d+);", package)[1])))
    end -= (end - FIRST_EDGE) % PERIOD
    stages = pipe_diagram.read_stages((source / "docs/05_rtl.md").read_text())
    rows = [("clk_i", "", "wave1", signals["clk"]), None,
            *((f"k_{port}", "", "wave1", signals[f"k_{port[:-2]}"]) for port in ("valid_i", "ready_o", "last_i")), None]
    for number, stage in enumerate(stages):
        rows.append((f"stage {number}", re.split(r"[:,]", stage[0 if name == "exact" else 2])[0], "wave", bit(signals["stage_valid"], number)))
    rows += [None, *((f"c_{port}", "", "wave1", signals[f"c_{port[:-2]}"]) for port in ("valid_i", "ready_o")),
             None, *((f"d_{port}", "", "wave1", signals[f"d_{port[:-2]}"]) for port in ("valid_o", "ready_i", "last_o"))]
    for column in (0, 1):
        words = [(time, bits[len(bits) - 32 * (column + 1):len(bits) - 32 * column]) for time, bits in signals["d"]]
        rows.append((f"d_o[{32 * column} +: 32]", "", "bus1", words))
    height = 40 + sum(ROW if row else ROW / 2 for row in rows)
    parts = []
    for cycle in range((end - FIRST_EDGE) // PERIOD + 1):
        x = LEFT + CYCLE * cycle
        parts.append(svg.line([(x, 26), (x, height - 8)], "grid"))
        if x < x_of(end):
            parts.append(svg.text(x + CYCLE / 2, 20, str(cycle), "soft", "middle"))
    parts.append(svg.text(8, 20, "cycle", "soft"))
    y = 30
    for row in rows:
        if row:
            label, note, style, changes = row
            parts += [svg.text(8, y + 14, label, "code"), svg.text(66, y + 14, note, "soft")]
            parts += (draw_words if style.startswith("bus") else draw_bit)(y, changes, end, style)
        y += ROW if row else ROW / 2
    return svg.drawing(LEFT + CYCLE * ((end - FIRST_EDGE) // PERIOD) + 12, height, f"Waveforms of one tile in profile {name}", parts)


def make_pages(source):
    return {source / f"docs/05_rtl_waveforms_{name}.svg": draw(source, name) for name in PROFILES}


if __name__ == "__main__":
    if not shutil.which("iverilog"):
        print("skipped: iverilog was not found")
        sys.exit(77)
    pages.run(make_pages, __doc__)
