"""fp4sim's golden model from Python: encoders, decoders, dot products and matrix products, bit for bit.

Standard library only. The shared library is the one that FP4SIM_LIBRARY names, else the one of the installation this file is part of, else the
loader's libfp4golden.so. binary32 results that must be compared bit for bit are ints or array('I'); dequantized values are array('f').
"""

import ctypes
import glob
import os
from array import array
from ctypes import POINTER, byref, c_char, c_char_p, c_float, c_int8, c_int32, c_uint8, c_uint16, c_uint32, c_uint64
from pathlib import Path
from typing import NamedTuple

_ABI_VERSION = 2
_DEFAULT_ENCODER = _AUTO_ISA = -2


class Fp4Error(Exception):
    """A call that the library refused; `status` is its fp4_status, 0 where the library was not asked."""

    def __init__(self, message, status=0):
        super().__init__(message)
        self.status = status


class _Error(ctypes.Structure):
    _fields_ = [("status", c_int32), ("message", c_char * 252)]


class _Operand(ctypes.Structure):
    _fields_ = [("format", c_int32), ("v1_halves", c_uint32), ("v2_halves", c_uint32)]


class _Config(ctypes.Structure):
    _fields_ = [("size", c_uint32), ("profile", c_int32), ("a", _Operand), ("b", _Operand)]


class _EncodeOptions(ctypes.Structure):
    _fields_ = [("size", c_uint32), ("encoder", c_int32), ("operand", _Operand), ("saturate", c_uint32), ("e3m3_max", c_uint32), ("tensor_scale_bits", c_uint32)]


class _GemmOptions(ctypes.Structure):
    _fields_ = [("size", c_uint32), ("isa", c_int32), ("threads", c_uint32)]


class _Scale(ctypes.Structure):
    _fields_ = [("significand", c_int32), ("exponent", c_int32), ("nan", c_int32), ("fp32_bits", c_uint32)]


class Scale(NamedTuple):
    """value = significand * 2**(exponent - 3)"""

    significand: int
    exponent: int
    nan: bool
    fp32_bits: int


class DotProfile(NamedTuple):
    """How a GPU's tensor core adds products: `k` of one instruction, `step` of one fused step; D has `output_bits`."""

    name: str
    gpu: str
    instruction: str
    element: str
    element_bits: int
    k: int
    step: int
    output_bits: int
    block_scaled: bool


class Tensor(NamedTuple):
    """rows x k elements: two codes to a byte, the even one in the low nibble; the scale bytes of the blocks along k."""

    format: str
    rows: int
    k: int
    codes: bytes
    scales: bytes
    tensor_scale_bits: int = 0x3F800000
    v1_halves: int = 10
    v2_halves: int = 16


