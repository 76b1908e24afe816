#include "fp4/checkpoints/lint_checkpoint.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "completeness.hpp"
#include "fp4/checkpoints/checkpoint.hpp"
#include "fp4/checkpoints/fused_groups.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"
#include "lint_contents.hpp"
#include "linear_tensors.hpp"
#include "scale_direction.hpp"
#include "tensor_scales.hpp"
#include "tied_head.hpp"

namespace fp4::checkpoints {
namespace {

constexpr std::array<std::string_view, 3> severity_names{"note", "warning", "error"};

class Linter {
  public:
    explicit Linter(const Checkpoint& checkpoint)
        : checkpoint_(checkpoint), config_(checkpoint.quantization()),
          layout_(spec_of(config_.layout)), split_(split_tensors(checkpoint)),
          where_(io::printable_path(checkpoint.folder())) {
        for (const auto& linear : model_linears(checkpoint.config()))
            places_.emplace(linear.name, places_.size());
    }

    std::vector<Finding> lint() {
        for (const auto& stray : split_.stray)
            note(Severity::error, finding::unexpected_tensor, stray.at.tensor->name,
                 stray_error(layout_, stray).message);
        for (const auto& [module, parts] : split_.linears) lint_linear(module, parts);
        lint_completeness();
        std::ranges::stable_sort(linears_, {},
                                 [&](const auto& linear) { return place_of(linear.spec.name); });
        lint_scales();
        lint_groups();
        lint_rest();
        in_order_of_model();
        return std::move(findings_);
    }

  private:
    void note(Severity severity, std::string_view code, std::string tensor, std::string message) {
        findings_.push_back({severity, std::string(code), std::move(tensor), std::move(message)});
    }
    std::string module_place(const std::string& module) const {
        return where_ + ": module " + io::in_quotes(module);
    }

    void lint_linear(const std::string& module, const LinearParts& parts) {
        const auto& scheme = config_.scheme_of(module);
        if (scheme.kind != ModuleScheme::Kind::quantized)
            note(Severity::error, finding::config_mismatch, module,
                 module_place(module) + ": expected it not quantized, as the configuration says, "
                                        "found quantized tensors");
        auto findings = examine_linear(layout_, module, parts);
        if (!findings.empty()) {
            findings_.insert(findings_.end(), findings.begin(), findings.end());
            broken_.insert(module);
            return;
        }
        auto contents = lint_contents(layout_, config_, parts);
        auto linear = read_linear_tensors(module, parts);
        for (const auto* failed :
             {contents ? nullptr : &contents.error(), linear ? nullptr : &linear.error()})
            if (failed) return note(Severity::error, finding::read_error, module, failed->message);
        findings_.insert(findings_.end(), contents->begin(), contents->end());
        if (linear->input_scale && !scheme.activations) {
            note(Severity::warning, finding::unused_tensor, parts[input_scale]->tensor->name,
                 place_text(*parts[input_scale]) +
                     ": nothing uses it, since the configuration does not quantize inputs");
            linear->input_scale.reset();
            linear->spec.has_input_scale = false;
        } else if (!linear->input_scale && scheme.activations && !layout_.inputs_without_scale) {
            note(Severity::warning, finding::missing_tensor,
                 module + "." + std::string(layout_.input_scale),
                 module_place(module) + ": no input scale, though the configuration quantizes "
                                        "inputs: weights only");
        }
        linears_.push_back(std::move(*linear));
    }

    // Linears whose tensors are wrong have been named: they are not missing on top.
    void lint_completeness() {
        std::vector<LinearSpec> specs;
        for (const auto& linear : linears_) specs.push_back(linear.spec);
        std::vector<io::TensorSpec> plain;
        for (const auto& at : split_.plain)
            plain.push_back({at.tensor->name, at.tensor->dtype, at.tensor->shape});
        ModelTensors tensors{checkpoint_.config(), checkpoint_.tensor_flags(), plain, specs};
        tensors.files = &checkpoint_;
        tensors.foreign = broken_;
        for (const auto& [module, list] : split_.foreign) tensors.foreign.insert(module);
        auto findings = examine_completeness(tensors, where_);
        findings_.insert(findings_.end(), findings.begin(), findings.end());
        const std::set<std::string_view> names = [&] {
            std::set<std::string_view> all;
            for (const auto& tensor : plain) all.insert(tensor.name);
            return all;
        }();
        for (const auto& module : unquantized_modules(tensors))
            if (config_.scheme_of(module).kind == ModuleScheme::Kind::quantized &&
                names.contains(module + ".weight"))
                note(module == "lm_head" ? Severity::warning : Severity::error,
                     finding::config_mismatch, module,
                     module_place(module) + ": expected it quantized, or named as left out in the "
                                            "configuration, found a weight that is not quantized");
    }

