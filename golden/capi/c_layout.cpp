#include <algorithm>

#include "c_support.hpp"
#include "fp4/formats/swizzle.hpp"

namespace fp4::capi {
namespace {

static_assert(scale_tile_specs[FP4_SCALE_TILE_128X4].name == "128x4" &&
              scale_tile_specs[FP4_SCALE_TILE_8X4].name == "8x4" &&
              FP4_SCALE_TILE_8X4 + 1 == scale_tile_specs.size());

struct LayoutBytes {
    size_t row_major, swizzled;
    ScaleTile tile;
};

// Sizes of both forms, neither zero nor more than memory can hold.
Result<LayoutBytes> layout_bytes(fp4_scale_tile code, uint64_t rows, uint64_t blocks_per_row) {
    if (auto status = in_list(code, scale_tile_specs.size(), "tile"); !status)
        return status.error();
    const auto tile = static_cast<ScaleTile>(code);
    const auto row_major = buffer_bytes(rows, blocks_per_row, 1, "scales");
    if (!row_major) return row_major.error();
    const auto padded = swizzled_scale_bytes(rows, blocks_per_row, tile);
    if (!padded) return padded.error();
    const auto swizzled = buffer_bytes(*padded, 1, 1, "swizzled scales");
    if (!swizzled) return swizzled.error();
    return LayoutBytes{*row_major, *swizzled, tile};
}

} // namespace
} // namespace fp4::capi

using namespace fp4::capi;
using fp4::Done;
using fp4::Status;

fp4_status fp4_swizzled_size(fp4_scale_tile tile, uint64_t rows, uint64_t blocks_per_row,
                             uint64_t* bytes, fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status = not_null({{bytes, "bytes"}}); !status) return status;
        const auto sizes = layout_bytes(tile, rows, blocks_per_row);
        if (!sizes) return sizes.error();
        *bytes = sizes->swizzled;
        return Done{};
    });
}

fp4_status fp4_swizzle_scales(fp4_scale_tile tile, const uint8_t* scales, uint64_t rows,
                              uint64_t blocks_per_row, uint8_t* swizzled, fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status = not_null({{scales, "scales"}, {swizzled, "swizzled"}}); !status)
            return status;
        const auto sizes = layout_bytes(tile, rows, blocks_per_row);
        if (!sizes) return sizes.error();
        const auto result =
            fp4::swizzle_scales({scales, sizes->row_major}, rows, blocks_per_row, sizes->tile);
        if (!result) return result.error();
        std::ranges::copy(*result, swizzled);
        return Done{};
    });
}

fp4_status fp4_unswizzle_scales(fp4_scale_tile tile, const uint8_t* swizzled, uint64_t rows,
                                uint64_t blocks_per_row, uint8_t* scales, fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status = not_null({{swizzled, "swizzled"}, {scales, "scales"}}); !status)
            return status;
        const auto sizes = layout_bytes(tile, rows, blocks_per_row);
        if (!sizes) return sizes.error();
        const auto result =
            fp4::unswizzle_scales({swizzled, sizes->swizzled}, rows, blocks_per_row, sizes->tile);
        if (!result) return result.error();
        std::ranges::copy(*result, scales);
        return Done{};
    });
}
