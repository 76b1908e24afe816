// Formats told apart by a file's first bytes, whatever its name says.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "fp4/result.hpp"

namespace fp4::io {

enum class FileKind : uint8_t {
    unknown,
    safetensors,
    git_lfs_pointer,
    gguf,
    zip,
    pickle,
    hdf5,
    gzip,
    numpy,
    html,
    json,
    yaml,
};

// Enough of a file for file_kind().
inline constexpr size_t file_kind_bytes = 1024;

// The kind of a file that begins with `first_bytes`; no more than file_kind_bytes of them count.
// safetensors: a header length within the reader's limit and '{' after it. json: text that begins
// with '{' or '['. yaml: text whose first line that is not empty or a comment is "---", "key:" or
// "key: value".
FileKind file_kind(std::string_view first_bytes);

// The same of an open file of `bytes`; bad_file where it cannot be read.
Result<FileKind> kind_of_file(int fd, uint64_t bytes, const std::filesystem::path& path);

// Whether a file of that kind cannot be `wanted`: known, another one, and not JSON for YAML, whose
// part it is.
bool is_foreign_to(FileKind kind, FileKind wanted);

// bad_file: "<where>: expected <expected>, found a Git LFS pointer (run git lfs pull)", likewise
// for every known kind.
Error wrong_kind(std::string_view where, std::string_view expected, FileKind kind);

} // namespace fp4::io
