#include "tokenizer_json_parts.hpp"

namespace fp4::quant {
namespace {

// The words of ByteLevel's own expression.
constexpr std::string_view gpt2_words =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

void add_split(const JsonPlace& place, std::string_view pattern, TokenizerJson& out) {
    auto split = RegexSplit::compile(pattern);
    if (split)
        out.splits.push_back(*std::move(split));
    else
        place.fail("a regular expression that ICU and Oniguruma read alike", split.error().message);
}

void read_split(const JsonPlace& place, TokenizerJson& out) {
    place.expect_keys({"type", "pattern", "behavior", "invert"});
    place["behavior"].expect("Isolated");
    if (place["invert"].flag(false)) place["invert"].expect(false);
    place["pattern"].expect_keys({"Regex"});
    const auto pattern = place["pattern"]["Regex"];
    add_split(pattern, pattern.text(), out);
}

void read_byte_level(const JsonPlace& place, TokenizerJson& out) {
    place.expect_keys({"type", "add_prefix_space", "trim_offsets", "use_regex"});
    place["add_prefix_space"].expect(false);
    if (place["use_regex"].flag(true)) add_split(place, gpt2_words, out);
}

} // namespace

void read_pre_tokenizer(const JsonPlace& place, TokenizerJson& out) {
    const auto steps = place.steps("pretokenizers");
    if (steps.empty()) place.fail("Splits and one ByteLevel");
    for (const JsonPlace& step : steps) {
        const bool last = &step == &steps.back();
        if (!last && step["type"].value() == "Split")
            read_split(step, out);
        else if (last && step["type"].value() == "ByteLevel")
            read_byte_level(step, out);
        else
            return step["type"].fail(last ? "'ByteLevel', the last pre-tokenizer" : "'Split'");
    }
}

} // namespace fp4::quant
