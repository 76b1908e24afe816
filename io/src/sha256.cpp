#include "fp4/io/sha256.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "fp4/io/posix_io.hpp"
#include "fp4/try.hpp"

namespace fp4::io {

struct Sha256::Context {
    EVP_MD_CTX* evp = EVP_MD_CTX_new();
    Context() { EVP_DigestInit_ex(evp, EVP_sha256(), nullptr); }
    ~Context() { EVP_MD_CTX_free(evp); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
    EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size());
}

std::string Sha256::hex_digest() {
    std::array<unsigned char, 32> digest{};
    EVP_DigestFinal_ex(context_->evp, digest.data(), nullptr);
    std::string hex;
    for (unsigned char byte : digest) {
        hex += "0123456789abcdef"[byte >> 4];
        hex += "0123456789abcdef"[byte & 15];
    }
    return hex;
}

Result<std::string> file_sha256(const std::filesystem::path& path) {
    FP4_TRY_ASSIGN(const auto file, open_regular_file(path));
    Sha256 sha256;
    std::vector<std::byte> part(size_t{1} << 20);
    for (uint64_t at = 0; at < file.size; at += part.size()) {
        part.resize(std::min<uint64_t>(part.size(), file.size - at));
        FP4_TRY(read_at(file.fd.get(), at, part, path));
        sha256.update(part);
    }
    return sha256.hex_digest();
}

} // namespace fp4::io
