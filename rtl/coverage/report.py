"""report.py FOLDER --out DIR: what Verilator counted in FOLDER, CORE/STIMULUS.dat, as one HTML page, DIR/index.html: cover points by core, lines,
branches and toggles by module, sources with counts, waivers.
report.py FOLDER --table: the groups of cover points as the table of docs/05_rtl.md. --table-in PAGE: PAGE has that table.
Exit status: 0; 1 where PAGE has another table; 2 for bad usage or files."""

import collections
import html
import os
import pathlib
import sys
import tempfile

import coverage_data

KINDS = ("line", "branch", "toggle")
# What groups of cover points are about, by their cover modules.
SUBJECTS = {
    "fp4_cover_codes": "every code of every format under NaN, zero, subnormal and normal scales, on either side",
    "fp4_cover_scales": "every class of scale of every format under every value of the bits above it, on either side",
    "fp4_cover_specials": "every magnitude and sign of special values, V1 and V2, on either side",
    "fp4_cover_sub_blocks": "doublings of every four (hif4), factors of every eight (m2xfp-w), in every sixteen of a block",
    "fp4_cover_floats": "every class of C, and of values to be quantized, in either sign; every exponent",
    "fp4_cover_tiles": "lengths of tiles, tiles with and without C after each other, every pair of formats",
    "fp4_cover_streams": "what the three streams do together; how long each asks, waits and moves",
    "fp4_cover_step_holds": "what holds fused steps, and where steps then are",
    "fp4_cover_alignment": "distances of four terms and C below the largest exponent, and what is cut",
    "fp4_cover_to_odd": "what the cut to odd makes of a block's sum or of C, and roundings that it decides",
    "fp4_cover_exact_terms": "distances of terms above the sum's lowest bit; first, inner and last terms, NaN among them",
    "fp4_cover_c_grid": "exponents of C beside a sum, and what its grid makes of C",
    "fp4_cover_rounding": "below, at and above half of the last place; subnormals, overflow, underflow, in either sign",
    "fp4_cover_results": "NaN, infinite C, C that passes, and how they meet",
    "fp4_cover_block_stream": "quantizer: what its two streams do together; how long each asks, waits and moves, with how many blocks inside",
    "fp4_cover_amax": "quantizer: every class of the largest magnitude, which value has it, NaN and infinities beside it",
    "fp4_cover_block_scale": "quantizer: every block scale of either format; largest magnitudes at, above and below every value halfway between two",
    "fp4_cover_element_round": "quantizer: values at, above and below every boundary of codes and of the special value, in either sign and format; what 5.0 saves",
    "fp4_cover_special_sign": "quantizer: which sign of the special value saves more, by how little, and ties",
    "fp4_cover_quantized": "quantizer: every code of either format under every class of block scale; formats after each other",
}

STYLE = """
body { font: 14px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 1700px; padding: 0 1em; color: #222; }
h1 { font-size: 1.5em; } h2 { font-size: 1.2em; margin-top: 2em; } h3 { font-size: 1em; font-family: monospace; }
table { border-collapse: collapse; } th, td { padding: 2px 9px; text-align: right; border-bottom: 1px solid #e4e4e4; white-space: nowrap; }
th { background: #f4f4f4; position: sticky; top: 0; } td:first-child, th:first-child { text-align: left; }
td.text, th.text { text-align: left; white-space: normal; min-width: 320px; }
th.core { white-space: normal; vertical-align: bottom; }
.hit { background: #e3f4e3; } .waived { background: #fdf3d0; } .missed { background: #f9d0d0; } .none { color: #aaa; }
details { margin: 3px 0; } summary { cursor: pointer; } summary code { font-size: 13px; }
pre { margin: 0; font-size: 12.5px; line-height: 1.35; } .source td { border: 0; padding: 0 8px; } .source td.code { text-align: left; white-space: pre; font-family: monospace; }
.bar { display: inline-block; width: 70px; height: 9px; background: #f9d0d0; margin-left: 6px; vertical-align: middle; }
.bar i { display: block; height: 9px; background: #5aa65a; float: left; }
.bar i.w { background: #e3c355; } .scroll { max-height: 460px; overflow: auto; border: 1px solid #ddd; }
"""


