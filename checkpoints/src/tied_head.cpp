#include "tied_head.hpp"

#include <algorithm>

#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

constexpr std::string_view head = "lm_head.weight", embedding = "model.embed_tokens.weight";
constexpr size_t chunk_bytes = size_t{1} << 20;

Result<bool> same_bytes(const TensorLocation& a, const TensorLocation& b) {
    if (a.tensor->dtype != b.tensor->dtype || a.tensor->shape != b.tensor->shape) return false;
    std::vector<std::byte> x(chunk_bytes), y(chunk_bytes);
    const uint64_t size = a.tensor->byte_size();
    for (uint64_t at = 0; at < size; at += chunk_bytes) {
        const auto count = static_cast<size_t>(std::min<uint64_t>(chunk_bytes, size - at));
        const auto part_x = std::span(x).first(count), part_y = std::span(y).first(count);
        FP4_TRY(a.file->read_part(*a.tensor, at, part_x));
        FP4_TRY(b.file->read_part(*b.tensor, at, part_y));
        if (!std::ranges::equal(part_x, part_y)) return false;
    }
    return true;
}

} // namespace

Result<std::optional<TensorLocation>> copy_of_tied_embedding(const Checkpoint& checkpoint) {
    const auto at = checkpoint.find(head), table = checkpoint.find(embedding);
    if (!checkpoint.tensor_flags().tied_embeddings || !at || !table)
        return std::optional<TensorLocation>{};
    FP4_TRY_ASSIGN(const auto same, same_bytes(*at, *table));
    if (!same)
        return io::expected_found(ErrorCode::bad_file, place_text(*at),
                                  "the bytes of " + io::in_quotes(embedding) +
                                      ", since tie_word_embeddings is true",
                                  "others");
    return at;
}

} // namespace fp4::checkpoints