def _open():
    prefixes = [glob.escape(str(folder)) for folder in Path(__file__).resolve().parents[3:4]]  # of PREFIX/share/fp4sim/python
    beside = [path for prefix in prefixes for folder in ("lib*", "lib/*") for path in sorted(glob.glob(f"{prefix}/{folder}/libfp4golden.so"))]
    path = os.environ.get("FP4SIM_LIBRARY") or (beside[0] if beside else "libfp4golden.so")
    try:
        library = ctypes.CDLL(path)
        abi = library.fp4_abi_version()
    except (OSError, AttributeError) as error:
        raise ImportError(f"fp4sim: cannot load {path}: {error}") from error
    if abi != _ABI_VERSION:
        raise ImportError(f"fp4sim: {path}: expected ABI version {_ABI_VERSION}, found {abi}")
    library.fp4_version_string.restype = c_char_p
    bytes_, bits = POINTER(c_uint8), POINTER(c_uint32)
    gemm = [bytes_, bytes_, c_uint64, bytes_, bytes_, c_uint64, c_uint64, bits, bits, POINTER(_Error)]
    prototypes = {
        "fp4_packed_size": [c_int32, c_uint64, c_uint64, POINTER(c_uint64), POINTER(c_uint64), POINTER(_Error)],
        "fp4_decode_e2m1": [c_uint8],
        "fp4_decode_scale": [c_int32, c_uint8, POINTER(_Scale), POINTER(_Error)],
        "fp4_decode_block": [POINTER(_Operand), bytes_, c_uint32, POINTER(c_int8), POINTER(_Error)],
        "fp4_dequantize_tensor_f32": [POINTER(_Operand), bytes_, bytes_, c_uint64, c_uint64, c_uint32, POINTER(c_float), POINTER(_Error)],
        "fp4_dequantize_tensor_bf16": [POINTER(_Operand), bytes_, bytes_, c_uint64, c_uint64, c_uint32, POINTER(c_uint16), POINTER(_Error)],
        "fp4_encode": [POINTER(_EncodeOptions), POINTER(c_float), c_uint64, c_uint64, bytes_, bytes_, bits, POINTER(_Error)],
        "fp4_gemm_reference": [POINTER(_Config), *gemm],
        "fp4_gemm_fast": [POINTER(_Config), POINTER(_GemmOptions), *gemm],
        "fp4_swizzled_size": [c_int32, c_uint64, c_uint64, POINTER(c_uint64), POINTER(_Error)],
        "fp4_swizzle_scales": [c_int32, bytes_, c_uint64, c_uint64, bytes_, POINTER(_Error)],
        "fp4_unswizzle_scales": [c_int32, bytes_, c_uint64, c_uint64, bytes_, POINTER(_Error)],
        "fp4_dot_add": [c_int32, bits, bits, c_uint64, bytes_, bytes_, c_uint32, bits, POINTER(_Error)],
        "fp4_epilogue": [bits, c_uint64, c_uint32, c_uint32, c_int32, ctypes.c_void_p, POINTER(_Error)],
    }
    for name, argtypes in prototypes.items():
        getattr(library, name).argtypes = argtypes
    for list_ in ("format", "profile", "encoder", "isa", "output_type", "dot_profile"):
        getattr(library, f"fp4_{list_}_name").restype = c_char_p
    for text in ("gpu", "instruction", "element"):
        getattr(library, f"fp4_dot_profile_{text}").restype = c_char_p
    return library


_library = _open()
version = _library.fp4_version_string().decode()


def _names(list_):
    return tuple(getattr(_library, f"fp4_{list_}_name")(i).decode() for i in range(getattr(_library, f"fp4_{list_}_count")()))


scale_tiles = ("128x4", "8x4")  # fp4_scale_tile
formats, profiles, encoders, isas, output_types = map(_names, ("format", "profile", "encoder", "isa", "output_type"))


def _dot_profile(i, name):
    gpu, instruction, element = (getattr(_library, f"fp4_dot_profile_{text}")(i).decode() for text in ("gpu", "instruction", "element"))
    element_bits, k, step, output_bits = (getattr(_library, f"fp4_dot_profile_{number}")(i) for number in ("element_bits", "k", "step", "output_bits"))
    return DotProfile(name, gpu, instruction, element, element_bits, k, step, output_bits, bool(_library.fp4_dot_profile_block_scaled(i)))


dot_profiles = tuple(_dot_profile(i, name) for i, name in enumerate(_names("dot_profile")))


def _index(names, name, what):
    if name not in names:
        raise Fp4Error(f"{what}: expected one of {', '.join(names)}, found {name!r}")
    return names.index(name)


def _operand(format, v1_halves, v2_halves):
    return _Operand(_index(formats, format, "format"), v1_halves, v2_halves)


def _call(function, *arguments):
    error = _Error()
    status = function(*arguments, byref(error))
    if status:
        raise Fp4Error(error.message.decode(), status)


def _bytes(data, size, what):
    data = bytes(data)
    if len(data) != size:
        raise Fp4Error(f"{what}: expected {size} bytes, found {len(data)}")
    return (c_uint8 * size).from_buffer_copy(data)


def _bits(data, size, what):
    values = array("I", data)
    if len(values) != size:
        raise Fp4Error(f"{what}: expected {size} values, found {len(values)}")
    return (c_uint32 * size).from_buffer(values)


