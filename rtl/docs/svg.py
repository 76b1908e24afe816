"""Drawings in light and dark, by the colors of the reader's page."""

import html

STYLE = """<style>
:root{color-scheme:light dark;--bg:#fff;--ink:#1b1f24;--soft:#59636e;--grid:#e1e5ea;--box:#f4f6f8;--c0:#0072b2;--c1:#d55e00;--c2:#009e73}
@media (prefers-color-scheme:dark){:root{--bg:#14181d;--ink:#e8ebee;--soft:#a3adb8;--grid:#2c333b;--box:#1d232a;--c0:#4ba6e0;--c1:#f0883e;--c2:#2fbf95}}
@media print{:root{color-scheme:light;--bg:#fff;--ink:#000;--soft:#444;--grid:#ddd;--box:#fff;--c0:#0072b2;--c1:#d55e00;--c2:#009e73}}
svg{background:var(--bg);color:var(--ink);font:12px system-ui,sans-serif}
.ink{fill:var(--ink)}
.soft{fill:var(--soft)}
.bold{fill:var(--ink);font-weight:600}
.code{fill:var(--ink);font:600 12px ui-monospace,monospace}
.value{fill:var(--ink);font:11px ui-monospace,monospace}
.grid{stroke:var(--grid);fill:none}
.box{fill:var(--box);stroke:var(--soft)}
.register{fill:var(--c0)}
.wire{stroke:var(--ink);stroke-width:1.3;fill:none}
.head{fill:var(--ink)}
.wave{stroke:var(--c0);stroke-width:1.5;fill:none}
.wave1{stroke:var(--c1);stroke-width:1.5;fill:none}
.bus{fill:var(--box);stroke:var(--c0);stroke-width:1.3}
.bus1{fill:var(--box);stroke:var(--c1);stroke-width:1.3}
</style>"""


def drawing(width, height, label, elements):
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" aria-label="{html.escape(label)}">', STYLE, *elements, "</svg>", ""])


def text(x, y, string, style="ink", anchor="start"):
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" class="{style}">{html.escape(string)}</text>'


def rectangle(x, y, width, height, style, radius=0):
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" class="{style}"/>'


def line(points, style):
    return f'<polyline points="{" ".join(f"{x:g},{y:g}" for x, y in points)}" class="{style}"/>'


def arrow(points):
    """A wire with a head at its last point; its last piece is level or upright."""
    (x0, y0), (x1, y1) = points[-2:]
    dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
    head = [(x1, y1), (x1 - 7 * dx - 3.5 * dy, y1 - 7 * dy - 3.5 * dx), (x1 - 7 * dx + 3.5 * dy, y1 - 7 * dy + 3.5 * dx)]
    return line(points, "wire") + f'<polygon points="{" ".join(f"{x:g},{y:g}" for x, y in head)}" class="head"/>'
