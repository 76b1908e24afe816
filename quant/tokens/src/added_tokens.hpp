// Tokens that are looked for in the text itself, before it is cut into words.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fp4::quant {

struct AddedToken {
    std::string text;
    int32_t id;
};

class AddedTokens {
  public:
    explicit AddedTokens(std::vector<AddedToken> tokens);

    struct Part {
        std::string_view text;
        std::optional<int32_t> token; // nothing: text between tokens
    };

    // The text cut at the leftmost token, the longest of those that begin there, and so on. No part
    // is empty.
    std::vector<Part> split(std::string_view text) const;

  private:
    const AddedToken* longest_at(std::string_view text) const;

    std::array<std::vector<AddedToken>, 256> by_first_byte_; // the longest first
};

} // namespace fp4::quant
