#include "added_tokens.hpp"

#include <algorithm>

namespace fp4::quant {

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) {
    std::ranges::stable_sort(tokens, std::greater{},
                             [](const AddedToken& token) { return token.text.size(); });
    for (AddedToken& token : tokens)
        by_first_byte_[static_cast<uint8_t>(token.text.at(0))].push_back(std::move(token));
}

const AddedToken* AddedTokens::longest_at(std::string_view text) const {
    for (const AddedToken& token : by_first_byte_[static_cast<uint8_t>(text[0])])
        if (text.starts_with(token.text)) return &token;
    return nullptr;
}

std::vector<AddedTokens::Part> AddedTokens::split(std::string_view text) const {
    std::vector<Part> parts;
    size_t first = 0, at = 0;
    const auto close = [&] {
        if (at > first) parts.push_back({text.substr(first, at - first), std::nullopt});
    };
    while (at < text.size()) {
        const auto* token = longest_at(text.substr(at));
        if (!token) {
            ++at;
            continue;
        }
        close();
        parts.push_back({text.substr(at, token->text.size()), token->id});
        at += token->text.size();
        first = at;
    }
    close();
    return parts;
}

} // namespace fp4::quant
