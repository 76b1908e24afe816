#!/usr/bin/env python3
"""bad_input.py FP4QUANT REF_LLAMA: models and token files with one thing wrong each end in exit status 2, one line that names it, and no output folder."""
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile


def read_safetensors(path):
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8:8 + size]), bytearray(data[8 + size:])


def write_safetensors(path, header, data):
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def with_config(change):
    def apply(model):
        config = json.loads((model / "config.json").read_text())
        change(config)
        (model / "config.json").write_text(json.dumps(config))
    return apply


def with_weights(change):
    def apply(model):
        header, data = read_safetensors(model / "model.safetensors")
        change(header, data)
        write_safetensors(model / "model.safetensors", header, data)
    return apply


def spoil(tensor, word):
    def apply(header, data):
        begin = header[tensor]["data_offsets"][0]
        data[begin + 6:begin + 8] = struct.pack("<H", word)
    return apply


def rename(header, data):
    header["model.layers.2.mlp.up_proj.bias"] = header.pop("model.layers.2.mlp.up_proj.weight")


def transpose(header, data):
    header["model.layers.0.mlp.down_proj.weight"]["shape"].reverse()


def truncate(model):
    data = (model / "model.safetensors").read_bytes()
    (model / "model.safetensors").write_bytes(data[:-100])


def token_beyond_vocabulary(model):
    path = model / "tokens/calibration.safetensors"
    header, data = read_safetensors(path)
    begin = header["tokens"]["data_offsets"][0]
    data[begin + 40:begin + 44] = struct.pack("<i", 1024)
    write_safetensors(path, header, data)


def narrow(config):
    config.update(hidden_size=248, head_dim=62)


UP = "model.layers.1.mlp.up_proj.weight"
CASES = [
    ("another architecture", with_config(lambda c: c.update(architectures=["GPT2LMHeadModel"])), "architectures: expected "),
    ("a bias", with_config(lambda c: c.update(attention_bias=True)), "self_attn.q_proj.bias': expected it in the model, found no such tensor"),
    ("no vocabulary", with_config(lambda c: c.pop("vocab_size")), "vocab_size: expected an integer"),
    ("other shapes", with_config(narrow), "expected"),
    ("no config", lambda m: (m / "config.json").unlink(), "config.json"),
    ("a missing tensor", with_weights(rename), "model.layers.2.mlp.up_proj"),
    ("a transposed tensor", with_weights(transpose), "model.layers.0.mlp.down_proj"),
    ("NaN", with_weights(spoil(UP, 0x7FC0)), "NaN"),
    ("infinity", with_weights(spoil(UP, 0x7F80)), "infinity"),
    ("a short file", truncate, "model.safetensors"),
    ("a token too large", token_beyond_vocabulary, "tokens[10]: expected 0 to 1023, found 1024"),
]


def main():
    fp4quant, shipped = sys.argv[1:]
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        for name, spoil_model, message in CASES:
            model, out = pathlib.Path(folder) / "model", pathlib.Path(folder) / "out"
            shutil.copytree(shipped, model, ignore=shutil.ignore_patterns("test.safetensors", "valid.safetensors", "activations.safetensors"))
            spoil_model(model)
            run = subprocess.run([fp4quant, "quantize", "--model", model, "--acts", "W4A4", "--out", out, "--quiet"], capture_output=True, text=True)
            line = run.stderr.strip()
            if run.returncode != 2 or line.count("\n") or message not in line or out.exists():
                failed.append(f"{name}: exit {run.returncode}: {line!r}")
            print(f"{name}: {line}")
            shutil.rmtree(model)
            shutil.rmtree(str(out) + ".layers", ignore_errors=True)
    for line in failed:
        print("FAILED", line)
    sys.exit(bool(failed))


main()
