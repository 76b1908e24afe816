#include "fp4/checkpoints/write_checkpoint.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "completeness.hpp"
#include "config_json.hpp"
#include "copied_files.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/dequantize/dequantize.hpp"
#include "fp4/checkpoints/output_folder.hpp"
#include "fp4/io/atomic_file.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/try.hpp"
#include "shards.hpp"
#include "tensor_scales.hpp"

namespace fp4::checkpoints {
namespace {

using io::Dtype;
using io::in_quotes;
using io::printable_path;
using io::SafetensorsStream;

static_assert(std::endian::native == std::endian::little,
              "tensors are stored as they lie in memory");

constexpr size_t chunk_bytes = size_t{1} << 22;
constexpr uint64_t max_copied_bytes = uint64_t{1} << 28;

Error bad_linear(std::string_view name, std::string_view expected, std::string_view found) {
    return io::expected_found(ErrorCode::bad_argument, name, expected, found);
}

class Writer {
  public:
    Writer(Layout layout, QuantizedModelSource& source, const WriteOptions& options)
        : layout_(spec_of(layout)), source_(source), options_(options) {
        written_.config.layout = layout;
    }

    Result<WriteReport> write(const std::filesystem::path& target) {
        FP4_TRY(read_model());
        FP4_TRY(check_source());
        FP4_TRY_ASSIGN(auto folder,
                       io::PublishedFolder::create(target, output_policy(options_.replace)));
        FP4_TRY(write_weights(folder.path()));
        FP4_TRY(write_texts(folder.path()));
        FP4_TRY(check_output(folder.path()));
        FP4_TRY(folder.publish());
        return std::move(report_);
    }

  private:
    QuantizationConfig& config() { return written_.config; }
    bool is_plain() const { return written_.config.layout == Layout::plain; }

    Status read_model() {
        FP4_TRY_ASSIGN(auto json, read_config_json(source_.folder()));
        json_ = std::move(json);
        FP4_TRY_ASSIGN(const auto flags, read_tensor_flags(json_, source_.folder()));
        flags_ = flags;
        FP4_TRY_ASSIGN(auto model, parse_model_config(json_.dump(),
                                                      (source_.folder() / "config.json").native()));
        model_ = std::move(model);
        return Done{};
    }

    Status check_source() {
        const auto linears = source_.linears();
        const ModelTensors tensors{model_, flags_, source_.plain_tensors(), linears};
        const auto where = io::printable_path(source_.folder());
        for (const auto& tensor : tensors.plain)
            if (flags_.tied_embeddings && tensor.name == "lm_head.weight")
                return bad_linear(where, "no 'lm_head.weight', since tie_word_embeddings is true",
                                  "one");
        FP4_TRY(check_completeness(tensors, where));
        written_.left_out = unquantized_modules(tensors);
        if (is_plain()) return Done{};
        if (linears.empty()) return bad_linear(where, "quantized linears", "none");
        const auto block = static_cast<uint64_t>(spec_of(layout_.weight_format).block);
        for (const auto& linear : linears) {
            if (linear.k % block != 0)
                return bad_linear(linear.name, "K, a multiple of " + std::to_string(block),
                                  std::to_string(linear.k));
        }
        return Done{};
    }

    std::string name_of(const LinearSpec& linear, std::string_view part) const {
        return linear.name + "." + std::string(part);
    }

    Unit unit_of(const LinearSpec& linear) const {
        if (is_plain())
            return {{linear.name + ".weight", io::Dtype::bf16, {linear.rows, linear.k}}};
        const std::vector<uint64_t> scalar(layout_.scalar_is_vector ? 1 : 0, 1);
        const auto block = static_cast<uint64_t>(spec_of(layout_.weight_format).block);
        const auto of_weight = linear.has_row_scales ? std::vector{linear.rows} : scalar;
        Unit unit{{name_of(linear, layout_.codes), io::Dtype::u8, {linear.rows, linear.k / 2}},
                  {name_of(linear, layout_.scales),
                   layout_.scales_dtype,
                   {linear.rows, linear.k / block}},
                  {name_of(linear, layout_.tensor_scale), io::Dtype::f32, of_weight}};
        if (linear.has_input_scale)
            unit.push_back({name_of(linear, layout_.input_scale), io::Dtype::f32, scalar});
        return unit;
    }

    Status write_weights(const std::filesystem::path& folder) {
        std::vector<Unit> units;
        for (const auto& tensor : source_.plain_tensors()) units.push_back({tensor});
        for (const auto& linear : source_.linears()) units.push_back(unit_of(linear));
        const auto shards = plan_shards(layout_, units, options_.max_shard_bytes);

        io::Metadata metadata{{own_output_key, std::string(layout_.name)}};
        if (config().layout == Layout::razer)
            metadata.insert({{"fp4sim.format", "razer-pack"}, {"fp4sim.version", "1"}});
        for (const auto& shard : shards) {
            FP4_TRY_ASSIGN(auto stream, io::SafetensorsStream::create(folder / shard.file, metadata,
                                                                      shard.tensors));
            for (size_t i = shard.first_unit; i < shard.first_unit + shard.unit_count; ++i)
                FP4_TRY(write_unit(stream, i));
            FP4_TRY(stream.commit());
            report_.weight_files.push_back(shard.file);
            for (const auto& tensor : shard.tensors) report_.weight_bytes += byte_size(tensor);
        }
        const auto index = shard_index_text(layout_, shards);
        return index.empty() ? Status(Done{})
                             : io::write_file_atomically(folder / layout_.files.index, index);
    }

