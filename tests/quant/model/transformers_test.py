"""transformers_test.py LOGITS: random models written by transformers, their logits by transformers and by the program LOGITS.

Exit status 77: torch or transformers is not installed."""

import os
import subprocess
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
try:
    import torch
    import transformers
except ImportError as error:
    print(f"SKIP: {error}")
    sys.exit(77)

LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 40}
SMALL = {"vocab_size": 97, "hidden_size": 48, "intermediate_size": 80, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
         "max_position_embeddings": 256, "rms_norm_eps": 1e-3, "bos_token_id": 1, "eos_token_id": 2}
POSITIONS = 100
BOUND = 3e-5  # largest difference, relative to the logits' root mean square: both compute in float32, transformers the rotary angles too


def rope(theta, scaling=None):
    """The rotary embedding's keys under the names of the installed transformers."""
    if int(transformers.__version__.split(".")[0]) >= 5:
        return {"rope_parameters": {"rope_theta": theta, **(scaling or {"rope_type": "default"})}}
    return {"rope_theta": theta, "rope_scaling": scaling}


def models():
    """Yields (name, class, configuration)."""
    llama, qwen = transformers.LlamaConfig, transformers.Qwen3Config
    yield "llama, llama3 scaling, tied", transformers.LlamaForCausalLM, llama(**SMALL, **rope(100.0, LLAMA3), tie_word_embeddings=True)
    yield "llama, no scaling, untied", transformers.LlamaForCausalLM, llama(**SMALL, **rope(10000.0), tie_word_embeddings=False)
    yield "qwen3, own head_dim, tied", transformers.Qwen3ForCausalLM, qwen(**SMALL, **rope(1000.0), head_dim=20, tie_word_embeddings=True)
    qwen2, mistral = transformers.Qwen2Config, transformers.MistralConfig
    yield "qwen2, tied", transformers.Qwen2ForCausalLM, qwen2(**SMALL, **rope(1000.0), tie_word_embeddings=True)
    yield "qwen2, untied", transformers.Qwen2ForCausalLM, qwen2(**SMALL, **rope(1000.0), tie_word_embeddings=False)
    yield "mistral, no window", transformers.MistralForCausalLM, mistral(**SMALL, **rope(1000.0), sliding_window=None, tie_word_embeddings=False)
    yield "llama, all biases", transformers.LlamaForCausalLM, llama(**SMALL, **rope(1000.0), attention_bias=True, mlp_bias=True, tie_word_embeddings=False)
    yield "qwen3, attention biases", transformers.Qwen3ForCausalLM, qwen(**SMALL, **rope(1000.0), attention_bias=True, head_dim=16, tie_word_embeddings=False)
    yield "qwen3, untied", transformers.Qwen3ForCausalLM, qwen(**SMALL, **rope(1000.0), head_dim=16, tie_word_embeddings=False)


def largest_difference(program, model_class, config, seed):
    """Relative to the root mean square of transformers' logits."""
    torch.manual_seed(seed)
    model = model_class(config).float().eval()
    with torch.no_grad():
        for parameter in model.parameters():  # weights large enough that every block matters
            parameter.copy_(1 + 0.3 * torch.randn_like(parameter) if parameter.dim() == 1 else torch.randn_like(parameter) / parameter.shape[1] ** 0.5)
        tokens = torch.randint(config.vocab_size, (1, POSITIONS))
        wanted = model(tokens).logits[0].double()
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        run = subprocess.run([program, folder, *map(str, tokens[0].tolist())], stdout=subprocess.PIPE, check=True)
    got = torch.frombuffer(bytearray(run.stdout), dtype=torch.float32).view(POSITIONS, config.vocab_size).double()
    return ((got - wanted).abs().max() / wanted.square().mean().sqrt()).item()


def main():
    torch.set_num_threads(1)
    print(f"torch {torch.__version__}, transformers {transformers.__version__}")
    failed = False
    for seed, (name, model_class, config) in enumerate(models()):
        difference = largest_difference(sys.argv[1], model_class, config, seed)
        failed |= not difference <= BOUND
        print(f"{name}: largest difference {difference:.2e} of the root mean square")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
