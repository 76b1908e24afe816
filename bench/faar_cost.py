#!/usr/bin/env python3
"""faar_cost.py SYNTHETIC_CHECKPOINT FP4QUANT [--windows 128] [--steps 20] [--device cpu] [--threads 2] [--folder DIR] [--part stage1|stage2]

What FAAR costs on a model of Llama-3.2-1B's size: peak memory and seconds per step, measured on its first layers with random weights, and what
follows for all sixteen. Steps are told from what surrounds them by runs of two lengths; layers from embedding and head by models of two depths.
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
        """Quantises; the training log, the seconds of the whole run, and the most anonymous memory in GiB."""
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


def stage1(cost):
    """Layer 0. What a step and the flips take does not depend on the tokens; what comes before them does."""
    steps, windows = cost.options.steps, cost.options.windows
    by_step, rest = {}, {}
    for curvature in (0, 1):
        recipe = "base: best\nstage1: {{curvature: {}, steps: {}}}\n"
        none, _, memory = cost.run("faar", 1, FEW, recipe.format(curvature, 0))
        some, _, most = cost.run("faar", 1, FEW, recipe.format(curvature, steps))
        rest[curvature] = seconds_of(none)
        by_step[curvature] = [(b - a) / steps for a, b in zip(rest[curvature], seconds_of(some))]
        print(f"stage 1, layer 0, {FEW} x {LENGTH} tokens, curvature {curvature}: {max(memory, most):.1f} GiB")
        for name, step, descent in zip(ORDER, by_step[curvature], rest[curvature]):
            print(f"  {name:5} {step:8.3f} s a step   {descent:8.1f} s of scales and flips", flush=True)
    log, seconds, memory = cost.run("faar", 1, windows, f"base: best\nstage1: {{curvature: 0, steps: {steps}}}\n")
    moments = seconds - sum(seconds_of(log))
    print(f"  {windows} x {LENGTH} tokens, curvature 0: {memory:.1f} GiB; moments of the inputs {moments:.0f} s a layer", flush=True)
    passes = curvature_pass(cost) * windows / FEW
    print(f"  curvature of all {LAYERS} layers, {windows} x {LENGTH} tokens: {passes:.0f} s, from {FEW} windows", flush=True)
    for curvature in (0, 1):
        layer = moments + sum(rest[curvature]) + 800 * sum(by_step[curvature])
        print(f"  curvature {curvature}, 800 steps a linear: {layer / 3600:.2f} h a layer, {(layer * LAYERS + curvature * passes) / 3600:.1f} h for {LAYERS} layers", flush=True)


def curvature_pass(cost):
    """Seconds for all layers and the head: what curvature adds to a run that does nothing else."""
    added = []
    for layers in (1, 2):
        recipe = "base: best\nstage1: {{steps: 0, flips: 0, scales: encoder, rescales: 0, curvature: {}}}\n"
        without, with_ = (cost.run("faar", layers, FEW, recipe.format(curvature))[1] for curvature in (0, 1))
        added.append(with_ - without)
    return added[0] + (LAYERS - 1) * (added[1] - added[0])


def stage2(cost):
    """A step is one window; layers recomputed on the way back."""
    seconds, memory = [], []
    for layers in (1, 2):
        recipe = "base: best\nstage1: {steps: 0, flips: 0, curvature: 0, scales: encoder, rescales: 0}\nstage2: {recompute: 1, batch_windows: 1, steps: %d}\n"
        logs = [cost.run("faar-2fa", layers, 2, recipe % steps) for steps in (1, 1 + cost.options.stage2_steps)]
        ends = [max(point["seconds"] for part in log.values() for point in part.get("alignment", [])) for log, _, _ in logs]
        seconds.append((ends[1] - ends[0]) / cost.options.stage2_steps)
        memory.append(max(most for _, _, most in logs))
    layer = seconds[1] - seconds[0]
    print(f"stage 2, a window of {LENGTH} tokens: {layer:.2f} s a layer, {seconds[0] - layer:.2f} s embedding, head and loss")
    print(f"  memory: one layer {memory[0]:.2f} GiB, two {memory[1]:.2f} GiB")
    step = seconds[0] + (LAYERS - 1) * layer
    print(f"  {LAYERS} layers: {step:.1f} s a window, {memory[0] + (LAYERS - 1) * (memory[1] - memory[0]):.1f} GiB; 1,200 steps of 8 windows {9600 * step / 3600:.1f} h", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("synthetic_checkpoint")
    parser.add_argument("fp4quant")
    parser.add_argument("--windows", type=int, default=128)
    parser.add_argument("--steps", type=int, default=20, help="of stage 1, a linear")
    parser.add_argument("--stage2-steps", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", help="for models and what is made of them; a temporary one where absent")
    parser.add_argument("--part", choices=("stage1", "stage2"), action="append")
    options = parser.parse_args()
    parts = options.part or ["stage1", "stage2"]
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        cost = Cost(options, pathlib.Path(folder))
        if "stage1" in parts:
            stage1(cost)
        if "stage2" in parts:
            stage2(cost)


main()
