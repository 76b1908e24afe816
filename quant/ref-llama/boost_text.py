"""Boost headers as plain text: which files are taken, and what is cut from them."""

import pathlib
import re

LARGEST_BYTES = 60_000
GENERATED_TREES = {"preprocessed", "preprocessor", "typeof"}
SUFFIXES = {".hpp", ".ipp", ".h"}

_COMMENT_GLUE = re.compile(r"[\s/*#|!=-]+")
_OTHER_TERMS = re.compile(r"permission (is hereby granted|to use|to copy)|general public license|apache license|mit license|redistribution and use", re.I)
_BLOCK_COMMENT = re.compile(r"\s*/\*.*?\*/[ \t]*\n?", re.S)
_LINE_COMMENTS = re.compile(r"(?:[ \t]*(?://[^\n]*)?\n)*[ \t]*//[^\n]*\n?")
_BANNER = re.compile(r"copyright|software license|license_1_0", re.I)


def _words(text):
    return _COMMENT_GLUE.sub(" ", text).lower()


def has_free_terms(text):
    """True where the text names the Boost Software License, however its comment is wrapped, and states no other terms but zlib's."""
    words = _words(text)
    return ("boost software license" in words or "license_1_0" in words) and not _OTHER_TERMS.search(words)


def has_zlib_terms(text):
    return "permission is granted to anyone to use this software" in _words(text)


def is_taken(path, text):
    """path: relative to boost/. False for generated trees, large files, other suffixes and files of other terms."""
    return (path.suffix in SUFFIXES and GENERATED_TREES.isdisjoint(path.parts) and len(text.encode()) <= LARGEST_BYTES
            and has_free_terms(text))


def without_banner(text):
    """Cuts the comments at the top up to the last of them that speaks of copyright or license; they stand in licenses/ instead.
    Lines of // comments with nothing but blank lines between them are one comment."""
    cut = end = 0
    while True:
        match = _BLOCK_COMMENT.match(text, end) or _LINE_COMMENTS.match(text, end)
        if not match:
            return text[cut:]
        end = match.end()
        if _BANNER.search(match.group()):
            cut = end


def clean(text):
    """LF line ends, no banner, no blanks at line ends, at most one blank line in a row, one line end at the end."""
    lines = [line.rstrip() for line in without_banner(text.replace("\r\n", "\n").replace("\r", "\n")).replace("\0", "").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def library(path):
    """The library a header belongs to: boost/heap/x.hpp, boost/heap.hpp and boost/heap_fwd.hpp are of heap."""
    if len(path.parts) > 1:
        return path.parts[0]
    return path.stem.removesuffix("_fwd")


def read(root):
    """Yields (path relative to root, library, cleaned text) in sorted path order."""
    root = pathlib.Path(root)
    for path in sorted((p.relative_to(root) for p in root.rglob("*") if p.is_file()), key=lambda p: p.as_posix()):
        try:
            text = (root / path).read_bytes().decode()
        except UnicodeDecodeError:
            continue
        if is_taken(path, text):
            yield path.as_posix(), library(path), clean(text)
