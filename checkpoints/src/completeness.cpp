#include "completeness.hpp"

#include <map>
#include <set>

#include "fp4/io/expected_found.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/io/message.hpp"

namespace fp4::checkpoints {
namespace {

using io::Dtype;
using io::in_quotes;

constexpr std::string_view weight_suffix = ".weight";

bool is_float_matrix(io::Dtype dtype) {
    return dtype == io::Dtype::bf16 || dtype == io::Dtype::f16 || dtype == io::Dtype::f32;
}

std::vector<std::string> needed_plain(const ModelTensors& tensors) {
    std::vector<std::string> names{"model.embed_tokens.weight", "model.norm.weight"};
    if (!tensors.tied_embeddings) names.emplace_back("lm_head.weight");
    for (uint64_t layer = 0; layer < tensors.model.num_hidden_layers; ++layer) {
        const auto prefix = layer_prefix(layer);
        for (const char* norm : {"input_layernorm", "post_attention_layernorm"})
            names.push_back(prefix + norm + ".weight");
        if (tensors.model.qk_norm)
            for (const char* norm : {"q_norm", "k_norm"})
                names.push_back(prefix + "self_attn." + norm + ".weight");
        for (const LinearOp op : linear_ops)
            if (tensors.model.has_bias(op)) names.push_back(module_name(layer, op) + ".bias");
    }
    return names;
}

std::string shape_text(uint64_t rows, uint64_t k) {
    return "[" + std::to_string(rows) + ", " + std::to_string(k) + "]";
}

bool matches_wildcard(std::string_view pattern, std::string_view text) {
    size_t p = 0, t = 0, star = pattern.npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() &&
            (pattern[p] == '?' || (pattern[p] != '*' && pattern[p] == text[t]))) {
            ++p, ++t;
        } else if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (star != pattern.npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == pattern.npos;
}

} // namespace

Status check_completeness(const ModelTensors& tensors, std::string_view where) {
    std::map<std::string_view, const io::TensorSpec*> plain;
    for (const auto& tensor : tensors.plain) plain.emplace(tensor.name, &tensor);
    std::map<std::string_view, const LinearSpec*> quantized;
    for (const auto& linear : tensors.linears) quantized.emplace(linear.name, &linear);

    const auto fail = [&](std::string_view what, std::string_view expected,
                          std::string_view found) {
        return io::expected_found(ErrorCode::bad_file,
                                  std::string(where) + ": " + std::string(what), expected, found);
    };
    for (const auto& linear : model_linears(tensors.model)) {
        const auto matrix = plain.find(linear.name + std::string(weight_suffix));
        const auto packed = quantized.find(linear.name);
        const auto wanted = shape_text(linear.rows, linear.k);
        if (packed != quantized.end()) {
            if (matrix != plain.end())
                return fail("module " + io::in_quotes(linear.name), "its weight once",
                            "a quantized one and " + io::in_quotes(matrix->first));
            if (packed->second->rows != linear.rows || packed->second->k != linear.k)
                return fail("module " + io::in_quotes(linear.name),
                            "shape " + wanted + " as in config.json",
                            shape_text(packed->second->rows, packed->second->k));
            quantized.erase(packed);
            continue;
        }
        const auto name = linear.name + std::string(weight_suffix);
        if (matrix == plain.end())
            return fail("module " + io::in_quotes(linear.name), "its weight", "no tensor of it");
        if (!is_float_matrix(matrix->second->dtype))
            return fail("tensor " + io::in_quotes(name),
                        "BF16, F16 or F32 of a layer that is not quantized", "another dtype");
        if (matrix->second->shape != std::vector{linear.rows, linear.k})
            return fail("tensor " + io::in_quotes(name), "shape " + wanted + " as in config.json",
                        "another one");
    }
    if (!quantized.empty())
        return fail("module " + io::in_quotes(quantized.begin()->first),
                    "quantized linears of the decoder layers only", "it quantized");
    for (const auto& name : needed_plain(tensors))
        if (!plain.contains(name))
            return fail("tensor " + io::in_quotes(name), "it in the model", "no such tensor");
    return Done{};
}

std::vector<std::string> unquantized_modules(const ModelTensors& tensors) {
    std::set<std::string_view> quantized;
    for (const auto& linear : tensors.linears) quantized.insert(linear.name);
    std::vector<std::string> modules{"lm_head"};
    for (const auto& linear : model_linears(tensors.model))
        if (!quantized.contains(linear.name)) modules.push_back(linear.name);
    return modules;
}

Match match_ignored(std::span<const std::string> patterns, std::string_view module) {
    auto match = Match::no;
    for (const auto& pattern : patterns) {
        if (pattern == "Linear" || matches_wildcard(pattern, module)) return Match::yes;
        if (pattern.starts_with("re:")) match = Match::unknown;
    }
    return match;
}

} // namespace fp4::checkpoints