    Status write_unit(io::SafetensorsStream& stream, size_t unit) {
        const size_t plain_count = source_.plain_tensors().size();
        if (unit < plain_count) return copy_plain(stream, unit);
        const auto& spec = source_.linears()[unit - plain_count];
        FP4_TRY_ASSIGN(const auto linear, source_.linear(unit - plain_count));
        FP4_TRY(check_linear(linear, spec));
        return is_plain() ? write_dequantized(stream, linear) : write_packed(stream, spec, linear);
    }

    Status copy_plain(io::SafetensorsStream& stream, size_t i) const {
        const auto& tensor = source_.plain_tensors()[i];
        const uint64_t bytes = byte_size(tensor);
        std::vector<std::byte> chunk(static_cast<size_t>(std::min<uint64_t>(chunk_bytes, bytes)));
        for (uint64_t at = 0; at < bytes; at += chunk.size()) {
            const auto part = std::span(chunk).first(
                static_cast<size_t>(std::min<uint64_t>(chunk.size(), bytes - at)));
            FP4_TRY(source_.read_plain(i, at, part));
            FP4_TRY(stream.append(tensor.name, part));
        }
        return Done{};
    }

    // The linear is what was announced, and one that the layout's configuration can describe
    // together with those before.
    Status check_linear(const QuantizedLinear& linear, const LinearSpec& spec) {
        const auto& weight = linear.weight;
        if (linear.name != spec.name || weight.rows != spec.rows || weight.k != spec.k ||
            linear.input_scale.has_value() != spec.has_input_scale ||
            linear.row_scales.empty() == spec.has_row_scales)
            return bad_linear(spec.name, "the name, shape and scales that were announced",
                              "others");
        FP4_TRY(check_shape(weight, linear.name));
        if (!std::ranges::equal(
                weight.outer_scales(), linear.outer_scales(), {}, {},
                [](const TensorScale& scale) { return Fp32::from_float(scale.multiplier.value); }))
            return bad_linear(linear.name, "the tensor's scale to be the multiplier",
                              "two numbers");
        if (is_plain()) return Done{};
        if (weight.format != layout_.weight_format)
            return bad_linear(linear.name,
                              "format " + std::string(spec_of(layout_.weight_format).name),
                              spec_of(weight.format).name);
        note_round_trip(linear);
        FP4_TRY(config().layout == Layout::razer ? merge_razer(linear) : check_nvfp4(linear));
        config().modules[linear.name] = {ModuleScheme::Kind::quantized, linear.activations};
        return Done{};
    }

    static Status check_nvfp4(const QuantizedLinear& linear) {
        if (linear.activations && linear.activations != Format::nvfp4)
            return bad_linear(linear.name, "inputs in nvfp4", spec_of(*linear.activations).name);
        if (linear.activations.has_value() != linear.input_scale.has_value())
            return bad_linear(linear.name, "an input scale exactly where inputs are quantized",
                              "one of the two");
        return Done{};
    }

    Status merge_razer(const QuantizedLinear& linear) {
        if (!linear.encoder) return bad_linear(linear.name, "the name of its encoder", "none");
        const auto specials = linear.weight.specials;
        if (linear.activations && linear.activations != Format::nvfp4 &&
            linear.activations != Format::razer_a)
            return bad_linear(linear.name, "inputs in nvfp4 or razer-a",
                              spec_of(*linear.activations).name);
        if (!linear.activations && linear.input_scale)
            return bad_linear(linear.name, "no input scale where inputs are not quantized", "one");
        if (linear.e3m3_max != 28 && linear.e3m3_max != 30)
            return bad_linear(linear.name, "e3m3_max 28 or 30", std::to_string(linear.e3m3_max));
        if (specials.v1_halves == 0 || specials.v2_halves == 0)
            return bad_linear(linear.name, "special values above 0", "0");
        if (!config().encoder) {
            config().encoder = linear.encoder;
            config().specials = specials;
            config().e3m3_max = linear.e3m3_max;
        }
        if (config().encoder != linear.encoder ||
            config().specials.v1_halves != specials.v1_halves ||
            config().e3m3_max != linear.e3m3_max ||
            linear.activations != written_.uniform_activations().value_or(linear.activations))
            return bad_linear(linear.name,
                              "encoder, V1, e3m3_max and activation format of the linears before",
                              "others");
        if (specials.v2_halves != config().specials.v2_halves)
            config().v2_halves_of.emplace(linear.name, specials.v2_halves);
        return Done{};
    }

