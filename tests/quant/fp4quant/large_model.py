#!/usr/bin/env python3
"""large_model.py SYNTHETIC_CHECKPOINT FP4QUANT: models of real size through quantisation, every export and evaluation, and the anonymous memory that takes.

A model of Llama-3.2-1B's size stays within 6 GiB. Of Llama-3.1-8B's size two layers are made: layers pass one after the other, so the other thirty
take no more memory, and fifteen times as long.
"""
import json
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time

GIB = 2**20  # in KiB


def write_tokens(path, windows, length):
    """Token windows of one file; random tokens, since memory does not depend on what they say."""
    generator = random.Random(0)
    columns = {"tokens": [generator.randrange(128256) for _ in range(windows * length)], "file": [0] * windows, "domain": [0] * windows,
               "bytes": [4 * length] * windows}
    header, data = {"__metadata__": {"fp4sim.tokens": "1", "files": '["random"]', "domains": '["random"]', "split": "test", "tokenizer_sha256": ""}}, b""
    for name, values in columns.items():
        shape = [windows, length] if name == "tokens" else [windows]
        begin, data = len(data), data + struct.pack(f"<{len(values)}i", *values)
        header[name] = {"dtype": "I32", "shape": shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


LIMIT_GIB = {"1B": 6, "8B": 12}


def run(what, *words):
    """Runs a command to its end and says how long it took and the most anonymous memory it held."""
    begin = time.monotonic()
    process = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            status = ""
        found = re.search(r"RssAnon:\s*(\d+)", status)
        most = max(most, int(found[1]) if found else 0)
        time.sleep(0.02)
    if process.returncode:
        sys.exit(f"{what}: exit status {process.returncode}")
    print(f"{what}: {time.monotonic() - begin:.0f} s, {most / GIB:.2f} GiB of anonymous memory", flush=True)
    if most > LIMIT_GIB[what[:2]] * GIB:
        sys.exit(f"{what}: expected at most {LIMIT_GIB[what[:2]]} GiB of anonymous memory")


def main():
    make, fp4quant = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if shutil.disk_usage(folder).free < 10 << 30:
            print("skipped: less than 10 GiB free in", folder)
            sys.exit(77)
        tokens, model, out = folder / "tokens.safetensors", folder / "model", folder / "out"
        write_tokens(tokens, 2, 2048)

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
