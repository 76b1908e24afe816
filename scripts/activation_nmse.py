"""activation_nmse.py CAPTURE FORMAT/ENCODER...: what encoders lose on the activations of a file of `fp4quant capture`, each tensor under a scale
of its own: mean squared error over mean square, averaged over tensors. FP4SIM_LIBRARY names libfp4golden.so."""

import json
import pathlib
import struct
import sys
from array import array

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "golden/python"))
import fp4sim


def tensors(path):
    """(values, columns) of every two-dimensional binary32 tensor."""
    data = pathlib.Path(path).read_bytes()
    header_size = struct.unpack_from("<Q", data)[0]
    for name, entry in sorted(json.loads(data[8:8 + header_size]).items()):
        if name != "__metadata__" and entry["dtype"] == "F32" and len(entry["shape"]) == 2:
            first, last = (8 + header_size + offset for offset in entry["data_offsets"])
            yield array("f", data[first:last]), entry["shape"][1]


def nmse(x, columns, name):
    tensor_format, encoder = name.split("/")
    restored = fp4sim.dequantize(fp4sim.encode(x, columns, format=tensor_format, encoder=encoder))
    return sum((q - v) ** 2 for q, v in zip(restored, x, strict=True)) / sum(v * v for v in x)


def main(path, names):
    found = {name: [] for name in names}
    for x, columns in tensors(path):
        for name in names:
            found[name].append(nmse(x, columns, name))
    for name, errors in found.items():
        print(f"{name:24} {sum(errors) / len(errors):.6f} over {len(errors)} tensors")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
