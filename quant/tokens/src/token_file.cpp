#include "fp4/quant/tokens/token_file.hpp"

#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/io/safetensors.hpp"
#include "fp4/io/sha256.hpp"
#include "fp4/io/strict_json.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

using io::Dtype;
using io::SafetensorsFile;
using io::TensorInfo;

class TokenReader {
  public:
    explicit TokenReader(const SafetensorsFile& file) : file_(file) {}

    Error fail(const std::string& where, const std::string& expected,
               const std::string& found) const {
        return {ErrorCode::bad_file, io::printable_path(file_.path()) + ": " + where +
                                         ": expected " + expected + ", found " + found};
    }

    Status version() const {
        const auto at = file_.metadata().find("fp4sim.tokens");
        if (at != file_.metadata().end() && at->second == "1") return Done{};
        return fail("metadata 'fp4sim.tokens'", "'1'",
                    at == file_.metadata().end() ? "no such key" : io::in_quotes(at->second));
    }

    Result<const TensorInfo*> tensor(const std::string& name, size_t rank) const {
        const auto* info = file_.find(name);
        if (!info) return fail("tensor '" + name + "'", "it in a token file", "no such tensor");
        if (info->shape.size() != rank)
            return fail("tensor '" + name + "'", "rank " + std::to_string(rank),
                        "rank " + std::to_string(info->shape.size()));
        return info;
    }

    template <class T>
    Result<std::vector<int32_t>> integers(const TensorInfo& info) const {
        std::vector<T> raw(info.byte_size() / sizeof(T));
        FP4_TRY(file_.read(info, std::as_writable_bytes(std::span(raw))));
        return std::vector<int32_t>(raw.begin(), raw.end());
    }

    Result<std::vector<int32_t>> integers(const TensorInfo& info, bool allow_u16) const {
        if (info.dtype == Dtype::i32) return integers<int32_t>(info);
        if (allow_u16 && info.dtype == Dtype::u16) return integers<uint16_t>(info);
        return fail("tensor '" + info.name + "'", allow_u16 ? "I32 or U16" : "I32",
                    io::printable(info.dtype_name));
    }

    Status in_range(const std::vector<int32_t>& values, const std::string& name,
                    uint64_t limit) const {
        for (size_t i = 0; i < values.size(); ++i)
            if (values[i] < 0 || static_cast<uint64_t>(values[i]) >= limit)
                return fail(name + "[" + std::to_string(i) + "]",
                            "0 to " + std::to_string(limit - 1), std::to_string(values[i]));
        return Done{};
    }

    Result<std::vector<std::string>> names(const std::string& key) const {
        const auto at = file_.metadata().find(key);
        if (at == file_.metadata().end())
            return fail("metadata '" + key + "'", "a JSON list of names", "no such key");
        FP4_TRY_ASSIGN(const auto list,
                       io::parse_json_array(at->second, io::printable_path(file_.path()) +
                                                            ": metadata '" + key + "'"));
        if (list.empty()) return fail("metadata '" + key + "'", "at least one name", "none");
        std::vector<std::string> names;
        for (const auto& entry : list) {
            if (!entry.is_string())
                return fail("metadata '" + key + "'", "a JSON list of names", io::describe(entry));
            names.push_back(entry.get<std::string>());
        }
        return names;
    }

    // One value of each window.
    Status column(const std::string& name, uint64_t windows, uint64_t limit,
                  std::vector<int32_t>& out) const {
        FP4_TRY_ASSIGN(const auto info, tensor(name, 1));
        if (info->shape[0] != windows)
            return fail("tensor '" + name + "'", std::to_string(windows) + " windows",
                        std::to_string(info->shape[0]));
        FP4_TRY_ASSIGN(auto values, integers(*info, false));
        out = std::move(values);
        return in_range(out, name, limit);
    }

  private:
    const SafetensorsFile& file_;
};

} // namespace

Result<TokenWindows> read_token_windows(const std::filesystem::path& path, uint64_t vocab_size) {
    FP4_TRY_ASSIGN(const auto file, SafetensorsFile::open(path));
    const TokenReader reader(file);
    FP4_TRY(reader.version());
    FP4_TRY_ASSIGN(const auto tokens, reader.tensor("tokens", 2));
    TokenWindows out;
    const uint64_t windows = tokens->shape[0];
    out.length = tokens->shape[1];
    if (windows == 0 || out.length < 2)
        return reader.fail("tensor 'tokens'", "at least one window of two tokens", "fewer");
    FP4_TRY_ASSIGN(auto ids, reader.integers(*tokens, true));
    out.tokens = std::move(ids);
    FP4_TRY(reader.in_range(out.tokens, "tokens", vocab_size));
    for (auto [key, list] : {std::pair{"files", &out.files}, {"domains", &out.domains}}) {
        FP4_TRY_ASSIGN(auto names, reader.names(key));
        *list = std::move(names);
    }
    FP4_TRY(reader.column("file", windows, out.files.size(), out.file));
    FP4_TRY(reader.column("domain", windows, out.domains.size(), out.domain));
    FP4_TRY(reader.column("bytes", windows, uint64_t{1} << 31, out.bytes));
    if (const auto at = file.metadata().find("split"); at != file.metadata().end())
        out.split = at->second;
    FP4_TRY_ASSIGN(auto sha256, io::file_sha256(path));
    out.sha256 = std::move(sha256);
    return out;
}

Result<std::vector<int32_t>> read_token_stream(const std::filesystem::path& path,
                                               uint64_t vocab_size) {
    FP4_TRY_ASSIGN(const auto file, SafetensorsFile::open(path));
    const TokenReader reader(file);
    FP4_TRY(reader.version());
    FP4_TRY_ASSIGN(const auto info, reader.tensor("tokens", 1));
    FP4_TRY_ASSIGN(auto tokens, reader.integers(*info, true));
    FP4_TRY(reader.in_range(tokens, "tokens", vocab_size));
    return tokens;
}

} // namespace fp4::quant
