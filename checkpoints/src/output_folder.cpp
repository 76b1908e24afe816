#include "output_folder.hpp"

#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

#include "copied_files.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/io/safetensors.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

namespace fs = std::filesystem;

Error failed(const fs::path& path, const std::string& what, const std::error_code& error) {
    return {ErrorCode::write_failed,
            io::printable_path(path) + ": " + what + ": " + error.message()};
}

Result<fs::path> make_folder_beside(const fs::path& target, const char* word) {
    for (int attempt = 0; attempt < 100; ++attempt) {
        uint32_t random = 0;
        if (::getrandom(&random, sizeof random, 0) != sizeof random) break;
        std::array<char, 32> suffix{};
        std::snprintf(suffix.data(), suffix.size(), ".%s-%08x", word, random);
        auto path = target;
        path += suffix.data();
        if (::mkdir(path.c_str(), 0777) == 0) return path;
        if (errno != EEXIST) break;
    }
    return io::errno_error(ErrorCode::write_failed, target, "cannot create a folder beside it");
}

// Nothing but files that a checkpoint of this program consists of, with its mark in each weight
// file.
Status check_replaceable(const fs::path& target) {
    const auto refuse = [&](const std::string& found) {
        return io::expected_found(
            ErrorCode::write_failed, io::printable_path(target),
            "a folder that holds one checkpoint written by this program and nothing else", found);
    };
    size_t weight_files = 0;
    std::error_code error;
    for (auto at = fs::directory_iterator(target, error); !error && at != fs::directory_iterator();
         at.increment(error)) {
        const auto name = at->path().filename().string();
        std::error_code ignored;
        if (!fs::is_regular_file(at->symlink_status(ignored)) || !is_output_file(name))
            return refuse(io::in_quotes(name));
        if (!name.ends_with(".safetensors")) continue;
        const auto file = io::SafetensorsFile::open(at->path());
        if (!file || !file->metadata().contains(own_output_key))
            return refuse(io::in_quotes(name) + " of another origin");
        ++weight_files;
    }
    if (error) return failed(target, "cannot list", error);
    if (weight_files == 0) return refuse("no weight file");
    return Done{};
}

} // namespace

OutputFolder::OutputFolder(OutputFolder&& from) noexcept
    : target_(std::move(from.target_)), partial_(std::exchange(from.partial_, {})),
      replace_(from.replace_) {}

OutputFolder::~OutputFolder() {
    std::error_code ignored;
    if (!partial_.empty()) fs::remove_all(partial_, ignored);
}

Result<OutputFolder> OutputFolder::create(const fs::path& given, bool replace) {
    auto target = given.lexically_normal();
    if (!target.has_filename()) target = target.parent_path(); // a slash at the end
    const auto name = target.filename();
    if (name.empty() || name == "." || name == "..")
        return io::expected_found(ErrorCode::write_failed, io::printable_path(given),
                                  "the name of a folder", "none");
    std::error_code error;
    const auto status = fs::symlink_status(target, error);
    if (fs::exists(status)) {
        if (!fs::is_directory(status))
            return io::expected_found(ErrorCode::write_failed, io::printable_path(target),
                                      "a new name or a folder", "something else");
        const bool empty = fs::is_empty(target, error);
        if (error) return failed(target, "cannot list", error);
        if (!empty && !replace)
            return io::expected_found(ErrorCode::write_failed, io::printable_path(target),
                                      "a new name or an empty folder", "files in it");
        if (!empty) FP4_TRY(check_replaceable(target));
    }
    FP4_TRY_ASSIGN(auto partial, make_folder_beside(target, "partial"));
    return OutputFolder(std::move(target), std::move(partial), replace);
}

Status OutputFolder::publish() {
    std::error_code error;
    fs::rename(partial_, target_, error); // takes the place of an empty folder
    if (replace_ && (error == std::errc::directory_not_empty || error == std::errc::file_exists)) {
        // Once more: what has come since create() is not removed either.
        FP4_TRY(check_replaceable(target_));
        FP4_TRY_ASSIGN(const auto old, make_folder_beside(target_, "replaced"));
        fs::rename(target_, old, error);
        if (error) return failed(target_, "cannot move the old folder away", error);
        fs::rename(partial_, target_, error);
        if (error) {
            std::error_code ignored;
            fs::rename(old, target_, ignored);
        } else {
            std::error_code ignored;
            fs::remove_all(old, ignored);
        }
    }
    if (error) return failed(target_, "cannot rename the finished folder to it", error);
    partial_.clear();
    return io::sync_directory_of(target_);
}

} // namespace fp4::checkpoints
