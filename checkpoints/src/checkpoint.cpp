#include "fp4/checkpoints/checkpoint.hpp"

#include <set>
#include <system_error>
#include <utility>

#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/try.hpp"
#include "shard_index.hpp"

namespace fp4::checkpoints {
namespace {

constexpr uint64_t max_config_bytes = uint64_t{16} << 20;
constexpr uint64_t max_index_bytes = uint64_t{64} << 20;

bool has_entry(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::symlink_status(path, error).type() !=
           std::filesystem::file_type::not_found;
}

std::string folder_name(const std::filesystem::path& directory) {
    std::error_code error;
    const auto absolute = std::filesystem::absolute(directory, error).lexically_normal();
    return (absolute.has_filename() ? absolute : absolute.parent_path()).filename().string();
}

Result<ModelConfig> read_config(const std::filesystem::path& directory) {
    const auto path = directory / "config.json";
    FP4_TRY_ASSIGN(const auto text, io::read_text_file(path, max_config_bytes));
    auto config = parse_model_config(text, path.native());
    if (config && config->name.empty()) config->name = folder_name(directory);
    return config;
}

// Each tensor of each shard must be the index's, and each of the index's tensors must be found.
Status check_shards(const WeightMap& weights, const std::set<std::string>& shards,
                    const std::vector<io::SafetensorsFile>& files,
                    const std::filesystem::path& index) {
    const auto fail = [&](std::string_view tensor, const std::string& expected,
                          const std::string& found) {
        return Error{ErrorCode::bad_file, io::printable_path(index) + ": tensor " +
                                              io::in_quotes(tensor) + ": expected " + expected +
                                              ", found " + found};
    };
    std::map<std::string_view, std::string> shard_of;
    for (auto name = shards.begin(); const auto& file : files) {
        const auto& shard = *name++; // files stand in the order of their names
        for (const auto& tensor : file.tensors())
            if (const auto [at, first] = shard_of.emplace(tensor.name, shard); !first)
                return fail(tensor.name, "it in one shard",
                            "it in " + io::in_quotes(at->second) + " and " + io::in_quotes(shard));
    }
    for (const auto& [tensor, shard] : shard_of) {
        const auto wanted = weights.find(tensor);
        if (wanted == weights.end())
            return fail(tensor, "every tensor of " + io::in_quotes(shard) + " in weight_map",
                        "no such entry");
        if (wanted->second != shard)
            return fail(tensor, "it in " + io::in_quotes(wanted->second),
                        "it in " + io::in_quotes(shard));
    }
    for (const auto& [tensor, shard] : weights)
        if (!shard_of.contains(tensor))
            return fail(tensor, "it in " + io::in_quotes(shard), "no such tensor");
    return Done{};
}

Result<std::vector<io::SafetensorsFile>> open_shards(const std::filesystem::path& directory,
                                                     io::FileAccess access,
                                                     const WeightFileNames& names) {
    const auto index = directory / names.index;
    FP4_TRY_ASSIGN(const auto text, io::read_text_file(index, max_index_bytes));
    FP4_TRY_ASSIGN(const auto weights, parse_shard_index(text, index.native()));
    std::set<std::string> shards;
    for (const auto& entry : weights) shards.insert(entry.second);
    if (!names.single.empty() && !shards.contains(std::string(names.single)) &&
        has_entry(directory / names.single))
        return Error{ErrorCode::bad_file, io::printable_path(index) +
                                              ": weight_map: expected it to name " +
                                              std::string(names.single) +
                                              ", which is in the folder; remove one of the two"};

    std::vector<io::SafetensorsFile> files;
    for (const auto& shard : shards) {
        FP4_TRY_ASSIGN(const auto path, resolve_shard(directory, shard));
        FP4_TRY_ASSIGN(auto file, io::SafetensorsFile::open(path, access));
        files.push_back(std::move(file));
    }
    FP4_TRY(check_shards(weights, shards, files, index));
    return files;
}

} // namespace

Checkpoint::Checkpoint(ModelConfig config, std::vector<io::SafetensorsFile> files)
    : config_(std::move(config)), files_(std::move(files)) {}

Result<Checkpoint> Checkpoint::open(const std::filesystem::path& directory, io::FileAccess access,
                                    const WeightFileNames& names) {
    FP4_TRY_ASSIGN(auto config, read_config(directory));
    if (names.single.empty() || has_entry(directory / names.index)) {
        FP4_TRY_ASSIGN(auto files, open_shards(directory, access, names));
        return Checkpoint(std::move(config), std::move(files));
    }
    FP4_TRY_ASSIGN(auto file, io::SafetensorsFile::open(directory / names.single, access));
    std::vector<io::SafetensorsFile> files;
    files.push_back(std::move(file));
    return Checkpoint(std::move(config), std::move(files));
}

std::optional<TensorLocation> Checkpoint::find(std::string_view tensor_name) const {
    for (const auto& file : files_)
        if (const auto* tensor = file.find(tensor_name)) return TensorLocation{&file, tensor};
    return std::nullopt;
}

} // namespace fp4::checkpoints
