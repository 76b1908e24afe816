// A sentencepiece tokenizer. Not for programs that link LibTorch: Debian's libsentencepiece exports
// a protobuf of its own, and two in one process crash.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/result.hpp"

namespace fp4::quant {

class Tokenizer {
  public:
    static Result<Tokenizer> open(const std::filesystem::path& path); // tokenizer.model

    Tokenizer(Tokenizer&&) noexcept;
    Tokenizer& operator=(Tokenizer&&) noexcept;
    ~Tokenizer();

    uint64_t vocab_size() const;
    int32_t bos() const; // -1: none

    // Without beginning- and end-of-sequence tokens.
    std::vector<int32_t> encode(std::string_view text) const;

    // UTF-8 bytes that each token stands for, by id; 0 for control tokens.
    std::vector<uint32_t> token_bytes() const;

  private:
    struct Processor;
    explicit Tokenizer(std::unique_ptr<Processor> processor);

    std::unique_ptr<Processor> processor_;
};

} // namespace fp4::quant
