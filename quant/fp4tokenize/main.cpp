// fp4tokenize: text files to token windows. A program of its own because Debian's libsentencepiece
// and LibTorch do not go into one process.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "fp4/quant/tokens/tokenizer.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/io/safetensors.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

constexpr uint64_t max_text_bytes = (uint64_t{1} << 31) - 1;

struct TokenizeOptions {
    std::string tokenizer, out, domain = "text", split = "test";
    std::vector<std::string> texts;
    uint64_t length = 256;
};

// Windows of one file's stream, which begins with BOS where the tokenizer has one; what is left at
// the end is dropped.
struct Windows {
    std::vector<int32_t> tokens, file, domain, bytes;

    void add(const std::vector<int32_t>& stream, uint64_t length, int32_t file_index,
             const std::vector<uint32_t>& token_bytes) {
        for (uint64_t first = 0; first + length <= stream.size(); first += length) {
            const auto window = std::span(stream).subspan(first, length);
            tokens.insert(tokens.end(), window.begin(), window.end());
            file.push_back(file_index);
            domain.push_back(0);
            bytes.push_back(std::accumulate(
                window.begin() + 1, window.end(), 0, [&](int32_t sum, int32_t token) {
                    return sum + static_cast<int32_t>(token_bytes[static_cast<size_t>(token)]);
                }));
        }
    }
};

Status tokenize(const TokenizeOptions& options) {
    std::string tokenizer_sha256;
    FP4_TRY_ASSIGN(const auto tokenizer, open_tokenizer(options.tokenizer, &tokenizer_sha256));
    const auto token_bytes = tokenizer->token_bytes();
    Windows windows;
    for (size_t i = 0; i < options.texts.size(); ++i) {
        FP4_TRY_ASSIGN(const auto text, io::read_text_file(options.texts[i], max_text_bytes));
        if (!io::is_utf8(text))
            return Error{ErrorCode::bad_file,
                         io::printable(options.texts[i]) + ": expected UTF-8 text"};
        FP4_TRY_ASSIGN(auto stream, tokenizer->encode(text));
        if (tokenizer->bos() >= 0) stream.insert(stream.begin(), tokenizer->bos());
        windows.add(stream, options.length, static_cast<int32_t>(i), token_bytes);
    }
    const auto count = static_cast<uint64_t>(windows.file.size());
    if (count == 0)
        return Error{ErrorCode::bad_argument,
                     fmt::format("texts: expected at least one window of {} tokens, found none",
                                 options.length)};
    using io::Dtype;
    const auto column = [](const char* name, const std::vector<int32_t>& values) {
        return io::TensorData{name, Dtype::i32, {values.size()}, std::as_bytes(std::span(values))};
    };
    const std::vector<io::TensorData> tensors{
        {"tokens", Dtype::i32, {count, options.length}, std::as_bytes(std::span(windows.tokens))},
        column("file", windows.file),
        column("domain", windows.domain),
        column("bytes", windows.bytes)};
    const auto names = [](const std::vector<std::string>& list) {
        return nlohmann::json(list).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    };
    const io::Metadata metadata{{"fp4sim.tokens", "1"},
                                {"files", names(options.texts)},
                                {"domains", names({options.domain})},
                                {"split", options.split},
                                {"tokenizer_sha256", tokenizer_sha256}};
    FP4_TRY(io::write_safetensors(options.out, metadata, tensors));
    fmt::print("{}: {} windows of {} tokens from {} files\n", options.out, count, options.length,
               options.texts.size());
    return Done{};
}

} // namespace
} // namespace fp4::quant

int main(int argc, char** argv) {
    fp4::quant::TokenizeOptions options;
    CLI::App app("text files to token windows, for fp4quant", "fp4tokenize");
    app.add_option("texts", options.texts, "UTF-8 text files")->required();
    app.add_option(
           "--tokenizer", options.tokenizer,
           "tokenizer.model (sentencepiece), tokenizer.json (byte-level BPE), or a folder with one")
        ->required();
    app.add_option("--out", options.out, "token file")->required();
    app.add_option("--length", options.length, "tokens of a window")->check(CLI::Range(2, 1 << 20));
    app.add_option("--domain", options.domain, "name of what the texts are");
    app.add_option("--split", options.split, "noted in the file");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        fmt::print(stderr, "fp4tokenize: {}\n", error.what());
        return 2;
    }
    if (const auto status = fp4::quant::tokenize(options); !status) {
        fmt::print(stderr, "fp4tokenize: {}\n", status.error().message);
        return 2;
    }
    return 0;
}
