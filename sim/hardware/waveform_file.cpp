#include "waveform_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "fp4/io/atomic_file.hpp"
#include "fp4/try.hpp"

namespace fp4::sim {

WaveformFile::WaveformFile(std::filesystem::path target, std::filesystem::path folder)
    : target_(std::move(target)), folder_(std::move(folder)) {}
WaveformFile::WaveformFile(WaveformFile&& from) noexcept
    : target_(std::move(from.target_)), folder_(std::exchange(from.folder_, {})) {}

WaveformFile::~WaveformFile() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

Result<WaveformFile> WaveformFile::create(const std::filesystem::path& target) {
    FP4_TRY_ASSIGN(auto probe, io::AtomicFile::create(target));
    FP4_TRY(probe.write(std::vector<std::byte>(4096)));

    std::error_code error;
    std::string pattern =
        (std::filesystem::temp_directory_path(error) / "fp4sim-waveform-XXXXXX").string();
    if (error || !mkdtemp(pattern.data()))
        return Error{ErrorCode::write_failed, fmt::format("{}: expected a temporary folder: {}",
                                                          pattern, std::strerror(errno))};
    return WaveformFile(target, pattern);
}

Status WaveformFile::commit() {
    std::ifstream recorded(recording(), std::ios::binary);
    FP4_TRY_ASSIGN(auto file, io::AtomicFile::create(target_));
    std::vector<char> chunk(1 << 20);
    while (recorded.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) ||
           recorded.gcount() > 0)
        FP4_TRY(file.write(
            std::as_bytes(std::span(chunk).first(static_cast<size_t>(recorded.gcount())))));
    return file.commit();
}

} // namespace fp4::sim
