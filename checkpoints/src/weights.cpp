#include "fp4/checkpoints/weights.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <string>

#include "fp4/scale.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

constexpr size_t chunk_bytes = size_t{1} << 20;

constexpr uint32_t f32_exponent_mask = 0x7F800000;
constexpr uint32_t f32_fraction_mask = 0x007FFFFF;

std::string describe_shape(const std::vector<uint64_t>& shape) {
    std::string text = "[";
    for (const char* separator = ""; const uint64_t dimension : shape) {
        text += separator;
        text += std::to_string(dimension);
        separator = ", ";
    }
    return text + "]";
}

uint32_t f32_bits(io::Dtype dtype, const std::byte* element) {
    const auto byte = [&](int i) { return std::to_integer<uint32_t>(element[i]) << (8 * i); };
    if (dtype == io::Dtype::f8_e4m3)
        return f32_bits_from_e4m3(std::to_integer<uint8_t>(element[0]));
    if (dtype == io::Dtype::f32) return byte(0) | byte(1) | byte(2) | byte(3);
    const auto half = static_cast<uint16_t>(byte(0) | byte(1));
    return dtype == io::Dtype::f16 ? f32_bits_from_f16(half) : f32_bits_from_bf16(half);
}

Status check_matrix(const io::TensorInfo& tensor, const std::string& where) {
    if (tensor.dtype != io::Dtype::f8_e4m3 && tensor.dtype != io::Dtype::bf16 &&
        tensor.dtype != io::Dtype::f16 && tensor.dtype != io::Dtype::f32)
        return Error{ErrorCode::bad_file, where +
                                              "dtype: expected F8_E4M3, BF16, F16 or F32, found " +
                                              io::printable(tensor.dtype_name)};
    if (tensor.shape.size() != 2)
        return Error{ErrorCode::bad_shape, where + "shape: expected two dimensions, found " +
                                               describe_shape(tensor.shape)};
    const auto elements = io::element_count(tensor.shape);
    if (!elements || *elements > max_weight_elements)
        return Error{ErrorCode::bad_shape, where + "shape: expected at most 2^31 elements, found " +
                                               describe_shape(tensor.shape)};
    return Done{};
}

} // namespace

uint32_t f32_bits_from_f16(uint16_t bits) {
    const uint32_t sign = uint32_t{bits & 0x8000u} << 16;
    const uint32_t exponent = bits >> 10 & 0x1Fu;
    const uint32_t fraction = bits & 0x3FFu;
    if (exponent == 0x1F) return sign | f32_exponent_mask | fraction << 13;
    if (exponent != 0) return sign | (exponent + 127 - 15) << 23 | fraction << 13;
    if (fraction == 0) return sign;
    const auto shift =
        static_cast<uint32_t>(std::countl_zero(fraction)) - 21; // until the leading one is bit 10
    return sign | (1 + 127 - 15 - shift) << 23 | (fraction << shift & 0x3FFu) << 13;
}

uint32_t f32_bits_from_e4m3(uint8_t bits) {
    const uint32_t sign = uint32_t{bits & 0x80u} << 24;
    const Scale magnitude = decode_scale(spec_of(ScaleType::ue4m3), bits & 0x7F);
    if (magnitude.nan) return sign | f32_exponent_mask | 1u << 22;
    return sign | std::bit_cast<uint32_t>(scale_to_float(magnitude));
}

Result<std::vector<float>> read_weights(const io::SafetensorsFile& file,
                                        const io::TensorInfo& tensor) {
    const std::string where =
        io::printable_path(file.path()) + ": tensor " + io::in_quotes(tensor.name) + ": ";
    FP4_TRY(check_matrix(tensor, where));

    std::vector<float> values;
    try {
        values.resize(*io::element_count(tensor.shape));
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::bad_file, where + "expected memory for shape " +
                                              describe_shape(tensor.shape) +
                                              " as floats, found too little"};
    }

    const size_t element_bytes = spec_of(tensor.dtype).bits / 8;
    const size_t chunk_elements = chunk_bytes / element_bytes;
    std::vector<std::byte> chunk(std::min(values.size(), chunk_elements) * element_bytes);
    for (size_t start = 0; start < values.size(); start += chunk_elements) {
        const size_t count = std::min(chunk_elements, values.size() - start);
        const auto bytes = std::span(chunk).first(count * element_bytes);
        FP4_TRY(file.read_part(tensor, start * element_bytes, bytes));
        for (size_t i = 0; i < count; ++i) {
            const uint32_t bits = f32_bits(tensor.dtype, &bytes[i * element_bytes]);
            const size_t flat = start + i;
            if ((bits & f32_exponent_mask) == f32_exponent_mask)
                return Error{ErrorCode::not_finite,
                             where + "row " + std::to_string(flat / tensor.shape[1]) + ", column " +
                                 std::to_string(flat % tensor.shape[1]) + " (flat index " +
                                 std::to_string(flat) + ", byte " +
                                 std::to_string(file.file_offset(tensor) + flat * element_bytes) +
                                 "): expected a finite number, found " +
                                 (bits & f32_fraction_mask ? "NaN" : "infinity")};
            values[flat] = std::bit_cast<float>(bits);
        }
    }
    return values;
}

} // namespace fp4::checkpoints
