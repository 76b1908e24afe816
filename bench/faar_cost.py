#!/usr/bin/env python3
"""faar_cost.py SYNTHETIC_CHECKPOINT FP4QUANT --folder DIR [--windows 128] [--steps 20] [--device cpu] [--threads 2] [--part NAME]...

What FAAR costs on a model of Llama-3.2-1B's size: peak memory and seconds per step, measured on its first layers with random weights, and what
follows for all sixteen. Steps are told from what surrounds them by runs of two lengths; layers from embedding and head by models of two depths.
Each part takes minutes to an hour; DIR/cost.json keeps what was measured, parts that it has are not measured again unless --part names them.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/quant/support"))
from large_models import measure, write_tokens

LENGTH, LAYERS, FEW = 2048, 16, 2
ORDER = ("q", "k", "v", "o", "gate", "up", "down")


class Cost:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.made = 0

    def model(self, layers):
        path = self.folder / f"model-{layers}"
        if not path.exists():
            path.mkdir()
            subprocess.run([self.options.synthetic_checkpoint, path, "llama-3.2-1b", str(layers)], check=True, stdout=subprocess.DEVNULL)
        return path

    def tokens(self, windows):
        path = self.folder / f"tokens-{windows}.safetensors"
        if not path.exists():
            write_tokens(path, windows, LENGTH, "train")
        return path

    def run(self, method, layers, windows, recipe):
        """Quantizes; the training log, the seconds of the whole run, and the most anonymous memory in GiB."""
        self.made += 1
        out, text = self.folder / f"out-{self.made}", self.folder / f"recipe-{self.made}.yaml"
        text.write_text(recipe)
        words = [self.options.fp4quant, "quantize", "--model", self.model(layers), "--method", method, "--acts", "W4A4", "--calib", self.tokens(windows), "--align",
                 self.tokens(2), "--faar", text, "--windows-at-once", 1, "--device", self.options.device, "--threads", self.options.threads, "--out", out, "--quiet"]
        log = {}

        def read_logs():
            for path in self.folder.glob(f"{out.name}.layers/**/training.json"):
                try:
                    log[path.parent.name] = json.loads(path.read_text())
                except (OSError, ValueError):
                    pass

        status, seconds, gib = measure(words, read_logs)
        if status:
            sys.exit(f"fp4quant quantize: exit status {status}")
        return log, seconds, gib


def seconds_of(log):
    found = {linear["linear"]: linear["seconds"] for part in log.values() for linear in part["linears"]}
    return [found[name] for name in ORDER]


def steps(cost):
    """Seconds of a step of layer 0's linears, which does not depend on the tokens: two runs without scales or flips, one without steps."""
    out = {}
    for curvature in (0, 1):
        recipe = "base: best\nstage1: {{flips: 0, scales: encoder, rescales: 0, curvature: {}, steps: {}}}\n"
        none, some = (seconds_of(cost.run("faar", 1, FEW, recipe.format(curvature, count))[0]) for count in (0, cost.options.steps))
        out[str(curvature)] = [(b - a) / cost.options.steps for a, b in zip(none, some)]
    return out


def choices(cost):
    """Layer 0, with curvature: what there is of stage 1 beside steps and moments, and the most memory."""
    log, _, gib = cost.run("faar", 1, FEW, "base: best\nstage1: {curvature: 1, steps: 0}\n")
    return {"rest": seconds_of(log), "gib": gib}


def moments(cost):
    """Layer 0, without: the same, and the second moments of its inputs over all windows."""
    log, seconds, gib = cost.run("faar", 1, cost.options.windows, "base: best\nstage1: {curvature: 0, steps: 0}\n")
    return {"rest": seconds_of(log), "seconds": seconds - sum(seconds_of(log)), "gib": gib}


def curvature(cost):
    """Seconds for all layers and the head: what curvature adds to a run that does nothing else, on few windows, for models of two depths."""
    added = []
    for layers in (1, 2):
        recipe = "base: best\nstage1: {{steps: 0, flips: 0, scales: encoder, rescales: 0, curvature: {}}}\n"
        without, with_ = (cost.run("faar", layers, FEW, recipe.format(on))[1] for on in (0, 1))
        added.append(with_ - without)
    return {"seconds": (added[0] + (LAYERS - 1) * (added[1] - added[0])) * cost.options.windows / FEW}


