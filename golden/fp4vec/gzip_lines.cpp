#include "gzip_lines.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "fp4/try.hpp"

namespace fp4::vec {

std::string printable(std::string_view path) {
    std::string text(path);
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < ' ' || c == 0x7F; }, '?');
    return text;
}

GzipLines::GzipLines(const std::string& path) : path_(path), file_(gzopen(path.c_str(), "rb")) {
    if (!file_) open_error_ = std::strerror(errno);
}

Error GzipLines::error(const std::string& message) const {
    return {ErrorCode::bad_file, printable(path_) + ":" + std::to_string(number_) + ": " + message};
}

Result<std::optional<std::string_view>> GzipLines::next(size_t max_bytes) {
    if (!file_) return Error{ErrorCode::bad_file, printable(path_) + ": " + open_error_};
    ++number_;
    line_.clear();
    while (true) {
        if (at_ == filled_) {
            FP4_TRY(fill());
            if (filled_ == 0) break;
        }
        const char* begin = chunk_.data() + at_;
        const char* end = std::find(begin, begin + (filled_ - at_), '\n');
        line_.append(begin, end);
        if (line_.size() > max_bytes)
            return error("expected at most " + std::to_string(max_bytes) +
                         " characters in this line, found more");
        at_ = static_cast<size_t>(end - chunk_.data());
        if (at_ < filled_) {
            ++at_; // the line feed
            return std::optional<std::string_view>(line_);
        }
    }
    if (line_.empty()) return std::optional<std::string_view>();
    return std::optional<std::string_view>(line_);
}

Status GzipLines::fill() {
    at_ = filled_ = 0;
    const int count = gzread(file_.get(), chunk_.data(), static_cast<unsigned>(chunk_.size()));
    int code = Z_OK;
    const char* message = gzerror(file_.get(), &code);
    if (count < 0 && code == Z_ERRNO)
        return error(std::string("reading failed: ") + std::strerror(errno));
    if (count < 0) return error(std::string("expected gzip data, found: ") + message);
    if (code == Z_BUF_ERROR) return error("expected more gzip data, found the end of the file");
    filled_ = static_cast<size_t>(count);
    return Done{};
}

} // namespace fp4::vec
