#include "c_support.hpp"

#include <algorithm>
#include <limits>

namespace fp4::capi {

fp4_status status_of(ErrorCode code) {
    switch (code) {
    case ErrorCode::bad_argument: return FP4_BAD_ARGUMENT;
    case ErrorCode::bad_shape: return FP4_BAD_SHAPE;
    case ErrorCode::not_finite: return FP4_NOT_FINITE;
    case ErrorCode::bound_exceeded: return FP4_BOUND_EXCEEDED;
    case ErrorCode::unknown_name: return FP4_UNKNOWN_NAME;
    case ErrorCode::bad_file:
    case ErrorCode::write_failed:
    case ErrorCode::device_failed: break; // no function here touches a file or a GPU
    }
    return FP4_INTERNAL;
}

fp4_status report(fp4_error* error, fp4_status status, const char* message) {
    if (!error) return status;
    const size_t length = std::min(std::strlen(message), sizeof error->message - 1);
    error->status = status;
    std::memcpy(error->message, message, length);
    error->message[length] = '\0';
    return status;
}

Status not_null(std::initializer_list<Argument> arguments) {
    for (const auto& [pointer, name] : arguments)
        if (!pointer)
            return Error{ErrorCode::bad_argument,
                         std::string(name) + ": expected a pointer, found NULL"};
    return Done{};
}

Status in_list(int32_t value, size_t count, const char* name) {
    if (value >= 0 && static_cast<size_t>(value) < count) return Done{};
    return Error{ErrorCode::bad_argument, std::string(name) + ": expected 0 to " +
                                              std::to_string(count - 1) + ", found " +
                                              std::to_string(value)};
}

Result<Operand> read_operand(const fp4_operand* operand, const char* name) {
    if (auto status = not_null({{operand, name}}); !status) return status.error();
    if (auto status =
            in_list(operand->format, format_specs.size(), (std::string(name) + ".format").c_str());
        !status)
        return status.error();
    const auto format = static_cast<Format>(operand->format);
    const FormatSpec& spec = spec_of(format);
    const auto refuse = [&](const char* field, uint32_t halves) {
        return Error{ErrorCode::bad_argument, std::string(name) + "." + field + ": expected 0 to " +
                                                  std::to_string(special_max_halves) +
                                                  " half-units, found " + std::to_string(halves)};
    };
    Operand read{format, {}};
    if (spec.has_specials()) {
        if (operand->v1_halves > special_max_halves) return refuse("v1_halves", operand->v1_halves);
        read.specials.v1_halves = static_cast<uint8_t>(operand->v1_halves);
    }
    if (spec.has_second_special()) {
        if (operand->v2_halves > special_max_halves) return refuse("v2_halves", operand->v2_halves);
        read.specials.v2_halves = static_cast<uint8_t>(operand->v2_halves);
    }
    return read;
}

Result<Config> read_config(const fp4_config* config) {
    constexpr size_t first_size = 32;
    static_assert(sizeof(fp4_config) == first_size);
    const auto given = read_sized(config, fp4_config FP4_CONFIG_INIT, first_size, "config");
    if (!given) return given.error();
    if (auto status = in_list(given->profile, arithmetic_profiles.size(), "config.profile");
        !status)
        return status.error();
    const auto a = read_operand(&given->a, "config.a"), b = read_operand(&given->b, "config.b");
    if (!a) return a.error();
    if (!b) return b.error();
    return Config{*a, *b, &arithmetic_profiles[static_cast<size_t>(given->profile)]};
}

Result<size_t> buffer_bytes(uint64_t rows, uint64_t columns, size_t bytes, const char* name) {
    constexpr auto limit = static_cast<uint64_t>(std::numeric_limits<ptrdiff_t>::max());
    if (rows == 0 || columns == 0)
        return Error{ErrorCode::bad_shape,
                     std::string(name) + ": expected at least one element, found " +
                         std::to_string(rows) + " x " + std::to_string(columns)};
    if (rows > limit / bytes / columns)
        return Error{ErrorCode::bad_shape, std::string(name) + ": " + std::to_string(rows) + " x " +
                                               std::to_string(columns) +
                                               " elements are more than memory can hold"};
    return static_cast<size_t>(rows * columns * bytes);
}

Status one_scale_byte(Format format) {
    const FormatSpec& spec = spec_of(format);
    if (!spec.has_sub_blocks()) return Done{};
    return Error{ErrorCode::bad_argument, "format: expected one scale byte per block, found " +
                                              std::string(spec.name) + " with " +
                                              std::to_string(spec.scale_bytes())};
}

Result<PackedTensor> read_tensor(const Operand& operand, const uint8_t* codes,
                                 const uint8_t* scales, uint64_t rows, uint64_t k,
                                 const char* name) {
    if (const auto bytes = buffer_bytes(rows, k, 1, name); !bytes) return bytes.error();
    PackedTensor tensor{operand.format, operand.specials, rows, k, {}, {}};
    if (k % static_cast<uint64_t>(spec_of(operand.format).block) ==
        0) { // else nobody knows how many bytes there are, and check_shape refuses
        tensor.codes.assign(codes, codes + rows * tensor.code_bytes_per_row());
        tensor.scales.assign(scales, scales + rows * tensor.scale_bytes_per_row());
    }
    if (auto status = check_shape(tensor, name); !status) return status.error();
    return tensor;
}

} // namespace fp4::capi
