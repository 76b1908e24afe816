#!/usr/bin/env python3
"""Makes the NOTICE that goes with ref-llama and its token files.

Writes DIR/NOTICE, DIR/licenses/BSL-1.0.txt, PostgreSQL.txt and Zlib.txt from the packages' own copyright files, and DIR/licenses/Boost-copyrights.txt, the
copyright lines of every header whose text was used."""

import argparse
import pathlib
import re
import sys

import boost_text
import corpus_file
import splits
import whole_file

SOURCES = {
    "boost": ("Boost headers", "libboost1.74-dev", "BSL-1.0", "libraries"),
    "postgres": ("PostgreSQL documentation", "postgresql-doc-15", "PostgreSQL", "chapters"),
}

_COPYRIGHT = re.compile(r"^[\s/*#]*((?:\(c\)\s*)?copyright\b.*\S)", re.I | re.M)


def license_text(copyright_file, name):
    """The text of license name in a Debian copyright file. ValueError where there is none."""
    body = re.search(rf"^License: {re.escape(name)}\n((?:[ \t].*\n)+)", copyright_file.read_text(encoding="utf-8"), re.M)
    if not body:
        raise ValueError(f"{copyright_file}: expected the text of license {name}")
    lines = [line.strip() for line in body.group(1).rstrip("\n").split("\n")]
    return "\n".join("" if line == "." else line for line in lines) + "\n"


def holders(copyright_file):
    """The copyright of "Files: *" in a Debian copyright file. ValueError where there is none."""
    found = re.search(r"^Files: \*\nCopyright:(.*(?:\n[ \t].*)*)\nLicense: ", copyright_file.read_text(encoding="utf-8"), re.M)
    if not found:
        raise ValueError(f"{copyright_file}: expected the copyright of \"Files: *\"")
    return "\n".join(line.strip() for line in found.group(1).strip().split("\n")) + "\n"


def copyright_lines(text):
    """The lines that begin with a copyright, without comment signs and with single blanks."""
    return {" ".join(match.split()).rstrip(" */") for match in _COPYRIGHT.findall(text)}


def notice(manifest, files, zlib):
    """manifest: as make_corpus.py writes it. files: domain -> number of source files. zlib: the headers of zlib's terms. Returns the text of NOTICE."""
    lines = ["ref-llama, its tokenizer and its token files are made from these texts:", ""]
    for domain, (title, package, license, groups) in SOURCES.items():
        lines += [f"{title}: Debian package {package} {manifest['packages'][package]}, license {license} (licenses/{license}.txt)"]
        lines += [f"  {files[domain]} files, near-duplicates left out"]
        for split, held in manifest["held_out"][domain].items():
            count = manifest["splits"][split][domain]["files"]
            lines += [f"  held out of training for {split}: {groups} {', '.join(held)} ({count} files)"]
        lines += [""]
    lines += ["The headers' copyright lines stand in licenses/Boost-copyrights.txt. These headers name zlib's terms (licenses/Zlib.txt) beside BSL-1.0:"]
    return "\n".join(lines + [f"  {file}" for file in sorted(zlib)] + [""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=pathlib.Path, required=True, metavar="DIR", help="the folder that make_corpus.py wrote")
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR")
    parser.add_argument("--boost", type=pathlib.Path, default="/usr/include/boost", metavar="DIR", help="default %(default)s")
    parser.add_argument("--doc", type=pathlib.Path, default="/usr/share/doc", metavar="DIR", help="where the packages' copyright files are, default %(default)s")
    arguments = parser.parse_args()
    manifest = corpus_file.read_manifest(arguments.corpus / "manifest.json")
    files = dict.fromkeys(SOURCES, 0)
    copyrights = set()
    zlib = []
    for split in splits.SPLITS:
        for record in corpus_file.read(arguments.corpus / f"{split}.jsonl"):
            files[record["domain"]] += 1
            if record["domain"] == "boost":
                header = (arguments.boost / record["file"].removeprefix("boost/")).read_text(encoding="utf-8")
                copyrights |= copyright_lines(header)
                zlib += [record["file"]] if boost_text.has_zlib_terms(header) else []
    try:
        texts = {"NOTICE": notice(manifest, files, zlib)}
    except (KeyError, TypeError, AttributeError):
        raise ValueError(f"{arguments.corpus / 'manifest.json'}: expected packages, held_out and splits as make_corpus writes them") from None
    texts["licenses/Boost-copyrights.txt"] = "\n".join(sorted(copyrights)) + "\n"
    for _, package, license, _ in SOURCES.values():
        source = arguments.doc / package / "copyright"
        texts[f"licenses/{license}.txt"] = holders(source) + "\n" + license_text(source, license)
    texts["licenses/Zlib.txt"] = license_text(arguments.doc / SOURCES["boost"][1] / "copyright", "Zlib")
    (arguments.out / "licenses").mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        whole_file.write(arguments.out / name, text.encode())


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        print(f"make_notice: {error}", file=sys.stderr)
        sys.exit(2)
