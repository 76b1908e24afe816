#!/usr/bin/env python3
"""compressed_tensors_package.py DIR: what the PyPI package compressed-tensors reads from a checkpoint; exit status 77 without it.

One line per module: name, SHA-256 of its elements in halves (int8), SHA-256 of its block scales (float32).
"""
import glob
import hashlib
import json
import os
import sys

try:
    import torch
    from compressed_tensors.compressors.nvfp4 import NVFP4PackedCompressor, unpack_fp4_from_uint8
    from compressed_tensors.quantization import QuantizationConfig
    from safetensors.torch import load_file
except ImportError as error:
    print("skipped: needs torch, safetensors and compressed-tensors from PyPI:", error)
    sys.exit(77)

folder = sys.argv[1]
with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
    config = QuantizationConfig.model_validate(json.load(file)["quantization_config"])
(scheme,) = config.config_groups.values()
tensors = {}
for path in glob.glob(os.path.join(folder, "*.safetensors")):
    tensors.update(load_file(path))

suffix = ".weight_packed"
for name in sorted(tensors):
    if not name.endswith(suffix):
        continue
    module = name[:-len(suffix)]
    state = {key[len(module) + 1:]: value for key, value in tensors.items() if key.startswith(module + ".")}
    rows, half_k = state["weight_packed"].shape
    elements = unpack_fp4_from_uint8(state["weight_packed"], rows, 2 * half_k).to(torch.float32)
    scales = state["weight_scale"].to(torch.float32)
    weight = NVFP4PackedCompressor.decompress(state, scheme)["weight"].to(torch.float32)
    exact = elements * scales.repeat_interleave(16, dim=1) / state["weight_global_scale"]
    # Its decompression computes in bfloat16, so only the size can be compared: a scale taken the wrong way round is far off.
    assert torch.allclose(weight, exact, rtol=2.0**-6, atol=0), module
    halves = (elements * 2).to(torch.int8).contiguous().numpy().tobytes()
    print(module, hashlib.sha256(halves).hexdigest(), hashlib.sha256(scales.contiguous().numpy().tobytes()).hexdigest())
