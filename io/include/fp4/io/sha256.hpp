// SHA-256 fingerprints of traces and outputs.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>

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

} // namespace fp4::io
