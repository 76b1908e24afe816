#include "fp4/arithmetic/dot_add.hpp"

#include <optional>
#include <string>

#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/formats/scale.hpp"
#include "fp4/try.hpp"
#include "fp4/arithmetic/wide_fixed.hpp"

namespace fp4 {
namespace {

constexpr int max_fraction_bits = 60;

constexpr bool is_sound(const DotProfile& p) {
    return p.step >= 1 && p.step <= max_step_products && p.short_step >= 0 &&
           p.short_step <= p.step && p.k >= p.step && p.k % p.step == 0 && p.fraction_bits >= 1 &&
           p.fraction_bits <= max_fraction_bits &&
           (p.order != DotOrder::pairs || (p.k == 2 * p.step && p.k % 4 == 0)) &&
           (!p.block_scaled || p.k == scale_block_products);
}
static_assert([] {
    for (const auto& profile : dot_profiles)
        if (!is_sound(profile) || dot_profile_from_name(profile.name) != &profile) return false;
    return true;
}());

// What a step adds up: C or a product.
struct Term {
    FloatClass kind;
    bool negative;
    AlignedTerm aligned;
};

Term make_term(FloatClass kind, bool negative, int64_t significand, int exponent,
               int fraction_bits) {
    return {kind, negative, {negative ? -significand : significand, exponent, fraction_bits}};
}

// A zero is below all exponents and what is multiplied by it too.
int exponent_of(const DecodedFloat& x) {
    return x.kind == FloatClass::zero ? no_emax_floor : x.exponent;
}

Term c_term(const DotProfile& profile, uint32_t bits) {
    const DecodedFloat c = decode_float(spec_of(profile.output).stored, true, bits);
    return make_term(c.kind, c.negative, c.significand, exponent_of(c), c.fraction_bits);
}

FloatClass product_class(FloatClass a, FloatClass b) {
    using enum FloatClass;
    if (a == nan || b == nan || (a == infinite && b == zero) || (a == zero && b == infinite))
        return nan;
    if (a == infinite || b == infinite) return infinite;
    return a == zero || b == zero ? zero : finite;
}

Term product(const DotProfile& profile, uint32_t a_code, uint32_t b_code) {
    const DecodedFloat a = decode_element(profile.element, a_code),
                       b = decode_element(profile.element, b_code);
    return make_term(product_class(a.kind, b.kind), a.negative != b.negative,
                     int64_t{a.significand} * b.significand, exponent_of(a) + exponent_of(b),
                     a.fraction_bits + b.fraction_bits);
}

// NaN or infinity where the terms make the sum one.
std::optional<uint32_t> special_sum(const FloatSpec& stored, std::span<const Term> terms) {
    bool nan = false, plus = false, minus = false;
    for (const Term& term : terms) {
        nan |= term.kind == FloatClass::nan;
        plus |= term.kind == FloatClass::infinite && !term.negative;
        minus |= term.kind == FloatClass::infinite && term.negative;
    }
    if (nan || (plus && minus)) return (1u << stored.sign_position()) - 1;
    if (plus || minus)
        return static_cast<uint32_t>(stored.infinity_code()) |
               (minus ? 1u << stored.sign_position() : 0u);
    return std::nullopt;
}

// One fused step; terms[0] is C.
uint32_t add_step(const DotProfile& profile, std::span<const Term> terms) {
    const DotOutputSpec& output = spec_of(profile.output);
    if (const auto special = special_sum(output.stored, terms)) return *special;
    const auto align = [](const Term& term) -> const AlignedTerm& { return term.aligned; };
    const AlignedSum sum = aligned_sum(terms.subspan(1), align, terms[0].aligned,
                                       profile.fraction_bits, profile.emax_floor());
    const int unused_bits = output.stored.fraction_bits - output.rounded.fraction_bits;
    return sum.round(output.rounded, output.rounding) << unused_bits;
}

// x + c in the stored layout, rounded once to nearest even.
uint32_t add_nearest(const DotProfile& profile, uint32_t x, uint32_t c) {
    const FloatSpec& stored = spec_of(profile.output).stored;
    const std::array terms{c_term(profile, x), c_term(profile, c)};
    if (const auto special = special_sum(stored, terms)) return *special;
    WideFixed<5, -149> sum; // bits 2^-149 .. 2^170
    for (const Term& term : terms)
        if (term.kind != FloatClass::zero)
            sum.add(term.aligned.significand, term.aligned.exponent - term.aligned.fraction_bits);
    return sum.round(stored, Rounding::nearest_even);
}

// Steps over lengths that have been checked.
class Chain {
  public:
    Chain(const DotProfile& profile, const DotOperands& operands)
        : profile_(profile), operands_(operands) {}

