#include "vector_config.hpp"

#include <algorithm>
#include <map>

#include "fp4/gemm/gemm.hpp"
#include "hex.hpp"
#include "op.hpp"
#include "fp4/try.hpp"

namespace fp4::vec {
namespace {

bool uses_specials(const VectorConfig& c) {
    return spec_of(c.a).has_specials() ||
           (spec_of(c.op).accumulates && spec_of(c.b).has_specials());
}

std::string formats_text(const VectorConfig& c) {
    const std::string a(spec_of(c.a).name), b(spec_of(c.b).name);
    return a == b ? a : b + ":" + a;
}

std::string shape_text(const Shape& shape) {
    return std::to_string(shape.m) + "x" + std::to_string(shape.n) + "x" + std::to_string(shape.k);
}

constexpr std::array<std::string_view, 3> level_names{"scale-pairs", "1", "2"};

} // namespace

std::optional<Level> level_from_name(std::string_view name) {
    const auto found = std::ranges::find(level_names, name);
    return found == level_names.end()
               ? std::nullopt
               : std::optional(static_cast<Level>(found - level_names.begin()));
}

VectorConfig default_config(Op op) {
    VectorConfig config;
    config.op = op;
    if (op == Op::mma) config.profile = &nv_blackwell;
    return config;
}

Status set_formats(VectorConfig& config, std::string_view text) {
    if (text == "razer") text = "razer-w:razer-a";
    const size_t colon = text.find(':');
    const auto weights = format_from_name(text.substr(0, colon));
    const auto activations =
        colon == std::string_view::npos ? weights : format_from_name(text.substr(colon + 1));
    if (!weights || !activations)
        return bad("fmt", "one of " + names_of(format_specs) + ", razer or WEIGHTS:ACTIVATIONS",
                   text);
    config.b = *weights;
    config.a = *activations;
    return Done{};
}

Status set_shape(VectorConfig& config, std::string_view text) {
    const size_t first = text.find('x'), second = text.find('x', first + 1);
    if (first != std::string_view::npos && second != std::string_view::npos) {
        const auto m = from_decimal(text.substr(0, first), max_gemm_rows),
                   n = from_decimal(text.substr(first + 1, second - first - 1), max_gemm_rows),
                   k = from_decimal(text.substr(second + 1), max_gemm_k);
        config.shape = {static_cast<int>(m), static_cast<int>(n), static_cast<int>(k)};
        if (m > 0 && n > 0 && k > 0) return Done{};
    }
    return bad("shape", "MxNxK with M and N of 1 to 16, K up to 1024", text);
}

Status settle(VectorConfig& config, bool encoder_given) {
    const OpSpec& op = spec_of(config.op);
    const FormatSpec &a = spec_of(config.a), &b = spec_of(config.b);
    if (!op.accumulates && config.a != config.b)
        return bad("fmt", "one format for op " + std::string(op.name), formats_text(config));
    if (a.block != b.block)
        return bad("fmt", "two formats with blocks of the same length", formats_text(config));
    if (op.accumulates) FP4_TRY(check_formats(config.a, config.b, *config.profile));
    if (config.op == Op::gemm && config.shape.k % a.block != 0)
        return bad("shape", "a K that is a multiple of " + std::to_string(a.block),
                   shape_text(config.shape));
    if (config.level == Level::scale_pairs && config.op != Op::dot16)
        return bad("level", "1 or 2 for op " + std::string(op.name), "scale-pairs");
    if (config.op == Op::encode) {
        const auto encoder = encoder_given ? config.encoder : default_encoder(config.a);
        if (!encoder) return bad("fmt", "a format that an encoder makes", a.name);
        if (!spec_of(*encoder).makes(config.a))
            return bad("enc", "an encoder that makes " + std::string(a.name),
                       spec_of(*encoder).name);
        config.encoder = *encoder;
    }
    return Done{};
}

std::vector<HeaderField> header_fields(const VectorConfig& config) {
    const OpSpec& op = spec_of(config.op);
    std::vector<HeaderField> fields{{"op", std::string(op.name)}, {"fmt", formats_text(config)}};
    if (uses_specials(config)) {
        fields.push_back({"v1", std::to_string(config.specials.v1_halves)});
        fields.push_back({"v2", std::to_string(config.specials.v2_halves)});
    }
    if (op.accumulates) {
        fields.push_back({"acc", std::string(config.profile->name)});
        fields.push_back(
            {"rnd", config.profile->rounding == Rounding::nearest_even ? "rne" : "rz"});
    }
    if (config.op == Op::encode)
        fields.push_back({"enc", std::string(spec_of(config.encoder).name)});
    if (config.op == Op::gemm) fields.push_back({"shape", shape_text(config.shape)});
    fields.push_back({"seed", std::to_string(config.seed)});
    fields.push_back({"level", std::string(level_names[static_cast<size_t>(config.level)])});
    return fields;
}

std::string header_text(const VectorConfig& config, std::optional<uint64_t> cases) {
    std::string text = "# " + std::string(header_mark) + "\n#";
    for (const auto& [key, value] : header_fields(config))
        text += " " + std::string(key) + "=" + value;
    if (cases) text += " n=" + std::to_string(*cases);
    return text + " gen=" FP4VEC_VERSION "\n";
}

Result<Header> parse_header(std::string_view text, const VectorConfig& asked,
                            const std::set<std::string>& given) {
    std::map<std::string, std::string, std::less<>> values;
    for (std::string_view word : split_words(text)) {
        const size_t equals = word.find('=');
        if (equals == std::string_view::npos) return bad("header", "key=value", word);
        if (!values.emplace(word.substr(0, equals), word.substr(equals + 1)).second)
            return bad("header", "each field once", word);
    }
    const auto take = [&](const char* key) -> std::optional<std::string> {
        const auto found = values.extract(std::string(key));
        return found ? std::optional(found.mapped()) : std::nullopt;
    };
    const auto take_number = [&](const char* key, int64_t limit, auto& into) -> Status {
        if (const auto value = take(key)) {
            const int64_t number = from_decimal(*value, limit);
            if (number < 0) return bad(key, "a number up to " + std::to_string(limit), *value);
            into = static_cast<std::remove_reference_t<decltype(into)>>(number);
        }
        return Done{};
    };

    Header header{default_config(asked.op), {}};
    VectorConfig& config = header.config;
    const std::string op(spec_of(asked.op).name);
    if (const auto value = take("op"); value != op) return bad("op", op, value.value_or(""));
    const auto format = take("fmt");
    FP4_TRY(set_formats(config, format.value_or("")));
    FP4_TRY(take_number("v1", special_max_halves, config.specials.v1_halves));
    FP4_TRY(take_number("v2", special_max_halves, config.specials.v2_halves));
    if (const auto value = take("acc")) {
        config.profile = arithmetic_from_name(*value);
        if (!config.profile) return bad("acc", "one of " + names_of(arithmetic_profiles), *value);
    }
    const auto rounding = take("rnd");
    const auto encoder = take("enc");
    if (encoder) {
        const auto found = encoder_from_name(*encoder);
        if (!found) return bad("enc", "one of " + names_of(encoder_specs), *encoder);
        config.encoder = *found;
    }
    if (const auto value = take("shape")) FP4_TRY(set_shape(config, *value));
    if (const auto value = take("level")) {
        const auto level = level_from_name(*value);
        if (!level) return bad("level", "1, 2 or scale-pairs", *value);
        config.level = *level;
    }
    FP4_TRY(take_number("seed", INT64_MAX, config.seed));
    if (values.contains("n")) {
        header.cases = 0;
        FP4_TRY(take_number("n", INT64_MAX, *header.cases));
    }
    values.erase("gen");
    if (!values.empty())
        return bad("header", "no other fields than op fmt v1 v2 acc rnd enc shape seed level n gen",
                   values.begin()->first);
    FP4_TRY(settle(config, encoder.has_value()));

    const auto fields = header_fields(config);
    for (const auto& [key, value] : fields) {
        if (key == "rnd" && rounding && *rounding != value)
            return bad("rnd", value + " of profile " + std::string(config.profile->name),
                       *rounding);
        if (!given.contains(std::string(key))) continue;
        for (const auto& [asked_key, asked_value] : header_fields(asked))
            if (asked_key == key && asked_value != value)
                return bad(std::string(key), asked_value + " as on the command line", value);
    }
    return header;
}

} // namespace fp4::vec
