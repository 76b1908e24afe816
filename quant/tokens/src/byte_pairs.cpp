#include "byte_pairs.hpp"

#include <queue>
#include <tuple>

namespace fp4::quant {
namespace {

constexpr size_t none = SIZE_MAX;
constexpr int32_t gone = -1; // the id of a symbol that its left neighbor took in

struct Symbol {
    int32_t id;
    size_t previous, next;
};

struct Candidate {
    uint32_t rank;
    size_t left;

    bool operator>(const Candidate& other) const {
        return std::tie(rank, left) > std::tie(other.rank, other.left);
    }
};

uint64_t key(int32_t left, int32_t right) {
    return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
}

} // namespace

BytePairs::BytePairs(const std::array<int32_t, 256>& bytes, std::span<const Merge> merges)
    : bytes_(bytes) {
    merges_.reserve(merges.size());
    for (const Merge& merge : merges)
        merges_.emplace(key(merge.left, merge.right),
                        Ranked{static_cast<uint32_t>(merges_.size()), merge.merged});
}

const BytePairs::Ranked* BytePairs::find(int32_t left, int32_t right) const {
    const auto at = merges_.find(key(left, right));
    return at == merges_.end() ? nullptr : &at->second;
}

std::vector<int32_t> BytePairs::encode(std::string_view word) const {
    std::vector<Symbol> symbols;
    for (size_t i = 0; i < word.size(); ++i)
        symbols.push_back({bytes_[static_cast<uint8_t>(word[i])], i == 0 ? none : i - 1,
                           i + 1 == word.size() ? none : i + 1});
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates;
    const auto merge_at = [&](size_t left) -> const Ranked* {
        if (left == none || symbols[left].id == gone || symbols[left].next == none) return nullptr;
        return find(symbols[left].id, symbols[symbols[left].next].id);
    };
    const auto consider = [&](size_t left) {
        if (const auto* merge = merge_at(left)) candidates.push({merge->rank, left});
    };
    for (size_t i = 0; i < symbols.size(); ++i) consider(i);
    while (!candidates.empty()) {
        const auto [rank, left] = candidates.top();
        candidates.pop();
        const auto* merge = merge_at(left);
        if (!merge || merge->rank != rank) continue; // its symbols were merged with others
        auto& symbol = symbols[left];
        auto& taken = symbols[symbol.next];
        symbol.id = merge->merged;
        symbol.next = taken.next;
        taken.id = gone;
        if (symbol.next != none) symbols[symbol.next].previous = left;
        consider(symbol.previous);
        consider(left);
    }
    std::vector<int32_t> ids;
    for (const Symbol& symbol : symbols)
        if (symbol.id != gone) ids.push_back(symbol.id);
    return ids;
}

} // namespace fp4::quant
