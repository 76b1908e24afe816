// SHA-256 of bytes in memory and of files.
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "fp4/result.hpp"

namespace fp4::io {

class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;

    void update(std::span<const std::byte> bytes);
    std::string hex_digest(); // 64 lower-case digits; ends the computation

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

// hex_digest() of a regular file of any size; bad_file where it cannot be read to its end.
Result<std::string> file_sha256(const std::filesystem::path& path);

} // namespace fp4::io
