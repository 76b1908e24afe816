#include "lint_contents.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/formats/decode.hpp"
#include "fp4/formats/packed_tensor.hpp"
#include "fp4/try.hpp"
#include "scale_bytes.hpp"

namespace fp4::checkpoints {
namespace {

constexpr uint64_t rows_per_chunk = 1024;
// Beyond this share of the blocks, the tensor scale is too small for them.
constexpr double many = 1.0 / 20;
// What quantizers store for a block of zeros: 0, compressed-tensors 0.125, ModelOpt 1, torchao
// 2^-6; RaZeR its smallest scale and first special value.
constexpr std::array<uint8_t, 4> zero_block_scales{0x00, 0x20, 0x38, 0x08};
constexpr std::array<uint8_t, 1> razer_zero_block_scales{0x01};

struct Count {
    uint64_t count = 0, first = 0; // flat number of the first scale byte
    uint8_t byte = 0;

    void add(uint64_t flat, uint8_t found) {
        if (count++ != 0) return;
        first = flat;
        byte = found;
    }
};

std::string hex(uint8_t byte) {
    char text[8];
    std::snprintf(text, sizeof text, "0x%02X", byte);
    return text;
}

class Contents {
  public:
    Contents(const LayoutSpec& layout, const QuantizationConfig& config, const LinearParts& parts)
        : format_(layout.weight_format), spec_(spec_of(layout.weight_format)),
          largest_(largest_scale(config)), codes_(*parts[codes]), scales_(*parts[scales]),
          blocks_(scales_.tensor->shape[1]), rows_(scales_.tensor->shape[0]) {}

    Result<std::vector<Finding>> lint() {
        const uint64_t row_bytes = codes_.tensor->shape[1];
        for (uint64_t row = 0; row < rows_; row += rows_per_chunk) {
            const uint64_t count = std::min(rows_per_chunk, rows_ - row);
            FP4_TRY_ASSIGN(const auto code_bytes, read(codes_, row * row_bytes, count * row_bytes));
            FP4_TRY_ASSIGN(const auto scale_bytes, read(scales_, row * blocks_, count * blocks_));
            const uint64_t block_bytes = static_cast<uint64_t>(spec_.block) / 2;
            for (uint64_t i = 0; i < scale_bytes.size(); ++i)
                look_at(row * blocks_ + i, scale_bytes[i],
                        std::span(code_bytes).subspan(i * block_bytes, block_bytes));
        }
        return findings();
    }

  private:
    float largest_scale(const QuantizationConfig& config) const {
        const ScaleSpec& scale = spec_.scale_spec();
        return spec_.has_specials() ? static_cast<float>(config.e3m3_max)
                                    : scale_to_float(decode_scale(scale, scale.max_payload));
    }

    static Result<std::vector<uint8_t>> read(const TensorLocation& at, uint64_t offset,
                                             uint64_t count) {
        std::vector<uint8_t> bytes(count);
        FP4_TRY(at.file->read_part(*at.tensor, offset, std::as_writable_bytes(std::span(bytes))));
        return bytes;
    }

    // Negative zero too, where it is not the code of a special value.
    bool is_zero(uint8_t code) const { return spec_.has_specials() ? code == 0 : (code & 7) == 0; }

    bool stands_for_zeros(uint8_t byte) const {
        const std::span<const uint8_t> known =
            spec_.has_specials() ? std::span<const uint8_t>(razer_zero_block_scales)
                                 : std::span<const uint8_t>(zero_block_scales);
        return std::ranges::find(known, byte) != known.end();
    }

    void look_at(uint64_t flat, uint8_t byte, std::span<const uint8_t> code_bytes) {
        if (is_nan_scale(format_, byte)) return nan_.add(flat, byte);
        if (!spec_.has_specials() && (byte & 0x80)) sign_.add(flat, byte);
        const float value = scale_to_float(block_scale(format_, byte));
        if (value >= largest_) saturated_.add(flat, byte);
        const bool zeros = std::ranges::all_of(
            code_bytes, [&](uint8_t two) { return is_zero(two & 0xF) && is_zero(two >> 4); });
        if (zeros && value != 0 && !stands_for_zeros(byte)) zero_blocks_.add(flat, byte);
        if (!zeros && value == 0) zero_scales_.add(flat, byte);
    }

    std::vector<Finding> findings() const {
        std::vector<Finding> found;
        const auto note = [&](Severity severity, std::string_view code, const Count& count,
                              const std::string& what) {
            if (count.count == 0) return;
            found.push_back(
                {severity, std::string(code), scales_.tensor->name,
                 place_text(scales_) + ": " + block_place(count.first, blocks_) + ": " + what});
        };
        const auto of_all = [&](const Count& count) {
            return std::to_string(count.count) + " of " + std::to_string(rows_ * blocks_) +
                   " blocks";
        };
        note(Severity::error, finding::nan_scale, nan_,
             "expected a finite block scale, found " + nan_text(nan_.byte) + ", in " +
                 of_all(nan_));
        note(Severity::warning, finding::sign_bit, sign_,
             "scale byte " + hex(sign_.byte) + " has bit 7 set, which decoding ignores, in " +
                 of_all(sign_));
        if (static_cast<double>(saturated_.count) > many * static_cast<double>(rows_ * blocks_))
            note(Severity::warning, finding::saturated_scales, saturated_,
                 "scale byte " + hex(saturated_.byte) + ", the largest, in " + of_all(saturated_) +
                     ": the tensor scale is too small for them");
        note(Severity::note, finding::zero_block, zero_blocks_,
             "zeros alone under scale byte " + hex(zero_blocks_.byte) + ", in " +
                 of_all(zero_blocks_));
        note(Severity::note, finding::zero_scale, zero_scales_,
             "codes other than zero under a scale of zero, in " + of_all(zero_scales_));
        return found;
    }

    Format format_;
    const FormatSpec& spec_;
    float largest_;
    TensorLocation codes_, scales_;
    uint64_t blocks_, rows_; // of a row; of the weight
    Count nan_, sign_, saturated_, zero_blocks_, zero_scales_;
};

} // namespace

Result<std::vector<Finding>> lint_contents(const LayoutSpec& layout,
                                           const QuantizationConfig& config,
                                           const LinearParts& parts) {
    return Contents(layout, config, parts).lint();
}

} // namespace fp4::checkpoints
