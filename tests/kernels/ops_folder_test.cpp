#include "ops_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "engine/emulated_engine.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/gemm/gemm.hpp"
#include "operands.hpp"

namespace fp4::test {
namespace {

namespace fs = std::filesystem;

// One product of 3 x 5 x 32 as simrun lays it out: razer-a times razer-w with C, exact, bfloat16.
class OpsFolder : public testing::Test {
  protected:
    OpsFolder() {
        Rng rng(3);
        a_ = random_tensor(rng, Format::razer_a, {10, 16}, 3, 32);
        b_ = random_tensor(rng, Format::razer_w, {10, 16}, 5, 32);
        a_.tensor_scale = {0x3A3D5412};
        for (int i = 0; i < 15; ++i) c_.push_back({rng.fp32_bits(-10, 10)});
        write_text("ops.txt", std::string(header) + op);
        write("000.a_codes", a_.codes);
        write("000.a_scales", a_.scales);
        write("000.b_codes", b_.codes);
        write("000.b_scales", b_.scales);
        std::vector<uint32_t> c, out;
        for (const Fp32 each : c_) c.push_back(each.bits);
        const auto d = gemm_reference(a_, b_, c_, exact);
        for (const Fp32 each : *d) {
            d_.push_back(each.bits);
            out.push_back(epilogue(each, a_.tensor_scale, b_.tensor_scale, OutputType::bf16));
        }
        write("000.c", little_endian(c, 4));
        write("000.d", little_endian(d_, 4));
        write("000.out", little_endian(out, 2));
    }
    ~OpsFolder() override { fs::remove_all(folder_); }

    static std::vector<uint8_t> little_endian(const std::vector<uint32_t>& words, int size) {
        std::vector<uint8_t> out;
        for (const uint32_t word : words)
            for (int i = 0; i < size; ++i) out.push_back(static_cast<uint8_t>(word >> 8 * i));
        return out;
    }
    void write(const char* name, const std::vector<uint8_t>& bytes) {
        std::ofstream(folder_ / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
    }
    void write_text(const char* name, const std::string& text) {
        std::ofstream(folder_ / name) << text;
    }

    std::string refusal() const {
        const auto read = kernels::read_ops_folder(folder_);
        return read ? "" : read.error().message;
    }

    // Outcomes of all comparisons of the folder, under emulation.
    std::vector<kernels::Outcome> outcomes() const {
        auto read = kernels::read_ops_folder(folder_);
        EXPECT_TRUE(read) << read.error().message;
        std::vector<kernels::Outcome> out;
        const auto engine = kernels::emulated_engine(1);
        for (const auto& check : kernels::ops_checks(std::move(*read)))
            out.push_back(check.run(*engine, kernels::emulated_size));
        return out;
    }

    static constexpr const char* header = "fp4sim-ops 1\nengine rtl profile exact d-type bf16\n";
    static constexpr const char* op =
        "op q m 3 n 5 k 32 c 1 a razer-a 10 16 3A3D5412 b razer-w 10 16 3F800000\n";

    fs::path folder_ = [] {
        std::string pattern = (fs::temp_directory_path() / "fp4-ops-XXXXXX").string();
        return fs::path(mkdtemp(pattern.data()));
    }();
    PackedTensor a_, b_;
    std::vector<Fp32> c_;
    std::vector<uint32_t> d_;
};

TEST_F(OpsFolder, KernelsAndGoldenEqualIt) {
    const auto found = outcomes();
    ASSERT_EQ(found.size(), 2u);
    for (const auto& outcome : found) {
        EXPECT_TRUE(outcome.passed()) << outcome.first;
        EXPECT_EQ(outcome.compared, 30u);
    }
}

TEST_F(OpsFolder, ScalesOfRows) {
    write_text("ops.txt", std::string(header) +
                              "op q m 3 n 5 k 32 c 1 a razer-a 10 16 rows b razer-w 10 16 rows\n");
    const std::vector<uint32_t> a{0x3A3D5412, 0x3F800000, 0x40A00000},
        b{0x3F800000, 0x3A3D5412, 0x3E000000, 0x41200000, 0x3C23D70A};
    write("000.a_row_scales", little_endian(a, 4));
    EXPECT_NE(refusal().find("000.b_row_scales"), std::string::npos);
    write("000.b_row_scales", little_endian(b, 4));
    std::vector<uint32_t> out;
    for (size_t i = 0; i < d_.size(); ++i)
        out.push_back(epilogue({d_[i]}, {a[i / 5]}, {b[i % 5]}, OutputType::bf16));
    write("000.out", little_endian(out, 2));
    for (const auto& outcome : outcomes()) {
        EXPECT_TRUE(outcome.passed()) << outcome.first;
        EXPECT_EQ(outcome.compared, 30u);
    }
}

TEST_F(OpsFolder, OneWrongBitIsSeenByBoth) {
    d_[7] ^= 1;
    write("000.d", little_endian(d_, 4));
    for (const auto& outcome : outcomes()) {
        EXPECT_EQ(outcome.mismatches, 1u);
        EXPECT_NE(outcome.first.find("D [7]"), std::string::npos) << outcome.first;
    }
}

TEST_F(OpsFolder, RefusesWhatItDoesNotUnderstand) {
    const std::string good_op = op;
    for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
             {"", "at least one op"},
             {"fp4sim-ops 2\n", "ops.txt:1: expected fp4sim-ops 1"},
             {"fp4sim-ops 1\nengine rtl profile exacter d-type f32\n", "ops.txt:2"},
             {"fp4sim-ops 1\nengine rtl profile exact d-type f64\n", "ops.txt:2"},
             {header, "at least one op"},
             {header + good_op + "op", "ops.txt:4"},
             {header +
                  std::string(
                      "op q m 3 n 5 k 32 c 1 a razer-a 10 32 3A3D5412 b razer-w 10 16 3F800000\n"),
              "ops.txt:3"},
             {header +
                  std::string(
                      "op q m 0 n 5 k 32 c 1 a razer-a 10 16 3A3D5412 b razer-w 10 16 3F800000\n"),
              "ops.txt:3"},
             {header + std::string("op q m 3 n 5 k 99999999999 c 1 a razer-a 10 16 3A3D5412 b "
                                   "razer-w 10 16 3F800000\n"),
              "ops.txt:3"},
             {header +
                  std::string(
                      "op q m 3 n 5 k 24 c 1 a razer-a 10 16 3A3D5412 b razer-w 10 16 3F800000\n"),
              "whole blocks"},
             {header +
                  std::string(
                      "op q m 3 n 5 k 64 c 1 a razer-a 10 16 3A3D5412 b razer-w 10 16 3F800000\n"),
              "000.a_codes: expected 96 bytes, found 48"},
             {header + std::string(
                           "op q m 3 n 5 k 32 c 1 a fp4 10 16 3A3D5412 b razer-w 10 16 3F800000\n"),
              "ops.txt:3"}}) {
        write_text("ops.txt", text);
        EXPECT_NE(refusal().find(expected), std::string::npos) << text << refusal();
    }
    write_text("ops.txt", header + good_op);
    fs::remove(folder_ / "000.out");
    EXPECT_NE(refusal().find("000.out"), std::string::npos) << refusal();
}

} // namespace
} // namespace fp4::test