    void note_round_trip(const QuantizedLinear& linear) {
        if (linear.exact == layout_.scale_kind || linear.exact == TensorScaleKind::one) return;
        const auto note = [&](const TensorScale& scale) {
            const auto exact = std::bit_cast<uint32_t>(number_of(scale, linear.exact)),
                       back = std::bit_cast<uint32_t>(1.0f / number_of(scale, layout_.scale_kind));
            report_.scale_round_trip_ulps =
                std::max(report_.scale_round_trip_ulps, exact > back ? exact - back : back - exact);
        };
        for (const TensorScale& scale : linear.outer_scales()) note(scale);
        if (linear.input_scale) note(*linear.input_scale);
    }

    Status write_packed(io::SafetensorsStream& stream, const LinearSpec& spec,
                        const QuantizedLinear& linear) const {
        const auto scalar = [&](const TensorScale& scale) {
            return number_of(scale, layout_.scale_kind);
        };
        std::vector<float> weight_scales;
        for (const TensorScale& scale : linear.outer_scales())
            weight_scales.push_back(scalar(scale));
        FP4_TRY(stream.append(name_of(spec, layout_.codes),
                              std::as_bytes(std::span(linear.weight.codes))));
        FP4_TRY(stream.append(name_of(spec, layout_.scales),
                              std::as_bytes(std::span(linear.weight.scales))));
        FP4_TRY(stream.append(name_of(spec, layout_.tensor_scale),
                              std::as_bytes(std::span(weight_scales))));
        if (!linear.input_scale) return Done{};
        const float input_scale = scalar(*linear.input_scale);
        return stream.append(name_of(spec, layout_.input_scale),
                             std::as_bytes(std::span(&input_scale, 1)));
    }

    static Status write_dequantized(io::SafetensorsStream& stream, const QuantizedLinear& linear) {
        std::vector<Bf16> values(linear.weight.rows * linear.weight.k);
        FP4_TRY(dequantize_tensor_fast(linear.weight, std::span(values), linear.name));
        return stream.append(linear.name + ".weight", std::as_bytes(std::span(values)));
    }

    Status write_texts(const std::filesystem::path& folder) {
        switch (config().layout) {
        case Layout::compressed_tensors:
            json_["quantization_config"] = compressed_tensors_section(written_);
            break;
        case Layout::modelopt: json_["quantization_config"] = modelopt_section(written_); break;
        case Layout::razer: json_["quantization_config"] = razer_section(written_); break;
        case Layout::plain: json_.erase("quantization_config"); break;
        }
        FP4_TRY(io::write_file_atomically(folder / "config.json", json_.dump(2) + "\n"));
        if (config().layout == Layout::modelopt)
            FP4_TRY(io::write_file_atomically(folder / "hf_quant_config.json",
                                              modelopt_file(written_).dump(2) + "\n"));
        for (const auto name : copied_files) {
            const auto from = source_.folder() / name;
            std::error_code error;
            if (!std::filesystem::exists(from, error)) continue;
            FP4_TRY_ASSIGN(const auto text, io::read_text_file(from, max_copied_bytes));
            FP4_TRY(io::write_file_atomically(folder / name, text));
        }
        return Done{};
    }

    // Reads the output again: every tensor is there, as the model has it.
    Status check_output(const std::filesystem::path& folder) {
        FP4_TRY_ASSIGN(auto checkpoint,
                       QuantizedCheckpoint::open(folder, {.allow_implausible_scales = true}));
        const auto wanted = is_plain() ? size_t{0} : source_.linears().size();
        if (checkpoint.layout() != config().layout || checkpoint.linears().size() != wanted)
            return io::expected_found(ErrorCode::write_failed, io::printable_path(folder),
                                      "the layout and the linears that were written", "others");
        FP4_TRY_ASSIGN(auto report, checkpoint.check());
        report_.warnings = std::move(report.warnings);
        return Done{};
    }

    const LayoutSpec& layout_;
    QuantizedModelSource& source_;
    WriteOptions options_;
    WrittenQuantization written_;
    OrderedJson json_;
    ModelConfig model_;
    TensorFlags flags_;
    WriteReport report_;
};

} // namespace

Result<WriteReport> write_checkpoint(Layout layout, QuantizedModelSource& source,
                                     const std::filesystem::path& folder,
                                     const WriteOptions& options) {
    return Writer(layout, source, options).write(folder);
}

Result<WriteReport> convert_checkpoint(const std::filesystem::path& from, Layout layout,
                                       const std::filesystem::path& to, const ReadOptions& read,
                                       const WriteOptions& write) {
    FP4_TRY_ASSIGN(auto checkpoint, QuantizedCheckpoint::open(from, read));
    if (const auto foreign = checkpoint.foreign(); !foreign.empty())
        return io::expected_found(
            ErrorCode::bad_argument,
            printable_path(from) + ": module " + in_quotes(foreign.front().name),
            "a scheme that can be converted", foreign.front().scheme + ", which is not read");
    FP4_TRY_ASSIGN(auto report, write_checkpoint(layout, checkpoint, to, write));
    if (const auto scales = checkpoint.kv_cache_scales(); !scales.empty())
        report.warnings.push_back(printable_path(from) + ": " +
                                  kv_cache_note(checkpoint.quantization(), scales) +
                                  " are not written");
    return report;
}

} // namespace fp4::checkpoints
