// The element types of a safetensors file.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fp4::io {

// In the official writer's order: tensors are stored by descending dtype, then by ascending name.
enum class Dtype : uint8_t {
    boolean,
    f4,
    f6_e2m3,
    f6_e3m2,
    u8,
    i8,
    f8_e5m2,
    f8_e4m3,
    f8_e8m0,
    f8_e4m3fnuz,
    f8_e5m2fnuz,
    i16,
    u16,
    f16,
    bf16,
    i32,
    u32,
    f32,
    c64,
    f64,
    i64,
    u64,
    other, // a name this table does not know
};

struct DtypeSpec {
    Dtype dtype;
    std::string_view name; // as it stands in the file
    unsigned bits;         // of one element
};

inline constexpr std::array<DtypeSpec, 22> dtype_specs{{
    {Dtype::boolean, "BOOL", 8},
    {Dtype::f4, "F4", 4},
    {Dtype::f6_e2m3, "F6_E2M3", 6},
    {Dtype::f6_e3m2, "F6_E3M2", 6},
    {Dtype::u8, "U8", 8},
    {Dtype::i8, "I8", 8},
    {Dtype::f8_e5m2, "F8_E5M2", 8},
    {Dtype::f8_e4m3, "F8_E4M3", 8},
    {Dtype::f8_e8m0, "F8_E8M0", 8},
    {Dtype::f8_e4m3fnuz, "F8_E4M3FNUZ", 8},
    {Dtype::f8_e5m2fnuz, "F8_E5M2FNUZ", 8},
    {Dtype::i16, "I16", 16},
    {Dtype::u16, "U16", 16},
    {Dtype::f16, "F16", 16},
    {Dtype::bf16, "BF16", 16},
    {Dtype::i32, "I32", 32},
    {Dtype::u32, "U32", 32},
    {Dtype::f32, "F32", 32},
    {Dtype::c64, "C64", 64},
    {Dtype::f64, "F64", 64},
    {Dtype::i64, "I64", 64},
    {Dtype::u64, "U64", 64},
}};
static_assert([] {
    for (size_t i = 0; i < dtype_specs.size(); ++i)
        if (static_cast<size_t>(dtype_specs[i].dtype) != i || dtype_specs[i].bits == 0)
            return false;
    return static_cast<size_t>(Dtype::other) == dtype_specs.size();
}());

// Not for Dtype::other.
constexpr const DtypeSpec& spec_of(Dtype dtype) { return dtype_specs[static_cast<size_t>(dtype)]; }

constexpr Dtype dtype_from_name(std::string_view name) {
    for (const auto& spec : dtype_specs)
        if (spec.name == name) return spec.dtype;
    return Dtype::other;
}

// Product of the dimensions, taken from left to right; 1 for a scalar. Nothing when it exceeds 64
// bits.
std::optional<uint64_t> element_count(std::span<const uint64_t> shape);

// Bytes of that many elements, packed. Nothing when their bits exceed 64 bits or do not fill whole
// bytes. Not for Dtype::other.
std::optional<uint64_t> packed_bytes(Dtype dtype, uint64_t elements);

} // namespace fp4::io
