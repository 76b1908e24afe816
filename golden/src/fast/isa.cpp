#include "fp4/fast/isa.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace fp4 {
namespace {

constexpr std::array<std::string_view, 3> names{"portable", "avx2", "avx512-vnni"};

std::string list(const std::vector<Isa>& isas) {
    std::string text;
    for (const Isa isa : isas) text += (text.empty() ? "" : ", ") + std::string(name_of(isa));
    return text;
}

} // namespace

std::string_view name_of(Isa isa) { return names[static_cast<size_t>(isa)]; }

std::optional<Isa> isa_from_name(std::string_view name) {
    for (size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return static_cast<Isa>(i);
    return std::nullopt;
}

std::vector<Isa> supported_isas() {
    std::vector<Isa> isas{Isa::portable};
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) isas.push_back(Isa::avx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vnni"))
        isas.push_back(Isa::avx512_vnni);
#endif
    return isas;
}

Result<Isa> choose_isa(std::optional<Isa> asked) {
    const auto isas = supported_isas();
    if (!asked) {
        const char* name = std::getenv("FP4SIM_ISA");
        if (!name || !*name) return isas.back();
        asked = isa_from_name(name);
        if (!asked)
            return Error{ErrorCode::unknown_name,
                         "FP4SIM_ISA: expected one of " + list(isas) + ", found " + name};
    }
    if (std::ranges::find(isas, *asked) == isas.end())
        return Error{ErrorCode::bad_argument, "instruction set " + std::string(name_of(*asked)) +
                                                  ": this machine has " + list(isas)};
    return *asked;
}

} // namespace fp4
