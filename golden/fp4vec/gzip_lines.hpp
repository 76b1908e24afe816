// Lines of a plain or gzip file, one after the other, in bounded memory.
#pragma once
#include <zlib.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/result.hpp"

namespace fp4::vec {

// A path as a message shows it: control characters are '?'.
std::string printable(std::string_view path);

// A line is valid until the next one is read.
class GzipLines {
  public:
    explicit GzipLines(const std::string& path);

    // "FILE:LINE: message" for the line read last.
    Error error(const std::string& message) const;
    uint64_t number() const { return number_; }

    // None at the end of the file. Errors: the file cannot be opened or read, a line longer than
    // max_bytes.
    Result<std::optional<std::string_view>> next(size_t max_bytes);

  private:
    Status fill();

    struct Close {
        void operator()(gzFile_s* file) const { gzclose(file); }
    };

    std::string path_, open_error_, line_;
    std::unique_ptr<gzFile_s, Close> file_;
    std::vector<char> chunk_ = std::vector<char>(size_t{1} << 16);
    size_t at_ = 0, filled_ = 0;
    uint64_t number_ = 0;
};

} // namespace fp4::vec
