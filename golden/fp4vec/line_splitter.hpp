// Lines out of a stream of bytes, with a bound on their length.
#pragma once
#include <string>
#include <string_view>

#include "fp4/result.hpp"
#include "fp4/try.hpp"

namespace fp4::vec {

inline constexpr size_t max_line_bytes = size_t{1} << 16;

class LineSplitter {
  public:
    // Calls on_line(line), a Status, for every line that ends in `bytes`. Errors: on_line's, a line
    // that is too long.
    template <class OnLine>
    Status push(std::string_view bytes, const OnLine& on_line) {
        for (size_t newline; (newline = bytes.find('\n')) != std::string_view::npos;
             bytes.remove_prefix(newline + 1)) {
            FP4_TRY(append(bytes.substr(0, newline)));
            FP4_TRY(end_line(on_line));
        }
        return append(bytes);
    }

    // The last line, where it has no end.
    template <class OnLine>
    Status finish(const OnLine& on_line) {
        return pending_.empty() ? Status(Done{}) : end_line(on_line);
    }

  private:
    Status append(std::string_view bytes) {
        if (pending_.size() + bytes.size() > max_line_bytes)
            return Error{ErrorCode::bad_file,
                         "line " + std::to_string(number_) + ": expected at most " +
                             std::to_string(max_line_bytes) + " bytes, found more"};
        pending_ += bytes;
        return Done{};
    }

    template <class OnLine>
    Status end_line(const OnLine& on_line) {
        auto status = on_line(std::string_view(pending_));
        pending_.clear();
        ++number_;
        return status;
    }

    std::string pending_;
    size_t number_ = 1;
};

} // namespace fp4::vec