def stage2(cost):
    """A step is one window; layers recomputed on the way back."""
    seconds, memory = [], []
    for layers in (1, 2):
        recipe = "base: best\nstage1: {steps: 0, flips: 0, curvature: 0, scales: encoder, rescales: 0}\nstage2: {recompute: 1, batch_windows: 1, steps: %d}\n"
        logs = [cost.run("faar-2fa", layers, 2, recipe % count) for count in (1, 1 + cost.options.stage2_steps)]
        ends = [max(point["seconds"] for part in log.values() for point in part.get("alignment", [])) for log, _, _ in logs]
        seconds.append((ends[1] - ends[0]) / cost.options.stage2_steps)
        memory.append(max(most for _, _, most in logs))
    return {"seconds": seconds, "gib": memory}


PARTS = {"steps": steps, "choices": choices, "moments": moments, "curvature": curvature, "stage2": stage2}


def show(found):
    windows, tokens = found["windows"], f"{found['windows']} x {LENGTH} tokens"
    if "steps" in found:
        print("stage 1, layer 0, seconds a step: " + ", ".join(f"{name} {step:.2f}" for name, step in zip(ORDER, found["steps"]["0"])))
        print("  with curvature:                 " + ", ".join(f"{name} {step:.2f}" for name, step in zip(ORDER, found["steps"]["1"])))
    if "moments" in found:
        part = found["moments"]
        print(f"moments of its inputs, {tokens}: {part['seconds']:.0f} s; scales and flips {sum(part['rest']):.0f} s; {part['gib']:.1f} GiB")
    if "choices" in found:
        print(f"scales and flips with curvature: {sum(found['choices']['rest']):.0f} s; {found['choices']['gib']:.1f} GiB with {FEW} x {LENGTH} tokens")
    if "curvature" in found:
        print(f"curvature of all {LAYERS} layers, {tokens}: {found['curvature']['seconds']:.0f} s, from {FEW} windows")
    if {"steps", "choices", "moments", "curvature"} <= found.keys():
        for on, part in (("0", "moments"), ("1", "choices")):
            layer = found["moments"]["seconds"] + sum(found[part]["rest"]) + 800 * sum(found["steps"][on])
            total = layer * LAYERS + int(on) * found["curvature"]["seconds"]
            print(f"stage 1, {windows} windows, 800 steps a linear, curvature {on}: {layer / 3600:.2f} h a layer, {total / 3600:.1f} h for {LAYERS} layers")
    if "stage2" in found:
        (one, two), (less, more) = found["stage2"]["seconds"], found["stage2"]["gib"]
        window = one + (LAYERS - 1) * (two - one)
        print(f"stage 2, a window of {LENGTH} tokens: {two - one:.2f} s a layer, {2 * one - two:.2f} s embedding, head and loss; {less:.2f} GiB with one layer, {more:.2f} with two")
        print(f"  {LAYERS} layers: {window:.1f} s a window, {less + (LAYERS - 1) * (more - less):.1f} GiB; 1,200 steps of 8 windows {9600 * window / 3600:.1f} h")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("synthetic_checkpoint")
    parser.add_argument("fp4quant")
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="for models, what is made of them, and cost.json")
    parser.add_argument("--windows", type=int, default=128)
    parser.add_argument("--steps", type=int, default=20, help="of stage 1, a linear")
    parser.add_argument("--stage2-steps", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--part", choices=PARTS, action="append", help="measure it, also again; may be repeated")
    options = parser.parse_args()
    setting = {"windows": options.windows, "device": options.device, "threads": options.threads}
    kept = options.folder / "cost.json"
    options.folder.mkdir(parents=True, exist_ok=True)
    found = json.loads(kept.read_text()) if kept.exists() else setting
    if any(found[key] != value for key, value in setting.items()):
        sys.exit(f"{kept}: measured with other --windows, --device or --threads; expected {setting}")
    for name in options.part or [name for name in PARTS if name not in found]:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            found[name] = PARTS[name](Cost(options, pathlib.Path(folder)))
        kept.write_text(json.dumps(found, indent=2) + "\n")
        print(f"{name}: measured", file=sys.stderr, flush=True)
    show(found)


main()
