// A model folder small enough to be written for every test, and its quantized forms.
#pragma once
#include <bit>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "fp4/checkpoints/encoded_model.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/checkpoints/write_checkpoint.hpp"
#include "test_files.hpp"

namespace fp4::checkpoints {

inline constexpr std::string_view tiny_config =
    R"({"zeta":1,"architectures":["LlamaForCausalLM"],"hidden_size":64,"intermediate_size":96,"num_hidden_layers":2,"num_attention_heads":4,)"
    R"("num_key_value_heads":2,"rms_norm_eps":1e-05,"tie_word_embeddings":true,"alpha":[1.5,"\u00e9"]})";

struct StoredTensor {
    io::Dtype dtype;
    std::vector<uint64_t> shape;
    std::string bytes;
};
using StoredTensors = std::map<std::string, StoredTensor>;

// Deterministic BF16 numbers of about normal distribution, a few outliers among them; one block of
// 16 zeros.
inline std::string bf16_numbers(uint64_t count, uint32_t seed) {
    uint64_t state = seed;
    const auto uniform = [&] {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<float>(state >> 40) / float(1 << 24) - 0.5f;
    };
    std::string bytes;
    for (uint64_t i = 0; i < count; ++i) {
        float x = (uniform() + uniform() + uniform() + uniform()) * 0.04f;
        if (i % 997 == 5) x *= 8;
        if (i / 16 == 3) x = 0;
        bytes += test::little_endian(std::bit_cast<uint32_t>(x) >> 16, 2);
    }
    return bytes;
}

inline StoredTensors tiny_tensors(bool tied = true) {
    StoredTensors tensors;
    uint32_t seed = 1;
    const auto add = [&](const std::string& name, std::vector<uint64_t> shape) {
        tensors[name] = {io::Dtype::bf16, shape, bf16_numbers(*io::element_count(shape), seed++)};
    };
    const auto model = checkpoints::parse_model_config(tiny_config, "config.json");
    for (const auto& linear : model_linears(*model))
        add(linear.name + ".weight", {linear.rows, linear.k});
    add("model.embed_tokens.weight", {32, 64});
    add("model.norm.weight", {64});
    if (!tied) add("lm_head.weight", {32, 64});
    for (const char* layer : {"0", "1"})
        for (const char* norm : {"input_layernorm", "post_attention_layernorm"})
            add(std::string("model.layers.") + layer + "." + norm + ".weight", {64});
    return tensors;
}

inline void write_tensors(const std::filesystem::path& path, const StoredTensors& tensors,
                          const io::Metadata& metadata = {}) {
    std::vector<io::TensorData> data;
    for (const auto& [name, tensor] : tensors)
        data.push_back({name, tensor.dtype, tensor.shape, std::as_bytes(std::span(tensor.bytes))});
    const auto written = io::write_safetensors(path, metadata, data);
    ASSERT_TRUE(written) << written.error().message;
}

inline StoredTensors read_tensors(const std::filesystem::path& path) {
    StoredTensors tensors;
    const auto file = io::SafetensorsFile::open(path);
    EXPECT_TRUE(file) << path;
    for (const auto& tensor : file->tensors()) {
        std::string bytes(tensor.byte_size(), '\0');
        EXPECT_TRUE(file->read(tensor, std::as_writable_bytes(std::span(bytes))));
        tensors[tensor.name] = {tensor.dtype, tensor.shape, bytes};
    }
    return tensors;
}

inline void write_text(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

// Every file of a folder.
inline std::map<std::string, std::string> folder_bytes(const std::filesystem::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        files[entry.path().filename().string()] = test::read_file(entry.path());
    return files;
}

// EncodedModel whose linears are changed on the way.
class ChangedModel final : public QuantizedModelSource {
  public:
    using Change = std::function<void(QuantizedLinear&)>;

    ChangedModel(QuantizedModelSource& source, bool input_scales, Change change)
        : source_(source), linears_(source.linears().begin(), source.linears().end()),
          change_(std::move(change)) {
        for (auto& linear : linears_) linear.has_input_scale = input_scales;
    }
    const std::filesystem::path& folder() const override { return source_.folder(); }
    std::span<const io::TensorSpec> plain_tensors() const override {
        return source_.plain_tensors();
    }
    Status read_plain(size_t i, uint64_t offset, std::span<std::byte> bytes) const override {
        return source_.read_plain(i, offset, bytes);
    }
    std::span<const LinearSpec> linears() const override { return linears_; }
    Result<QuantizedLinear> linear(size_t i) override {
        auto linear = source_.linear(i);
        if (linear) change_(*linear);
        return linear;
    }

  private:
    QuantizedModelSource& source_;
    std::vector<LinearSpec> linears_;
    Change change_;

  public:
    // Announces that rows have scales of their own, which `change` then gives them.
    void announce_row_scales() {
        for (auto& linear : linears_) linear.has_row_scales = true;
    }
};

// The linear's scale for its first row, larger ones for those behind.
inline void add_row_scales(QuantizedLinear& linear) {
    std::vector<TensorScale> scales;
    for (uint64_t row = 0; row < linear.weight.rows; ++row)
        scales.push_back(
            stored_scale(linear.exact, number_of(linear.scale, linear.exact) *
                                           (linear.exact == TensorScaleKind::divisor
                                                ? 1.0f / (1.0f + 0.01f * static_cast<float>(row))
                                                : 1.0f + 0.01f * static_cast<float>(row))));
    linear.set_scales(scales);
}

// Inputs in nvfp4, amax 20 everywhere.
inline void add_inputs(QuantizedLinear& linear, Format format = Format::nvfp4) {
    linear.activations = format;
    linear.input_scale = tensor_scale_of(Encoder::nv, Format::nvfp4, 20.0f);
    if (linear.exact == TensorScaleKind::divisor)
        linear.input_scale = tensor_scale_of(Encoder::ct, Format::nvfp4, 20.0f);
}

class TinyModel : public testing::Test {
  protected:
    void SetUp() override {
        std::filesystem::create_directory(source);
        write_text(source / "config.json", tiny_config);
        write_text(source / "tokenizer.json", "{ \"t\": 1 }");
        write_text(source / "notes.txt", "not part of a checkpoint");
        write_tensors(source / "model.safetensors", tiny_tensors());
    }

    QuantizedCheckpoint open(const std::filesystem::path& folder, const ReadOptions& options = {}) {
        auto checkpoint = QuantizedCheckpoint::open(folder, options);
        if (!checkpoint) throw std::runtime_error(checkpoint.error().message);
        return std::move(*checkpoint);
    }

    EncodedModel encoded(Encoder encoder, const EncodeOptions& given = {}) {
        auto options = given;
        options.encoder = encoder;
        options.format = spec_of(encoder).format;
        auto model = EncodedModel::create(open(source), options);
        if (!model) throw std::runtime_error(model.error().message);
        return std::move(*model);
    }

    // With inputs quantized where `inputs` is a format.
    WriteReport write(Layout layout, Encoder encoder, const std::filesystem::path& to,
                      std::optional<Format> inputs = {}, const WriteOptions& options = {}) {
        auto model = encoded(encoder);
        ChangedModel changed(model, inputs.has_value(), [&](QuantizedLinear& linear) {
            if (inputs) add_inputs(linear, *inputs);
        });
        auto report = write_checkpoint(layout, changed, to, options);
        if (!report) throw std::runtime_error(report.error().message);
        return *report;
    }

    test::TempDir dir;
    std::filesystem::path source = dir / "source", out = dir / "out";
};

} // namespace fp4::checkpoints
