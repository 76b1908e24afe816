// The rules that the fused step of an FP4 tensor core may follow, as rows that golden computes.
#pragma once
#include <string>
#include <vector>

#include "fp4/arithmetic/arithmetic.hpp"

namespace fp4::probe {

struct Candidate {
    Arithmetic arithmetic; // its name is the profile's where it is one, else empty
    std::string text;      // what it says, in words
};

// Every zero rule, 30 to 40 bits kept, groups of 16, 32 and 64 products, both roundings, exponents
// of groups from scales or from the leading bit: 396 of them. nv-blackwell and nv-blackwell-1 are
// among them.
std::vector<Candidate> all_candidates();

} // namespace fp4::probe
