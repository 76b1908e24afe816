#include "c_support.hpp"
#include "fp4/arithmetic/dot_add.hpp"

using namespace fp4::capi;
using fp4::Done;
using fp4::Error;
using fp4::ErrorCode;
using fp4::Status;

fp4_status fp4_dot_add(fp4_dot_profile profile, const uint32_t* a_codes, const uint32_t* b_codes,
                       uint64_t k, const uint8_t* a_scales, const uint8_t* b_scales,
                       uint32_t c_bits, uint32_t* d_bits, fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status =
                not_null({{a_codes, "a_codes"}, {b_codes, "b_codes"}, {d_bits, "d_bits"}});
            !status)
            return status;
        if (auto status = in_list(profile, fp4::dot_profiles.size(), "profile"); !status)
            return status;
        const fp4::DotProfile& row = fp4::dot_profiles[static_cast<size_t>(profile)];
        if (row.block_scaled) {
            if (auto status = not_null({{a_scales, "a_scales"}, {b_scales, "b_scales"}}); !status)
                return status;
        } else {
            for (const auto& [pointer, name] :
                 {Argument{a_scales, "a_scales"}, Argument{b_scales, "b_scales"}})
                if (pointer)
                    return Error{ErrorCode::bad_argument,
                                 std::string(name) + ": expected NULL for " +
                                     std::string(row.name) + ", found a pointer"};
        }
        if (const auto bytes = buffer_bytes(k, 1, sizeof(uint32_t), "a_codes"); !bytes)
            return bytes.error();
        const auto scales =
            static_cast<size_t>(row.block_scaled ? k / fp4::scale_block_products : 0);
        const auto d =
            fp4::dot_add(row, {{a_codes, k}, {b_codes, k}, {a_scales, scales}, {b_scales, scales}},
                         fp4::Fp32{c_bits});
        if (!d) return d.error();
        *d_bits = *d;
        return Done{};
    });
}
