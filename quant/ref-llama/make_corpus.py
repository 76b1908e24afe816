#!/usr/bin/env python3
"""Makes ref-llama's text from the Boost headers and the PostgreSQL documentation of Debian 12.

Writes DIR/train.jsonl, valid.jsonl and test.jsonl, one record {"domain", "file", "text"} per source file in sorted order, and DIR/manifest.json.
The same packages give the same bytes."""

import argparse
import hashlib
import json
import pathlib
import subprocess
import sys

import boost_text
import corpus_file
import near_duplicates
import postgres_text
import splits
import whole_file

PACKAGES = ("libboost1.74-dev", "postgresql-doc-15")


def package_version(name):
    result = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True, check=False)
    return result.stdout or "unknown"


def collect(boost, postgres):
    """Yields (domain, group, file, text or None where it is a near-duplicate) in the order that near-duplicates are judged in."""
    seen = near_duplicates.Seen()
    for domain, texts in (("boost", boost_text.read(boost)), ("postgres", postgres_text.read(postgres))):
        for file, group, text in texts:
            yield domain, group, f"{domain}/{file}", seen.strip(text)


def counts(rows):
    texts = {domain: [text for of, _, text in rows if of == domain] for domain in splits.DOMAINS}
    return {domain: {"files": len(of), "bytes": sum(len(text.encode()) for text in of)} for domain, of in texts.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR")
    parser.add_argument("--boost", type=pathlib.Path, default="/usr/include/boost", metavar="DIR", help="default %(default)s")
    parser.add_argument("--postgres", type=pathlib.Path, default="/usr/share/doc/postgresql-doc-15/html", metavar="DIR", help="default %(default)s")
    arguments = parser.parse_args()
    for folder, package in zip((arguments.boost, arguments.postgres), PACKAGES):
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder}: no such folder, expected the files of package {package}")

    records = {split: [] for split in splits.SPLITS}
    near = dict.fromkeys(splits.DOMAINS, 0)
    for domain, group, file, text in collect(arguments.boost, arguments.postgres):
        if text is None:
            near[domain] += 1
        else:
            records[splits.split_of(domain, group)].append((domain, file, text))

    arguments.out.mkdir(parents=True, exist_ok=True)
    manifest = {"packages": {name: package_version(name) for name in PACKAGES}, "held_out": splits.HELD_OUT, "near_duplicate_files": near, "splits": {}}
    for split, rows in records.items():
        data = corpus_file.write(arguments.out / f"{split}.jsonl", rows)
        manifest["splits"][split] = {"sha256": hashlib.sha256(data).hexdigest(), **counts(rows)}
    whole_file.write(arguments.out / "manifest.json", (json.dumps(manifest, indent=1) + "\n").encode())


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        print(f"make_corpus: {error}", file=sys.stderr)
        sys.exit(2)
