#!/usr/bin/env python3
"""Makes ref-llama's tokenizer and token files from the text that make_corpus.py wrote.

Writes DIR/tokenizer.model, tokenizer_config.json, special_tokens_map.json, {calibration,alignment,valid,test,train}.safetensors and manifest.json.
The same text gives the same bytes."""

import argparse
import hashlib
import json
import pathlib
import sys

import corpus_file
import fixed_order
import ngram_overlap
import sentencepiece_tool
import splits
import token_files
import token_windows
import whole_file

POSTGRES_SHARE = 0.3
SAMPLE_BYTES = {"boost": 5_600_000, "postgres": 2_400_000}
WINDOWS = {"calibration": {"boost": 90, "postgres": 38}, "alignment": {"boost": 5734, "postgres": 2458}, "valid": {"boost": 256, "postgres": 256},
           "test": {"boost": 1024, "postgres": 1024}}
U16 = {"alignment": ("tokens",)}
SPLIT_OF = {"calibration": "train", "alignment": "train", "valid": "valid", "test": "test"}
OVERLAP_TOKENS = 13


def tokenizer_sample(records, sample_bytes):
    """Whole texts in fixed order until each domain has its bytes."""
    left = dict(sample_bytes)
    texts = []
    for record in sorted(records, key=lambda record: fixed_order.key("sample", record["file"])):
        if left[record["domain"]] > 0:
            left[record["domain"]] -= len(record["text"].encode())
            texts.append(record["text"])
    return texts


def write_json(path, value, indent):
    whole_file.write(path, (json.dumps(value, indent=indent) + "\n").encode())


def write_settings(folder):
    """The files by which transformers' LlamaTokenizer and LlamaTokenizerFast load tokenizer.model and agree with spm_encode."""
    special = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    settings = {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": False, "add_prefix_space": False, "legacy": True,
                "clean_up_tokenization_spaces": False, "model_max_length": token_windows.CONTEXT, "sp_model_kwargs": {}, **special}
    write_json(folder / "tokenizer_config.json", settings, 2)
    write_json(folder / "special_tokens_map.json", special, 2)


def streams_of(records, model, piece_bytes):
    """Returns each record's stream, BOS first. ValueError where tokens do not stand for exactly the text's bytes."""
    encoded = sentencepiece_tool.encode([record["text"] for record in records], model)
    for record, tokens in zip(records, encoded):
        if sum(piece_bytes[token] for token in tokens) != len(record["text"].encode()):
            raise ValueError(f"{record['file']}: its tokens do not stand for its bytes")
    return [[sentencepiece_tool.BOS] + tokens for tokens in encoded]


def of_domain(records, streams, domain):
    return [stream for record, stream in zip(records, streams) if record["domain"] == domain]


def bytes_per_token(streams, piece_bytes):
    tokens = sum(len(stream) - 1 for stream in streams)
    return round(sum(piece_bytes[token] for stream in streams for token in stream) / tokens, 4) if tokens else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=pathlib.Path, required=True, metavar="DIR", help="the folder that make_corpus.py wrote")
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR")
    arguments = parser.parse_args()
    corpus = {split: corpus_file.read(arguments.corpus / f"{split}.jsonl") for split in splits.SPLITS}
    manifest = corpus_file.read_manifest(arguments.corpus / "manifest.json")
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)

    model = out / "tokenizer.model"
    sentencepiece_tool.train(tokenizer_sample(corpus["train"], SAMPLE_BYTES), model)
    write_settings(out)
    piece_bytes = sentencepiece_tool.piece_bytes(model)
    streams = {split: streams_of(records, model, piece_bytes) for split, records in corpus.items()}

    common = {"fp4sim.tokens": "1", "domains": json.dumps(splits.DOMAINS), "tokenizer_sha256": hashlib.sha256(model.read_bytes()).hexdigest()}
    manifest["bytes_per_token"] = {split: {domain: bytes_per_token(of_domain(corpus[split], streams[split], domain), piece_bytes) for domain in splits.DOMAINS}
                                   for split in splits.SPLITS}
    manifest["train"] = token_files.write_train(out / "train.safetensors", corpus["train"], streams["train"], "postgres", POSTGRES_SHARE,
                                                {**common, "split": "train"})
    for name, wanted in WINDOWS.items():
        split = SPLIT_OF[name]
        manifest[name] = token_files.write_windows(out / f"{name}.safetensors", corpus[split], streams[split], wanted, piece_bytes, {**common, "split": name},
                                                   U16.get(name, ()))
    manifest["test_in_train"] = {"tokens_per_ngram": OVERLAP_TOKENS, **{
        domain: round(ngram_overlap.share(of_domain(corpus["test"], streams["test"], domain), streams["train"], OVERLAP_TOKENS), 4)
        for domain in splits.DOMAINS}}
    made = [out / f"{name}.safetensors" for name in sorted(("train", *WINDOWS))] + [model]
    manifest["sha256"] = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in made}
    write_json(out / "manifest.json", manifest, 1)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        print(f"make_tokens: {error}", file=sys.stderr)
        sys.exit(2)
