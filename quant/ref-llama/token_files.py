"""The token files: windows of calibration, alignment, valid and test, and the training stream.

A source file's stream is BOS and its tokens. Windows are runs of 256 tokens of one file's stream without overlap: `tokens` I32, U16 in `alignment`, [windows, 256]; `file` and
`domain` I32 [windows], indices into the metadata's `files` and `domains`; `bytes` I32 [windows], the UTF-8 bytes of the tokens that a window
predicts, all but its first.
The training stream is `tokens` I32 [N], whole streams one after the other."""

import json

import safetensors_file
import splits
import token_windows


def write_windows(path, records, streams, wanted, piece_bytes, metadata, u16=()):
    """streams: one per record. wanted: domain -> windows; u16: as safetensors_file.write takes it. Returns {domain: {"windows", "files", "bytes"}}; ValueError where there are too few windows."""
    tokens, file_index, domain_index, byte_counts, files, summary = [], [], [], [], [], {}
    for number, domain in enumerate(splits.DOMAINS):
        windows = {record["file"]: token_windows.windows_of(stream) for record, stream in zip(records, streams) if record["domain"] == domain}
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
            byte_counts.append(sum(piece_bytes[token] for token in row[1:]))
        summary[domain] = {"windows": len(taken), "files": len({file for file, _ in taken}), "bytes": sum(byte_counts[-len(taken):])}
    count = len(file_index)
    safetensors_file.write(path, {"tokens": ((count, token_windows.CONTEXT), tokens), "file": ((count,), file_index), "domain": ((count,), domain_index),
                                  "bytes": ((count,), byte_counts)}, {**metadata, "files": json.dumps(files)}, u16)
    return summary


def write_train(path, records, streams, small, small_share, metadata):
    """small, small_share: as mixed_stream takes them. Returns the numbers of tokens, in all and by domain, with and without repetition."""
    lengths = {domain: {} for domain in splits.DOMAINS}
    stream_of = {}
    for record, stream in zip(records, streams):
        lengths[record["domain"]][record["file"]] = len(stream)
        stream_of[record["file"]] = record["domain"], stream
    tokens = []
    held = dict.fromkeys(splits.DOMAINS, 0)
    for _, file in token_windows.mixed_stream(lengths, small, small_share):
        domain, stream = stream_of[file]
        tokens += stream
        held[domain] += len(stream)
    safetensors_file.write(path, {"tokens": ((len(tokens),), tokens)}, metadata)
    return {"tokens": len(tokens), "unique_tokens": sum(map(len, streams)), **{f"{domain}_tokens": count for domain, count in held.items()},
            **{f"{domain}_unique_tokens": sum(lengths[domain].values()) for domain in splits.DOMAINS}}
