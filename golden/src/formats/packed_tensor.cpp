#include "fp4/formats/packed_tensor.hpp"

#include <string>

#include "fp4/try.hpp"

namespace fp4 {

Status check_shape(const PackedTensor& tensor, std::string_view name) {
    const auto fail = [&](ErrorCode code, const std::string& what) {
        return Error{code, std::string(name) + ": " + what};
    };
    const auto block = static_cast<uint64_t>(spec_of(tensor.format).block);
    if (tensor.k == 0 || tensor.k % block != 0)
        return fail(ErrorCode::bad_shape, "K: expected a multiple of " + std::to_string(block) +
                                              ", found " + std::to_string(tensor.k));
    // Division, since rows * bytes may not fit 64 bits.
    const auto check = [&](const char* field, uint64_t bytes, uint64_t per_row) -> Status {
        if (bytes % per_row == 0 && bytes / per_row == tensor.rows) return Done{};
        return fail(ErrorCode::bad_shape, std::string(field) + ": expected " +
                                              std::to_string(tensor.rows) + " rows of " +
                                              std::to_string(per_row) + " bytes, found " +
                                              std::to_string(bytes) + " bytes");
    };
    FP4_TRY(check("codes", tensor.codes.size(), tensor.code_bytes_per_row()));
    FP4_TRY(check("scales", tensor.scales.size(), tensor.scale_bytes_per_row()));
    if (!tensor.row_scales.empty() && tensor.row_scales.size() != tensor.rows)
        return fail(ErrorCode::bad_shape, "row scales: expected none or " +
                                              std::to_string(tensor.rows) + ", found " +
                                              std::to_string(tensor.row_scales.size()));
    const FormatSpec& spec = spec_of(tensor.format);
    if (spec.has_specials() && tensor.specials.v1_halves > special_max_halves)
        return fail(ErrorCode::bad_argument, "V1: expected 0 to 31 half-units, found " +
                                                 std::to_string(tensor.specials.v1_halves));
    if (spec.has_second_special() && tensor.specials.v2_halves > special_max_halves)
        return fail(ErrorCode::bad_argument, "V2: expected 0 to 31 half-units, found " +
                                                 std::to_string(tensor.specials.v2_halves));
    return Done{};
}

} // namespace fp4
