#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "commands.hpp"
#include "hex.hpp"
#include "fp4/try.hpp"

namespace fp4::vec {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct SetFile {
    VectorConfig config;
    std::optional<uint64_t> cases; // none: complete
};

// Operands that every profile is shown with; other formats come in the exact profile only.
constexpr std::array<std::string_view, 3> main_formats{"nvfp4", "razer", "mxfp4"};

std::vector<SetFile> files_of_set(uint64_t seed) {
    std::vector<SetFile> files;
    const auto add = [&](Op op, std::string_view formats, Level level,
                         std::optional<uint64_t> cases, const auto& change) {
        VectorConfig config = default_config(op);
        config.seed = seed;
        config.level = level;
        if (!set_formats(config, formats)) return;
        change(config);
        if (settle(config, true)) files.push_back({config, cases});
    };
    const auto as_it_is = [](VectorConfig&) {};
    for (const FormatSpec& format : format_specs) {
        add(Op::decode, format.name, Level::edges, {}, as_it_is);
        add(Op::scale, format.name, Level::edges, {}, as_it_is);
        add(Op::dot16, format.name, Level::edges, {}, as_it_is);
        for (const EncoderSpec& encoder : encoder_specs)
            add(Op::encode, format.name, Level::random, 1000,
                [&](VectorConfig& c) { c.encoder = *encoder_from_name(encoder.name); });
    }
    for (std::string_view formats : main_formats) {
        add(Op::dot16, formats, Level::scale_pairs, {}, as_it_is);
        add(Op::mma, formats, Level::edges, {}, as_it_is);
        for (const Arithmetic& profile : arithmetic_profiles) {
            const auto in_profile = [&](VectorConfig& c) { c.profile = &profile; };
            if (&profile != &exact || formats == "razer")
                add(Op::dot16, formats, Level::edges, {}, in_profile);
            add(Op::gemm, formats, Level::random, 500, in_profile);
        }
    }
    return files;
}

// The header's words that tell files apart.
std::string name_of(const VectorConfig& config) {
    std::string name;
    for (const auto& [key, value] : header_fields(config))
        if (key == "op" || key == "fmt" || key == "acc" || key == "enc" ||
            (key == "level" && config.level == Level::scale_pairs))
            name += (name.empty() ? "" : "_") + value;
    for (char& c : name)
        if (c == ':') c = '_';
    return name;
}

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string text;
    for (unsigned i = 0; i < size; ++i) text += to_hex(digest[i], 2);
    return text;
}

// The files of a folder on their way: each is written and its sum remembered.
class SetWriter {
  public:
    explicit SetWriter(fs::path folder) : folder_(std::move(folder)) {}

    Status write(const std::string& name, std::string_view bytes) {
        const fs::path path = folder_ / name;
        std::ofstream file(path, std::ios::binary);
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        file.close();
        if (!file) return Error{ErrorCode::write_failed, path.string() + ": cannot write"};
        sums_ += sha256(bytes) + "  " + name + "\n";
        return Done{};
    }
    const std::string& sums() const { return sums_; }

  private:
    fs::path folder_;
    std::string sums_; // as sha256sum prints them
};

ordered_json manifest_entry(const SetFile& file, const std::string& name, uint64_t cases) {
    ordered_json entry{{"text", name + ".txt"}, {"readmemh", name + ".hex"}};
    for (const auto& [key, value] : header_fields(file.config)) entry[std::string(key)] = value;
    entry["cases"] = cases;
    entry["word_bits"] = 4 * word_digits(file.config);
    ordered_json columns = ordered_json::array();
    for (const Column& column : spec_of(file.config.op).columns)
        columns.push_back({{"name", column.name},
                           {"bits", 4 * column.digits(file.config)},
                           {"checked", column.checked}});
    entry["columns"] = columns;
    return entry;
}

Result<uint64_t> write_files(const fs::path& folder, uint64_t seed) {
    SetWriter writer(folder);
    ordered_json entries = ordered_json::array();
    uint64_t all_cases = 0;
    for (const SetFile& file : files_of_set(seed)) {
        const uint64_t cases = file.cases.value_or(Generator::complete(file.config));
        const Generator generator(file.config, cases);
        std::string text = header_text(file.config, cases), words;
        for (uint64_t i = 0; i < cases; ++i) {
            FP4_TRY_ASSIGN(const auto columns, generator.words(i));
            text += generator.line(columns, Style::text);
            words += generator.line(columns, Style::readmemh);
        }
        const std::string name = name_of(file.config);
        FP4_TRY(writer.write(name + ".txt", text));
        FP4_TRY(writer.write(name + ".hex", words));
        entries.push_back(manifest_entry(file, name, cases));
        all_cases += cases;
    }
    const ordered_json manifest{
        {"format", header_mark}, {"gen", FP4VEC_VERSION}, {"seed", seed}, {"files", entries}};
    FP4_TRY(writer.write("manifest.json", manifest.dump(1) + "\n"));
    const std::string sums = writer.sums();
    FP4_TRY(writer.write("SHA256SUMS", sums));
    return all_cases;
}

} // namespace

int write_set(const fs::path& folder, uint64_t seed) {
    std::error_code error;
    if (fs::exists(folder, error) &&
        !(fs::is_directory(folder, error) && fs::is_empty(folder, error)))
        return refuse(folder.string() + ": expected a folder that does not exist or is empty");
    std::string beside = fs::absolute(folder, error).lexically_normal().string();
    while (beside.size() > 1 && beside.ends_with('/')) beside.pop_back();
    const std::string target = beside;
    beside += ".XXXXXX";
    if (::mkdtemp(beside.data()) == nullptr)
        return refuse(folder.string() + ": cannot create a folder beside it: " +
                      std::generic_category().message(errno));
    fs::permissions(beside,
                    fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                        fs::perms::others_read | fs::perms::others_exec,
                    error);

    const auto written = write_files(beside, seed);
    if (written) fs::rename(beside, target, error);
    if (!written || error) {
        const std::string reason =
            written ? folder.string() + ": " + error.message() : written.error().message;
        fs::remove_all(beside, error);
        return refuse(reason);
    }
    fmt::print("{} cases in {}\n", *written, folder.string());
    return exit_pass;
}

} // namespace fp4::vec
