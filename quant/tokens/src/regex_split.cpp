#include "regex_split.hpp"

#include <unicode/uregex.h>

#include <cctype>
#include <optional>
#include <string>

#include "fp4/io/message.hpp"
#include "fp4/try.hpp"
#include "unicode_text.hpp"

namespace fp4::quant {
namespace {

// Finds what ICU and Oniguruma (Ruby's syntax) do not agree on.
class CommonSyntax {
  public:
    explicit CommonSyntax(std::string_view pattern) : pattern_(pattern) {}

    // The first construct that is not common to both; nothing where there is none.
    std::optional<std::string> deviation() {
        while (at_ < pattern_.size()) {
            const size_t begin = at_;
            if (!step()) return std::string(pattern_.substr(begin, 3));
        }
        return std::nullopt;
    }

  private:
    bool step() {
        switch (pattern_[at_]) {
        case '\\': return escape();
        case '[': return set();
        case '(': return group();
        case '{': return repetition();
        case '.':
        case '^':
        case '$': return false;
        default: ++at_; return true;
        }
    }

    bool escape() {
        const char letter = at_ + 1 < pattern_.size() ? pattern_[at_ + 1] : '\0';
        at_ += 2;
        if (letter == 'p' || letter == 'P') {
            const auto end = pattern_.find('}', at_);
            const bool named =
                at_ < pattern_.size() && pattern_[at_] == '{' && end != pattern_.npos;
            // General categories alone; names of other properties differ.
            const bool category = named && end - at_ >= 2 && end - at_ <= 3;
            at_ = category ? end + 1 : at_;
            return category;
        }
        const bool punctuation = letter > ' ' && letter < 0x7F && !std::isalnum(letter);
        return punctuation || std::string_view("rntsSdD").find(letter) != std::string_view::npos;
    }

    bool set() {
        ++at_;
        if (at_ < pattern_.size() && pattern_[at_] == '^') ++at_;
        if (at_ < pattern_.size() && pattern_[at_] == ']') return false;
        while (at_ < pattern_.size() && pattern_[at_] != ']') {
            const auto two = pattern_.substr(at_, 2);
            if (two[0] == '[' || two == "&&" || two == "--") return false;
            if (two[0] != '\\')
                ++at_;
            else if (!escape())
                return false;
        }
        return at_++ < pattern_.size();
    }

    bool group() {
        const auto rest = pattern_.substr(++at_);
        if (!rest.starts_with('?')) return true;
        for (const std::string_view kind : {"?:", "?=", "?!", "?>", "?i:"})
            if (rest.starts_with(kind)) {
                at_ += kind.size();
                return true;
            }
        return false;
    }

    // {m,n}+ is possessive in ICU and repeated in Oniguruma.
    bool repetition() {
        const auto end = pattern_.find('}', at_);
        if (end == pattern_.npos) return false;
        const auto inside = pattern_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return !inside.empty() && inside[0] != ',' &&
               inside.find_first_not_of("0123456789,") == inside.npos &&
               (at_ == pattern_.size() || pattern_[at_] != '+');
    }

    std::string_view pattern_;
    size_t at_ = 0;
};

} // namespace

void RegexSplit::Close::operator()(URegularExpression* regex) const { uregex_close(regex); }

Result<RegexSplit> RegexSplit::compile(std::string_view pattern) {
    if (const auto deviation = CommonSyntax(pattern).deviation())
        return Error{ErrorCode::bad_argument, io::in_quotes(*deviation) + " in it"};
    FP4_TRY_ASSIGN(const auto text, to_utf16(pattern));
    UErrorCode code = U_ZERO_ERROR;
    Handle regex(uregex_open(text.data(), static_cast<int32_t>(text.size()), 0, nullptr, &code));
    if (U_FAILURE(code)) return Error{ErrorCode::bad_argument, u_errorName(code)};
    return RegexSplit(std::move(regex));
}

Status RegexSplit::split(std::u16string_view text, std::vector<std::u16string_view>& words) {
    UErrorCode code = U_ZERO_ERROR;
    uregex_setText(regex_.get(), text.data(), static_cast<int32_t>(text.size()), &code);
    size_t done = 0;
    const auto word_up_to = [&](size_t end) {
        if (end > done) words.push_back(text.substr(done, end - done));
        done = end;
    };
    while (uregex_findNext(regex_.get(), &code)) {
        word_up_to(static_cast<size_t>(uregex_start(regex_.get(), 0, &code)));
        word_up_to(static_cast<size_t>(uregex_end(regex_.get(), 0, &code)));
    }
    if (U_FAILURE(code))
        return Error{ErrorCode::bad_argument,
                     std::string("regular expression: ") + u_errorName(code)};
    word_up_to(text.size());
    return Done{};
}

} // namespace fp4::quant
