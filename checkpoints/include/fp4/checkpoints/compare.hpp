// Two quantized models, bit by bit.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fp4/encode/encode.hpp"
#include "fp4/checkpoints/quantized_checkpoint.hpp"

namespace fp4::checkpoints {

enum class DifferentPart : uint8_t {
    presence,
    format,
    shape,
    tensor_scale,
    input_scale,
    block_scale,
    code
};

// What one side has at the place of a difference.
struct DifferenceSide {
    float tensor_scale = 0; // the multiplier, or where both sides store the divisor that; of a
                            // difference in input scales, that one
    uint8_t scale_byte = 0;
    uint8_t code = 0;
};

struct Difference {
    DifferentPart part;
    std::string linear;
    uint64_t row = 0, block = 0, element = 0; // the element's column; of a tensor scale the row is
                                              // 0 unless rows have their own
    DifferenceSide a, b;
};

struct LinearComparison {
    std::string name;
    uint64_t blocks = 0, elements = 0;
    uint64_t different_scales = 0, different_codes = 0;
    bool different_tensor_scale = false, different_input_scale = false;
};

struct Comparison {
    std::optional<Difference> first; // none: equal in every quantized linear
    std::vector<LinearComparison> linears;
    std::vector<std::string>
        different_plain; // tensors of one side only, or with another dtype, shape or content

    bool equal() const { return !first && different_plain.empty(); }
};

struct CompareOptions {
    bool input_scales = true;
    bool plain_tensors = true;
};

// Linears are matched by name. Tensor scales are compared as the number that both sides store, else
// as multipliers. Errors: those of the sources.
Result<Comparison> compare_models(QuantizedModelSource& a, QuantizedModelSource& b,
                                  const CompareOptions& options = {});

// A checkpoint (`b`) against what an encoder makes of its plain source (`a`): the same linears,
// input scales and plain tensors left out. The format is that of the checkpoint; options.format is
// not looked at.
Result<Comparison> compare_with_encoder(QuantizedCheckpoint plain, QuantizedCheckpoint& checkpoint,
                                        EncodeOptions options);

// One line: "model.layers.0.mlp.up_proj: row 3, block 7, element 115: code 0x2 and 0x3, block scale
// 0x38 and 0x38, tensor scale ...".
std::string describe(const Difference& difference);

} // namespace fp4::checkpoints
