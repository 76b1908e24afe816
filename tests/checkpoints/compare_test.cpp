#include "fp4/checkpoints/compare.hpp"
#include "tiny_model.hpp"

namespace fp4::checkpoints {
namespace {

const std::string up = "model.layers.0.mlp.up_proj";

class Compare : public TinyModel {
  protected:
    Comparison compare(const ChangedModel::Change& change, const CompareOptions& options = {}) {
        auto a = encoded(Encoder::ct), b = encoded(Encoder::ct);
        ChangedModel changed(b, false, [&](QuantizedLinear& linear) {
            if (linear.name == up) change(linear);
        });
        auto compared = compare_models(a, changed, options);
        if (!compared) throw std::runtime_error(compared.error().message);
        return std::move(*compared);
    }
    static const LinearComparison& counts(const Comparison& comparison) {
        return *std::ranges::find(comparison.linears, up, &LinearComparison::name);
    }
};

TEST_F(Compare, FirstDifferenceAndCounts) {
    const auto comparison = compare([](QuantizedLinear& linear) {
        linear.weight.codes[5 * 32 + 20] ^= 0x30; // row 5, element 41
        linear.weight.codes[7 * 32] ^= 0x01;
        linear.weight.scales[6 * 4 + 1] ^= 0x01;
    });
    ASSERT_TRUE(comparison.first);
    const auto& first = *comparison.first;
    EXPECT_EQ(first.linear, up);
    EXPECT_EQ(first.part, DifferentPart::code);
    EXPECT_EQ(std::tuple(first.row, first.block, first.element), std::tuple(5u, 2u, 41u));
    EXPECT_EQ(first.a.code ^ first.b.code, 3);
    EXPECT_EQ(first.a.scale_byte, first.b.scale_byte);
    auto model = encoded(Encoder::ct);
    const auto linear = model.linear(5);
    ASSERT_EQ(linear->name, up);
    EXPECT_EQ(first.a.scale_byte, linear->weight.scales[5 * 4 + 2]);
    EXPECT_EQ(first.a.tensor_scale, linear->scale.divisor.value);
    EXPECT_EQ(counts(comparison).different_codes, 2u);
    EXPECT_EQ(counts(comparison).different_scales, 1u);
    EXPECT_EQ(counts(comparison).blocks, 96u * 4);
    EXPECT_EQ(counts(comparison).elements, 96u * 64);
    EXPECT_FALSE(comparison.equal());
    test::expect_message(describe(first), up + ": row 5, block 2, element 41: code 0x");
    for (const auto& other : comparison.linears)
        EXPECT_EQ(other.different_codes + other.different_scales != 0, other.name == up);
}

TEST_F(Compare, Scales) {
    auto comparison = compare([](QuantizedLinear& linear) { linear.weight.scales[3] ^= 0x02; });
    EXPECT_EQ(comparison.first->part, DifferentPart::block_scale);
    EXPECT_EQ(comparison.first->a.scale_byte ^ comparison.first->b.scale_byte, 2);
    EXPECT_EQ(comparison.first->block, 3u);
    EXPECT_EQ(comparison.first->element, 48u); // where the block begins
    comparison = compare([](QuantizedLinear& linear) {
        linear.scale.divisor.value = std::nextafter(linear.scale.divisor.value, 0.0f);
    });
    EXPECT_EQ(comparison.first->part, DifferentPart::tensor_scale);
    EXPECT_TRUE(counts(comparison).different_tensor_scale);
    comparison = compare([](QuantizedLinear& linear) {
        linear.scale.multiplier.value *= 2;
    }); // the divisor is what both store
    EXPECT_TRUE(comparison.equal());
    comparison = compare([](QuantizedLinear& linear) {
        linear.input_scale = stored_scale(TensorScaleKind::divisor, 100);
    });
    EXPECT_EQ(comparison.first->part, DifferentPart::input_scale);
    EXPECT_TRUE(compare(
                    [](QuantizedLinear& linear) {
                        linear.input_scale = stored_scale(TensorScaleKind::divisor, 100);
                    },
                    {.input_scales = false})
                    .equal());
}

TEST_F(Compare, FormatsShapesAndPresence) {
    EXPECT_EQ(compare([](QuantizedLinear& linear) {
                  linear.weight.format = Format::razer_a;
              }).first->part,
              DifferentPart::format);
    EXPECT_EQ(compare([](QuantizedLinear& linear) {
                  std::swap(linear.weight.rows, linear.weight.k);
              }).first->part,
              DifferentPart::shape);
    auto a = encoded(Encoder::ct);
    auto b = EncodedModel::create(open(source), {.encoder = Encoder::ct},
                                  {up, "model.layers.0.mlp.gate_proj"});
    ASSERT_TRUE(b);
    const auto comparison = compare_models(a, *b);
    EXPECT_EQ(comparison->first->part, DifferentPart::presence);
    EXPECT_EQ(compare_models(*b, a)->first->part, DifferentPart::presence);
    EXPECT_EQ(comparison->different_plain.size(), 2u);
}

TEST_F(Compare, PlainTensors) {
    write(Layout::compressed_tensors, Encoder::ct, out);
    auto tensors = read_tensors(out / "model.safetensors");
    tensors.at("model.norm.weight").bytes[9] ^= 1;
    write_tensors(out / "model.safetensors", tensors);
    auto a = encoded(Encoder::ct);
    auto b = open(out);
    EXPECT_EQ(compare_models(a, b)->different_plain, std::vector<std::string>{"model.norm.weight"});
    EXPECT_TRUE(compare_models(a, b, {.plain_tensors = false})->equal());
}

TEST_F(Compare, WithItsEncoder) {
    for (const auto& [layout, encoder, other] :
         {std::tuple{Layout::compressed_tensors, Encoder::ct_bf16, Encoder::ct},
          {Layout::razer, Encoder::razer_paper, Encoder::razer_rne}}) {
        const auto folder = dir / spec_of(layout).name;
        write(layout, encoder, folder, Format::nvfp4);
        auto checkpoint = open(folder);
        const auto same = compare_with_encoder(open(source), checkpoint, {.encoder = encoder});
        ASSERT_TRUE(same) << same.error().message;
        EXPECT_TRUE(same->equal()) << describe(*same->first);
        EXPECT_EQ(same->linears.size(), 14u);
        const auto different = compare_with_encoder(open(source), checkpoint, {.encoder = other});
        ASSERT_TRUE(different);
        uint64_t codes = 0;
        for (const auto& linear : different->linears) codes += linear.different_codes;
        EXPECT_GT(codes, 0u);
    }
    auto plain = open(source);
    EXPECT_FALSE(compare_with_encoder(open(source), plain, {.encoder = Encoder::ct}));
}

TEST_F(Compare, TensorScalesAreOfTheFusedGroup) {
    auto model = encoded(Encoder::ct);
    const auto q = model.linear(0), k = model.linear(1), v = model.linear(2), o = model.linear(3);
    EXPECT_EQ(q->scale.divisor.value, k->scale.divisor.value);
    EXPECT_EQ(q->scale.divisor.value, v->scale.divisor.value);
    const auto tensors = tiny_tensors();
    float amax = 0;
    for (const char* name : {"q_proj", "k_proj", "v_proj"}) {
        const auto& bytes =
            tensors.at(std::string("model.layers.0.self_attn.") + name + ".weight").bytes;
        for (size_t i = 0; i < bytes.size(); i += 2)
            amax = std::max(amax, std::fabs(std::bit_cast<float>(
                                      uint32_t{static_cast<uint8_t>(bytes[i])} << 16 |
                                      uint32_t{static_cast<uint8_t>(bytes[i + 1])} << 24)));
    }
    EXPECT_EQ(q->scale.divisor.value, 2688.0f / amax);
    EXPECT_NE(o->scale.divisor.value, q->scale.divisor.value);
}

} // namespace
} // namespace fp4::checkpoints
