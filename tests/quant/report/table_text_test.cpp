#include "fp4/quant/report/table_text.hpp"

#include <gtest/gtest.h>

namespace fp4::quant {
namespace {

TEST(TableText, IsAlignedMarkdown) {
    const std::vector<Row> rows{{.key = {"bf16", "bf16", "W16A16", "none", "static", "fp32", "all"}, .ppl = 7.25, .bits_per_byte = 1.25, .top1 = 1},
                                {.key = {"gp|tq", "nvfp4", "W4A4", "nvfp4", "call", "fake", "all", 2},
                                 .kl = 0.04567,
                                 .kl_2se = 0.00123,
                                 .kl_closed = 0.315,
                                 .kl_closed_2se = 0.0121,
                                 .ppl = 7.5,
                                 .ppl_2se = 0.25,
                                 .dnll_vs_rtn = -0.02,
                                 .dnll_vs_rtn_2se = 0.001,
                                 .gap_closed = 0.5,
                                 .bits_per_byte = 1.3,
                                 .top1 = 0.9},
                                {.key = {"rtn", "nvfp4", "W4A4", "nvfp4", "static", "fake", "boost"}}};
    EXPECT_EQ(table_text(rows), "| Method                      | Format | Acts   | Act. format | Arithmetic |  KL, nats/token |    KL closed |         PPL |      ΔNLL "
                                "to RTN | Gap closed | Bits/byte |   Top-1 |\n"
                                "|-----------------------------|--------|--------|-------------|------------|----------------:|-------------:|------------:|-------------"
                                "----:|-----------:|----------:|--------:|\n"
                                "| bf16                        | bf16   | W16A16 | none        | fp32       |          0.0000 |            - |       7.250 |             "
                                "   - |          - |    1.2500 | 100.0 % |\n"
                                "| gp\\|tq (call scale, seed 2) | nvfp4  | W4A4   | nvfp4       | fake       | 0.0457 ± 0.0012 | 31.5 ± 1.2 % | 7.50 ± 0.25 | -0.0200 ± "
                                "0.0010 |     50.0 % |    1.3000 |  90.0 % |\n");
}

} // namespace
} // namespace fp4::quant
