"""The ctypes module against numbers worked out by hand and against itself along other paths."""

import struct
import unittest
from array import array

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
