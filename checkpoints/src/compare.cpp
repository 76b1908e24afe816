#include "fp4/checkpoints/compare.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <map>
#include <set>

#include "completeness.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/formats/decode.hpp"
#include "fp4/checkpoints/encoded_model.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

constexpr size_t chunk_bytes = size_t{1} << 20;

bool same_bits(float a, float b) {
    return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}

std::string hex(unsigned value, int digits) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%0*X", digits, value);
    return text;
}

class Comparer {
  public:
    explicit Comparer(const CompareOptions& options) : options_(options) {}

    void note(Difference difference) {
        if (!result_.first) result_.first = std::move(difference);
    }

    void compare(const QuantizedLinear& a, const QuantizedLinear& b) {
        LinearComparison counts{a.name};
        const auto &x = a.weight, &y = b.weight;
        if (x.format != y.format ||
            (spec_of(x.format).has_specials() && x.specials != y.specials)) {
            note({DifferentPart::format, a.name});
        } else if (x.rows != y.rows || x.k != y.k) {
            note({DifferentPart::shape, a.name});
        } else {
            compare_scales(a, b, counts);
            counts.blocks = x.scales.size();
            counts.elements = x.rows * x.k;
            for (uint64_t row = 0; row < x.rows; ++row) compare_row(a, b, row, counts);
        }
        result_.linears.push_back(std::move(counts));
    }

    Comparison& result() { return result_; }

  private:
    static TensorScaleKind common_kind(const QuantizedLinear& a, const QuantizedLinear& b) {
        return a.exact == b.exact ? a.exact : TensorScaleKind::multiplier;
    }

    void compare_scales(const QuantizedLinear& a, const QuantizedLinear& b,
                        LinearComparison& counts) {
        const auto kind = common_kind(a, b);
        const uint64_t scales = std::max(a.outer_scales().size(), b.outer_scales().size());
        for (uint64_t row = 0; row < scales; ++row) {
            const float x = number_of(a.scale_of(row), kind), y = number_of(b.scale_of(row), kind);
            if (same_bits(x, y)) continue;
            counts.different_tensor_scale = true;
            note({DifferentPart::tensor_scale, a.name, row, 0, 0, {x}, {y}});
        }
        if (!options_.input_scales) return;
        const float in_x = a.input_scale ? number_of(*a.input_scale, kind) : 0,
                    in_y = b.input_scale ? number_of(*b.input_scale, kind) : 0;
        if (same_bits(in_x, in_y)) return;
        counts.different_input_scale = true;
        note({DifferentPart::input_scale, a.name, 0, 0, 0, {in_x}, {in_y}});
    }

    void compare_row(const QuantizedLinear& a, const QuantizedLinear& b, uint64_t row,
                     LinearComparison& counts) {
        const auto x = a.weight.row(row), y = b.weight.row(row);
        if (std::ranges::equal(x.codes, y.codes) && std::ranges::equal(x.scales, y.scales)) return;
        const auto block = static_cast<uint64_t>(spec_of(a.weight.format).block);
        const auto kind = common_kind(a, b);
        const auto difference = [&](DifferentPart part, uint64_t element) {
            const auto side = [&](const QuantizedLinear& linear, const PackedRow& bytes) {
                return DifferenceSide{number_of(linear.scale_of(row), kind),
                                      bytes.scales[element / block],
                                      packed_code(bytes.codes, element).code};
            };
            return Difference{part, a.name, row, element / block, element, side(a, x), side(b, y)};
        };
        for (uint64_t i = 0; i < a.weight.k; ++i) {
            if (i % block == 0 && x.scales[i / block] != y.scales[i / block]) {
                ++counts.different_scales;
                note(difference(DifferentPart::block_scale, i));
            }
            if (packed_code(x.codes, i).code != packed_code(y.codes, i).code) {
                ++counts.different_codes;
                note(difference(DifferentPart::code, i));
            }
        }
    }

    CompareOptions options_;
    Comparison result_;
};

Result<bool> same_plain(const QuantizedModelSource& a, size_t i, const QuantizedModelSource& b,
                        size_t j) {
    const auto &x = a.plain_tensors()[i], &y = b.plain_tensors()[j];
    if (x.dtype != y.dtype || x.shape != y.shape) return false;
    const auto elements = io::element_count(x.shape);
    const auto bytes = elements && x.dtype != io::Dtype::other
                           ? io::packed_bytes(x.dtype, *elements)
                           : std::nullopt;
    if (!bytes)
        return io::expected_found(ErrorCode::bad_file, x.name, "a known dtype and a possible shape",
                                  "others");
    std::vector<std::byte> from_a(chunk_bytes), from_b(chunk_bytes);
    for (uint64_t at = 0; at < *bytes; at += chunk_bytes) {
        const auto count = static_cast<size_t>(std::min<uint64_t>(chunk_bytes, *bytes - at));
        const auto part_a = std::span(from_a).first(count), part_b = std::span(from_b).first(count);
        FP4_TRY(a.read_plain(i, at, part_a));
        FP4_TRY(b.read_plain(j, at, part_b));
        if (!std::ranges::equal(part_a, part_b)) return false;
    }
    return true;
}