    uint32_t run(uint32_t c) {
        const auto k = static_cast<size_t>(profile_.k), step = static_cast<size_t>(profile_.step),
                   length = operands_.a.size();
        if (profile_.order == DotOrder::pairs) {
            for (size_t first = 0; first < length; first += k) {
                const uint32_t x = run_step(0, first, k, [](size_t i) { return i % 4 < 2; });
                c = add_nearest(profile_,
                                run_step(x, first, k, [](size_t i) { return i % 4 >= 2; }), c);
            }
        } else {
            for (size_t first = 0; first < length; first += step)
                c = run_step(c, first, std::min(step, length - first), [](size_t) { return true; });
        }
        return c;
    }

  private:
    // The chosen ones of `count` products from `first` on.
    template <class Choice>
    uint32_t run_step(uint32_t c, size_t first, size_t count, Choice chosen) {
        size_t filled = 0;
        terms_[filled++] = c_term(profile_, c);
        for (size_t i = 0; i < count; ++i)
            if (chosen(i)) terms_[filled++] = scaled_product(first + i);
        return add_step(profile_, std::span(terms_).first(filled));
    }

    Term scaled_product(size_t i) const {
        Term term = product(profile_, operands_.a[i], operands_.b[i]);
        if (profile_.block_scaled) {
            const auto scale_of = [&](std::span<const uint8_t> scales) {
                return decode_scale(spec_of(ScaleType::e8m0), scales[i / scale_block_products]);
            };
            const Scale a = scale_of(operands_.a_scales), b = scale_of(operands_.b_scales);
            term.aligned.exponent += a.exponent + b.exponent;
            if (a.nan || b.nan) term.kind = FloatClass::nan;
        }
        return term;
    }

    const DotProfile& profile_;
    const DotOperands& operands_;
    std::array<Term, max_step_products + 1> terms_;
};

Status check_operands(const DotProfile& profile, const DotOperands& operands) {
    const auto shape_error = [&](const char* what, const std::string& expected, size_t found) {
        return Error{ErrorCode::bad_shape, std::string(what) + ": expected " + expected + " for " +
                                               std::string(profile.name) + ", found " +
                                               std::to_string(found)};
    };
    if (!is_sound(profile))
        return Error{ErrorCode::bad_argument,
                     "dot profile '" + std::string(profile.name) +
                         "': its k, step or fraction bits are out of range"};
    const size_t length = operands.a.size(),
                 scales = profile.block_scaled ? length / scale_block_products : 0;
    if (!profile.accepts_length(length))
        return shape_error("elements of A", profile.expected_lengths(), length);
    if (operands.b.size() != length)
        return shape_error("elements of B", std::to_string(length) + " as in A", operands.b.size());
    if (operands.a_scales.size() != scales)
        return shape_error("scales of A", std::to_string(scales), operands.a_scales.size());
    if (operands.b_scales.size() != scales)
        return shape_error("scales of B", std::to_string(scales), operands.b_scales.size());
    const ElementSpec& element = spec_of(profile.element);
    for (const auto& [name, codes] : {std::pair{"A", operands.a}, std::pair{"B", operands.b}})
        for (size_t i = 0; i < length; ++i)
            if (codes[i] >> element.bits() != 0)
                return Error{ErrorCode::bad_argument,
                             "element " + std::to_string(i) + " of " + name + ": expected " +
                                 std::to_string(element.bits()) + " bits of " +
                                 std::string(element.name) + ", found the code " +
                                 std::to_string(codes[i])};
    return Done{};
}

Result<uint32_t> checked_dot_add(const DotProfile& profile, const DotOperands& operands,
                                 uint32_t c) {
    FP4_TRY(check_operands(profile, operands));
    return Chain(profile, operands).run(c);
}

} // namespace

Result<uint32_t> dot_add(const DotProfile& profile, const DotOperands& operands, Fp32 c) {
    return checked_dot_add(profile, operands,
                           profile.output == DotOutput::f16 ? convert_fp32(c, OutputType::f16)
                                                            : c.bits);
}

Result<uint32_t> dot_add(const DotProfile& profile, const DotOperands& operands, Fp16 c) {
    if (profile.output != DotOutput::f16)
        return Error{ErrorCode::bad_argument,
                     "C: expected binary32 for " + std::string(profile.name) + " with " +
                         std::string(spec_of(profile.output).name) + " output, found binary16"};
    return checked_dot_add(profile, operands, c.bits);
}

} // namespace fp4
