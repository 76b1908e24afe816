"""Writes safetensors files as the official library does: tensors by name, a compact JSON header padded with blanks to a multiple of 8."""

import array
import json
import sys

import whole_file


TYPECODES = {"I32": "i", "U16": "H"}


def integers(values, dtype):
    """Little-endian bytes of integers; OverflowError for one that the type does not hold."""
    data = array.array(TYPECODES[dtype], values)
    assert data.itemsize == int(dtype[1:]) // 8
    if sys.byteorder == "big":
        data.byteswap()
    return data.tobytes()


def write(path, tensors, metadata, u16=()):
    """tensors: name -> (shape, values), as many values as the shape says, I32 but for the names in u16. metadata: str -> str; "format": "pt" is added."""
    header = {"__metadata__": dict(sorted({"format": "pt", **metadata}.items()))}
    payload = []
    offset = 0
    for name in sorted(tensors):
        shape, values = tensors[name]
        dtype = "U16" if name in u16 else "I32"
        data = integers(values, dtype)
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        payload.append(data)
        offset += len(data)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    whole_file.write(path, len(text).to_bytes(8, "little"), text, *payload)
