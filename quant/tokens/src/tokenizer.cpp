#include "fp4/quant/tokens/tokenizer.hpp"

#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/io/sha256.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

constexpr uint64_t max_file_bytes = uint64_t{256} << 20; // several times the largest published one

Result<std::filesystem::path> file_in(const std::filesystem::path& folder) {
    for (const char* name : {"tokenizer.model", "tokenizer.json"})
        if (std::error_code ignored; std::filesystem::exists(folder / name, ignored))
            return folder / name;
    return Error{ErrorCode::bad_file, io::printable_path(folder) +
                                          ": expected tokenizer.model or tokenizer.json in this "
                                          "folder, found neither"};
}

bool looks_like_json(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != text.npos && text[first] == '{';
}

} // namespace

Result<std::unique_ptr<Tokenizer>> open_tokenizer(const std::filesystem::path& path,
                                                  std::string* sha256) {
    auto file = path;
    if (std::error_code ignored; std::filesystem::is_directory(path, ignored)) {
        FP4_TRY_ASSIGN(file, file_in(path));
    }
    FP4_TRY_ASSIGN(const auto text, io::read_text_file(file, max_file_bytes));
    if (sha256) {
        io::Sha256 digest;
        digest.update(std::as_bytes(std::span(text)));
        *sha256 = digest.hex_digest();
    }
    return looks_like_json(text) ? parse_byte_level_bpe(text, file.native())
                                 : parse_sentencepiece(text, file.native());
}

} // namespace fp4::quant
