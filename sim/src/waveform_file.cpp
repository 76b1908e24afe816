#include "waveform_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace fp4::sim {

WaveformFile::WaveformFile(std::filesystem::path target, std::filesystem::path temporary) : target_(std::move(target)), temporary_(std::move(temporary)) {}
WaveformFile::WaveformFile(WaveformFile&& from) noexcept : target_(std::move(from.target_)), temporary_(std::exchange(from.temporary_, {})) {}

WaveformFile::~WaveformFile() {
    std::error_code ignored;
    if (!temporary_.empty()) std::filesystem::remove(temporary_, ignored);
}

Result<WaveformFile> WaveformFile::create(const std::filesystem::path& target) {
    if (target.empty()) return WaveformFile({}, {});
    std::string name = target.string() + ".partial-XXXXXX";
    const int fd = mkstemp(name.data());
    if (fd < 0) return Error{ErrorCode::write_failed, fmt::format("{}: expected a file that can be written: {}", target.string(), std::strerror(errno))};
    close(fd);
    return WaveformFile(target, name);
}

Status WaveformFile::commit() {
    std::error_code error;
    std::filesystem::permissions(temporary_, std::filesystem::perms(0644), error);
    std::filesystem::rename(temporary_, target_, error);
    if (error) return Error{ErrorCode::write_failed, fmt::format("{}: {}", target_.string(), error.message())};
    temporary_.clear();
    return Done{};
}

} // namespace fp4::sim
