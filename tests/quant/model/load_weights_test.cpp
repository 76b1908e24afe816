#include "fp4/quant/model/load_weights.hpp"

#include <map>

#include "random_models.hpp"
#include "test_files.hpp"

namespace fp4::quant {
namespace {

using io::Dtype;

constexpr test::ModelShape qwen{"", 4, 6, 2, 2, 1, 2, false, true, true};

struct Stored {
    Dtype dtype;
    std::vector<uint64_t> shape;
    std::string bytes;
};

Stored stored(const Tensor& tensor, Dtype dtype = Dtype::f32) {
    const auto values = tensor
                            .to(dtype == Dtype::f32   ? torch::kFloat
                                : dtype == Dtype::f16 ? torch::kHalf
                                                      : torch::kBFloat16)
                            .contiguous();
    const auto sizes = tensor.sizes();
    return {dtype,
            {sizes.begin(), sizes.end()},
            std::string(static_cast<const char*>(values.data_ptr()),
                        static_cast<size_t>(values.numel()) * values.element_size())};
}

class LoadWeights : public testing::Test {
  protected:
    void SetUp() override {
        const auto& layers = model.layers;
        tensors["model.embed_tokens.weight"] = stored(model.embed_tokens);
        tensors["model.norm.weight"] = stored(model.norm);
        for (size_t i = 0; i < layers.size(); ++i) {
            const std::string prefix = "model.layers." + std::to_string(i) + ".";
            for (const auto& [name, tensor] :
                 {std::pair{"input_layernorm", layers[i].input_layernorm},
                  {"post_attention_layernorm", layers[i].post_attention_layernorm},
                  {"self_attn.q_norm", layers[i].q_norm},
                  {"self_attn.k_norm", layers[i].k_norm},
                  {"self_attn.q_proj", layers[i][LinearOp::q]},
                  {"self_attn.k_proj", layers[i][LinearOp::k]},
                  {"self_attn.v_proj", layers[i][LinearOp::v]},
                  {"self_attn.o_proj", layers[i][LinearOp::o]},
                  {"mlp.gate_proj", layers[i][LinearOp::gate]},
                  {"mlp.up_proj", layers[i][LinearOp::up]},
                  {"mlp.down_proj", layers[i][LinearOp::down]}})
                tensors[prefix + name + ".weight"] = stored(tensor);
        }
    }

    checkpoints::Checkpoint written() {
        dir.write(
            "config.json",
            R"({"architectures":["Qwen3ForCausalLM"],"hidden_size":4,"intermediate_size":6,"num_hidden_layers":2,"num_attention_heads":2})");
        std::vector<io::TensorData> data;
        for (const auto& [name, tensor] : tensors)
            data.push_back(
                {name, tensor.dtype, tensor.shape, std::as_bytes(std::span(tensor.bytes))});
        EXPECT_TRUE(io::write_safetensors(file, {}, data));
        auto checkpoint = checkpoints::Checkpoint::open(dir.path());
        EXPECT_TRUE(checkpoint);
        return std::move(*checkpoint);
    }

    void expect_error(ErrorCode code, const std::string& message) {
        const auto loaded = load_model(written(), model.config);
        ASSERT_FALSE(loaded) << message;
        EXPECT_EQ(loaded.error().code, code);
        EXPECT_EQ(loaded.error().message, message);
    }

    void expect_model(const CausalLm& got) const {
        EXPECT_TRUE(torch::equal(got.embed_tokens, model.embed_tokens));
        EXPECT_TRUE(torch::equal(got.norm, model.norm));
        EXPECT_TRUE(torch::equal(got.lm_head, model.lm_head));
        ASSERT_EQ(got.layers.size(), 2u);
        for (size_t i = 0; i < 2; ++i) {
            const auto &layer = got.layers[i], &wanted = model.layers[i];
            EXPECT_TRUE(torch::equal(layer.input_layernorm, wanted.input_layernorm));
            EXPECT_TRUE(
                torch::equal(layer.post_attention_layernorm, wanted.post_attention_layernorm));
            EXPECT_EQ(layer.q_norm.defined(), model.config.qk_norm);
            EXPECT_TRUE(!model.config.qk_norm || (torch::equal(layer.q_norm, wanted.q_norm) &&
                                                  torch::equal(layer.k_norm, wanted.k_norm)));
            for (const auto op : linear_ops)
                EXPECT_TRUE(torch::equal(layer[op], wanted[op])) << name_of(op);
        }
    }

