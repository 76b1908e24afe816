"""Files that appear whole or not at all."""

import os
import pathlib


def write(path, *chunks):
    """Writes the bytes of chunks beside path and renames the result to path."""
    path = pathlib.Path(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(unfinished, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
