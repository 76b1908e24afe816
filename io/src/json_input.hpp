// What every SAX reader of this library shares: a byte source that knows its position, and the
// parser's own error text.
#pragma once
#include <cstddef>
#include <exception>
#include <iterator>
#include <string>
#include <string_view>

namespace fp4::io {

// Input of nlohmann's parser; `*reached` follows the parser through the text.
class TrackedInput {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    TrackedInput(const char* at, const char** reached) : at_(at), reached_(reached) {}

    const char& operator*() const { return *at_; }
    TrackedInput& operator++() {
        *reached_ = ++at_;
        return *this;
    }
    TrackedInput operator++(int) {
        const auto before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const TrackedInput& a, const TrackedInput& b) { return a.at_ == b.at_; }
    friend bool operator!=(const TrackedInput& a, const TrackedInput& b) { return a.at_ != b.at_; }

  private:
    const char* at_;
    const char** reached_;
};

// nlohmann's message without its own prefix, on one line and printable.
std::string syntax_message(const std::exception& exception);

} // namespace fp4::io
