#!/usr/bin/env python3
"""Makes ref-llama's tokenizer and token files from the text that make_corpus.py wrote.

Writes DIR/tokenizer.model, tokenizer_config.json, special_tokens_map.json, {calibration,valid,test,train}.safetensors and manifest.json.

A file's token stream is BOS and its tokens. calibration, valid and test hold `tokens` I32 [windows, 256], runs of 256 tokens of one file's stream without
overlap; `file` and `domain` I32 [windows], indices into the metadata's `files` and `domains`; `bytes` I32 [windows], the UTF-8 bytes of text the window
stands for. train holds `tokens` I32 [N], whole streams of the train split's files one after the other."""

import argparse
import hashlib
import json
import pathlib
import sys

import fixed_order
import ngram_overlap
import safetensors_file
import sentencepiece_tool
import token_windows

DOMAINS = ("boost", "postgres")
POSTGRES_SHARE = 0.3
SAMPLE_BYTES = {"boost": 5_600_000, "postgres": 2_400_000}
WINDOWS = {"calibration": {"boost": 90, "postgres": 38}, "valid": {"boost": 256, "postgres": 256}, "test": {"boost": 1024, "postgres": 1024}}
SPLIT_OF = {"calibration": "train", "valid": "valid", "test": "test"}
OVERLAP_TOKENS = 13


def read_split(path):
    """Returns the records of a split, {"domain", "file", "text"} each."""
    records = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n")[:-1], 1):
        try:
            record = json.loads(line)
            if record["domain"] not in DOMAINS or not isinstance(record["text"], str) or not isinstance(record["file"], str):
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{path}:{number}: expected a record of domain, file and text") from None
        records.append(record)
    return records


def tokenizer_sample(records):
    """Texts in fixed order until each domain has its bytes."""
    left = dict(SAMPLE_BYTES)
    texts = []
    for record in sorted(records, key=lambda record: fixed_order.key("sample", record["file"])):
        if left[record["domain"]] > 0:
            left[record["domain"]] -= len(record["text"].encode())
            texts.append(record["text"])
    return texts


def write_settings(folder):
    """The files by which transformers' LlamaTokenizer and LlamaTokenizerFast load tokenizer.model and agree with spm_encode."""
    special = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    settings = {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": False, "add_prefix_space": False, "legacy": True,
                "clean_up_tokenization_spaces": False, "model_max_length": token_windows.CONTEXT, "sp_model_kwargs": {}, **special}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n")


def write_windows(path, records, streams, wanted, piece_bytes, metadata):
    """Returns {domain: {"windows", "files", "bytes"}}."""
    record_of = {record["file"]: (record["domain"], stream) for record, stream in zip(records, streams)}
    tokens, file_index, domain_index, byte_counts, files, summary = [], [], [], [], [], {}
    for number, domain in enumerate(DOMAINS):
        windows = {file: token_windows.windows_of(stream) for file, (of, stream) in record_of.items() if of == domain}
        try:
            taken = token_windows.spread({file: len(rows) for file, rows in windows.items()}, wanted[domain])
        except ValueError as error:
            raise ValueError(f"{path.name}, {domain}: {error}") from None
        for file, window in taken:
            if not files or files[-1] != file:
                files.append(file)
            row = windows[file][window]
            tokens += row
            file_index.append(len(files) - 1)
            domain_index.append(number)
            byte_counts.append(sum(piece_bytes[token] for token in row))
        summary[domain] = {"windows": len(taken), "files": len({file for file, _ in taken}), "bytes": sum(byte_counts[-len(taken):])}
    count = len(file_index)
    safetensors_file.write(path, {"tokens": ((count, token_windows.CONTEXT), tokens), "file": ((count,), file_index), "domain": ((count,), domain_index),
                                  "bytes": ((count,), byte_counts)}, {**metadata, "files": json.dumps(files)})
    return summary


def write_train(path, records, streams, metadata):
    """Returns {"tokens", "unique_tokens", "<domain>_tokens"...}."""
    lengths = {domain: {} for domain in DOMAINS}
    stream_of = {}
    for record, stream in zip(records, streams):
        lengths[record["domain"]][record["file"]] = len(stream)
        stream_of[record["file"]] = record["domain"], stream
    tokens = []
    held = dict.fromkeys(DOMAINS, 0)
    for _, file in token_windows.mixed_stream(lengths, "postgres", POSTGRES_SHARE):
        domain, stream = stream_of[file]
        tokens += stream
        held[domain] += len(stream)
    safetensors_file.write(path, {"tokens": ((len(tokens),), tokens)}, metadata)
    return {"tokens": len(tokens), "unique_tokens": sum(map(len, streams)), **{f"{domain}_tokens": count for domain, count in held.items()},
            **{f"{domain}_unique_tokens": sum(lengths[domain].values()) for domain in DOMAINS}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=pathlib.Path, required=True, metavar="DIR", help="the folder that make_corpus.py wrote")
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR")
    arguments = parser.parse_args()
    corpus = {split: read_split(arguments.corpus / f"{split}.jsonl") for split in ("train", "valid", "test")}
    manifest = json.loads((arguments.corpus / "manifest.json").read_text())
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)

    model = out / "tokenizer.model"
    sentencepiece_tool.train(tokenizer_sample(corpus["train"]), model)
    write_settings(out)
    piece_bytes = sentencepiece_tool.piece_bytes(model)
    metadata = {"fp4sim.tokens": "1", "domains": json.dumps(DOMAINS), "tokenizer_sha256": hashlib.sha256(model.read_bytes()).hexdigest()}

    streams = {}
    bytes_per_token = {}
    for split, records in corpus.items():
        encoded = sentencepiece_tool.encode([record["text"] for record in records], model)
        for record, tokens in zip(records, encoded):
            if sum(piece_bytes[token] for token in tokens) != len(record["text"].encode()):
                raise ValueError(f"{record['file']}: its tokens do not stand for its bytes")
        streams[split] = [[sentencepiece_tool.BOS] + tokens for tokens in encoded]
        bytes_per_token[split] = {
            domain: round(sum(len(r["text"].encode()) for r in records if r["domain"] == domain)
                          / max(1, sum(len(t) for r, t in zip(records, encoded) if r["domain"] == domain)), 4) for domain in DOMAINS}

    manifest["bytes_per_token"] = bytes_per_token
    manifest["train"] = write_train(out / "train.safetensors", corpus["train"], streams["train"], {**metadata, "split": "train"})
    for name, wanted in WINDOWS.items():
        split = SPLIT_OF[name]
        manifest[name] = write_windows(out / f"{name}.safetensors", corpus[split], streams[split], wanted, piece_bytes, {**metadata, "split": name})
    manifest["test_in_train"] = {"tokens_per_ngram": OVERLAP_TOKENS, **{
        domain: round(ngram_overlap.share([s for r, s in zip(corpus["test"], streams["test"]) if r["domain"] == domain], streams["train"], OVERLAP_TOKENS), 4)
        for domain in DOMAINS}}
    manifest["sha256"] = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.glob("*.safetensors")) + [model]}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        print(f"make_tokens: {error}", file=sys.stderr)
        sys.exit(2)
