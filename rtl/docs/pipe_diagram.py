"""The block diagram of fp4_tensor_core from the table of stages in docs/05_rtl.md: what each stage's registers hold, and the module that they are in."""

import re
import textwrap

import svg

COLUMN, LEFT, TOP = 112, 96, 54
LANES = {"exact": (TOP + 30, 158), "fused steps": (TOP + 300, 158)}  # y, height
# How often a module stands in the array.
TIMES = {"fp4_operand_edge": "each row of A and of B", "fp4_processing_element": "Rows × Cols", "fp4_accumulate_exact": "Rows × Cols", "fp4_exact_finish": "Cols",
         "fp4_fused_unit": "one for each row of four columns", "fp4_fused_output": "Rows × Cols", "fp4_tensor_core": "Cols"}


def read_stages(page):
    """[(exact's text, module, fused steps' text, module)] by stage; "the same" is replaced."""
    table = re.search(r"^\| stage \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", page, re.M)[1]
    stages = []
    for line in table.splitlines():
        cells = [re.sub(r"`", "", cell.strip()) for cell in line.strip("|").split("|")]
        number, exact, exact_module, fused, fused_module = cells
        assert int(number) == len(stages)
        stages.append((exact, exact_module, exact if fused == "the same" else fused, exact_module if fused == "the same" else fused_module))
    return stages


def left_of(stage):
    return LEFT + COLUMN * stage


def runs(modules, first):
    """(module, first stage, stage behind the last) where neighbors are in one module."""
    found = []
    for stage in range(first, len(modules)):
        if found and found[-1][0] == modules[stage]:
            found[-1][2] = stage + 1
        else:
            found.append([modules[stage], stage, stage + 1])
    return found


def box(module, first, end, y, height, texts):
    """A module over its stages, each with its registers at its end."""
    x, width = left_of(first), COLUMN * (end - first) - 14
    parts = [svg.rectangle(x, y, width, height, "box", 4)]
    title = textwrap.wrap(module.replace("_", "_ "), max(12, int(width / 7.4))) if end - first == 1 else [module]
    for n, piece in enumerate(title):
        parts.append(svg.text(x + 6, y + 16 + 14 * n, piece.replace("_ ", "_"), "code"))
    parts.append(svg.text(x + 6, y + 16 + 14 * len(title), TIMES[module], "soft"))
    for stage in range(first, end):
        right = left_of(stage + 1) - 14
        parts.append(svg.rectangle(right - 5, y + 66, 5, height - 66, "register"))
        for n, piece in enumerate(textwrap.wrap(texts[stage], 13)):
            parts.append(svg.text(left_of(stage) + 6, y + 82 + 14 * n, piece))
    return parts


def control(name, x0, x1, y):
    lines = [name] if x1 - x0 > 8 * len(name) else textwrap.wrap(name.replace("_", "_ "), 11)
    texts = [svg.text((x0 + x1) / 2, y + 28 - 7 * len(lines) + 14 * n, piece.replace("_ ", "_"), "code", "middle") for n, piece in enumerate(lines)]
    return [svg.rectangle(x0, y, x1 - x0, 34, "box", 4), *texts]


def draw(page):
    stages = read_stages(page)
    count = len(stages)
    width = left_of(count) + 74
    (exact_y, exact_h), (fused_y, fused_h) = LANES.values()
    parts = []
    for stage in range(count):
        parts.append(svg.text(left_of(stage) + COLUMN / 2 - 7, 20, f"stage {stage}", "soft", "middle"))
        parts.append(svg.line([(left_of(stage + 1) - 14, 28), (left_of(stage + 1) - 14, fused_y + fused_h + 62)], "grid"))
    shared = next(stage for stage in range(count) if stages[stage][1] != stages[stage][3])
    # What both have.
    for module, first, end in runs([stage[1] for stage in stages[:shared]], 0):
        parts += box(module, first, end, exact_y, fused_y + fused_h - exact_y, [stage[0] for stage in stages])
        parts.append(svg.arrow([(left_of(first) - 14 if first else 78, exact_y + 34), (left_of(first), exact_y + 34)]))
    parts += control("fp4_beat_control", left_of(0), left_of(shared) - 14, fused_y + fused_h + 24)
    parts += [svg.text(8, exact_y + 30, "a_*, b_*", "code"), svg.text(8, exact_y + 46, "beats of"), svg.text(8, exact_y + 60, "operands"),
              svg.text(8, fused_y + fused_h + 45, "k_*", "code"), svg.arrow([(40, fused_y + fused_h + 41), (left_of(0), fused_y + fused_h + 41)])]
    # The way of either profile.
    for column, (lane, (y, height)) in enumerate(LANES.items()):
        parts.append(svg.text(left_of(shared), y - 22 if lane == "exact" else y - 44, lane, "bold"))
        texts, modules = [stage[2 * column] for stage in stages], [stage[2 * column + 1] for stage in stages]
        for module, first, end in runs(modules, shared):
            parts += box(module, first, end, y, height, texts)
            parts.append(svg.arrow([(left_of(first) - 14, y + 34), (left_of(first), y + 34)]))
        parts.append(svg.arrow([(left_of(count) - 14, y + 34), (left_of(count) + 22, y + 34)]))
        parts += [svg.text(left_of(count) + 26, y + 38, "d_o", "code"), svg.text(left_of(count) - 8, y + 56, "rows of D")]
    exact_finish = [stage[1] for stage in stages].index("fp4_exact_finish")
    fused_unit = [stage[3] for stage in stages].index("fp4_fused_unit")
    fused_output = [stage[3] for stage in stages].index("fp4_fused_output")
    # C: a row beside the row of sums; or all of it, before the first step.
    x = left_of(exact_finish) + 20
    parts += [svg.text(x + 6, exact_y - 22, "c_i", "code"), svg.text(x + 34, exact_y - 22, "a row with each row of sums", "soft"), svg.arrow([(x, exact_y - 34), (x, exact_y)])]
    x = left_of(fused_output) + 20
    parts += [svg.text(x + 6, fused_y - 36, "c_i", "code"), svg.text(x + 34, fused_y - 36, "all of C, by fp4_c_staging", "soft"), svg.arrow([(x, fused_y - 46), (x, fused_y)])]
    # C and the D of the step before go back to the first stage of the unit.
    x, back = left_of(fused_output) + 8, fused_y - 16
    parts += [svg.arrow([(x, fused_y), (x, back), (left_of(fused_unit) + 20, back), (left_of(fused_unit) + 20, fused_y)]),
              svg.text(left_of(fused_unit) + 28, back - 5, "C, or D of the step before", "soft")]
    parts += control("fp4_drain_control", left_of(exact_finish - 1), left_of(count) - 14, exact_y + exact_h + 14)
    parts += control("fp4_step_control", left_of(fused_unit), left_of(fused_output + 1) - 14, fused_y + fused_h + 24)
    parts += control("fp4_drain_control", left_of(fused_output + 1), left_of(count) - 14, fused_y + fused_h + 24)
    return svg.drawing(width, fused_y + fused_h + 72, "Stages of fp4_tensor_core", parts)
