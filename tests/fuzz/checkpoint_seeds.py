#!/usr/bin/env python3
"""checkpoint_seeds.py DIR: small valid models as inputs of fuzz_checkpoint: plain, compressed-tensors and ModelOpt."""
import json
import pathlib
import struct
import sys

SHAPES = {"self_attn.q_proj": (16, 16), "self_attn.k_proj": (16, 16), "self_attn.v_proj": (16, 16), "self_attn.o_proj": (16, 16), "mlp.gate_proj": (16, 16),
          "mlp.up_proj": (16, 16), "mlp.down_proj": (16, 16)}
CONFIG = {"architectures": ["LlamaForCausalLM"], "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 1, "num_key_value_heads": 1,
          "head_dim": 16, "vocab_size": 2, "max_position_embeddings": 8, "rms_norm_eps": 1e-5, "rope_theta": 1e4, "tie_word_embeddings": True, "hidden_act": "silu"}
SIDE = {"num_bits": 4, "type": "float", "symmetric": True, "strategy": "tensor_group", "group_size": 16, "dynamic": False}
COMPRESSED = {"quant_method": "compressed-tensors", "format": "nvfp4-pack-quantized", "ignore": ["lm_head"],
              "config_groups": {"group_0": {"targets": ["Linear"], "weights": SIDE, "input_activations": None}}}
MODELOPT = {"quant_method": "modelopt", "quant_algo": "W4A16_NVFP4", "ignore": ["lm_head"], "config_groups": {"group_0": {"targets": ["Linear"], "weights": {"num_bits": 4, "type": "float", "group_size": 16}}}}


def seed(config, tensors):
    """tensors: name -> (dtype, shape, bytes)."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, (dtype, shape, raw) in tensors.items():
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text, head = json.dumps(config).encode(), json.dumps(header).encode()
    return struct.pack("<H", len(text)) + text + struct.pack("<Q", len(head)) + head + data


def ends():
    bf16 = lambda *shape: ("BF16", shape, b"\x80\x3f" * (shape[0] * (shape[1] if len(shape) > 1 else 1)))
    return {"model.embed_tokens.weight": bf16(2, 16), "model.norm.weight": bf16(16), "model.layers.0.input_layernorm.weight": bf16(16),
            "model.layers.0.post_attention_layernorm.weight": bf16(16)}


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    plain, compressed, modelopt = ends(), ends(), ends()
    for name, (n, k) in SHAPES.items():
        module = f"model.layers.0.{name}"
        codes, scales = ("U8", (n, k // 2), bytes([0x21]) * (n * k // 2)), ("F8_E4M3", (n, k // 16), b"\x38" * n)
        plain[module + ".weight"] = ("BF16", (n, k), b"\x80\x3c" * (n * k))
        compressed |= {module + ".weight_packed": codes, module + ".weight_scale": scales, module + ".weight_global_scale": ("F32", (1,), struct.pack("<f", 4096))}
        modelopt |= {module + ".weight": codes, module + ".weight_scale": scales, module + ".weight_scale_2": ("F32", (), struct.pack("<f", 2 ** -12))}
    (out / "plain").write_bytes(seed(CONFIG, plain))
    (out / "compressed-tensors").write_bytes(seed(CONFIG | {"quantization_config": COMPRESSED}, compressed))
    (out / "modelopt").write_bytes(seed(CONFIG | {"quantization_config": MODELOPT}, modelopt))


main()
