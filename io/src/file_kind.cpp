#include "fp4/io/file_kind.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/io/safetensors.hpp"
#include "fp4/try.hpp"

namespace fp4::io {
namespace {

using namespace std::string_view_literals;

struct Signature {
    std::string_view bytes;
    FileKind kind;
};

constexpr std::array<Signature, 13> signatures{{
    {"version https://git-lfs"sv, FileKind::git_lfs_pointer},
    {"GGUF"sv, FileKind::gguf},
    {"PK\x03\x04"sv, FileKind::zip},
    {"\x80\x02"sv, FileKind::pickle},
    {"\x80\x03"sv, FileKind::pickle},
    {"\x80\x04"sv, FileKind::pickle},
    {"\x80\x05"sv, FileKind::pickle},
    {"\x89HDF\r\n\x1a\n"sv, FileKind::hdf5},
    {"\x1f\x8b"sv, FileKind::gzip},
    {"\x93NUMPY"sv, FileKind::numpy},
    {"<!DOCTYPE"sv, FileKind::html},
    {"<!doctype"sv, FileKind::html},
    {"<html"sv, FileKind::html},
}};

// What an error message calls a kind, and what can be done about it.
std::string_view text_of(FileKind kind) {
    switch (kind) {
    case FileKind::unknown: break;
    case FileKind::safetensors: return "a safetensors file";
    case FileKind::git_lfs_pointer: return "a Git LFS pointer (run git lfs pull)";
    case FileKind::gguf: return "a GGUF file (use the Hugging Face folder it was made from)";
    case FileKind::zip: return "a zip archive, as PyTorch writes (convert it to safetensors)";
    case FileKind::pickle: return "a Python pickle (convert it to safetensors)";
    case FileKind::hdf5: return "an HDF5 file (convert it to safetensors)";
    case FileKind::gzip: return "gzip data (unpack it)";
    case FileKind::numpy: return "a NumPy array (convert it to safetensors)";
    case FileKind::html: return "a web page (download the file itself)";
    case FileKind::json: return "JSON text";
    case FileKind::yaml: return "YAML text";
    }
    return "an unknown format";
}

bool is_safetensors(std::string_view bytes) {
    if (bytes.size() < 9 || bytes[8] != '{') return false;
    uint64_t length = 0;
    for (size_t i = 0; i < 8; ++i)
        length |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return length <= max_header_bytes;
}

bool is_text(std::string_view bytes) {
    return std::ranges::none_of(bytes, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
    });
}

// "key:" at the end of a line or before a space.
bool is_yaml_line(std::string_view line) {
    if (line == "---") return true;
    const auto is_name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    };
    const auto end = std::ranges::find_if_not(line, is_name) - line.begin();
    const auto rest = line.substr(static_cast<size_t>(end));
    return end > 0 && rest.starts_with(':') && (rest.size() == 1 || rest[1] == ' ');
}

FileKind text_kind(std::string_view text) {
    constexpr auto white = " \t\r\n"sv;
    while (!text.empty()) {
        const auto line_end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, line_end);
        text.remove_prefix(std::min(line_end + 1, text.size()));
        line = line.substr(0, line.find_last_not_of(white) + 1);
        const auto begin = line.find_first_not_of(white);
        if (begin == line.npos || line[begin] == '#') continue;
        if (line[begin] == '{' || line[begin] == '[') return FileKind::json;
        return is_yaml_line(line) ? FileKind::yaml : FileKind::unknown;
    }
    return FileKind::unknown;
}

} // namespace

FileKind file_kind(std::string_view first_bytes) {
    const auto bytes = first_bytes.substr(0, file_kind_bytes);
    if (is_safetensors(bytes)) return FileKind::safetensors;
    for (const auto& signature : signatures)
        if (bytes.starts_with(signature.bytes)) return signature.kind;
    return is_text(bytes) ? text_kind(bytes) : FileKind::unknown;
}

Result<FileKind> kind_of_file(int fd, uint64_t bytes, const std::filesystem::path& path) {
    std::string first(std::min<uint64_t>(bytes, file_kind_bytes), '\0');
    FP4_TRY(read_at(fd, 0, std::as_writable_bytes(std::span(first)), path));
    return file_kind(first);
}

bool is_foreign_to(FileKind kind, FileKind wanted) {
    const bool may_be = kind == FileKind::unknown || kind == wanted ||
                        (kind == FileKind::json && wanted == FileKind::yaml);
    return !may_be;
}

Error wrong_kind(std::string_view where, std::string_view expected, FileKind kind) {
    return expected_found(ErrorCode::bad_file, where, expected, text_of(kind));
}

} // namespace fp4::io
