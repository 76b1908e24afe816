#include "shard_index.hpp"

#include <algorithm>
#include <system_error>

#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/strict_json.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

bool is_plain_file_name(std::string_view name) {
    const auto bad = [](char c) {
        return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    };
    return !name.empty() && name != "." && name != ".." &&
           std::none_of(name.begin(), name.end(), bad);
}

// Both absolute and without links.
bool lies_in(const std::filesystem::path& path, const std::filesystem::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
           folder.end();
}

// In a Hugging Face hub cache a repository's folder holds blobs/ and snapshots/REVISION/..., whose
// files are links to blobs. Elsewhere `home` is all that belongs to a checkpoint.
std::filesystem::path repository_of(const std::filesystem::path& home) {
    std::error_code ignored;
    for (auto at = home; at.has_relative_path(); at = at.parent_path()) {
        const auto snapshots = at.parent_path();
        if (snapshots.filename() == "snapshots" &&
            std::filesystem::is_directory(snapshots.parent_path() / "blobs", ignored))
            return snapshots.parent_path();
    }
    return home;
}

} // namespace

Result<WeightMap> parse_shard_index(std::string_view json_text, std::string_view file_name) {
    FP4_TRY_ASSIGN(const auto index, io::parse_json_object(json_text, file_name));
    const auto fail = [&](const std::string& where, const std::string& expected,
                          const std::string& found) {
        return Error{ErrorCode::bad_file, io::printable_path(file_name) + ": weight_map: " + where +
                                              "expected " + expected + ", found " + found};
    };
    const auto map = index.find("weight_map");
    if (map == index.end()) return fail("", "an object of tensor and file names", "no such key");
    if (!map->is_object() || map->empty())
        return fail("", "an object of tensor and file names",
                    map->is_object() ? "an empty one" : io::describe(*map));
    WeightMap weights;
    for (const auto& [tensor, file] : map->items()) {
        const auto* name = file.get_ptr<const std::string*>();
        if (!name || !is_plain_file_name(*name))
            return fail("tensor " + io::in_quotes(tensor) + ": ", "a plain file name",
                        io::describe(file));
        weights.emplace(tensor, *name);
    }
    return weights;
}

Result<std::filesystem::path> resolve_shard(const std::filesystem::path& directory,
                                            const std::string& shard) {
    const auto path = directory / shard;
    std::error_code error;
    const auto home = std::filesystem::canonical(directory, error);
    const auto real = error ? home : std::filesystem::canonical(path, error);
    if (error)
        return Error{ErrorCode::bad_file,
                     io::printable_path(path) + ": cannot open the shard: " + error.message()};
    if (!lies_in(real, home) && !lies_in(real, repository_of(home)))
        return io::expected_found(
            ErrorCode::bad_file, io::printable_path(path),
            "a file in its own folder or in the hub cache's folder of the same repository",
            "a link to " + io::printable_path(real) + "; copy the folder with its links resolved");
    return path;
}

} // namespace fp4::checkpoints