def packed_size(format, rows, k):
    """Bytes of codes and of scales of a rows x k tensor."""
    code_bytes, scale_bytes = c_uint64(), c_uint64()
    _call(_library.fp4_packed_size, _index(formats, format, "format"), rows, k, byref(code_bytes), byref(scale_bytes))
    return code_bytes.value, scale_bytes.value


def _packed(tensor, what):
    code_bytes, scale_bytes = packed_size(tensor.format, tensor.rows, tensor.k)
    return _bytes(tensor.codes, code_bytes, f"{what}.codes"), _bytes(tensor.scales, scale_bytes, f"{what}.scales")


def swizzled_size(rows, blocks_per_row, tile="128x4"):
    """Bytes of scales in tiles: 128x4 as cuBLAS and CUTLASS read them, or 8x4 as kernels for few tokens do."""
    size = c_uint64()
    _call(_library.fp4_swizzled_size, _index(scale_tiles, tile, "tile"), rows, blocks_per_row, byref(size))
    return size.value


def swizzle_scales(scales, rows, blocks_per_row, tile="128x4"):
    """Row-major scale bytes in tiles; padding is 0."""
    swizzled = (c_uint8 * swizzled_size(rows, blocks_per_row, tile))()
    _call(_library.fp4_swizzle_scales, _index(scale_tiles, tile, "tile"), _bytes(scales, rows * blocks_per_row, "scales"), rows, blocks_per_row, swizzled)
    return bytes(swizzled)


def unswizzle_scales(swizzled, rows, blocks_per_row, tile="128x4"):
    """Scale bytes in tiles as row-major ones."""
    size = swizzled_size(rows, blocks_per_row, tile)
    scales = (c_uint8 * (rows * blocks_per_row))()
    _call(_library.fp4_unswizzle_scales, _index(scale_tiles, tile, "tile"), _bytes(swizzled, size, "swizzled"), rows, blocks_per_row, scales)
    return bytes(scales)


def decode_e2m1(code):
    """An E2M1 code in signed half-units, -12..12."""
    return _library.fp4_decode_e2m1(code & 15)


def decode_scale(format, scale_byte):
    scale = _Scale()
    _call(_library.fp4_decode_scale, _index(formats, format, "format"), scale_byte & 255, byref(scale))
    return Scale(scale.significand, scale.exponent, bool(scale.nan), scale.fp32_bits)


def lane_units(format):
    """How many units of decode_block() make 1.0: 2 (half-units) to 14."""
    return _library.fp4_format_lane_units(_index(formats, format, "format"))