template <class Item>
std::map<std::string_view, size_t> places(std::span<const Item> items) {
    std::map<std::string_view, size_t> place;
    for (size_t i = 0; i < items.size(); ++i) place.emplace(items[i].name, i);
    return place;
}

Status compare_plain(const QuantizedModelSource& a, const QuantizedModelSource& b,
                     std::vector<std::string>& different) {
    const auto in_a = places(a.plain_tensors()), in_b = places(b.plain_tensors());
    for (const auto& [name, i] : in_a) {
        const auto other = in_b.find(name);
        FP4_TRY_ASSIGN(const auto same, other == in_b.end() ? Result<bool>(false)
                                                            : same_plain(a, i, b, other->second));
        if (!same) different.emplace_back(name);
    }
    for (const auto& [name, j] : in_b)
        if (!in_a.contains(name)) different.emplace_back(name);
    return Done{};
}

} // namespace

Result<Comparison> compare_models(QuantizedModelSource& a, QuantizedModelSource& b,
                                  const CompareOptions& options) {
    Comparer comparer(options);
    const auto in_a = places(a.linears()), in_b = places(b.linears());
    for (size_t i = 0; i < a.linears().size(); ++i) {
        const auto other = in_b.find(a.linears()[i].name);
        if (other == in_b.end()) {
            comparer.note({DifferentPart::presence, a.linears()[i].name});
            continue;
        }
        FP4_TRY_ASSIGN(const auto x, a.linear(i));
        FP4_TRY_ASSIGN(const auto y, b.linear(other->second));
        comparer.compare(x, y);
    }
    for (const auto& linear : b.linears())
        if (!in_a.contains(linear.name)) comparer.note({DifferentPart::presence, linear.name});
    if (options.plain_tensors) FP4_TRY(compare_plain(a, b, comparer.result().different_plain));
    return std::move(comparer.result());
}

Result<Comparison> compare_with_encoder(QuantizedCheckpoint plain, QuantizedCheckpoint& checkpoint,
                                        EncodeOptions options) {
    if (checkpoint.layout() == Layout::plain)
        return io::expected_found(ErrorCode::bad_argument, checkpoint.folder().string(),
                                  "a quantized checkpoint", "one that is not quantized");
    options.format = spec_of(checkpoint.layout()).weight_format;
    auto modules = unquantized_modules(
        {checkpoint.model(), {}, checkpoint.plain_tensors(), checkpoint.linears()});
    FP4_TRY_ASSIGN(auto encoded, EncodedModel::create(std::move(plain), options,
                                                      {modules.begin(), modules.end()}));
    return compare_models(encoded, checkpoint, {.input_scales = false, .plain_tensors = false});
}

std::string describe(const Difference& d) {
    const auto scales = [&](const char* name) {
        return std::string(name) + " " + io::text_of(d.a.tensor_scale) + " and " +
               io::text_of(d.b.tensor_scale);
    };
    const auto where =
        d.linear + ": row " + std::to_string(d.row) + ", block " + std::to_string(d.block);
    const auto bytes = "block scale " + hex(d.a.scale_byte, 2) + " and " + hex(d.b.scale_byte, 2);
    switch (d.part) {
    case DifferentPart::presence: return d.linear + ": quantized in one of the two only";
    case DifferentPart::format: return d.linear + ": different formats or special values";
    case DifferentPart::shape: return d.linear + ": different shapes";
    case DifferentPart::tensor_scale:
        return d.linear + ": " + scales("tensor scale") +
               (d.row ? " of row " + std::to_string(d.row) : "");
    case DifferentPart::input_scale: return d.linear + ": " + scales("input scale");
    case DifferentPart::block_scale: return where + ": " + bytes + ", " + scales("tensor scale");
    case DifferentPart::code: break;
    }
    return where + ", element " + std::to_string(d.element) + ": code " + hex(d.a.code, 1) +
           " and " + hex(d.b.code, 1) + ", " + bytes + ", " + scales("tensor scale");
}

} // namespace fp4::checkpoints
