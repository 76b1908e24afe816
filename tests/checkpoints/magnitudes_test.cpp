// Tensors of any magnitude are written, read again and read by everybody: zeros, nearly zeros, and
// inputs as large as trained models have them.
#include "tiny_model.hpp"

namespace fp4::checkpoints {
namespace {

struct Case {
    Layout layout;
    Encoder encoder;
};

class Magnitudes : public TinyModel, public testing::WithParamInterface<Case> {
  protected:
    // All weights of modules whose names end in `suffix`.
    void scale_weights(const std::string& suffix, float factor) {
        auto tensors = tiny_tensors();
        for (auto& [name, tensor] : tensors) {
            if (!name.ends_with(suffix + ".weight")) continue;
            for (size_t i = 0; i < tensor.bytes.size(); i += 2) {
                const auto bits = uint32_t{static_cast<uint8_t>(tensor.bytes[i])} << 16 |
                                  uint32_t{static_cast<uint8_t>(tensor.bytes[i + 1])} << 24;
                const auto scaled =
                    std::bit_cast<uint32_t>(std::bit_cast<float>(bits) * factor) >> 16;
                tensor.bytes.replace(i, 2, test::little_endian(scaled, 2));
            }
        }
        write_tensors(source / "model.safetensors", tensors);
    }

    // Inputs of the modules: amax.
    std::vector<std::string> written_and_read(const std::string& suffix, float input_amax) {
        auto model = encoded(GetParam().encoder);
        ChangedModel changed(model, true, [&](QuantizedLinear& linear) {
            add_inputs(linear);
            const auto encoder =
                linear.exact == TensorScaleKind::divisor ? Encoder::ct : Encoder::nv;
            if (linear.name.ends_with(suffix))
                linear.input_scale = tensor_scale_of(encoder, Format::nvfp4, input_amax);
        });
        const auto report = write_checkpoint(GetParam().layout, changed, out);
        EXPECT_TRUE(report) << (report ? "" : report.error().message);
        auto read = QuantizedCheckpoint::open(out);
        EXPECT_TRUE(read) << (read ? "" : read.error().message);
        if (!report || !read) return {"failed"};
        EXPECT_TRUE(read->check());
        std::filesystem::remove_all(out);
        return {read->warnings().begin(), read->warnings().end()};
    }
};

INSTANTIATE_TEST_SUITE_P(All, Magnitudes,
                         testing::Values(Case{Layout::compressed_tensors, Encoder::ct},
                                         Case{Layout::compressed_tensors, Encoder::nv},
                                         Case{Layout::modelopt, Encoder::modelopt},
                                         Case{Layout::modelopt, Encoder::ct},
                                         Case{Layout::razer, Encoder::razer_paper}),
                         [](const auto& tested) {
                             auto name = std::string(spec_of(tested.param.layout).name) + "_" +
                                         std::string(spec_of(tested.param.encoder).name);
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

TEST_P(Magnitudes, LargeInputs) {
    EXPECT_TRUE(written_and_read("", 60'000).size() <= 1u); // at most of the direction
    EXPECT_EQ(written_and_read("down_proj", 80'000).size(), 2u);
    EXPECT_EQ(written_and_read("down_proj", 3e9f).size(), 2u);
}

TEST_P(Magnitudes, SmallInputs) {
    EXPECT_EQ(written_and_read("down_proj", 1e-9f).size(), 2u);
    EXPECT_EQ(written_and_read("", 1e-9f).size(), 14u);
    EXPECT_TRUE(written_and_read("down_proj", 0).empty());
}

TEST_P(Magnitudes, ZeroAndNearlyZeroWeights) {
    for (const char* suffix : {"o_proj", "down_proj", ""}) {
        scale_weights(suffix, 0);
        EXPECT_TRUE(written_and_read("none", 0).empty()) << suffix;
        for (const float factor : {1e-9f, 1e-30f}) {
            scale_weights(suffix, factor);
            EXPECT_EQ(written_and_read("none", 0).size(), *suffix ? 2u : 14u) << suffix;
        }
    }
}

TEST_P(Magnitudes, LargeWeights) {
    scale_weights("down_proj", 1e5f);
    EXPECT_EQ(written_and_read("none", 0).size(), 2u);
}

} // namespace
} // namespace fp4::checkpoints
