#include "fp4/checkpoints/weights.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <new>
#include <string>

#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

constexpr size_t chunk_bytes = size_t{1} << 20;

constexpr uint32_t f32_exponent_mask = 0x7F800000;
constexpr uint32_t f32_fraction_mask = 0x007FFFFF;

constexpr std::array<std::string_view, 5> scale_suffixes{"_scale_inv", "_scale", "_scale_2",
                                                         "_global_scale", ".absmax"};

bool is_float(io::Dtype dtype) {
    return dtype == io::Dtype::bf16 || dtype == io::Dtype::f16 || dtype == io::Dtype::f32;
}

// The tensor that scales a weight, by the names that are in use; none in this file.
const io::TensorInfo* scale_of(const io::SafetensorsFile& file, const io::TensorInfo& tensor) {
    for (const auto suffix : scale_suffixes)
        if (const auto* scale = file.find(tensor.name + std::string(suffix))) return scale;
    return nullptr;
}

uint32_t f32_bits(io::Dtype dtype, const std::byte* element) {
    const auto byte = [&](int i) { return std::to_integer<uint32_t>(element[i]) << (8 * i); };
    if (dtype == io::Dtype::f32) return byte(0) | byte(1) | byte(2) | byte(3);
    const auto half = static_cast<uint16_t>(byte(0) | byte(1));
    return dtype == io::Dtype::f16 ? f32_bits_from_f16(half) : f32_bits_from_bf16(half);
}

Status check_matrix(const io::SafetensorsFile& file, const io::TensorInfo& tensor,
                    const std::string& where) {
    if (const auto foreign = foreign_weight(file, tensor); !foreign.empty())
        return Error{ErrorCode::bad_file,
                     where + "dtype: expected BF16, F16 or F32, found " + foreign};
    const auto elements = io::element_count(tensor.shape);
    if (tensor.shape.size() != 2 || elements == uint64_t{0})
        return Error{ErrorCode::bad_shape, where +
                                               "shape: expected two dimensions above 0, found " +
                                               shape_text(tensor.shape)};
    if (!elements || *elements > max_weight_elements)
        return Error{ErrorCode::bad_shape, where + "shape: expected at most 2^31 elements, found " +
                                               shape_text(tensor.shape)};
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

std::string foreign_weight(const io::SafetensorsFile& file, const io::TensorInfo& tensor) {
    const auto* scale = scale_of(file, tensor);
    if (is_float(tensor.dtype) && !scale) return {};
    const auto* own = file.find(tensor.name); // as it is in the file
    const auto found = describe(own ? *own : tensor);
    if (scale) return found + ", whose scale is tensor " + io::in_quotes(scale->name);
    const bool small = tensor.dtype == io::Dtype::other || io::spec_of(tensor.dtype).bits <= 8;
    return small ? found + ", whose scale is not in this file" : found;
}

Result<std::vector<float>> read_weights(const io::SafetensorsFile& file,
                                        const io::TensorInfo& tensor) {
    const std::string where =
        io::printable_path(file.path()) + ": tensor " + io::in_quotes(tensor.name) + ": ";
    FP4_TRY(check_matrix(file, tensor, where));

    std::vector<float> values;
    try {
        values.resize(*io::element_count(tensor.shape));
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::bad_file, where + "expected memory for shape " +
                                              shape_text(tensor.shape) +
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

Result<std::vector<float>> read_weights(const Checkpoint& checkpoint, const std::string& name,
                                        const std::vector<uint64_t>& shape) {
    const auto found = checkpoint.find(name);
    if (!found)
        return io::expected_found(ErrorCode::bad_file,
                                  io::printable_path(checkpoint.folder()) + ": tensor " +
                                      io::in_quotes(name),
                                  "in this checkpoint", "nothing");
    auto matrix = *found->tensor;
    if (matrix.shape != shape)
        return io::expected_found(ErrorCode::bad_shape, place_text(*found),
                                  "shape " + shape_text(shape) + " from config.json",
                                  shape_text(matrix.shape));
    if (shape.size() == 1) matrix.shape = {1, shape[0]};
    return read_weights(*found->file, matrix);
}

} // namespace fp4::checkpoints
