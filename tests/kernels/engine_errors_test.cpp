#include <cmath>
#include <cstring>
#include <optional>

#include "arithmetic/operand.hpp"
#include "engine/emulated_engine.hpp"
#include <gtest/gtest.h>
#include "operands.hpp"

namespace fp4::test {
namespace {

using kernels::Dense;
using kernels::DenseMatrix;

class EngineErrors : public testing::Test {
  protected:
    template <class T>
    static std::optional<ErrorCode> code_of(const Result<T>& result) {
        return result ? std::optional<ErrorCode>{} : result.error().code;
    }

    static DenseMatrix row(const std::vector<float>& values) {
        DenseMatrix out{Dense::f32, 1, static_cast<int64_t>(values.size()),
                        std::vector<uint8_t>(values.size() * 4)};
        std::memcpy(out.bytes.data(), values.data(), out.bytes.size());
        return out;
    }

    static DenseMatrix f16_ones(int64_t rows, int64_t columns) {
        DenseMatrix out{Dense::f16, rows, columns, {}};
        for (int64_t i = 0; i < rows * columns; ++i)
            out.bytes.insert(out.bytes.end(), {0x00, 0x3C});
        return out;
    }

    Rng rng_{16};
    std::unique_ptr<kernels::Engine> engine_ = kernels::emulated_engine(17);
};

TEST_F(EngineErrors, Decode) {
    const PackedTensor tensor{Format::nvfp4,          {}, 2, 16, std::vector<uint8_t>(16),
                              std::vector<uint8_t>(1)};
    EXPECT_EQ(code_of(engine_->decode(tensor, Dense::f32)), ErrorCode::bad_shape);
}

TEST_F(EngineErrors, Encode) {
    std::vector<float> x(16, 1.0f);
    EXPECT_EQ(code_of(engine_->encode(row(std::vector<float>(24, 1.0f)), {})),
              ErrorCode::bad_shape);
    EXPECT_EQ(code_of(engine_->encode(row(x), {.format = Format::rzr4})), ErrorCode::bad_argument);
    for (const Encoder encoder : {Encoder::te, Encoder::ocp, Encoder::razer_paper})
        EXPECT_EQ(code_of(engine_->encode(row(x), {.encoder = encoder})), ErrorCode::bad_argument);
    EXPECT_EQ(code_of(engine_->encode(row(x), {.encoder = Encoder::nv})), std::nullopt);
    EXPECT_EQ(code_of(engine_->encode(row(x), {.format = Format::razer_w, .e3m3_max = 29})),
              ErrorCode::bad_argument);
    for (const uint8_t halves : {uint8_t{0}, uint8_t{32}}) {
        EXPECT_EQ(
            code_of(engine_->encode(row(x), {.format = Format::razer_w, .specials = {10, halves}})),
            ErrorCode::bad_argument);
        EXPECT_EQ(
            code_of(engine_->encode(row(x), {.format = Format::razer_a, .specials = {halves, 16}})),
            ErrorCode::bad_argument);
    }
    for (const float scale : {0.0f, -1.0f, INFINITY, NAN})
        EXPECT_EQ(code_of(engine_->encode(row(x), {.tensor_scale = scale})),
                  ErrorCode::bad_argument)
            << scale;
    DenseMatrix short_of_bytes = row(x);
    short_of_bytes.bytes.pop_back();
    EXPECT_EQ(code_of(engine_->encode(short_of_bytes, {})), ErrorCode::bad_shape);
    for (const float bad : {INFINITY, -INFINITY, NAN}) {
        x[7] = bad;
        EXPECT_EQ(code_of(engine_->encode(row(x), {})), ErrorCode::not_finite);
    }
}

TEST_F(EngineErrors, Gemm) {
    const auto a = random_tensor(rng_, Format::nvfp4, {}, 2, 32),
               longer = random_tensor(rng_, Format::nvfp4, {}, 2, 64),
               mx = random_tensor(rng_, Format::mxfp4, {}, 2, 32);
    const auto gemm = [&](const PackedTensor& left, const PackedTensor& right, size_t c,
                          const Arithmetic& arithmetic) {
        return code_of(engine_->gemm(left, right, std::vector<Fp32>(c), arithmetic));
    };
    EXPECT_EQ(gemm(a, longer, 0, exact), ErrorCode::bad_shape);
    EXPECT_EQ(gemm(a, a, 3, exact), ErrorCode::bad_shape);
    EXPECT_EQ(gemm(a, mx, 0, fp32_seq), ErrorCode::bad_argument);
    EXPECT_EQ(gemm(mx, mx, 0, exact), ErrorCode::bound_exceeded);
    EXPECT_EQ(gemm(a, a, 4, exact), std::nullopt);
}

// Formats that golden has and the kernels do not read.
TEST_F(EngineErrors, FormatsWithoutKernels) {
    int refused = 0;
    for (const Format format : all_formats) {
        if (kernels::has_kernels(spec_of(format))) continue;
        ++refused;
        const auto a = random_tensor(rng_, Format::nvfp4, {}, 2, 64),
                   tensor = random_tensor(rng_, format, {}, 2, 64);
        const auto decoded = engine_->decode(tensor, Dense::f32);
        ASSERT_FALSE(decoded);
        EXPECT_EQ(decoded.error().message,
                  "tensor: expected a format that the kernels read, found " +
                      std::string(spec_of(format).name));
        EXPECT_EQ(code_of(engine_->encode(row(std::vector<float>(64, 1.0f)), {.format = format})),
                  ErrorCode::bad_argument);
        EXPECT_EQ(code_of(engine_->gemm(a, tensor, {}, nv_blackwell)), ErrorCode::bad_argument);
        EXPECT_EQ(code_of(engine_->gemm(tensor, a, {}, exact)), ErrorCode::bad_argument);
        EXPECT_EQ(code_of(engine_->gemm_native(a, tensor)), ErrorCode::bad_argument);
        EXPECT_EQ(code_of(engine_->w4a16(f16_ones(1, 64), tensor)), ErrorCode::bad_argument);
    }
    EXPECT_GT(refused, 0);
}

TEST_F(EngineErrors, NativeTakesSpecialsThatAreSums) {
    const auto a = random_tensor(rng_, Format::nvfp4, {}, 2, 64);
    const auto code = [&](Format format) {
        return code_of(engine_->gemm_native(a, random_tensor(rng_, format, {10, 31}, 2, 64)));
    };
    EXPECT_EQ(code(Format::razer_a), std::nullopt); // which has the first special alone
    EXPECT_EQ(code(Format::razer_w), ErrorCode::bad_argument);
    EXPECT_EQ(code(Format::mxfp4), ErrorCode::bad_argument);
}

TEST_F(EngineErrors, RowsWithScalesOfTheirOwn) {
    const auto a = random_tensor(rng_, Format::nvfp4, {}, 2, 64);
    auto rows = a;
    rows.row_scales = {{0x3F800000}, {0x40000000}};
    EXPECT_EQ(code_of(engine_->decode(rows, Dense::f32)), std::nullopt);
    EXPECT_EQ(code_of(engine_->gemm_scaled(rows, rows, {}, exact, Dense::f32)), std::nullopt);
    EXPECT_EQ(code_of(engine_->gemm_native(a, rows)), ErrorCode::bad_argument);
    EXPECT_EQ(code_of(engine_->gemm_native(rows, a)), ErrorCode::bad_argument);
    EXPECT_EQ(code_of(engine_->w4a16(f16_ones(1, 64), rows)), ErrorCode::bad_argument);
    rows.row_scales.pop_back();
    EXPECT_EQ(code_of(engine_->decode(rows, Dense::f32)), ErrorCode::bad_shape);
    EXPECT_EQ(code_of(engine_->gemm(rows, a, {}, exact)), ErrorCode::bad_shape);
}

TEST_F(EngineErrors, W4A16) {
    const auto w = random_tensor(rng_, Format::nvfp4, {}, 4, 32);
    EXPECT_EQ(code_of(engine_->w4a16(f16_ones(1, 48), w)), ErrorCode::bad_shape);
    EXPECT_EQ(code_of(engine_->w4a16(row(std::vector<float>(32)), w)), ErrorCode::bad_shape);
    EXPECT_EQ(
        code_of(engine_->w4a16(f16_ones(1, 32), random_tensor(rng_, Format::mxfp4, {}, 4, 32))),
        ErrorCode::bad_argument);
    EXPECT_EQ(code_of(engine_->w4a16(f16_ones(1, 32), w)), std::nullopt);
}

} // namespace
} // namespace fp4::test
