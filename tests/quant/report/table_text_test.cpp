#include "fp4/quant/report/table_text.hpp"

#include <gtest/gtest.h>

namespace fp4::quant {
namespace {

TEST(TableText, IsAlignedMarkdown) {
    const std::vector<Row> rows{
        {.key = {"bf16", "bf16", "W16A16", "none", "static", "fp32", "all"},
         .ppl = 7.25,
         .bits_per_byte = 1.25,
         .top1 = 1},
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
    EXPECT_EQ(table_text(rows),
              "| Method                      | Format | Acts   | Act. format | Arithmetic |  KL, "
              "nats/token |    KL closed |         PPL |      ΔNLL "
              "to RTN | Gap closed | Bits/byte |   Top-1 |\n"
              "|-----------------------------|--------|--------|-------------|------------|--------"
              "--------:|-------------:|------------:|-------------"
              "----:|-----------:|----------:|--------:|\n"
              "| bf16                        | bf16   | W16A16 | none        | fp32       |        "
              "  0.0000 |            - |       7.250 |             "
              "   - |          - |    1.2500 | 100.0 % |\n"
              "| gp\\|tq (call scale, seed 2) | nvfp4  | W4A4   | nvfp4       | fake       | "
              "0.0457 ± 0.0012 | 31.5 ± 1.2 % | 7.50 ± 0.25 | -0.0200 ± "
              "0.0010 |     50.0 % |    1.3000 |  90.0 % |\n");
}

Row closing(const char* method, const char* acts, uint64_t seed, double kl, double kl_2se,
            std::optional<double> gap = {}) {
    return {.key = {method, "nvfp4", acts, acts == std::string("W4A4") ? "nvfp4" : "none", "static",
                    "fake", "all", seed},
            .kl_closed = kl,
            .kl_closed_2se = kl_2se,
            .gap_closed = gap,
            .gap_closed_2se = gap ? std::optional(0.03) : std::nullopt};
}

// Errors of files are common to seeds; those of seeds fall with their number: hypot(0.02, 2
// sqrt(0.0008 / 2)).
TEST(SummaryText, TakesSeedsTogether) {
    std::vector<Row> rows{closing("gptq", "W4A16", 0, 0.298, 0.004, 0.35),
                          closing("faar-2fa", "W4A16", 1, 0.50, 0.02),
                          closing("faar-2fa", "W4A16", 2, 0.54, 0.02),
                          closing("gptq", "W4A4", 0, 0.14, 0.004, 0.1)};
    for (const auto change :
         {+[](Row& row) { row.key.arith = "exact"; }, +[](Row& row) { row.key.act_scale = "call"; },
          +[](Row& row) { row.key.domain = "boost"; }}) {
        rows.push_back(closing("gptq", "W4A4", 0, 0.9, 0.004));
        change(rows.back());
    }
    EXPECT_EQ(summary_text(rows), "| Method   | Format | Seeds | W4A16, KL closed | W4A16, gap "
                                  "closed | W4A4, KL closed | W4A4, gap closed |\n"
                                  "|----------|--------|------:|-----------------:|----------------"
                                  "--:|----------------:|-----------------:|\n"
                                  "| gptq     | nvfp4  |     1 |     29.8 ± 0.4 % |      35.0 ± "
                                  "3.0 % |    14.0 ± 0.4 % |     10.0 ± 3.0 % |\n"
                                  "| faar-2fa | nvfp4  |     2 |     52.0 ± 4.5 % |                "
                                  " - |               - |                - |\n");
}

} // namespace
} // namespace fp4::quant
