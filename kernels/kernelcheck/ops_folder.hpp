// The folder that `simrun --dump-ops` writes: operands and outputs of matrix products, read without
// any library.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "check.hpp"

namespace fp4::kernels {

struct DumpedOp {
    std::string name;
    PackedTensor a, b;
    std::vector<Fp32> c;       // M * N, or empty
    std::vector<uint32_t> d;   // raw accumulators
    std::vector<uint32_t> out; // after the epilogue, in out_type
};

struct DumpedOps {
    std::string engine; // that computed d and out: rtl, golden or cuda
    const Arithmetic* arithmetic = nullptr;
    Dense out_type = Dense::f32;
    std::vector<DumpedOp> ops;
};

// Errors: a missing file or one of another length than ops.txt says, a line that is not understood.
Result<DumpedOps> read_ops_folder(const std::filesystem::path& folder);

// For each op the kernels and golden against what the folder holds.
std::vector<Check> ops_checks(DumpedOps dumped);

} // namespace fp4::kernels
