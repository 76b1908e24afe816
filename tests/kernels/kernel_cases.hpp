// What the tests of kernels have in common: engines, and matrices as bit patterns beside each other.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "engine/emulated_engine.hpp"
#include "operands.hpp"

namespace fp4::test {

// Index and both patterns of the first elements that differ; empty: none does.
inline std::string differences(const kernels::DenseMatrix& found, const std::vector<uint32_t>& expected) {
    if (found.bytes.size() != expected.size() * static_cast<size_t>(kernels::bytes_of(found.type))) return "sizes differ";
    std::string out;
    int count = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
        const uint32_t word = found.word(static_cast<int64_t>(i));
        if (word != expected[i] && ++count <= 4) out += "[" + std::to_string(i) + "] " + hex(word) + ", expected " + hex(expected[i]) + "; ";
    }
    return count ? std::to_string(count) + " differ: " + out : out;
}

template <class Value>
std::vector<uint32_t> words_of(std::span<const Value> values) {
    std::vector<uint32_t> out;
    for (const Value value : values) out.push_back(value.bits);
    return out;
}

inline kernels::DenseMatrix matrix_of(const std::vector<float>& values, int64_t rows) {
    kernels::DenseMatrix out{kernels::Dense::f32, rows, static_cast<int64_t>(values.size()) / rows, std::vector<uint8_t>(values.size() * 4)};
    std::memcpy(out.bytes.data(), values.data(), out.bytes.size());
    return out;
}

} // namespace fp4::test
