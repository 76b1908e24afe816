#!/usr/bin/env python3
"""Checkpoints read without any code of fp4sim: the standard library and the layouts' description.

    read_layouts.py read DIR      one line per quantized module: name, SHA-256 of its numbers as float32 and as bfloat16, little-endian, row by row
    read_layouts.py bf16 DIR      one line per module of the decoder layers: name, SHA-256 of its bfloat16 weight
    read_layouts.py consumers DIR one line per kind of consumer: name, "accepts" or "refuses" and why
"""
import glob
import hashlib
import json
import os
import struct
import sys
from fractions import Fraction

E2M1 = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0]


class Refused(Exception):
    pass


def load_file(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = (entry["dtype"], entry["shape"], data[8 + length + begin:8 + length + end])
    return metadata, tensors


def load_folder(folder, single, index):
    """The tensors of a model folder as transformers and vLLM look for them."""
    path = os.path.join(folder, index)
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            weight_map = json.load(file)["weight_map"]
        files = sorted(set(weight_map.values()))
    elif single and os.path.exists(os.path.join(folder, single)):
        weight_map, files = None, [single]
    else:
        raise Refused("no weight files")
    tensors = {}
    for name in files:
        metadata, found = load_file(os.path.join(folder, name))
        if metadata.get("format") != "pt":
            raise Refused("metadata without format pt")
        for tensor in found:
            assert tensor not in tensors and (weight_map is None or weight_map[tensor] == name), tensor
        tensors.update(found)
    assert weight_map is None or set(weight_map) == set(tensors)
    return tensors


def config_of(folder):
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        return json.load(file)


def nearest_f32(exact):
    """The float32 nearest to a positive Fraction, ties to even, by comparing neighbors exactly."""
    (bits,) = struct.unpack("<I", struct.pack("<f", float(exact)))
    candidates = [b for b in (bits - 1, bits, bits + 1) if 0 <= b < 0x7F800000]
    value = {b: Fraction(struct.unpack("<f", struct.pack("<I", b))[0]) for b in candidates}
    best = min(candidates, key=lambda b: (abs(value[b] - exact), b & 1))
    return struct.unpack("<f", struct.pack("<I", best))[0]


def ue4m3(byte):
    exponent, mantissa = byte >> 3 & 15, byte & 7
    assert byte & 127 != 127, "NaN scale"
    return mantissa * 2.0**-9 if exponent == 0 else (8 + mantissa) * 2.0**(exponent - 10)


def e3m3(byte):
    exponent, mantissa = byte >> 3 & 7, byte & 7
    return mantissa * 2.0**-5 if exponent == 0 else (8 + mantissa) * 2.0**(exponent - 6)


def bf16_bits(f32_bits, signed_zero):
    """Nearest bfloat16 of a finite float32."""
    magnitude = f32_bits & 0x7FFFFFFF
    rounded = (magnitude + 0x7FFF + (magnitude >> 16 & 1)) >> 16
    return rounded | ((f32_bits >> 16 & 0x8000) if rounded or signed_zero else 0)


def nvfp4_value(byte, code):
    magnitude = E2M1[code & 7] * ue4m3(byte)
    return -magnitude if code & 8 else magnitude


def razer_value(v1, v2):
    def value(byte, code):
        if code == 8:
            element = (v2 if byte & 64 else v1) / 2
            element = -element if byte & 128 else element
        else:
            element = -E2M1[code & 7] if code & 8 else E2M1[code & 7]
        return element * e3m3(byte)
    return value


def dequantize(codes, scales, value, multiplier, signed_zero):
    """float32 and bfloat16 numbers. value(byte, code) has at most 9 significant bits and the multiplier 24, so that their product is exact
    in a double and struct.pack rounds once, to nearest even."""
    f32, bf16 = bytearray(), bytearray()
    known = {}
    for i in range(2 * len(codes)):
        key = scales[i // 16], codes[i // 2] >> i % 2 * 4 & 15
        if key not in known:
            number = struct.pack("<f", value(*key) * multiplier)
            (bits,) = struct.unpack("<I", number)
            if bits == 0x80000000 and not signed_zero:
                bits = 0
            known[key] = struct.pack("<I", bits), struct.pack("<H", bf16_bits(bits, signed_zero))
        f32 += known[key][0]
        bf16 += known[key][1]
    return hashlib.sha256(f32).hexdigest(), hashlib.sha256(bf16).hexdigest()


def scalar(tensors, name, shape):
    dtype, found, data = tensors[name]
    assert dtype == "F32" and found == shape, name
    return struct.unpack("<f", data)[0]


def check_shapes(tensors, codes, scales, scales_dtype):
    dtype, (rows, half_k), _ = tensors[codes]
    assert dtype == "U8" and half_k % 8 == 0, codes
    assert tensors[scales][0] == scales_dtype and tensors[scales][1] == [rows, half_k // 8], scales


def modules_with(tensors, suffix):
    return sorted(name[:-len(suffix) - 1] for name in tensors if name.endswith("." + suffix))


def read_compressed_tensors(folder):
    section = config_of(folder)["quantization_config"]
    assert section["format"] == "nvfp4-pack-quantized" and section["quantization_status"] == "compressed"
    group = section["config_groups"]["group_0"]
    weights, inputs = group["weights"], group["input_activations"]
    assert (weights["num_bits"], weights["group_size"], weights["strategy"], weights["dynamic"]) == (4, 16, "tensor_group", False)
    allowed = {"num_bits", "type", "symmetric", "strategy", "group_size", "dynamic", "actorder", "block_structure", "observer", "observer_kwargs"}
    assert set(weights) == allowed and (inputs is None or (set(inputs) == allowed and inputs["dynamic"] == "local"))
    tensors = load_folder(folder, "model.safetensors", "model.safetensors.index.json")
    for module in modules_with(tensors, "weight_packed"):
        assert module + ".weight" not in tensors and module not in section["ignore"]
        check_shapes(tensors, module + ".weight_packed", module + ".weight_scale", "F8_E4M3")
        divisor = scalar(tensors, module + ".weight_global_scale", [1])
        assert (module + ".input_global_scale" in tensors) == (inputs is not None)
        multiplier = nearest_f32(1 / Fraction(divisor))
        yield module, dequantize(tensors[module + ".weight_packed"][2], tensors[module + ".weight_scale"][2], nvfp4_value, multiplier, True)


def read_modelopt(folder):
    with open(os.path.join(folder, "hf_quant_config.json"), encoding="utf-8") as file:
        section = json.load(file)["quantization"]
    assert section["group_size"] == 16 and section["kv_cache_quant_algo"] is None
    assert section["quant_algo"] in ("NVFP4", "W4A16_NVFP4") and "lm_head" in section["exclude_modules"]
    assert config_of(folder)["quantization_config"]["quant_algo"] == section["quant_algo"]
    tensors = load_folder(folder, "model.safetensors", "model.safetensors.index.json")
    for module in modules_with(tensors, "weight_scale_2"):
        check_shapes(tensors, module + ".weight", module + ".weight_scale", "F8_E4M3")
        assert (module + ".input_scale" in tensors) == (section["quant_algo"] == "NVFP4")
        multiplier = scalar(tensors, module + ".weight_scale_2", [])
        yield module, dequantize(tensors[module + ".weight"][2], tensors[module + ".weight_scale"][2], nvfp4_value, multiplier, True)


def read_razer(folder):
    section = config_of(folder)["quantization_config"]
    wanted = {"format": "fp4sim-razer-pack-v1", "weight_format": "razer-w", "group_size": 16, "sentinel_code": 8, "targets": ["Linear"]}
    assert all(section[key] == value for key, value in wanted.items())
    assert section["tensor_scale_divisor"] == 6 * section["e3m3_max"] and {"ignore", "encoder", "fp4sim_version", "activation_format"} <= set(section)
    tensors = load_folder(folder, None, "razer.index.json")
    own = section.get("v2_halves_of", {})
    for module in modules_with(tensors, "razer_codes"):
        assert module + ".weight" not in tensors
        check_shapes(tensors, module + ".razer_codes", module + ".razer_scales", "U8")
        multiplier = scalar(tensors, module + ".razer_tensor_scale", [])
        value = razer_value(section["v1_halves"], own.get(module, section["v2_halves"]))
        yield module, dequantize(tensors[module + ".razer_codes"][2], tensors[module + ".razer_scales"][2], value, multiplier, False)


def read(folder):
    method = config_of(folder)["quantization_config"]["quant_method"]
    readers = {"compressed-tensors": read_compressed_tensors, "modelopt": read_modelopt, "fp4sim-razer": read_razer}
    for module, digests in readers[method](folder):
        print(module, *digests)


def read_bf16(folder):
    assert "quantization_config" not in config_of(folder)
    tensors = load_folder(folder, "model.safetensors", "model.safetensors.index.json")
    for name in sorted(tensors):
        if name.endswith("_proj.weight"):
            dtype, _, data = tensors[name]
            assert dtype == "BF16", name
            print(name[:-len(".weight")], hashlib.sha256(data).hexdigest())


def consumer_by_config(folder):
    """As vLLM: the method must be one it knows, and its tensors must be there."""
    method = config_of(folder).get("quantization_config", {}).get("quant_method")
    names = {"compressed-tensors": ("weight_packed", "weight_scale", "weight_global_scale"), "modelopt": ("weight", "weight_scale", "weight_scale_2")}
    if method not in names:
        raise Refused("unknown quant_method %s" % method)
    consumer_by_names(folder, [names[method]])


def consumer_by_names(folder, kinds=(("weight_packed", "weight_scale", "weight_global_scale"), ("weight", "weight_scale", "weight_scale_2"))):
    """As a loader that goes by the files and tensor names alone."""
    tensors = load_folder(folder, "model.safetensors", "model.safetensors.index.json")
    if not any(all(modules_with(tensors, name) for name in kind) for kind in kinds):
        raise Refused("no quantized tensors of a known name")


def consumer_of_any_file(folder):
    """As a loader that opens every safetensors file there is, and takes what has a known name."""
    found = set()
    for path in glob.glob(os.path.join(folder, "*.safetensors")):
        for name, (dtype, shape, _) in load_file(path)[1].items():
            if name.endswith((".weight_packed", ".weight_scale", ".weight_scale_2", ".weight_global_scale")):
                found.add(name)
            if name.endswith("_proj.weight") or dtype == "F8_E4M3":
                found.add(name)
    if not found:
        raise Refused("no tensor of a known name")


def consumer_modelopt(folder):
    """As TensorRT-LLM: by hf_quant_config.json."""
    path = os.path.join(folder, "hf_quant_config.json")
    if not os.path.exists(path):
        raise Refused("no hf_quant_config.json")
    consumer_by_names(folder, [("weight", "weight_scale", "weight_scale_2")])


def consumers(folder):
    for consumer in consumer_by_config, consumer_by_names, consumer_of_any_file, consumer_modelopt:
        try:
            consumer(folder)
            print(consumer.__name__, "accepts")
        except Refused as reason:
            print(consumer.__name__, "refuses:", reason)


{"read": read, "bf16": read_bf16, "consumers": consumers}[sys.argv[1]](sys.argv[2])
