// Instruction sets of the fast paths. All give the same bits; the choice is made at run time.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "fp4/result.hpp"

namespace fp4 {

enum class Isa : uint8_t {
    portable,    // standard C++
    avx2,        // x86-64-v3
    avx512_vnni, // AVX-512 F, BW, DQ, VL and VNNI
};

std::string_view name_of(Isa isa); // "portable", "avx2", "avx512-vnni"
std::optional<Isa> isa_from_name(std::string_view name);

// Those that this machine can run, from the slowest; `portable` is always the first.
std::vector<Isa> supported_isas();

// What a fast path runs on: `asked` where given, else the environment variable FP4SIM_ISA, else the
// last of supported_isas. Errors: a name nobody knows, an instruction set that this machine does
// not have.
Result<Isa> choose_isa(std::optional<Isa> asked);

} // namespace fp4
