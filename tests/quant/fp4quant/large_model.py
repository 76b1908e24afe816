#!/usr/bin/env python3
"""large_model.py SYNTHETIC_CHECKPOINT FP4QUANT: models of real size through quantization, every export and evaluation, and the anonymous memory that takes.

A model of Llama-3.2-1B's size stays within 6 GiB. Of Llama-3.1-8B's size two layers are made: layers pass one after the other, so the other thirty
take no more memory, and fifteen times as long.
"""
import pathlib
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from large_models import measure, write_tokens

LIMIT_GIB = {"1B": 6, "8B": 12}


def run(what, *words):
    """Runs a command to its end and says how long it took and the most anonymous memory it held."""
    status, seconds, gib = measure(words)
    if status:
        sys.exit(f"{what}: exit status {status}")
    print(f"{what}: {seconds:.0f} s, {gib:.2f} GiB of anonymous memory", flush=True)
    if gib > LIMIT_GIB[what[:2]]:
        sys.exit(f"{what}: expected at most {LIMIT_GIB[what[:2]]} GiB of anonymous memory")


def main():
    make, fp4quant = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if shutil.disk_usage(folder).free < 10 << 30:
            print("skipped: less than 10 GiB free in", folder)
            sys.exit(77)
        tokens, model, out = folder / "tokens.safetensors", folder / "model", folder / "out"
        write_tokens(tokens, 2, 2048, "test")

        model.mkdir()
        run("1B: made", make, model, "llama-3.2-1b")
        quantize = [fp4quant, "quantize", "--model", model, "--out", out, "--quiet"]
        for method, layout in (("rtn", "compressed-tensors"), ("rtn", "modelopt"), ("razer", "razer"), ("razer", "bf16")):
            run(f"1B: {method} {layout}", *quantize, "--method", method, "--layout", layout)
            if layout == "modelopt":
                run("1B: verified", fp4quant, "verify", model, out, "--encoder", "nv")
            shutil.rmtree(out)
        limit = LIMIT_GIB["1B"]
        run("1B: razer W4A4", *quantize, "--method", "razer", "--acts", "W4A4", "--calib", tokens, "--windows-at-once", 1, "--max-memory", limit)
        evaluate = [fp4quant, "eval", "--model", out, "--reference", model, "--tokens", tokens, "--windows", 1, "--windows-per-call", 1, "--quiet"]
        run("1B: evaluated", *evaluate, "--max-memory", limit)
        for path in (model, out):
            shutil.rmtree(path)

        model.mkdir()
        run("8B, two layers: made", make, model, "llama-3.1-8b", 2)
        limit = LIMIT_GIB["8B"]
        run("8B, two layers: razer W4A4", *quantize, "--method", "razer", "--acts", "W4A4", "--calib", tokens, "--windows-at-once", 1, "--max-memory", limit)
        run("8B, two layers: evaluated", *evaluate, "--max-memory", limit)


main()
