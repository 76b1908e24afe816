#include "fingerprint.hpp"

#include <filesystem>

#include "fp4/io/posix_io.hpp"
#include "fp4/io/sha256.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

void add(io::Sha256& sha256, const std::string& text) {
    sha256.update(std::as_bytes(std::span(text)));
    sha256.update(std::as_bytes(std::span("", 1)));
}

Status add_config(io::Sha256& sha256, const checkpoints::Checkpoint& checkpoint) {
    FP4_TRY_ASSIGN(const auto text,
                   io::read_text_file(io::parent_of(checkpoint.files()[0].path()) / "config.json",
                                      uint64_t{16} << 20));
    add(sha256, text);
    return Done{};
}

void add_tensor(io::Sha256& sha256, const io::TensorInfo& tensor) {
    add(sha256, tensor.name + " " + tensor.dtype_name);
    for (const uint64_t extent : tensor.shape) add(sha256, std::to_string(extent));
}

} // namespace

Result<std::string> work_fingerprint(const checkpoints::Checkpoint& checkpoint,
                                     const std::string& options) {
    io::Sha256 sha256;
    add(sha256, options);
    FP4_TRY(add_config(sha256, checkpoint));
    for (const auto& file : checkpoint.files()) {
        std::error_code failed;
        add(sha256, std::to_string(std::filesystem::file_size(file.path(), failed)));
        add(sha256,
            std::to_string(
                std::filesystem::last_write_time(file.path(), failed).time_since_epoch().count()));
        for (const auto& tensor : file.tensors()) add_tensor(sha256, tensor);
    }
    return sha256.hex_digest();
}

Result<std::string> model_sha256(const checkpoints::Checkpoint& checkpoint) {
    io::Sha256 sha256;
    FP4_TRY(add_config(sha256, checkpoint));
    for (const auto& file : checkpoint.files())
        for (const auto& tensor : file.tensors()) {
            add_tensor(sha256, tensor);
            FP4_TRY_ASSIGN(const auto bytes, file.bytes(tensor));
            sha256.update(bytes);
        }
    return sha256.hex_digest();
}

} // namespace fp4::quant
