#!/usr/bin/env python3
"""large_model.py SYNTHETIC_CHECKPOINT FP4QUANT: a model of Llama-3.2-1B's size through RTN, RaZeR and every export within 6 GiB of anonymous memory."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

LIMIT_KIB = 6 << 20


def run(*words):
    """Runs a command to its end; returns seconds and the most anonymous memory it held, in KiB."""
    begin = time.monotonic()
    process = subprocess.Popen(words)
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
        sys.exit(f"{' '.join(words)}: exit status {process.returncode}")
    return time.monotonic() - begin, most


def main():
    make, fp4quant = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        if shutil.disk_usage(folder).free < 8 << 30:
            print("skipped: less than 8 GiB free in", folder)
            sys.exit(77)
        model = folder + "/model"
        pathlib.Path(model).mkdir()
        run(make, model)
        for method, layout in (("rtn", "compressed-tensors"), ("rtn", "modelopt"), ("razer", "razer"), ("razer", "bf16")):
            out = f"{folder}/{method}-{layout}"
            seconds, most = run(fp4quant, "quantize", "--model", model, "--method", method, "--layout", layout, "--out", out, "--quiet")
            print(f"{method} {layout}: {seconds:.0f} s, {most / 2**20:.2f} GiB of anonymous memory")
            if most > LIMIT_KIB:
                sys.exit(f"{method} {layout}: expected at most 6 GiB of anonymous memory")
            if layout == "modelopt":
                run(fp4quant, "verify", model, out, "--encoder", "nv")
            shutil.rmtree(out)


main()
