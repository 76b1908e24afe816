// Text to token ids. Not for programs that link LibTorch: Debian's libsentencepiece exports a
// protobuf of its own, and two in one process crash.
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
    Tokenizer() = default;
    Tokenizer(const Tokenizer&) = delete;
    Tokenizer& operator=(const Tokenizer&) = delete;
    virtual ~Tokenizer() = default;

    // One more than the largest id.
    virtual uint64_t vocab_size() const = 0;

    // The token that begins every text, -1 where there is none.
    virtual int32_t bos() const = 0;

    // Ids of UTF-8 text, without the tokens that begin and end a text. bad_argument: text that is
    // not valid UTF-8, or of 2^31 bytes or more.
    virtual Result<std::vector<int32_t>> encode(std::string_view text) = 0;

    // UTF-8 bytes of the text that each token stands for, by id; 0 for tokens that stand for none.
    virtual std::vector<uint32_t> token_bytes() const = 0;
};

// tokenizer.model (sentencepiece) or tokenizer.json (byte-level BPE), told apart by the first
// byte, or a folder that holds one of them; where it holds both, tokenizer.model. bad_file: a
// folder without either, a file that is neither, and what the two readers refuse. `sha256`, where
// it is not null, becomes the file's.
Result<std::unique_ptr<Tokenizer>> open_tokenizer(const std::filesystem::path& path,
                                                  std::string* sha256 = nullptr);

// A serialized sentencepiece model. bad_file: it is none.
Result<std::unique_ptr<Tokenizer>> parse_sentencepiece(std::string_view model,
                                                       std::string_view file_name);

// The byte-level BPE of a tokenizer.json as Llama-3, Qwen2 and Qwen3 ship it: pre-tokenizers Split
// by a regular expression and ByteLevel, normalizer NFC or none, added tokens matched in the text,
// a begin token put in front by the post-processor. A special token that stands in the text becomes
// that token, as it does in Hugging Face's tokenizers by default. bad_file names the key of
// whatever would change ids and is not one of these.
Result<std::unique_ptr<Tokenizer>> parse_byte_level_bpe(std::string_view json_text,
                                                        std::string_view file_name);

} // namespace fp4::quant
