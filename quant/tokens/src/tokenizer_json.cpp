#include "tokenizer_json.hpp"

#include <algorithm>

#include "fp4/io/message.hpp"
#include "fp4/try.hpp"
#include "tokenizer_json_parts.hpp"
#include "unicode_text.hpp"

namespace fp4::quant {
namespace {

void read_normalizer(const JsonPlace& place, TokenizerJson& out) {
    for (const JsonPlace& step : place.steps("normalizers")) {
        step["type"].expect("NFC");
        step.expect_keys({"type"});
        out.nfc = true;
    }
}

// Hugging Face's reader numbers tokens that the model lacks itself, one after the other.
int32_t next_id(size_t model_tokens, const TokenizerJson& out) {
    int32_t next = static_cast<int32_t>(model_tokens);
    for (const auto* list : {&out.added, &out.added_normalized})
        for (const AddedToken& token : *list) next = std::max(next, token.id + 1);
    return next;
}

void read_added_token(const JsonPlace& place, const nlohmann::json& vocab, TokenizerJson& out) {
    place.expect_keys(
        {"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"});
    for (const char* key : {"single_word", "lstrip", "rstrip"})
        if (place[key].flag(false)) place[key].expect(false);
    AddedToken token{place["content"].text(), place["id"].id()};
    const auto known = vocab.find(token.text);
    place["id"].expect(known != vocab.end() ? *known : nlohmann::json(next_id(vocab.size(), out)));
    const auto at = static_cast<size_t>(token.id);
    if (at >= out.token_bytes.size()) out.token_bytes.resize(at + 1);
    out.token_bytes[at] = static_cast<uint32_t>(token.text.size());
    const bool normalized = place["normalized"].flag(!place["special"].flag(false));
    if (normalized && out.nfc)
        if (auto composed = nfc(token.text)) token.text = *std::move(composed);
    (normalized ? out.added_normalized : out.added).push_back(std::move(token));
}

void read_added_tokens(const JsonPlace& place, const nlohmann::json& vocab, TokenizerJson& out) {
    if (place.value().is_null()) return;
    std::unordered_map<std::string, size_t> seen;
    for (size_t i = 0; i < place.size(); ++i) {
        const auto content = place[i]["content"];
        if (!seen.emplace(content.text(), i).second) content.fail("each text once");
        read_added_token(place[i], vocab, out);
    }
}

// One special token in front of the text, or none.
void read_template(const JsonPlace& place, TokenizerJson& out) {
    place.expect_keys({"type", "single", "pair", "special_tokens"});
    const auto single = place["single"];
    const size_t count = single.size();
    if (count < 1 || count > 2 || single[count - 1]["Sequence"]["id"].value() != "A")
        return single.fail("one special token at most, then the text", single.value().dump());
    if (count == 1) return;
    const auto token = place["special_tokens"][single[0]["SpecialToken"]["id"].text()]["ids"];
    if (token.size() != 1) return token.fail("an array of 1");
    out.bos = token[0].id();
    if (static_cast<size_t>(out.bos) >= out.token_bytes.size()) token[0].fail("a token's id");
}

// ByteLevel moves offsets alone.
void read_post_processor(const JsonPlace& place, TokenizerJson& out) {
    for (const JsonPlace& step : place.steps("processors")) {
        const auto type = step["type"];
        if (type.value() == "TemplateProcessing" && out.bos < 0)
            read_template(step, out);
        else if (type.value() == "ByteLevel")
            step.expect_keys({"type", "add_prefix_space", "trim_offsets", "use_regex"});
        else
            type.fail("'ByteLevel' or one 'TemplateProcessing'");
    }
}

} // namespace

Result<TokenizerJson> read_tokenizer_json(std::string_view json_text, std::string_view file_name) {
    FP4_TRY_ASSIGN(const auto json, io::parse_json_object(json_text, file_name));
    std::optional<Error> error;
    const JsonPlace root(json, io::printable_path(file_name) + ": ", error);
    TokenizerJson out;
    root["model"]["type"].expect("BPE");
    root["version"].expect("1.0");
    root["truncation"].expect(nullptr);
    root["padding"].expect(nullptr);
    root.expect_keys({"version", "truncation", "padding", "added_tokens", "normalizer",
                      "pre_tokenizer", "post_processor", "decoder", "model"});
    read_normalizer(root["normalizer"], out);
    read_pre_tokenizer(root["pre_tokenizer"], out);
    if (!error) read_bpe_model(root["model"], out);
    if (!error) read_added_tokens(root["added_tokens"], root["model"]["vocab"].value(), out);
    if (!error) read_post_processor(root["post_processor"], out);
    if (error) return *error;
    return out;
}

} // namespace fp4::quant
