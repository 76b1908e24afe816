// Mean squared error over mean square of whole encoders, on 3.3 M elements. The one comparison with
// a tolerance: the published figures are statistics, given with +-2%.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "fp4/dequantize/dequantize.hpp"
#include "fp4/encode/encode.hpp"
#include "operands.hpp"

namespace fp4 {
namespace {

using namespace test;

constexpr uint64_t rows = 1600, k = 2048;

class Normal {
  public:
    explicit Normal(uint64_t seed) : rng_(seed) {}
    double operator()() { // Box-Muller
        const double u = (static_cast<double>(rng_.bits() >> 11) + 0.5) * 0x1p-53,
                     v = static_cast<double>(rng_.bits() >> 11) * 0x1p-53;
        return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
    }

  private:
    Rng rng_;
};

std::vector<float> normal_data() {
    Normal normal(300);
    std::vector<float> x(rows * k);
    for (float& value : x) value = static_cast<float>(normal());
    return x;
}

std::vector<float> student_data() { // 5 degrees of freedom
    Normal normal(301);
    std::vector<float> x(rows * k);
    for (float& value : x) {
        double chi_squared = 0;
        for (int i = 0; i < 5; ++i) chi_squared += std::pow(normal(), 2);
        value = static_cast<float>(normal() / std::sqrt(chi_squared / 5));
    }
    return x;
}

double nmse(const std::vector<float>& x, const PackedTensor& tensor) {
    double error = 0, square = 0;
    std::vector<Fp32> restored(x.size());
    EXPECT_TRUE(dequantize_tensor_fast(tensor, restored, "tensor"));
    for (size_t i = 0; i < x.size(); ++i) {
        error += std::pow(double{restored[i].to_float()} - double{x[i]}, 2);
        square += std::pow(double{x[i]}, 2);
    }
    return error / square;
}

struct Target {
    std::string name;
    EncodeOptions options;
    double value;
};

void expect_targets(const std::vector<float>& x, const std::vector<Target>& targets) {
    for (const auto& [name, options, value] : targets) {
        const auto tensor = encode(x, rows, k, options, name);
        ASSERT_TRUE(tensor);
        const double found = nmse(x, *tensor);
        std::cout << name << ": " << found << ", expected " << value << "\n";
        EXPECT_NEAR(found, value, 0.02 * value) << name;
    }
}

// Every format by its default encoder, where there is a target.
std::vector<Target> targets_of(double FormatRow::*target, std::vector<Target> others) {
    for (const FormatRow& row : format_rows())
        if (row.*target != 0)
            others.push_back(
                {std::string(row.name), {.format = *format_from_name(row.name)}, row.*target});
    return others;
}

const EncodeOptions razer_w{.format = Format::razer_w},
    four_over_six{.encoder = Encoder::fouroversix},
    no_special{.format = Format::razer_w, .specials = {12, 12}}; // E2M1 has 6 already

TEST(SlowNmse, Normal) {
    expect_targets(normal_data(),
                   targets_of(&FormatRow::normal_nmse, {{"4/6", four_over_six, .00756},
                                                        {"E3M3, no special", no_special, .00904}}));
}

TEST(SlowNmse, Student5) {
    expect_targets(student_data(), targets_of(&FormatRow::student_nmse,
                                              {{"4/6", four_over_six, .00752},
                                               {"E3M3, no special", no_special, .00853}}));
}

// +5 wins about half of the blocks, also those with no element in either window; -5 24%, +8 and -8
// 13% each.
TEST(SlowNmse, ChoicesOfNormalWeightBlocks) {
    const auto tensor = encode(normal_data(), rows, k, razer_w, "w");
    ASSERT_TRUE(tensor);
    std::array<double, 4> percent{};
    for (uint8_t byte : tensor->scales)
        percent[byte >> 6] += 100.0 / static_cast<double>(tensor->scales.size()); // +V1 +V2 -V1 -V2
    EXPECT_NEAR(percent[0], 50, 1);
    EXPECT_NEAR(percent[1], 13, 1);
    EXPECT_NEAR(percent[2], 24, 1);
    EXPECT_NEAR(percent[3], 13, 1);
}

} // namespace
} // namespace fp4