    test::TempDir dir;
    std::filesystem::path file = dir / "model.safetensors";
    CausalLm model = test::random_model(qwen, 21, torch::kFloat);
    std::map<std::string, Stored> tensors;
};

TEST_F(LoadWeights, EveryTensorInItsPlace) {
    const auto loaded = load_model(written(), model.config);
    ASSERT_TRUE(loaded) << loaded.error().message;
    expect_model(*loaded);
    EXPECT_TRUE(loaded->lm_head.is_same(loaded->embed_tokens));
}

TEST_F(LoadWeights, LlamaHasNoHeadNorms) {
    for (const std::string layer : {"0", "1"})
        for (const std::string name : {"q", "k"})
            tensors.erase("model.layers." + layer + ".self_attn." + name + "_norm.weight");
    expect_error(ErrorCode::bad_file, dir.path().string() +
                                          ": tensor 'model.layers.0.self_attn.q_norm.weight': "
                                          "expected in this checkpoint, found nothing");
    model.config.qk_norm = false;
    const auto loaded = load_model(written(), model.config);
    ASSERT_TRUE(loaded) << loaded.error().message;
    expect_model(*loaded);
}

TEST_F(LoadWeights, NarrowTypesAreWidenedExactly) {
    for (const auto& [dtype, type] :
         {std::pair{Dtype::bf16, torch::kBFloat16}, {Dtype::f16, torch::kHalf}}) {
        tensors["model.norm.weight"] = stored(model.norm, dtype);
        tensors["model.layers.1.mlp.down_proj.weight"] =
            stored(model.layers[1][LinearOp::down], dtype);
        const auto loaded = load_model(written(), model.config);
        ASSERT_TRUE(loaded) << loaded.error().message;
        EXPECT_EQ(loaded->norm.scalar_type(), torch::kFloat);
        EXPECT_TRUE(torch::equal(loaded->norm, model.norm.to(type).to(torch::kFloat)));
        EXPECT_TRUE(torch::equal(loaded->layers[1][LinearOp::down],
                                 model.layers[1][LinearOp::down].to(type).to(torch::kFloat)));
    }
}

TEST_F(LoadWeights, EveryTensorMustBeThere) {
    const auto all = tensors;
    for (const auto& [name, tensor] : all) {
        tensors.erase(name);
        expect_error(ErrorCode::bad_file, dir.path().string() + ": tensor '" + name +
                                              "': expected in this checkpoint, found nothing");
        tensors = all;
    }
}

TEST_F(LoadWeights, WrongShapes) {
    const auto with = [&](const std::string& name, const Tensor& tensor,
                          const std::string& message) {
        const auto good = std::exchange(tensors[name], stored(tensor));
        expect_error(ErrorCode::bad_shape,
                     file.string() + ": tensor '" + name + "': expected shape " + message);
        tensors[name] = good;
    };
    with("model.embed_tokens.weight", torch::zeros({28, 4}),
         "[29, 4] from config.json, found [28, 4]");
    with("model.norm.weight", torch::zeros({1, 4}), "[4] from config.json, found [1, 4]");
    with("model.layers.1.self_attn.k_norm.weight", torch::zeros({4}),
         "[2] from config.json, found [4]");
    with("model.layers.1.self_attn.k_proj.weight", torch::zeros({4, 2}),
         "[2, 4] from config.json, found [4, 2]"); // transposed
    with("model.layers.0.mlp.down_proj.weight", torch::zeros({6, 4}),
         "[4, 6] from config.json, found [6, 4]");
    with("model.layers.0.mlp.up_proj.weight", torch::zeros({}),
         "[6, 4] from config.json, found []");
}

TEST_F(LoadWeights, NotFinite) {
    auto bad = model.layers[1][LinearOp::up].clone();
    bad[5][2] = std::numeric_limits<float>::quiet_NaN();
    const std::string name = "model.layers.1.mlp.up_proj.weight";
    tensors[name] = stored(bad);
    const auto loaded = load_model(written(), model.config);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::not_finite);
    test::expect_message(loaded.error().message, file.string() + ": tensor '" + name +
                                                     "': row 5, column 2 (flat index 22, byte ");
    tensors[name] = stored(model.layers[1][LinearOp::up]);
    tensors["model.norm.weight"] = stored(torch::full({4}, std::numeric_limits<float>::infinity()));
    const auto norm = load_model(written(), model.config);
    ASSERT_FALSE(norm);
    EXPECT_EQ(norm.error().code, ErrorCode::not_finite);
}

TEST_F(LoadWeights, OtherTypes) {
    tensors["model.norm.weight"] = {Dtype::f64, {4}, std::string(32, '\0')};
    expect_error(
        ErrorCode::bad_file,
        file.string() +
            ": tensor 'model.norm.weight': dtype: expected BF16, F16 or F32, found F64 [4]");
    tensors["model.norm.weight"] = {
        Dtype::f8_e4m3, {4}, "\x38\x38\x38\x38"}; // its scale would be elsewhere
    expect_error(ErrorCode::bad_file,
                 file.string() +
                     ": tensor 'model.norm.weight': dtype: expected BF16, F16 or F32, found "
                     "F8_E4M3 [4], whose scale is not in this file");
}

TEST_F(LoadWeights, HeadOfATiedModel) {
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"];
    const auto equal = load_model(written(), model.config);
    ASSERT_TRUE(equal) << equal.error().message;
    expect_model(*equal);
    const std::string message =
        dir.path().string() + ": lm_head.weight: expected the embedding's bytes, since config.json "
                              "ties them, found others";
    tensors["lm_head.weight"].bytes.back() ^= 1;
    expect_error(ErrorCode::bad_file, message);
    tensors["lm_head.weight"] = stored(model.embed_tokens, Dtype::bf16);
    expect_error(ErrorCode::bad_file, message);
    tensors["lm_head.weight"] = {Dtype::f32, {0, 4}, ""};
    expect_error(ErrorCode::bad_file, message);
}

TEST_F(LoadWeights, HeadOfAnUntiedModel) {
    model.config.tie_word_embeddings = false;
    expect_error(ErrorCode::bad_file,
                 dir.path().string() +
                     ": tensor 'lm_head.weight': expected in this checkpoint, found nothing");
    model.lm_head = test::random_tensor({29, 4}, 1, 5, torch::kFloat);
    tensors["lm_head.weight"] = stored(model.lm_head);
    const auto loaded = load_model(written(), model.config);
    ASSERT_TRUE(loaded) << loaded.error().message;
    expect_model(*loaded);
}

} // namespace
} // namespace fp4::quant
