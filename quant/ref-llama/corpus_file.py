"""The text of a split: one JSON record {"domain", "file", "text"} per line and source file."""

import json

import splits
import whole_file


def write(path, records):
    """records: (domain, file, text). Returns the bytes written."""
    data = "".join(json.dumps({"domain": domain, "file": file, "text": text}, ensure_ascii=False) + "\n" for domain, file, text in records).encode()
    whole_file.write(path, data)
    return data


def read(path):
    """Returns the records as dicts. ValueError names the line that is none, or that repeats a file."""
    records = []
    files = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n")[:-1], 1):
        try:
            record = json.loads(line)
            if record["domain"] not in splits.DOMAINS or not isinstance(record["text"], str) or not isinstance(record["file"], str):
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{path}:{number}: expected a record of domain, file and text") from None
        if record["file"] in files:
            raise ValueError(f"{path}:{number}: {record['file']} came before, expected each file once")
        files.add(record["file"])
        records.append(record)
    return records


def read_manifest(path):
    """Returns manifest.json's object."""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(manifest, dict):
        raise ValueError(f"{path}: expected an object")
    return manifest
