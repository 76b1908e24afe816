// The checkpoint layouts: one row each. Readers and writers take every tensor name, type and
// direction from here.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fp4/encode/encoder.hpp"
#include "fp4/io/dtype.hpp"

namespace fp4::checkpoints {

// Where a folder has its weights.
struct WeightFileNames {
    std::string_view single = "model.safetensors"; // empty: there must be an index
    std::string_view index = "model.safetensors.index.json";
};

enum class Layout : uint8_t { compressed_tensors, modelopt, razer, plain };

struct LayoutSpec {
    std::string_view name;
    std::string_view quant_method; // in config.json; empty: no quantization_config
    // Of module P: tensors P.<codes> and so on; empty: not there.
    std::string_view codes, scales, tensor_scale, input_scale;
    io::Dtype scales_dtype = io::Dtype::other;
    Format weight_format = Format::nvfp4;
    TensorScaleKind scale_kind =
        TensorScaleKind::multiplier;      // of the stored tensor and input scales
    bool scalar_is_vector = false;        // their shape: [1] or []
    std::string_view file_stem = "model"; // <stem>-00001-of-0000N.safetensors
    WeightFileNames files{};
    bool fused_scales_equal = true;    // consumers keep one tensor scale for q/k/v and for gate/up
    bool inputs_without_scale = false; // quantized inputs need no static scale
};

inline constexpr std::array<LayoutSpec, 4> layout_specs{{
    {"compressed-tensors", "compressed-tensors", "weight_packed", "weight_scale",
     "weight_global_scale", "input_global_scale", io::Dtype::f8_e4m3, Format::nvfp4,
     TensorScaleKind::divisor, true},
    {"modelopt", "modelopt", "weight", "weight_scale", "weight_scale_2", "input_scale",
     io::Dtype::f8_e4m3, Format::nvfp4},
    {"razer",
     "fp4sim-razer",
     "razer_codes",
     "razer_scales",
     "razer_tensor_scale",
     "razer_input_scale",
     io::Dtype::u8,
     Format::razer_w,
     TensorScaleKind::multiplier,
     false,
     "razer",
     {"", "razer.index.json"},
     true,
     true},
    {"bf16",
     "",
     "",
     "",
     "",
     "",
     io::Dtype::other,
     Format::nvfp4,
     TensorScaleKind::multiplier,
     false,
     "model",
     {},
     false},
}};

constexpr const LayoutSpec& spec_of(Layout layout) {
    return layout_specs[static_cast<size_t>(layout)];
}

constexpr std::optional<Layout> layout_from_name(std::string_view name) {
    for (size_t i = 0; i < layout_specs.size(); ++i)
        if (layout_specs[i].name == name) return static_cast<Layout>(i);
    return std::nullopt;
}

} // namespace fp4::checkpoints
