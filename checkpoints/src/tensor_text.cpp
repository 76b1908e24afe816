#include "fp4/checkpoints/tensor_text.hpp"

#include <algorithm>

#include "fp4/io/message.hpp"

namespace fp4::checkpoints {
namespace {

constexpr size_t named = 4;

} // namespace

std::string shape_text(std::span<const uint64_t> shape) {
    std::string text = "[";
    for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

std::string describe(const io::TensorInfo& tensor) {
    return io::printable(tensor.dtype_name) + " " + shape_text(tensor.shape);
}

std::string place_text(const TensorLocation& at) {
    return io::printable_path(at.file->path()) + ": tensor " + io::in_quotes(at.tensor->name);
}

std::string some_of(std::span<const std::string> names) {
    std::string text;
    const size_t shown = names.size() == named + 1 ? names.size() : std::min(names.size(), named);
    for (size_t i = 0; i < shown; ++i) text += (i ? ", " : "") + io::in_quotes(names[i]);
    if (shown < names.size()) text += " and " + std::to_string(names.size() - shown) + " more";
    return text;
}

} // namespace fp4::checkpoints
