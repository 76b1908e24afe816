#include "completeness.hpp"

#include <map>

#include "fp4/checkpoints/linears.hpp"
#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"

namespace fp4::checkpoints {
namespace {

using io::in_quotes;

constexpr std::string_view weight_suffix = ".weight";

bool is_float_matrix(io::Dtype dtype) {
    return dtype == io::Dtype::bf16 || dtype == io::Dtype::f16 || dtype == io::Dtype::f32;
}

class CompletenessExaminer {
  public:
    CompletenessExaminer(const ModelTensors& tensors, std::string_view where)
        : tensors_(tensors), where_(where) {
        for (const auto& tensor : tensors.plain) plain_.emplace(tensor.name, &tensor);
        for (const auto& linear : tensors.linears) quantized_.emplace(linear.name, &linear);
    }

    std::vector<Finding> examine() {
        for (const auto& linear : model_linears(tensors_.model)) examine_linear(linear);
        for (const auto& [name, linear] : quantized_)
            module(finding::unexpected_tensor, name, "quantized linears of the decoder layers only",
                   "it quantized");
        for (const auto& name : plain_tensor_names(tensors_.model, tensors_.flags))
            if (!plain_.contains(name) &&
                !tensors_.foreign.contains(name.substr(0, name.rfind('.'))))
                note(finding::missing_tensor, name,
                     std::string(where_) + ": tensor " + in_quotes(name), "it in the model",
                     "no such tensor");
        return std::move(findings_);
    }

  private:
    void note(std::string_view code, std::string_view name, const std::string& place,
              std::string_view expected, std::string_view found) {
        findings_.push_back(
            {Severity::error, std::string(code), std::string(name),
             io::expected_found(ErrorCode::bad_file, place, expected, found).message});
    }
    void module(std::string_view code, std::string_view name, std::string_view expected,
                std::string_view found) {
        note(code, name, std::string(where_) + ": module " + in_quotes(name), expected, found);
    }

    std::string place_of(std::string_view tensor) const {
        const auto at = tensors_.files ? tensors_.files->find(tensor) : std::nullopt;
        return at ? place_text(*at) : std::string(where_) + ": tensor " + in_quotes(tensor);
    }
    std::string found_text(const io::TensorSpec& tensor) const {
        const auto at = tensors_.files ? tensors_.files->find(tensor.name) : std::nullopt;
        if (at) return describe(*at->tensor);
        return (tensor.dtype == io::Dtype::other ? "another dtype"
                                                 : std::string(io::spec_of(tensor.dtype).name)) +
               " " + shape_text(tensor.shape);
    }

    void examine_linear(const LinearSpec& linear) {
        const auto name = linear.name + std::string(weight_suffix);
        const auto matrix = plain_.find(name);
        const auto packed = quantized_.find(linear.name);
        const auto wanted = shape_text(std::vector{linear.rows, linear.k});
        if (packed != quantized_.end()) {
            if (matrix != plain_.end())
                module(finding::unexpected_tensor, linear.name, "its weight once",
                       "a quantized one and " + in_quotes(name));
            if (packed->second->rows != linear.rows || packed->second->k != linear.k)
                module(finding::wrong_shape, linear.name, "shape " + wanted + " as in config.json",
                       shape_text(std::vector{packed->second->rows, packed->second->k}));
            quantized_.erase(packed);
            return;
        }
        if (tensors_.foreign.contains(linear.name)) return;
        if (matrix == plain_.end())
            return module(finding::missing_tensor, linear.name, "its weight", "no tensor of it");
        const auto& tensor = *matrix->second;
        if (!is_float_matrix(tensor.dtype))
            note(finding::wrong_dtype, name, place_of(name),
                 "BF16, F16 or F32 of a layer that is not quantized", found_text(tensor));
        if (tensor.shape != std::vector{linear.rows, linear.k})
            note(finding::wrong_shape, name, place_of(name),
                 "shape " + wanted + " as in config.json", found_text(tensor));
    }

    const ModelTensors& tensors_;
    std::string_view where_;
    std::map<std::string_view, const io::TensorSpec*> plain_;
    std::map<std::string_view, const LinearSpec*> quantized_;
    std::vector<Finding> findings_;
};

} // namespace

std::vector<Finding> examine_completeness(const ModelTensors& tensors, std::string_view where) {
    return CompletenessExaminer(tensors, where).examine();
}

Status check_completeness(const ModelTensors& tensors, std::string_view where) {
    const auto findings = examine_completeness(tensors, where);
    if (findings.empty()) return Done{};
    return Error{ErrorCode::bad_file, findings.front().message};
}

std::vector<std::string> unquantized_modules(const ModelTensors& tensors) {
    std::set<std::string_view> quantized;
    for (const auto& linear : tensors.linears) quantized.insert(linear.name);
    std::vector<std::string> modules{"lm_head"};
    for (const auto& linear : model_linears(tensors.model))
        if (!quantized.contains(linear.name) && !tensors.foreign.contains(linear.name))
            modules.push_back(linear.name);
    return modules;
}

} // namespace fp4::checkpoints
