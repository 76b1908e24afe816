"""Writes safetensors files as the official library does: tensors by name, a compact JSON header padded with blanks to a multiple of 8."""

import array
import json
import os
import pathlib
import sys


def int32(values):
    """Little-endian bytes of a sequence of integers that fit 32 bits."""
    data = array.array("i", values)
    assert data.itemsize == 4
    if sys.byteorder == "big":
        data.byteswap()
    return data.tobytes()


def write(path, tensors, metadata):
    """tensors: name -> (shape, values), all I32. metadata: str -> str; "format": "pt" is added. The file appears whole or not at all."""
    header = {"__metadata__": dict(sorted({"format": "pt", **metadata}.items()))}
    payload = []
    offset = 0
    for name in sorted(tensors):
        shape, values = tensors[name]
        data = int32(values)
        header[name] = {"dtype": "I32", "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        payload.append(data)
        offset += len(data)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    path = pathlib.Path(path)
    unfinished = path.with_name(path.name + ".part")
    with open(unfinished, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for data in payload:
            file.write(data)
    os.replace(unfinished, path)
