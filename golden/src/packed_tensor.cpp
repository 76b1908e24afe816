#include "fp4/packed_tensor.hpp"

#include <string>

namespace fp4 {

Status check_shape(const PackedTensor& tensor, std::string_view name) {
    const auto fail = [&](ErrorCode code, std::string_view field, uint64_t expected, uint64_t found) {
        return Error{code, std::string(name) + ": " + std::string(field) + ": expected " + std::to_string(expected) + ", found " + std::to_string(found)};
    };
    if (tensor.k == 0 || tensor.k % block_size != 0)
        return Error{ErrorCode::bad_shape, std::string(name) + ": K: expected a multiple of 16, found " + std::to_string(tensor.k)};
    if (tensor.codes.size() != tensor.rows * tensor.code_bytes_per_row())
        return fail(ErrorCode::bad_shape, "bytes of codes", tensor.rows * tensor.code_bytes_per_row(), tensor.codes.size());
    if (tensor.scales.size() != tensor.rows * tensor.scale_bytes_per_row())
        return fail(ErrorCode::bad_shape, "bytes of scales", tensor.rows * tensor.scale_bytes_per_row(), tensor.scales.size());
    if (tensor.specials.v1_halves > special_max_halves || tensor.specials.v2_halves > special_max_halves)
        return Error{ErrorCode::bad_argument, std::string(name) + ": special value: expected 0 to 31 half-units"};
    return Done{};
}

} // namespace fp4
