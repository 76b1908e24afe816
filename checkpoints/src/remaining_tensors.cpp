#include "fp4/checkpoints/remaining_tensors.hpp"

#include <set>
#include <string>

#include "fp4/io/expected_found.hpp"

namespace fp4::checkpoints {

RemainingTensors::RemainingTensors(const QuantizedCheckpoint& plain,
                                   std::span<const LinearSpec> linears) {
    std::set<std::string> weights;
    for (const auto& linear : linears) weights.insert(linear.name + ".weight");
    const auto tensors = plain.plain_tensors();
    for (size_t i = 0; i < tensors.size(); ++i)
        if (!weights.contains(tensors[i].name)) {
            specs_.push_back(tensors[i]);
            places_.push_back(i);
        }
}

Status RemainingTensors::read(const QuantizedCheckpoint& plain, size_t i, uint64_t offset,
                              std::span<std::byte> bytes) const {
    if (i >= places_.size())
        return io::expected_found(ErrorCode::bad_argument, "plain tensors",
                                  "a number below " + std::to_string(places_.size()),
                                  std::to_string(i));
    return plain.read_plain(places_[i], offset, bytes);
}

} // namespace fp4::checkpoints
