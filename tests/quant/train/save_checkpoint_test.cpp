#include "fp4/quant/train/save_checkpoint.hpp"

#include "fp4/quant/model/load_weights.hpp"
#include "fp4/quant/train/trainer.hpp"
#include "parameters.hpp"
#include "test_files.hpp"
#include "tiny_recipe.hpp"

namespace fp4::quant {
namespace {

TEST(ConfigJson, IsReadAsTheSameConfiguration) {
    DecoderConfig config;
    config.dims = {"LlamaForCausalLM", "some-name", 96, 160, 5, 6, 3, 14};
    config.vocab_size = 1234;
    config.max_position_embeddings = 77;
    config.rms_norm_eps = 3e-6;
    config.rope_theta = 12'345.5;
    for (const bool tied : {true, false}) {
        config.tie_word_embeddings = tied;
        const auto read = parse_decoder_config(config_json(config), "config.json");
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(read->dims.architecture, "LlamaForCausalLM");
        EXPECT_EQ(read->dims.name, "some-name");
        EXPECT_EQ(read->dims.hidden_size, 96u);
        EXPECT_EQ(read->dims.intermediate_size, 160u);
        EXPECT_EQ(read->dims.num_hidden_layers, 5u);
        EXPECT_EQ(read->dims.num_attention_heads, 6u);
        EXPECT_EQ(read->dims.num_key_value_heads, 3u);
        EXPECT_EQ(read->dims.head_dim, 14u);
        EXPECT_EQ(read->vocab_size, 1234u);
        EXPECT_EQ(read->max_position_embeddings, 77u);
        EXPECT_EQ(read->rms_norm_eps, 3e-6);
        EXPECT_EQ(read->rope_theta, 12'345.5);
        EXPECT_FALSE(read->rope_scaling);
        EXPECT_EQ(read->tie_word_embeddings, tied);
        EXPECT_FALSE(read->dims.qk_norm);
    }
}

TEST(SaveCheckpoint, ReadsBackRoundedToBfloat16) {
    const test::TempDir dir;
    Trainer trainer(test::tiny_recipe(), test::counting_stream());
    trainer.train_step(); // norms leave 1
    ASSERT_TRUE(save_checkpoint(dir.path(), trainer.model()));
    EXPECT_EQ(dir.entries(), (std::vector<std::string>{"config.json", "model.safetensors"}));
    const auto config = read_decoder_config(dir.path());
    ASSERT_TRUE(config) << config.error().message;
    const auto checkpoint = checkpoints::Checkpoint::open(dir.path());
    ASSERT_TRUE(checkpoint) << checkpoint.error().message;
    EXPECT_FALSE(checkpoint->find("lm_head.weight"));
    const auto read = load_model(*checkpoint, *config);
    ASSERT_TRUE(read) << read.error().message;
    const auto got = parameters(*read), wanted = parameters(trainer.model());
    ASSERT_EQ(got.size(), 2u + 2 * 9);
    ASSERT_EQ(wanted.size(), got.size());
    EXPECT_EQ(checkpoint->files()[0].tensors().size(), got.size());
    for (size_t i = 0; i < got.size(); ++i) {
        EXPECT_EQ(got[i].first, wanted[i].first);
        EXPECT_FALSE(torch::equal(got[i].second, wanted[i].second)) << got[i].first;
        EXPECT_TRUE(torch::equal(got[i].second,
                                 wanted[i].second.detach().to(torch::kBFloat16).to(torch::kFloat)))
            << got[i].first;
    }
    EXPECT_FALSE(save_checkpoint(dir / "absent", trainer.model()));
}

} // namespace
} // namespace fp4::quant