    void lint_scales() {
        const auto scales = tensor_scales_of(linears_);
        std::vector<StoredScale> weights, inputs;
        for (const auto& [from, to] :
             {std::pair{&scales.weights, &weights}, {&scales.inputs, &inputs}})
            for (const auto& scale : *from) {
                if (const auto number = check_scale_number(scale))
                    to->push_back(scale);
                else
                    note(Severity::error, finding::bad_tensor_scale, scale.tensor,
                         number.error().message);
            }
        note_direction(
            weight_direction(layout_.scale_kind, full_scale_range(layout_, config_), weights), true,
            "tensor scales");
        // One of them may be a massive activation's.
        note_direction(input_direction(layout_.scale_kind, inputs), false, "input scales");
    }

    void note_direction(const ScaleDirection& direction, bool tells_one, const char* what) {
        for (const auto& odd : direction.odd)
            if (direction.inverted || (tells_one && odd.inverted))
                note(Severity::error, finding::inverted_scale, odd.scale.tensor, odd.message);
            else
                note(Severity::warning, finding::implausible_scale, odd.scale.tensor, odd.message);
        if (direction.inverted)
            note(Severity::error, finding::inverted_scale, {},
                 where_ + ": nearly all " + what + " look like their inverses");
    }

    // A serving engine takes one tensor scale for a fused group and does not change the block
    // scales.
    void lint_groups() {
        if (!layout_.fused_scales_equal) return;
        std::vector<LinearSpec> specs;
        FusedScales weights, inputs;
        for (const auto& linear : linears_) {
            const auto& name = linear.spec.name;
            specs.push_back(linear.spec);
            if (linear.spec.has_row_scales) continue;
            if (const auto text = weights.difference(name, linear.tensor_scales.front(), {}))
                note(Severity::error, finding::unequal_scales, name, where_ + ": " + *text);
            if (const auto text = inputs.difference(name, 0, linear.input_scale))
                note(Severity::warning, finding::unequal_scales, name, where_ + ": " + *text);
        }
        if (!broken_.empty()) return; // they would be taken as left out
        for (const auto& text : split_groups(specs))
            note(Severity::warning, finding::split_group, text.substr(0, text.find(':')),
                 where_ + ": " + text);
    }

    void lint_rest() {
        if (const auto copy = copy_of_tied_embedding(checkpoint_); !copy)
            note(Severity::error, finding::config_mismatch, "lm_head.weight", copy.error().message);
        if (config_.layout == Layout::plain)
            note(Severity::note, finding::not_quantized, {}, where_ + ": nothing is quantized");
        for (const auto& [module, tensors] : split_.foreign)
            note(Severity::note, finding::left_alone, module,
                 module_place(module) + ": left alone, since its scheme is not read: " +
                     config_.scheme_of(module).foreign_scheme);
        if (!split_.kv_scales.empty() || !config_.kv_cache.empty())
            note(Severity::note, finding::left_alone, {},
                 where_ + ": " + kv_cache_note(config_, split_.kv_scales) + " are left alone");
        for (const auto& name : unused_tensors(checkpoint_)) {
            const auto at = checkpoint_.find(name);
            if (std::ranges::any_of(
                    split_.stray, [&](const auto& stray) { return stray.at.tensor == at->tensor; }))
                continue;
            note(Severity::warning, finding::unused_tensor, name,
                 place_text(*at) + ": nothing uses it, " + describe(*at->tensor));
        }
    }

    // By layer and linear, as the model has them; what is no linear last.
    size_t place_of(const std::string& module) const {
        const auto at = places_.find(module);
        return at == places_.end() ? places_.size() : at->second;
    }
    void in_order_of_model() {
        std::ranges::stable_sort(findings_, {}, [&](const Finding& finding) {
            return std::min(place_of(finding.tensor),
                            place_of(finding.tensor.substr(0, finding.tensor.rfind('.'))));
        });
    }

    const Checkpoint& checkpoint_;
    const QuantizationConfig& config_;
    const LayoutSpec& layout_;
    const TensorSplit split_;
    const std::string where_;
    std::set<std::string, std::less<>> broken_; // modules whose tensors cannot be read
    std::map<std::string, size_t> places_;      // of the model's linears
    std::vector<LinearTensors> linears_;
    std::vector<Finding> findings_;
};

} // namespace

std::string_view name_of(Severity severity) {
    return severity_names[static_cast<size_t>(severity)];
}

Result<std::vector<Finding>> lint_checkpoint(const std::filesystem::path& folder,
                                             io::FileAccess access) {
    FP4_TRY_ASSIGN(const auto checkpoint, Checkpoint::open(folder, access));
    return Linter(checkpoint).lint();
}

} // namespace fp4::checkpoints
