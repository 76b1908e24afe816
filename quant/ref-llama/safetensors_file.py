"""Writes safetensors files as the official library does: tensors by name, a compact JSON header padded with blanks to a multiple of 8."""

import array
import json
import sys

import whole_file


def int32(values):
    """Little-endian bytes of integers; OverflowError for one beyond 32 bits."""
    data = array.array("i", values)
    assert data.itemsize == 4
    if sys.byteorder == "big":
        data.byteswap()
    return data.tobytes()


def write(path, tensors, metadata):
    """tensors: name -> (shape, values), all I32, as many values as the shape says. metadata: str -> str; "format": "pt" is added."""
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
    whole_file.write(path, len(text).to_bytes(8, "little"), text, *payload)
