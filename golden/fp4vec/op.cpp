#include "op.hpp"

#include <algorithm>

namespace fp4::vec {

size_t OpSpec::inputs() const {
    return static_cast<size_t>(
        std::ranges::count_if(columns, [](const Column& column) { return !column.checked; }));
}

std::span<const OpSpec* const> all_ops() {
    static constexpr std::array<const OpSpec*, 6> ops{&decode_op, &scale_op, &encode_op, &dot16_op,
                                                      &mma_op,    &gemm_op}; // in the order of Op
    return ops;
}

const OpSpec& spec_of(Op op) { return *all_ops()[static_cast<size_t>(op)]; }

std::vector<std::string_view> split_words(std::string_view text) {
    std::vector<std::string_view> words;
    for (size_t begin = 0;
         (begin = text.find_first_not_of(" \t", begin)) != std::string_view::npos;) {
        const size_t end = std::min(text.find_first_of(" \t", begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    return words;
}

} // namespace fp4::vec
