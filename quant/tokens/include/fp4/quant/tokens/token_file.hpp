// Token files: safetensors with ready token ids, so that no tokenizer is needed to calibrate, train
// or evaluate.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "fp4/result.hpp"

namespace fp4::quant {

// Windows of equal length that never mix source files: tensors `tokens` I32 or U16 [windows,
// length], `file`, `domain` and `bytes` I32 [windows]; metadata `fp4sim.tokens` = "1", `files` and
// `domains` (JSON lists of names), `split`, `tokenizer_sha256`.
struct TokenWindows {
    uint64_t length = 0;
    std::vector<int32_t> tokens; // windows * length
    std::vector<int32_t> file;   // index into `files`
    std::vector<int32_t> domain; // index into `domains`
    std::vector<int32_t>
        bytes; // UTF-8 bytes of the tokens that a window predicts: all but its first
    std::vector<std::string> files;
    std::vector<std::string> domains;
    std::string split;
    std::string sha256; // of the file

    uint64_t count() const { return file.size(); }
    std::span<const int32_t> window(uint64_t w) const {
        return std::span(tokens).subspan(w * length, length);
    }
};

// bad_file names the tensor or key; every token must be in [0, vocab_size).
Result<TokenWindows> read_token_windows(const std::filesystem::path& path, uint64_t vocab_size);

// A training stream: one tensor `tokens`, U16 or I32 [N], documents one after another; metadata
// `fp4sim.tokens` = "1".
Result<std::vector<int32_t>> read_token_stream(const std::filesystem::path& path,
                                               uint64_t vocab_size);

} // namespace fp4::quant
