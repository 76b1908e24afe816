#include "score_store.hpp"

#include <algorithm>

#include "fp4/io/safetensors.hpp"

namespace fp4::quant {
namespace {

constexpr const char* key = "fp4sim.scores";

template <class T>
bool read_column(const io::SafetensorsFile& file, const char* name, std::vector<T>& out) {
    const auto* info = file.find(name);
    if (!info || info->shape.size() != 1 || info->byte_size() != info->shape[0] * sizeof(T))
        return false;
    out.resize(info->shape[0]);
    return static_cast<bool>(file.read(*info, std::as_writable_bytes(std::span(out))));
}

} // namespace

std::filesystem::path ScoreStore::path_of(const std::string& row) const {
    std::string name = row;
    std::ranges::replace(name, '/', '_');
    std::ranges::replace(name, ' ', '_');
    return folder_ / (name + ".safetensors");
}

std::optional<WindowScores> ScoreStore::find(const std::string& row) const {
    const auto file = io::SafetensorsFile::open(path_of(row));
    if (!file) return std::nullopt;
    const auto at = file->metadata().find(key);
    WindowScores scores;
    std::vector<uint64_t> tokens;
    if (at == file->metadata().end() || at->second != fingerprint_ ||
        !read_column(*file, "nll", scores.nll) || !read_column(*file, "kl", scores.kl) ||
        !read_column(*file, "top1", scores.top1) ||
        !read_column(*file, "tokens_per_window", tokens) || tokens.size() != 1)
        return std::nullopt;
    scores.tokens_per_window = tokens[0];
    return scores;
}

Status ScoreStore::save(const std::string& row, const WindowScores& scores) const {
    using io::Dtype;
    const auto windows = static_cast<uint64_t>(scores.nll.size());
    const std::vector<io::TensorData> tensors{
        {"nll", Dtype::f64, {windows}, std::as_bytes(std::span(scores.nll))},
        {"kl", Dtype::f64, {windows}, std::as_bytes(std::span(scores.kl))},
        {"top1", Dtype::u32, {windows}, std::as_bytes(std::span(scores.top1))},
        {"tokens_per_window",
         Dtype::u64,
         {1},
         std::as_bytes(std::span(&scores.tokens_per_window, 1))}};
    return io::write_safetensors(path_of(row), {{key, fingerprint_}, {"row", row}}, tensors);
}

} // namespace fp4::quant
