// The pre-tokenizer Split: a regular expression cuts text into words.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "fp4/result.hpp"

struct URegularExpression;

namespace fp4::quant {

class RegexSplit {
  public:
    // Hugging Face's tokenizers run these expressions by Oniguruma, this class by ICU.
    // bad_argument, its message what was found: an expression that ICU cannot compile, or that the
    // two may read differently. Only literals, classes of \s \S \d \D \p{..} \P{..} \r \n \t and
    // literals, groups, look-ahead, alternatives and quantifiers are taken.
    static Result<RegexSplit> compile(std::string_view pattern);

    // Appends the matches and what stands between them, in order; none of them is empty. The views
    // are into `text`. Failed: ICU ran out of memory.
    Status split(std::u16string_view text, std::vector<std::u16string_view>& words);

  private:
    struct Close {
        void operator()(URegularExpression* regex) const;
    };
    using Handle = std::unique_ptr<URegularExpression, Close>;
    explicit RegexSplit(Handle regex) : regex_(std::move(regex)) {}

    Handle regex_;
};

} // namespace fp4::quant
