"""The ctypes module against numbers worked out by hand and against itself along other paths."""

import re
import struct
import unittest
from array import array
from pathlib import Path

import fp4sim


def bits(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


HALVES = [0, 1, 2, 3, 4, 6, 8, 12]  # of the eight magnitudes


class Names(unittest.TestCase):
    def test_lists(self):
        self.assertEqual(fp4sim.formats[:3], ("nvfp4", "razer-w", "razer-a"))
        self.assertEqual(fp4sim.profiles[:2], ("exact", "nv-blackwell"))
        self.assertEqual(fp4sim.encoders[0], "nv")
        self.assertEqual(fp4sim.isas[0], "portable")
        self.assertEqual(fp4sim.output_types, ("f32", "bf16", "f16"))
        self.assertRegex(fp4sim.version, r"^\d+\.\d+\.\d+$")

    def test_dot_profiles(self):
        rows = {row.name: row for row in fp4sim.dot_profiles}
        self.assertEqual(len(rows), len(fp4sim.dot_profiles))
        self.assertEqual(rows["a100-tf32-f32"], fp4sim.DotProfile("a100-tf32-f32", "A100", "mma m16n8k8", "tf32", 19, 8, 4, 32, False))
        self.assertEqual(rows["ada-e4m3-f16"][3:], ("e4m3", 8, 32, 16, 16, False))
        self.assertTrue(rows["blackwell-mxf8-e5m2-f32"].block_scaled)

    def test_the_dpi_header_names_them(self):
        text = (Path(fp4sim.__file__).parents[3] / "include/fp4_dpi.svh").read_text()
        text = re.sub(r"\n// {10,}", " ", text)  # lines that go on
        self.assertEqual(re.search(r"//   formats +([a-z0-9 -]+)\n", text)[1].split(), list(fp4sim.formats))
        self.assertEqual(re.search(r"//   profiles +([a-z0-9 -]+)\n", text)[1].split(), list(fp4sim.profiles))


class Layout(unittest.TestCase):
    def test_there_and_back(self):
        scales = bytes(i % 251 for i in range(130 * 5))
        self.assertEqual(fp4sim.swizzled_size(130, 5), 4 * 512)
        swizzled = fp4sim.swizzle_scales(scales, 130, 5)
        self.assertEqual(swizzled[86], scales[37 * 5 + 2])  # 5 * 16 + 1 * 4 + 2
        self.assertEqual(fp4sim.unswizzle_scales(swizzled, 130, 5), scales)
        self.assertEqual(fp4sim.swizzled_size(130, 5, "8x4"), 17 * 2 * 32)
        small = fp4sim.swizzle_scales(scales, 130, 5, "8x4")
        self.assertEqual(small[4 * 64 + 5 * 4 + 2], scales[37 * 5 + 2])
        self.assertEqual(fp4sim.unswizzle_scales(small, 130, 5, "8x4"), scales)

    def test_refusals(self):
        with self.assertRaisesRegex(fp4sim.Fp4Error, "scales: expected 8 bytes, found 7"):
            fp4sim.swizzle_scales(bytes(7), 2, 4)
        with self.assertRaisesRegex(fp4sim.Fp4Error, "swizzled: expected 512 bytes, found 8"):
            fp4sim.unswizzle_scales(bytes(8), 2, 4)
        with self.assertRaisesRegex(fp4sim.Fp4Error, "expected at least one element, found 0 x 4") as caught:
            fp4sim.swizzled_size(0, 4)
        self.assertEqual(caught.exception.status, 2)


class Decode(unittest.TestCase):
    def test_codes(self):
        for code in range(16):
            self.assertEqual(fp4sim.decode_e2m1(code), -HALVES[code & 7] if code & 8 else HALVES[code])

    def test_scales(self):
        self.assertEqual(fp4sim.decode_scale("nvfp4", 0x3C), fp4sim.Scale(12, 0, False, bits(1.5)))
        self.assertTrue(fp4sim.decode_scale("nvfp4", 0x7F).nan)
        with self.assertRaisesRegex(fp4sim.Fp4Error, "format: expected one of nvfp4, .*, found 'fp4'"):
            fp4sim.decode_scale("fp4", 0)

    def test_blocks(self):
        codes = bytes.fromhex("1032547698badcfe")
        self.assertEqual(fp4sim.decode_block("nvfp4", codes, 0x38), HALVES + [-h for h in HALVES])
        self.assertEqual(fp4sim.decode_block("razer-w", codes, 0x80, v1_halves=14)[8], -14)
        self.assertEqual(len(fp4sim.decode_block("mxfp4", codes * 2, 127)), 32)
        with self.assertRaisesRegex(fp4sim.Fp4Error, "codes: expected 8 bytes, found 7"):
            fp4sim.decode_block("nvfp4", codes[:7], 0x38)
        with self.assertRaisesRegex(fp4sim.Fp4Error, "v1_halves: expected 0 to 31") as caught:
            fp4sim.decode_block("razer-w", codes, 0, v1_halves=32)
        self.assertEqual(caught.exception.status, 1)

    def test_dequantize(self):
        tensor = fp4sim.Tensor("nvfp4", 1, 16, bytes.fromhex("1032547698badcfe"), b"\x40", bits(0.5))
        values = [h / 2 for h in HALVES] + [-h / 2 for h in HALVES]
        self.assertEqual(fp4sim.dequantize(tensor), array("f", values))
        self.assertEqual(fp4sim.dequantize(tensor, bf16=True), array("H", [bits(-0.0 if i == 8 else v) >> 16 for i, v in enumerate(values)]))
        with self.assertRaisesRegex(fp4sim.Fp4Error, "tensor.scales: expected 1 bytes, found 2"):
            fp4sim.dequantize(tensor._replace(scales=b"\x40\x40"))


class Encode(unittest.TestCase):
    def test_values_of_the_format_come_back(self):
        values = [s * h / 2 * scale for scale in (448, 1) for s in (1, -1) for h in HALVES]
        tensor = fp4sim.encode(values, 16)
        self.assertEqual((tensor.rows, tensor.k, tensor.scales), (2, 16, b"\x7e\x38"))
        self.assertEqual(tensor.tensor_scale_bits, bits(1.0))
        self.assertEqual(fp4sim.dequantize(tensor), array("f", values))

    def test_encoders(self):
        values = [5.0] + [1.0] * 15
        self.assertEqual(fp4sim.encode(values, 16, "razer-w"), fp4sim.encode(values, 16, "razer-w", encoder="razer-paper"))
        with self.assertRaisesRegex(fp4sim.Fp4Error, "encoder: expected one of nv, .*, found 'nope'"):
            fp4sim.encode(values, 16, encoder="nope")
        with self.assertRaisesRegex(fp4sim.Fp4Error, "not made by encoder nv"):
            fp4sim.encode(values, 16, "razer-w", encoder="nv")

    def test_saturate(self):
        values = [float("inf"), float("nan"), -float("inf")] + [1.0] * 13
        tensor = fp4sim.encode(values, 16, saturate=True)
        self.assertEqual(tensor.codes[:2], b"\x77\x0f")
        self.assertEqual(tensor, fp4sim.encode([struct.unpack("<f", b"\xff\xff\x7f\x7f")[0], float("nan")] + values[2:], 16, saturate=True))
        with self.assertRaisesRegex(fp4sim.Fp4Error, "found infinity at row 0, column 0"):
            fp4sim.encode(values, 16)
        with self.assertRaisesRegex(fp4sim.Fp4Error, "saturate: expected 0 or 1, found 2"):
            fp4sim.encode(values, 16, saturate=2)

    def test_e3m3_max(self):
        values = [6.0] + [0.5] * 15
        for largest, payload in ((28, 0x3E), (30, 0x3F)):
            tensor = fp4sim.encode(values, 16, "razer-w", e3m3_max=largest)
            self.assertEqual(tensor.scales[0] & 0x3F, payload)
            self.assertEqual(tensor.tensor_scale_bits, bits(1 / largest))
        with self.assertRaisesRegex(fp4sim.Fp4Error, "e3m3_max: expected 28 or 30, found 29"):
            fp4sim.encode(values, 16, "razer-w", e3m3_max=29)

    def test_tensor_scale(self):
        tensor = fp4sim.encode([12.0] + [2.0] * 15, 16, tensor_scale_bits=bits(2.0))
        self.assertEqual((tensor.tensor_scale_bits, tensor.scales, tensor.codes), (bits(2.0), b"\x38", b"\x27" + b"\x22" * 7))
        with self.assertRaisesRegex(fp4sim.Fp4Error, "tensor_scale_bits: expected a positive normal number, found 0xBF800000"):
            fp4sim.encode([1.0] * 16, 16, tensor_scale_bits=bits(-1.0))

    def test_refusals(self):
        for values, k in (([], 16), ([1.0] * 16, 0), ([1.0] * 17, 16), ([1.0] * 16, -16)):
            with self.assertRaisesRegex(fp4sim.Fp4Error, "x: expected rows of"):
                fp4sim.encode(values, k)
        with self.assertRaisesRegex(fp4sim.Fp4Error, "K: expected a multiple of 16, found 8"):
            fp4sim.encode([1.0] * 16, 8)
        with self.assertRaisesRegex(fp4sim.Fp4Error, "found NaN at row 1, column 2") as caught:
            fp4sim.encode([1.0] * 18 + [float("nan")] + [1.0] * 13, 16)
        self.assertEqual(caught.exception.status, 3)


class Products(unittest.TestCase):
    def setUp(self):
        self.a = fp4sim.encode([(7 * i % 23 - 11) / 4 for i in range(3 * 64)], 64, "razer-a")
        self.b = fp4sim.encode([(5 * i % 19 - 9) / 8 for i in range(5 * 64)], 64, "razer-w")

    def row(self, tensor, r):
        return tensor._replace(rows=1, codes=tensor.codes[32 * r : 32 * (r + 1)], scales=tensor.scales[4 * r : 4 * (r + 1)])

    def test_paths_agree(self):
        c = [bits(i / 3) for i in range(15)]
        for profile in fp4sim.profiles:
            fast = fp4sim.gemm(self.a, self.b, c, profile)
            self.assertEqual(fast, fp4sim.gemm(self.a, self.b, c, profile, reference=True))
            self.assertEqual(fast, fp4sim.gemm(self.a, self.b, c, profile, isa="portable", threads=2))
            self.assertEqual(fast[7], fp4sim.dot(self.row(self.a, 1), self.row(self.b, 2), c[7], profile))
        self.assertNotEqual(fp4sim.gemm(self.a, self.b), fp4sim.gemm(self.a, self.b, c))

    def test_by_hand(self):
        ones = fp4sim.Tensor("nvfp4", 1, 16, b"\x22" * 8, b"\x38")
        self.assertEqual(fp4sim.dot(ones, ones, bits(0.5)), bits(16.5))
        out = fp4sim.epilogue([bits(16.5)] * 2, bits(2.0), bits(0.25))
        self.assertEqual(out, array("I", [bits(8.25)] * 2))
        self.assertEqual(fp4sim.epilogue(array("I", [bits(16.5)]), bits(2.0), bits(0.25), "bf16"), array("H", [bits(8.25) >> 16]))

    def test_dot_add_by_hand(self):
        zeros = [0] * 15
        self.assertEqual(fp4sim.dot_add("h100-fp16-f32", [0x3C00] + zeros, [0x4000] + zeros, bits(0.5)), bits(2.5))
        self.assertEqual(fp4sim.dot_add("h100-fp16-f16", [0x3C00] + zeros, array("I", [0x4000] + zeros), bits(0.5)), 0x4100)
        fp8 = [0x38] + [0] * 31, [0x40] + [0] * 31
        self.assertEqual(fp4sim.dot_add("blackwell-mxf8-e4m3-f32", *fp8, bits(0.5), b"\x82", b"\x7e"), bits(8.5))
        for arguments, message in (
            (("h100-fp16-f32", zeros, zeros), "elements of A: expected a multiple of 16"),
            (("h100-fp16-f32", zeros, [0]), "b: expected 15 values, found 1"),
            (("h100-fp16-f32", [0] * 32, [0] * 32, 0, b"\x7f"), "a_scales: expected NULL for h100-fp16-f32, found a pointer"),
            (("blackwell-mxf8-e4m3-f32", *fp8), "a_scales: expected a pointer, found NULL"),
            (("blackwell-mxf8-e4m3-f32", *fp8, 0, b"", b""), "a_scales: expected 1 bytes, found 0"),
            (("h100", *fp8), "profile: expected one of v100-fp16-f32"),
        ):
            with self.assertRaisesRegex(fp4sim.Fp4Error, message):
                fp4sim.dot_add(*arguments)

    def test_specials(self):
        one = fp4sim.Tensor("nvfp4", 1, 16, b"\x02" + bytes(7), b"\x38")
        special = fp4sim.Tensor("razer-w", 1, 16, b"\x08" + bytes(7), b"\x18", v1_halves=14, v2_halves=18)
        for scale, value in ((b"\x18", 7.0), (b"\x58", 9.0), (b"\x98", -7.0)):
            tensor = special._replace(scales=scale)
            self.assertEqual(fp4sim.dequantize(tensor)[0], value)
            self.assertEqual(fp4sim.dot(tensor, one), bits(value))
            self.assertEqual(fp4sim.dot(one, tensor), bits(value))

    def test_refusals(self):
        with self.assertRaisesRegex(fp4sim.Fp4Error, "c: expected 15 values, found 14"):
            fp4sim.gemm(self.a, self.b, [0] * 14)
        with self.assertRaisesRegex(fp4sim.Fp4Error, "b.k: expected 64 as in a, found 32"):
            fp4sim.gemm(self.a, fp4sim.encode([1.0] * 32, 32))
        with self.assertRaisesRegex(fp4sim.Fp4Error, "a.rows: expected 1, found 3"):
            fp4sim.dot(self.a, self.b)
        with self.assertRaisesRegex(fp4sim.Fp4Error, "a.codes: expected 96 bytes, found 32"):
            fp4sim.gemm(self.a._replace(codes=bytes(32)), self.b)
        with self.assertRaisesRegex(fp4sim.Fp4Error, "profile: expected one of exact"):
            fp4sim.gemm(self.a, self.b, profile="loose")


if __name__ == "__main__":
    unittest.main()