def state(points):
    """The class of a cell for these points; none for none."""
    if any(not point.covered and not point.waiver for point in points):
        return "missed"
    return ("waived" if any(point.waiver for point in points) else "hit") if points else ""


def cell(total, bar=False):
    if total is None:
        return "<td class=none>-</td>"
    kind = "missed" if total.missed else "hit"
    text = f"{total.hit} of {total.points}" + (f", {total.waived} waived" if total.waived else "")
    if not bar:
        return f"<td class={kind}>{text}</td>"
    widths = [100 * part / total.points for part in (total.hit, total.waived)]
    return (f"<td class={kind}>{100 * total.hit / total.points:.1f} % <span class=bar title='{text}'><i style='width:{widths[0]:.1f}%'></i>"
            f"<i class=w style='width:{widths[1]:.1f}%'></i></span></td>")


def cover_points(points):
    """Groups by cores; each opens to its points and how often each core hit them."""
    cores = sorted({point.core for point in points})
    totals = coverage_data.sums(points, lambda point: (point.name.split(".")[0], point.core))
    head = "".join(f"<th class=core>{core.replace('-', '-<wbr>')}</th>" for core in cores)
    yield f"<h2 id=points>Cover points</h2><table><tr><th>group</th>{head}<th class=text>is about</th></tr>"
    groups = collections.defaultdict(lambda: collections.defaultdict(dict))
    modules = {}
    for point in points:
        group = point.name.split(".")[0]
        groups[group][point.name][point.core] = point
        modules[group] = pathlib.Path(point.file).stem
    for group in sorted(groups):
        cells = "".join(cell(totals.get((group, core))) for core in cores)
        yield f"<tr><td><a href='#{group}'>{group}</a></td>{cells}<td class=text>{SUBJECTS[modules[group]]}</td></tr>"
    yield "</table>"
    for group, names in sorted(groups.items()):
        yield f"<details id={group}><summary><code>{group}</code>: {len(names)} points, hits by core</summary><div class=scroll><table><tr><th>point</th>{head}</tr>"
        for name, by_core in sorted(names.items(), key=lambda item: [int(part) if part.isdigit() else part for part in item[0].replace("[", " ").replace("]", " ").split()]):
            row = ""
            for core in cores:
                point = by_core.get(core)
                row += "<td class=none>-</td>" if point is None else f"<td class={state([point])} title='{html.escape(point.waiver)}'>{point.count:,}</td>"
            yield f"<tr><td><code>{html.escape(name)}</code></td>{row}</tr>"
        yield "</table></div></details>"


def modules(points):
    totals = coverage_data.sums(points, lambda point: (point.file, point.kind))
    yield "<h2 id=modules>Modules</h2><p>Over all instances in all cores. Toggles are those of ports and of what a module declares outside generate blocks.</p>"
    yield "<table><tr><th>module</th>" + "".join(f"<th>{kind}</th>" for kind in KINDS) + "</tr>"
    for file in sorted({point.file for point in points}):
        yield f"<tr><td><a href='#{file}'>{file}</a></td>" + "".join(cell(totals.get((file, kind)), bar=True) for kind in KINDS) + "</tr>"
    yield "</table>"


def sources(points):
    by_place = collections.defaultdict(list)
    for point in points:
        by_place[point.file, point.line].append(point)
    yield "<h2 id=sources>Sources</h2><p>Left of a line: how often its block or branch was run (the rarest), and how many of its bits toggled.</p>"
    for file in sorted({point.file for point in points}):
        yield f"<details id='{file}'><summary><code>{file}</code></summary><table class=source>"
        for number, text in enumerate((coverage_data.RTL / file).read_text().splitlines(), 1):
            here = by_place.get((file, number), [])
            runs = [point for point in here if point.kind != "toggle"]
            bits = [point for point in here if point.kind == "toggle"]
            count = f"{min(point.count for point in runs):,}" if runs else ""
            toggled = f"{sum(point.covered for point in bits)}/{len(bits)}" if bits else ""
            why = html.escape("; ".join(sorted({point.waiver for point in here if point.waiver})))
            yield (f"<tr title='{why}'><td class=none>{number}</td><td class='{state(runs)}'>{count}</td>"
                   f"<td class='{state(bits)}'>{toggled}</td><td class=code>{html.escape(text)}</td></tr>")
        yield "</table></details>"


