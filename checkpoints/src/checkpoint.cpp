#include "fp4/checkpoints/checkpoint.hpp"

#include <set>
#include <system_error>
#include <utility>

#include "config_json.hpp"
#include "fp4/checkpoints/folder_layout.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/checkpoints/weights.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/try.hpp"
#include "shard_index.hpp"

namespace fp4::checkpoints {
namespace {

constexpr uint64_t max_index_bytes = uint64_t{64} << 20;

bool has_entry(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::symlink_status(path, error).type() !=
           std::filesystem::file_type::not_found;
}

Result<ModelConfig> read_model(const std::filesystem::path& directory) {
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

Result<std::vector<io::SafetensorsFile>> open_files(const std::filesystem::path& directory,
                                                    io::FileAccess access,
                                                    const WeightFileNames& names) {
    if (names.single.empty() || has_entry(directory / names.index))
        return open_shards(directory, access, names);
    FP4_TRY_ASSIGN(auto file, io::SafetensorsFile::open(directory / names.single, access));
    std::vector<io::SafetensorsFile> files;
    files.push_back(std::move(file));
    return files;
}

// What the weights of an unread quantization look like, for the message that refuses it.
std::string with_foreign_tensor(std::string message, const std::filesystem::path& directory) {
    const auto files = open_files(directory, io::FileAccess::read, {});
    if (!files) return message;
    for (const auto& file : *files)
        for (const auto& tensor : file.tensors())
            if (place_of_module(tensor.name.substr(0, tensor.name.rfind('.'))))
                if (const auto found = foreign_weight(file, tensor); !found.empty())
                    return message + "; " + place_text({&file, &tensor}) + " is " + found;
    return message;
}

} // namespace

Result<Checkpoint> Checkpoint::open(const std::filesystem::path& directory, io::FileAccess access) {
    Checkpoint checkpoint;
    checkpoint.folder_ = directory;
    FP4_TRY_ASSIGN(const auto json, read_config_json(directory));
    FP4_TRY_ASSIGN(const auto flags, read_tensor_flags(json, directory));
    checkpoint.tensor_flags_ = flags;
    auto rules = read_quantization(json, directory);
    if (!rules)
        return Error{rules.error().code, with_foreign_tensor(rules.error().message, directory)};
    FP4_TRY_ASSIGN(auto model, read_model(directory));
    checkpoint.config_ = std::move(model);
    FP4_TRY_ASSIGN(auto quantization, resolve(std::move(*rules), checkpoint.config_));
    const auto& names = spec_of(quantization.layout).files;
    checkpoint.quantization_ = std::make_shared<const QuantizationConfig>(std::move(quantization));
    FP4_TRY_ASSIGN(auto files, open_files(directory, access, names));
    checkpoint.files_ = std::move(files);
    return checkpoint;
}

std::optional<TensorLocation> Checkpoint::find(std::string_view tensor_name) const {
    for (const auto& file : files_)
        if (const auto* tensor = file.find(tensor_name)) return TensorLocation{&file, tensor};
    return std::nullopt;
}

} // namespace fp4::checkpoints
