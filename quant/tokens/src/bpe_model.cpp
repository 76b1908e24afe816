#include "byte_alphabet.hpp"
#include "fp4/io/message.hpp"
#include "tokenizer_json_parts.hpp"

namespace fp4::quant {
namespace {

using Vocab = std::unordered_map<std::string, int32_t>;

Vocab read_vocab(const JsonPlace& place, TokenizerJson& out) {
    Vocab vocab;
    if (!place.value().is_object()) {
        place.fail("an object");
        return vocab;
    }
    std::vector<bool> taken;
    for (const auto& [token, value] : place.value().items()) {
        const auto at = place[token];
        const auto id = static_cast<size_t>(at.id());
        if (id >= taken.size()) taken.resize(id + 1);
        if (taken[id]) at.fail("an id of its own");
        taken[id] = true;
        vocab.emplace(token, static_cast<int32_t>(id));
        if (id >= out.token_bytes.size()) out.token_bytes.resize(id + 1);
        const auto bytes = bytes_of_token(token);
        out.token_bytes[id] = static_cast<uint32_t>(bytes ? bytes->size() : token.size());
        if (bytes) out.words.emplace(*bytes, static_cast<int32_t>(id));
    }
    return vocab;
}

// "a b", or ["a", "b"]; two empty texts for anything else.
std::pair<std::string, std::string> pair_of(const nlohmann::json& merge) {
    if (const auto* text = merge.get_ptr<const std::string*>()) {
        const auto blank = text->find(' ');
        if (blank == text->npos || text->find(' ', blank + 1) != text->npos) return {};
        return {text->substr(0, blank), text->substr(blank + 1)};
    }
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
        return {merge[0].get<std::string>(), merge[1].get<std::string>()};
    return {};
}

void read_merges(const JsonPlace& place, const Vocab& vocab, TokenizerJson& out) {
    std::unordered_map<uint64_t, size_t> seen;
    const auto find = [&](const std::string& token) {
        const auto at = vocab.find(token);
        return at == vocab.end() ? -1 : at->second;
    };
    const size_t count = place.size();
    out.merges.reserve(count);
    for (size_t i = 0; i < count; ++i) {
        const auto [left, right] = pair_of(place.value()[i]);
        const Merge merge{find(left), find(right), find(left + right)};
        if (left.empty() || right.empty()) return place[i].fail("two tokens");
        if (merge.left < 0 || merge.right < 0 || merge.merged < 0)
            return place[i].fail("tokens of the vocabulary that make one together",
                                 io::in_quotes(left) + " and " + io::in_quotes(right));
        const auto key =
            uint64_t{static_cast<uint32_t>(merge.left)} << 32 | static_cast<uint32_t>(merge.right);
        if (!seen.emplace(key, i).second)
            return place[i].fail("each pair once",
                                 io::in_quotes(left) + " and " + io::in_quotes(right) + " again");
        out.merges.push_back(merge);
    }
}

} // namespace

void read_bpe_model(const JsonPlace& model, TokenizerJson& out) {
    model["type"].expect("BPE");
    // unk_token and fuse_unk never come into play, since every byte has its token.
    model.expect_keys({"type", "dropout", "unk_token", "continuing_subword_prefix",
                       "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges", "vocab",
                       "merges"});
    model["dropout"].expect(nullptr);
    for (const char* affix : {"continuing_subword_prefix", "end_of_word_suffix"})
        if (model[affix].value() != "") model[affix].expect(nullptr);
    if (model["byte_fallback"].flag(false)) model["byte_fallback"].expect(false);
    out.ignore_merges = model["ignore_merges"].flag(false);
    const auto vocab = read_vocab(model["vocab"], out);
    for (size_t byte = 0; byte < 256; ++byte) {
        const auto token = written_byte(static_cast<uint8_t>(byte));
        const auto found = vocab.find(token);
        if (found == vocab.end())
            return model["vocab"].fail("a token for each byte", "none for byte " +
                                                                    std::to_string(byte) + ", " +
                                                                    io::in_quotes(token));
        out.bytes[byte] = found->second;
    }
    read_merges(model["merges"], vocab, out);
}

} // namespace fp4::quant
