#include "generator.hpp"

#include <numeric>

#include "fp4/try.hpp"

namespace fp4::vec {

Generator::Generator(const VectorConfig& config, std::optional<uint64_t> cases)
    : config_(config), edges_(spec_of(config.op).edge_cases(config)) {
    if (!cases || *cases >= complete(config)) return;
    first_ = SplitMix64(config.seed, edges_).below(edges_);
    stride_ =
        edges_ - edges_ * 382 / 1000; // about the golden section, then without a common divisor
    while (std::gcd(stride_, edges_) != 1) ++stride_;
}

uint64_t Generator::complete(const VectorConfig& config) {
    return spec_of(config.op).edge_cases(config) * (config.level == Level::random ? 2 : 1);
}

uint64_t Generator::edge_index(uint64_t i) const {
    return (first_ + i % edges_ * stride_) % edges_;
}

Result<Words> Generator::words(uint64_t index) const {
    const OpSpec& op = spec_of(config_.op);
    SplitMix64 random(config_.seed, index);
    Words words = config_.level != Level::random ? op.edge_case(config_, edge_index(index))
                  : index % 2 == 0               ? op.edge_case(config_, edge_index(index / 2))
                                                 : op.random_case(config_, random);
    const std::vector<std::string_view> inputs(words.begin(), words.end());
    FP4_TRY_ASSIGN(auto outputs, op.outputs(config_, inputs));
    words.insert(words.end(), outputs.begin(), outputs.end());
    return words;
}

Result<std::string> Generator::line(uint64_t index, Style style) const {
    const auto found = words(index);
    return found ? Result(line(*found, style)) : found.error();
}

std::string Generator::line(const Words& words, Style style) const {
    std::string line;
    for (size_t i = 0; i < words.size(); ++i) {
        if (style == Style::readmemh && spec_of(config_.op).columns[i].kind == Kind::tag) continue;
        if (!line.empty()) line += style == Style::readmemh ? '_' : ' ';
        line += words[i];
    }
    return line + '\n';
}

int word_digits(const VectorConfig& config) {
    int digits = 0;
    for (const Column& column : spec_of(config.op).columns) digits += column.digits(config);
    return digits;
}

} // namespace fp4::vec
