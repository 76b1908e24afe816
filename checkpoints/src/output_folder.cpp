#include "fp4/checkpoints/output_folder.hpp"

#include <string>
#include <system_error>

#include "copied_files.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/safetensors.hpp"

namespace fp4::checkpoints {
namespace {

namespace fs = std::filesystem;

// Nothing but files that a checkpoint of this program consists of, with its mark in each weight
// file.
Status check_own_checkpoint(const fs::path& folder, std::span<const fs::path> entries) {
    const auto refuse = [&](const std::string& found) {
        return io::expected_found(
            ErrorCode::write_failed, io::printable_path(folder),
            "a folder that holds one checkpoint written by this program and nothing else", found);
    };
    size_t weight_files = 0;
    for (const auto& entry : entries) {
        const auto name = entry.filename().string();
        std::error_code ignored;
        if (!fs::is_regular_file(fs::symlink_status(entry, ignored)) || !is_output_file(name))
            return refuse(io::in_quotes(name));
        if (!name.ends_with(".safetensors")) continue;
        const auto file = io::SafetensorsFile::open(entry);
        if (!file || !file->metadata().contains(own_output_key))
            return refuse(io::in_quotes(name) + " of another origin");
        ++weight_files;
    }
    if (weight_files == 0) return refuse("no weight file");
    return Done{};
}

} // namespace

io::FolderPolicy output_policy(bool replace) {
    io::FolderPolicy policy{.last_file = "config.json"};
    if (replace) policy.may_replace = check_own_checkpoint;
    return policy;
}

} // namespace fp4::checkpoints
