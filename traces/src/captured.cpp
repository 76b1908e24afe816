#include "fp4/traces/captured.hpp"

#include <cmath>

#include "fp4/io/message.hpp"
#include "fp4/checkpoints/weights.hpp"
#include "fp4/try.hpp"

namespace fp4::traces {

Result<CapturedActivations> CapturedActivations::open(const std::filesystem::path& path) {
    FP4_TRY_ASSIGN(auto file, io::SafetensorsFile::open(path));
    const auto version = file.metadata().find("fp4sim.activations");
    if (version == file.metadata().end() || version->second != "1")
        return Error{ErrorCode::bad_file,
                     io::printable_path(path) +
                         ": metadata 'fp4sim.activations': expected '1', found " +
                         (version == file.metadata().end() ? "no such key"
                                                           : io::in_quotes(version->second))};
    return CapturedActivations(std::move(file));
}

Result<CapturedActivations::Input>
CapturedActivations::input(uint64_t layer, checkpoints::LinearGroup group, uint64_t k) const {
    const auto name = "layers." + std::to_string(layer) + "." + std::string(name_of(group));
    const auto fail = [&](const std::string& tensor, const std::string& expected,
                          const std::string& found) {
        return Error{ErrorCode::bad_file, io::printable_path(file_.path()) + ": tensor " +
                                              io::in_quotes(tensor) + ": expected " + expected +
                                              ", found " + found};
    };
    const auto* values = file_.find(name);
    const auto* amax = file_.find(name + ".amax");
    if (!values) return fail(name, "it in this file", "no such tensor");
    if (!amax) return fail(name + ".amax", "it in this file", "no such tensor");
    if (values->shape.size() != 2 || values->shape[1] != k)
        return fail(name, "shape [tokens, " + std::to_string(k) + "]", "another");
    if (!amax->shape.empty() || amax->dtype != io::Dtype::f32)
        return fail(amax->name, "an F32 scalar", "something else");
    FP4_TRY_ASSIGN(auto floats, checkpoints::read_weights(file_, *values));
    Input input{values->shape[0], std::move(floats)};
    FP4_TRY(file_.read(*amax, std::as_writable_bytes(std::span(&input.amax, 1))));
    if (!std::isfinite(input.amax) || input.amax <= 0)
        return fail(amax->name, "a positive number", std::to_string(input.amax));
    return input;
}

} // namespace fp4::traces
