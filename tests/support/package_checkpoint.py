#!/usr/bin/env python3
"""package_checkpoint.py WRITER DIR: a tiny Llama that a PyPI package itself quantizes and writes,
and under DIR-source as it was before.

WRITER: compressed-tensors-w4a16 (of a bfloat16 model), compressed-tensors-w4a4 (of the same in
float32) or modelopt. Exit status 77 without the
packages (compressed-tensors, or nvidia-modelopt; with torch and transformers). No code of this
project takes part.
"""
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
writer, folder = sys.argv[1:]
try:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM
    if writer == "modelopt":
        import modelopt.torch.quantization as mtq
        from modelopt.torch.export import export_hf_checkpoint
    else:
        from compressed_tensors.compressors import ModelCompressor
        from compressed_tensors.quantization import QuantizationConfig, apply_quantization_config
        from compressed_tensors.quantization import preset_name_to_scheme
        from compressed_tensors.quantization.utils import calculate_qparams, generate_gparam
except ImportError as error:
    print("skipped: needs the package from PyPI:", error)
    sys.exit(77)


def tiny_llama():
    torch.manual_seed(1)
    config = LlamaConfig(vocab_size=64, hidden_size=64, intermediate_size=96, num_hidden_layers=2,
                         num_attention_heads=4, num_key_value_heads=2, head_dim=16,
                         max_position_embeddings=64, tie_word_embeddings=False,
                         architectures=["LlamaForCausalLM"])
    return LlamaForCausalLM(config).to(torch.bfloat16)


def write_compressed_tensors(model, scheme):
    """The life cycle that ModelCompressor documents; each fused group shares one global scale.

    Extremes stay in the weights' dtype, as observers keep them."""
    config = QuantizationConfig(
        config_groups={"group_0": preset_name_to_scheme(scheme, ["Linear"])}, ignore=["lm_head"])
    apply_quantization_config(model, config)
    for layer in model.model.layers:
        attention, mlp = layer.self_attn, layer.mlp
        for group in ([attention.q_proj, attention.k_proj, attention.v_proj], [attention.o_proj],
                      [mlp.gate_proj, mlp.up_proj], [mlp.down_proj]):
            largest = max(linear.weight.abs().max() for linear in group)
            for linear in group:
                shared = generate_gparam(-largest, largest)
                blocks = linear.weight.data.unflatten(-1, (-1, 16))
                scales, _ = calculate_qparams(blocks.amin(-1), blocks.amax(-1),
                                              linear.quantization_scheme.weights,
                                              global_scale=shared)
                linear.weight_global_scale.data.copy_(shared)
                linear.weight_scale.data.copy_(scales)
                if hasattr(linear, "input_global_scale"):
                    three = torch.tensor(3.0)
                    linear.input_global_scale.data.copy_(generate_gparam(-three, three))
    compressor = ModelCompressor.from_pretrained_model(model)
    compressor.compress_model(model)
    model.save_pretrained(folder)
    compressor.update_config(folder)


def write_modelopt(model):
    mtq.quantize(model, mtq.NVFP4_DEFAULT_CFG, lambda quantized: quantized(torch.arange(64)[None]))
    export_hf_checkpoint(model, export_dir=folder)


llama = tiny_llama()
if writer == "compressed-tensors-w4a4":
    llama = llama.float()
llama.save_pretrained(folder + "-source")
if writer == "modelopt":
    write_modelopt(llama)
else:
    write_compressed_tensors(llama, "NVFP4" if writer.endswith("w4a4") else "NVFP4A16")
