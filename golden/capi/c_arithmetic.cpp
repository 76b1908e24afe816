#include <algorithm>

#include "c_support.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/gemm/gemm.hpp"

namespace fp4::capi {
namespace {

// The operands of D = A * B^T + C as they lie with the caller.
struct Product {
    const uint8_t *a_codes, *a_scales;
    uint64_t m;
    const uint8_t *b_codes, *b_scales;
    uint64_t n, k;
    const uint32_t* c_bits;
    uint32_t* d_bits;
};

// Reads what the caller gave, multiplies (a, b, c, arithmetic), writes D.
template <class Multiply>
Status run(const fp4_config* config, const Product& p, Multiply&& multiply) {
    if (auto status = not_null({{p.a_codes, "a_codes"},
                                {p.a_scales, "a_scales"},
                                {p.b_codes, "b_codes"},
                                {p.b_scales, "b_scales"},
                                {p.d_bits, "d_bits"}});
        !status)
        return status;
    const auto read = read_config(config);
    if (!read) return read.error();
    if (const auto bytes = buffer_bytes(p.m, p.n, sizeof(uint32_t), "D"); !bytes)
        return bytes.error();
    const auto a = read_tensor(read->a, p.a_codes, p.a_scales, p.m, p.k, "A");
    if (!a) return a.error();
    const auto b = read_tensor(read->b, p.b_codes, p.b_scales, p.n, p.k, "B");
    if (!b) return b.error();
    std::vector<Fp32> c(p.c_bits ? p.m * p.n : 0);
    for (size_t i = 0; i < c.size(); ++i) c[i].bits = p.c_bits[i];
    const Result<std::vector<Fp32>> d = multiply(*a, *b, c, *read->arithmetic);
    if (!d) return d.error();
    for (size_t i = 0; i < d->size(); ++i) p.d_bits[i] = (*d)[i].bits;
    return Done{};
}

Result<FastOptions> read_options(const fp4_gemm_options* options) {
    constexpr size_t first_size = 12;
    static_assert(sizeof(fp4_gemm_options) == first_size);
    const auto given =
        read_sized(options, fp4_gemm_options FP4_GEMM_OPTIONS_INIT, first_size, "options");
    if (!given) return given.error();
    FastOptions read{{}, given->threads};
    if (given->isa == FP4_ISA_AUTO) return read;
    if (auto status = in_list(given->isa, static_cast<size_t>(fp4_isa_count()), "options.isa");
        !status)
        return status.error();
    read.isa = static_cast<Isa>(given->isa);
    return read;
}

} // namespace
} // namespace fp4::capi

using namespace fp4::capi;
using fp4::Done;
using fp4::Status;

fp4_status fp4_gemm_reference(const fp4_config* config, const uint8_t* a_codes,
                              const uint8_t* a_scales, uint64_t m, const uint8_t* b_codes,
                              const uint8_t* b_scales, uint64_t n, uint64_t k,
                              const uint32_t* c_bits, uint32_t* d_bits, fp4_error* error) {
    return guarded(error, [&] {
        return run(config, {a_codes, a_scales, m, b_codes, b_scales, n, k, c_bits, d_bits},
                   fp4::gemm_reference);
    });
}

fp4_status fp4_gemm_fast(const fp4_config* config, const fp4_gemm_options* options,
                         const uint8_t* a_codes, const uint8_t* a_scales, uint64_t m,
                         const uint8_t* b_codes, const uint8_t* b_scales, uint64_t n, uint64_t k,
                         const uint32_t* c_bits, uint32_t* d_bits, fp4_error* error) {
    return guarded(error, [&]() -> Status {
        const auto fast = read_options(options);
        if (!fast) return fast.error();
        return run(config, {a_codes, a_scales, m, b_codes, b_scales, n, k, c_bits, d_bits},
                   [&](const auto& a, const auto& b, const auto& c, const auto& arithmetic) {
                       return fp4::gemm_fast(a, b, c, arithmetic, *fast);
                   });
    });
}

