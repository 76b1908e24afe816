// The first calibration windows of ref-llama as a token file: as few as show what a command does.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "fp4/io/safetensors.hpp"
#include "fp4/quant/tokens/token_file.hpp"

namespace fp4::quant::test {

inline void write_few_windows(const std::string& model, const std::filesystem::path& path,
                              uint64_t count = 6) {
    const auto all =
        read_token_windows(std::filesystem::path(model) / "tokens/calibration.safetensors", 1024);
    ASSERT_TRUE(all);
    const auto bytes = [](const std::vector<int32_t>& values, size_t n) {
        return std::as_bytes(std::span(values).first(n));
    };
    std::string files = "[";
    for (const auto& name : all->files) files += (files.size() > 1 ? ",\"" : "\"") + name + "\"";
    ASSERT_TRUE(io::write_safetensors(
        path,
        {{"fp4sim.tokens", "1"}, {"files", files + "]"}, {"domains", R"(["boost","postgres"])"}},
        std::vector<io::TensorData>{{"tokens",
                                     io::Dtype::i32,
                                     {count, all->length},
                                     bytes(all->tokens, count * all->length)},
                                    {"file", io::Dtype::i32, {count}, bytes(all->file, count)},
                                    {"domain", io::Dtype::i32, {count}, bytes(all->domain, count)},
                                    {"bytes", io::Dtype::i32, {count}, bytes(all->bytes, count)}}));
}

} // namespace fp4::quant::test
