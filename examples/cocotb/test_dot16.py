"""A cocotb bench for a combinational 16-lane NVFP4 dot product, compared bit for bit. Needs cocotb (PyPI) and a simulator it supports.

    PYTHONPATH=$(pkg-config --variable=pythondir fp4sim) make -f $(cocotb-config --makefiles)/Makefile.sim \
        TOPLEVEL=your_dot16 MODULE=test_dot16 VERILOG_SOURCES=your_dot16.sv SIM=verilator

The ports of your_dot16 are assumed to be a_i, sa_i, b_i, sb_i, c_i and d_o; elements in the low nibble first.
"""

import random

import cocotb
import fp4sim
from cocotb.triggers import Timer


@cocotb.test()
async def random_blocks(dut):
    rng = random.Random(1)
    for case in range(1000):
        a, b = (fp4sim.Tensor("nvfp4", 1, 16, rng.randbytes(8), rng.randbytes(1)) for _ in range(2))
        c = rng.getrandbits(32)
        dut.a_i.value, dut.sa_i.value = int.from_bytes(a.codes, "little"), a.scales[0]
        dut.b_i.value, dut.sb_i.value = int.from_bytes(b.codes, "little"), b.scales[0]
        dut.c_i.value = c
        await Timer(1, "ns")
        expected, found = fp4sim.dot(a, b, c), int(dut.d_o.value)
        assert found == expected, f"case {case}: expected {expected:08X}, found {found:08X}"
