// Words beside each other, and what is said of those that differ.
#pragma once
#include "check.hpp"

namespace fp4::kernels {

class Comparison {
  public:
    // `context` tells which case it is.
    void compare(const Result<DenseMatrix>& found, const std::vector<uint32_t>& expected,
                 const std::string& context);
    void compare(uint32_t found, uint32_t expected, const std::string& context) {
        word(0, found, expected, context);
    }
    void fail(const std::string& what);

    template <class Word>
    void compare(const std::vector<Word>& found, const std::vector<Word>& expected,
                 const std::string& context) {
        if (found.size() != expected.size()) return fail(context + ": sizes differ");
        for (size_t i = 0; i < expected.size(); ++i) word(i, found[i], expected[i], context);
    }

    Outcome outcome() && { return std::move(outcome_); }

  private:
    void word(uint64_t index, uint32_t found, uint32_t expected, const std::string& context);

    Outcome outcome_;
};

template <class Value>
std::vector<uint32_t> words_of(const std::vector<Value>& values) {
    std::vector<uint32_t> out;
    out.reserve(values.size());
    for (const Value value : values) out.push_back(value.bits);
    return out;
}

} // namespace fp4::kernels
