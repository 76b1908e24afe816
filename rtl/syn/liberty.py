"""Liberty files as synthesis wants them: one, unpacked."""

import gzip
import pathlib
import re
import sys
import zlib


def read(path):
    data = pathlib.Path(path).read_bytes()
    try:
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("latin-1")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path}: expected a whole gzip file, found: {error}") from error
    if not re.search(r"\blibrary\s*\([^)]*\)\s*{", text):
        raise ValueError(f"{path}: expected a Liberty file, found no library (...) {{")
    return text


def groups(text, path):
    """The groups directly inside library (...) { }: (kind, name, first, end) with the braces."""
    start = re.search(r"\blibrary\s*\([^)]*\)\s*{", text).end()
    depth, at = 0, start
    kind = name = ""
    first = start
    for brace in re.finditer(r'"(?:[^"\\]|\\.)*"|/\*.*?\*/|[{}]', text[start:], re.S):
        if brace[0] == "{":
            if depth == 0:
                head = re.search(r"(\w+)\s*\(\s*\"?([^\"()]*)\"?\s*\)\s*$", text[at:start + brace.start()])
                if not head:
                    raise ValueError(f"{path}: expected NAME (...) before a group, found {text[at:start + brace.start()][-40:]!r}")
                kind, name, first = head[1], head[2].strip(), at + head.start()
            depth += 1
        elif brace[0] == "}":
            depth -= 1
            if depth < 0:
                return
            at = start + brace.end()
            if depth == 0:
                yield kind, name, first, at
    raise ValueError(f"{path}: expected a closing brace, found the end of the file")


def merge(paths, output):
    """Writes one library: the first file's, with what the others have and it has not."""
    text = read(paths[0])
    have = {(kind, name) for kind, name, _, _ in groups(text, paths[0])}
    more = []
    for path in paths[1:]:
        other = read(path)
        for kind, name, first, end in groups(other, path):
            if kind in ("cell", "lu_table_template") and (kind, name) not in have:
                have.add((kind, name))
                more.append(other[first:end])
    end = text.rindex("}")
    pathlib.Path(output).write_text(text[:end] + "\n".join(more) + "\n}\n", encoding="latin-1")


if __name__ == "__main__":
    merge(sys.argv[2:], sys.argv[1])