fp4_status fp4_dot(const fp4_config* config, const uint8_t* a_codes, const uint8_t* a_scales,
                   const uint8_t* b_codes, const uint8_t* b_scales, uint64_t k, uint32_t c_bits,
                   uint32_t* d_bits, fp4_error* error) {
    return fp4_gemm_reference(config, a_codes, a_scales, 1, b_codes, b_scales, 1, k, &c_bits,
                              d_bits, error);
}

fp4_status fp4_mma_m16n8k64(const fp4_config* config, const uint8_t* a_codes,
                            const uint8_t* a_scales, const uint8_t* b_codes,
                            const uint8_t* b_scales, const uint32_t* c_bits, uint32_t* d_bits,
                            fp4_error* error) {
    return fp4_gemm_reference(config, a_codes, a_scales, 16, b_codes, b_scales, 8, 64, c_bits,
                              d_bits, error);
}

namespace {

// Elements of D by (row, column) -> scale of A, scale of B to `out`, whose elements are as wide as
// those of the type.
struct Scaled {
    const uint32_t* d_bits;
    uint64_t m, n;
    const uint32_t* a_bits;
    uint64_t a_count;
    const uint32_t* b_bits;
    uint64_t b_count;
};

Status scale_outputs(const Scaled& from, fp4_output_type type, void* out_bits) {
    if (auto status = not_null({{from.d_bits, "d_bits"}, {out_bits, "out_bits"}}); !status)
        return status;
    if (auto status = in_list(type, fp4::output_type_specs.size(), "type"); !status) return status;
    const auto bytes = buffer_bytes(from.m, from.n, sizeof(uint32_t), "d_bits");
    if (!bytes) return bytes.error();
    const auto output = static_cast<fp4::OutputType>(type);
    const auto element_bytes = static_cast<size_t>(fp4::spec_of(output).bytes);
    for (uint64_t i = 0; i < from.m * from.n; ++i) {
        const uint64_t row = i / from.n, column = i % from.n;
        const uint32_t value =
            fp4::epilogue({from.d_bits[i]}, {from.a_bits[from.a_count == 1 ? 0 : row]},
                          {from.b_bits[from.b_count == 1 ? 0 : column]}, output);
        const auto narrow = static_cast<uint16_t>(value);
        std::memcpy(static_cast<char*>(out_bits) + i * element_bytes,
                    element_bytes == sizeof narrow ? static_cast<const void*>(&narrow) : &value,
                    element_bytes);
    }
    return Done{};
}

Status one_or_all(const char* name, uint64_t found, uint64_t all) {
    if (found == 1 || found == all) return Done{};
    return fp4::Error{fp4::ErrorCode::bad_shape, std::string(name) + ": expected 1 or " +
                                                     std::to_string(all) + ", found " +
                                                     std::to_string(found)};
}

} // namespace

fp4_status fp4_epilogue(const uint32_t* d_bits, uint64_t count, uint32_t a_tensor_scale_bits,
                        uint32_t b_tensor_scale_bits, fp4_output_type type, void* out_bits,
                        fp4_error* error) {
    return guarded(error, [&] {
        return scale_outputs({d_bits, count, 1, &a_tensor_scale_bits, 1, &b_tensor_scale_bits, 1},
                             type, out_bits);
    });
}

fp4_status fp4_epilogue_rows(const uint32_t* d_bits, uint64_t m, uint64_t n,
                             const uint32_t* a_scales_bits, uint64_t a_scales,
                             const uint32_t* b_scales_bits, uint64_t b_scales, fp4_output_type type,
                             void* out_bits, fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status =
                not_null({{a_scales_bits, "a_scales_bits"}, {b_scales_bits, "b_scales_bits"}});
            !status)
            return status;
        if (auto status = one_or_all("a_scales", a_scales, m); !status) return status;
        if (auto status = one_or_all("b_scales", b_scales, n); !status) return status;
        return scale_outputs({d_bits, m, n, a_scales_bits, a_scales, b_scales_bits, b_scales}, type,
                             out_bits);
    });
}