def decode_block(format, codes, scale_record, v1_halves=10, v2_halves=16):
    """A block's elements in units of 1 / lane_units(format), before the scale. scale_record: the scale bytes, the first in the low bits."""
    operand = _operand(format, v1_halves, v2_halves)
    block = _library.fp4_format_block(operand.format)
    lanes = (c_int8 * block)()
    _call(_library.fp4_decode_block, byref(operand), _bytes(codes, block // 2, "codes"), scale_record & 0xFFFFFFFF, lanes)
    return list(lanes)


def dequantize(tensor, bf16=False):
    """Every element, row-major: binary32 as array('f'), or bf16 bit patterns as array('H')."""
    codes, scales = _packed(tensor, "tensor")
    function, kind, cell = (_library.fp4_dequantize_tensor_bf16, "H", c_uint16) if bf16 else (_library.fp4_dequantize_tensor_f32, "f", c_float)
    values = (cell * (tensor.rows * tensor.k))()
    operand = _operand(tensor.format, tensor.v1_halves, tensor.v2_halves)
    _call(function, byref(operand), codes, scales, tensor.rows, tensor.k, tensor.tensor_scale_bits, values)
    return array(kind, bytes(values))


def encode(x, k, format="nvfp4", encoder=None, v1_halves=10, v2_halves=16, saturate=False, e3m3_max=28, tensor_scale_bits=0):
    """Quantizes row-major values (any iterable or buffer of floats), k to a row.

    tensor_scale_bits: the multiplier as binary32 bits; 0: from the largest magnitude. saturate: infinities and NaN are no errors.
    """
    values = array("f", x)
    if k <= 0 or not values or len(values) % k:
        raise Fp4Error(f"x: expected rows of {k} values, found {len(values)} values")
    rows = len(values) // k
    code_bytes, scale_bytes = packed_size(format, rows, k)
    codes, scales, used_bits = (c_uint8 * code_bytes)(), (c_uint8 * scale_bytes)(), c_uint32()
    chosen = _DEFAULT_ENCODER if encoder is None else _index(encoders, encoder, "encoder")
    options = _EncodeOptions(ctypes.sizeof(_EncodeOptions), chosen, _operand(format, v1_halves, v2_halves), int(saturate), e3m3_max,
                             tensor_scale_bits)
    _call(_library.fp4_encode, byref(options), (c_float * len(values)).from_buffer(values), rows, k, codes, scales, byref(used_bits))
    return Tensor(format, rows, k, bytes(codes), bytes(scales), used_bits.value, v1_halves, v2_halves)


def gemm(a, b, c=None, profile="exact", reference=False, isa=None, threads=1):
    """D = A * B^T + C as array('I') of binary32 bits, a.rows x b.rows; no tensor scale is applied. c: as many bit patterns, or None for +0."""
    if a.k != b.k:
        raise Fp4Error(f"b.k: expected {a.k} as in a, found {b.k}")
    size = a.rows * b.rows
    d = (c_uint32 * size)()
    c_bits = None if c is None else _bits(c, size, "c")
    config = _Config(ctypes.sizeof(_Config), _index(profiles, profile, "profile"), *(_operand(t.format, t.v1_halves, t.v2_halves) for t in (a, b)))
    operands = (*_packed(a, "a"), a.rows, *_packed(b, "b"), b.rows, a.k, c_bits, d)
    if reference:
        _call(_library.fp4_gemm_reference, byref(config), *operands)
    else:
        options = _GemmOptions(ctypes.sizeof(_GemmOptions), _AUTO_ISA if isa is None else _index(isas, isa, "isa"), threads)
        _call(_library.fp4_gemm_fast, byref(config), byref(options), *operands)
    return array("I", bytes(d))


def dot(a, b, c_bits=0, profile="exact"):
    """A row against a row, plus C, by the reference path: binary32 bits."""
    for tensor, what in ((a, "a"), (b, "b")):
        if tensor.rows != 1:
            raise Fp4Error(f"{what}.rows: expected 1, found {tensor.rows}")
    return gemm(a, b, [c_bits], profile, reference=True)[0]


def dot_add(profile, a, b, c_bits=0, a_scales=None, b_scales=None):
    """D = C + sum of a * b as a GPU's tensor core adds it: bits of binary32, or of binary16 where the profile's output_bits are 16.

    profile: a name of `dot_profiles`. a, b: element codes. c_bits: binary32. a_scales, b_scales: E8M0 bytes, one per 32 elements, of block
    scaled profiles alone.
    """
    index = _index([row.name for row in dot_profiles], profile, "profile")
    a_codes = array("I", a)
    k = len(a_codes)

    def scale_bytes(scales, what):
        return None if scales is None else _bytes(scales, k // 32, what)

    d = c_uint32()
    _call(_library.fp4_dot_add, index, _bits(a_codes, k, "a"), _bits(b, k, "b"), k, scale_bytes(a_scales, "a_scales"),
          scale_bytes(b_scales, "b_scales"), c_bits, byref(d))
    return d.value


def epilogue(d, a_tensor_scale_bits, b_tensor_scale_bits, output_type="f32"):
    """Tensor scales on raw outputs, then the output type: array('I') for f32, array('H') for bf16 and f16."""
    type_ = _index(output_types, output_type, "output_type")
    bits = array("I", d)
    wide = _library.fp4_output_type_bytes(type_) == 4
    out = ((c_uint32 if wide else c_uint16) * len(bits))()
    _call(_library.fp4_epilogue, _bits(bits, len(bits), "d"), len(bits), a_tensor_scale_bits, b_tensor_scale_bits, type_, out)
    return array("I" if wide else "H", bytes(out))