def waivers(points, wrong):
    by_reason = collections.defaultdict(list)
    for point in points:
        if point.waiver:
            by_reason[point.waiver].append(point)
    yield "<h2 id=waivers>Waivers</h2>" + "".join(f"<p class=missed>{html.escape(line)}</p>" for line in wrong)
    yield "<table><tr><th>reason</th><th>points</th></tr>"
    for reason, waived in by_reason.items():
        yield f"<tr><td class=text>{html.escape(reason)}</td><td>{len(waived)}</td></tr>"
    yield "</table>"


def page(points, wrong):
    user = [point for point in points if point.kind == "user"]
    rest = [point for point in points if point.kind != "user"]
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>Coverage of the RTL</title><style>{STYLE}</style><h1>Coverage of the RTL</h1>"
    yield "<p><a href='#points'>Cover points</a> · <a href='#modules'>modules</a> · <a href='#sources'>sources</a> · <a href='#waivers'>waivers</a></p>"
    yield "<table><tr><th>kind</th><th>points</th><th>hit</th><th>waived</th><th>missed</th></tr>"
    for kind, total in coverage_data.sums(points, lambda point: point.kind).items():
        cells = f"<td>{total.points:,}</td><td>{total.hit:,}</td><td>{total.waived}</td><td class={'missed' if total.missed else 'hit'}>{total.missed}</td>"
        yield f"<tr><td>{'cover point' if kind == 'user' else kind}</td>{cells}</tr>"
    yield "</table>"
    missed = [point for point in points if not point.covered and not point.waiver]
    if missed:
        yield "<h2>Not hit</h2><ul>" + "".join(f"<li><code>{html.escape(str(point))}</code>" for point in missed) + "</ul>"
    yield from cover_points(user)
    yield from modules(rest)
    yield from sources(rest)
    yield from waivers(points, wrong)
    yield ("<script>const open = () => { const e = document.getElementById(decodeURIComponent(location.hash.slice(1))); if (e && e.tagName == 'DETAILS') e.open = true; };"
           " addEventListener('hashchange', open); open();</script></html>")


def table(points):
    """Cover points by module, those of all cores together."""
    user = [point for point in points if point.kind == "user"]
    totals = coverage_data.sums(user, lambda point: pathlib.Path(point.file).stem)
    yield "| cover points in | number | waived | of |\n|---|---|---|---|"
    for module, subject in SUBJECTS.items():
        yield f"| `{module}` | {totals[module].points:,} | {totals[module].waived or ''} | {subject} |"
    every = [sum(getattr(total, field) for total in totals.values()) for field in ("points", "waived")]
    cores = {point.core for point in user}
    quantizers = {core for core in cores if core.startswith("quantizer")}
    yield f"| all, of {len(cores - quantizers)} cores and {len(quantizers)} quantizers | {every[0]:,} | {every[1]} | |"


def main(arguments):
    if len(arguments) < 2 or (arguments[1], len(arguments)) not in (("--table", 2), ("--table-in", 3), ("--out", 3)):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        points = coverage_data.read(arguments[0])
        wrong = coverage_data.waive(points)
        if arguments[1] != "--out":
            text = "\n".join(table(points))
            if arguments[1] == "--table" or text not in pathlib.Path(arguments[2]).read_text():
                print(text)
                return 0 if arguments[1] == "--table" else 1
            return 0
        out = pathlib.Path(arguments[2])
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=out, delete=False) as file:
            file.write("\n".join(page(points, wrong)))
        os.chmod(file.name, 0o644)
        os.replace(file.name, out / "index.html")
    except (ValueError, OSError) as error:
        print(f"report.py: {error}", file=sys.stderr)
        return 2
    print(f"{out / 'index.html'}: {len(points):,} points")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
