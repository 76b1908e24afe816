#include "options.hpp"

#include <CLI/CLI.hpp>
#include <limits>
#include <memory>
#include <sstream>

#include "commands.hpp"
#include "list.hpp"
#include "show.hpp"
#include "fp4/try.hpp"

namespace fp4::vec {
namespace {

using Action = std::function<int()>;

// Options that make up a VectorConfig.
struct ConfigOptions {
    VectorConfig config;
    std::string format, profile, encoder, shape;
    std::set<std::string> given; // header fields

    // The config, with every name looked up.
    Result<VectorConfig> settled() {
        VectorConfig result = config;
        if (!format.empty()) FP4_TRY(set_formats(result, format));
        if (!profile.empty()) result.profile = arithmetic_from_name(profile);
        if (!encoder.empty()) result.encoder = *encoder_from_name(encoder);
        if (!shape.empty()) FP4_TRY(set_shape(result, shape));
        FP4_TRY(settle(result, !encoder.empty()));
        return result;
    }
};

template <class Specs>
std::vector<std::string> list_of(const Specs& specs) {
    std::vector<std::string> names;
    for (const auto& spec : specs) names.emplace_back(spec.name);
    return names;
}

// A number from 0 on that an int64 holds too.
void add_number(CLI::App& app, const char* flag, uint64_t& value, const char* help) {
    app.add_option(flag, value, help)
        ->type_name("N")
        ->check(CLI::Range(uint64_t{0}, static_cast<uint64_t>(INT64_MAX)))
        ->capture_default_str();
}

void add_config_options(CLI::App& app, ConfigOptions& options, bool profile) {
    const Op op = options.config.op;
    const auto add_text = [&](const char* flag, std::string& value, const char* field,
                              const std::string& help, const char* type) {
        return app.add_option(flag, value, help)
            ->type_name(type)
            ->each([&options, field](const std::string&) { options.given.insert(field); });
    };
    const bool two = spec_of(op).accumulates;
    add_text("--format", options.format, "fmt",
             names_of(format_specs) + (two ? "; WEIGHTS:ACTIVATIONS for different operands (B is "
                                             "weights, A activations); razer = razer-w:razer-a"
                                           : ""),
             "FORMAT")
        ->default_str("nvfp4");
    const auto add_special = [&](const char* flag, uint8_t& halves, const char* field,
                                 const char* help) {
        const auto store = [&options, &halves, field](unsigned value) {
            halves = static_cast<uint8_t>(value);
            options.given.insert(field);
        };
        app.add_option_function<unsigned>(flag, store, help)
            ->type_name("N")
            ->check(CLI::Range(0, special_max_halves))
            ->default_str(std::to_string(halves));
    };
    add_special("--v1-halves", options.config.specials.v1_halves, "v1",
                "First special value, in half-units");
    add_special("--v2-halves", options.config.specials.v2_halves, "v2",
                "Second special value, in half-units");
    if (two && profile)
        add_text("--profile", options.profile, "acc", names_of(arithmetic_profiles), "NAME")
            ->check(CLI::IsMember(list_of(arithmetic_profiles)))
            ->default_str(std::string(options.config.profile->name));
    if (op == Op::encode)
        add_text("--encoder", options.encoder, "enc",
                 names_of(encoder_specs) + " (default: the format's)", "NAME")
            ->check(CLI::IsMember(list_of(encoder_specs)));
    if (op == Op::gemm)
        add_text("--shape", options.shape, "shape", "Rows of A, columns of B, K", "MxNxK")
            ->default_str("4x4x64");
}

std::string columns_text(const OpSpec& op, const VectorConfig& config) {
    std::string text = "Columns (hexadecimal, most significant digit first):\n";
    for (const Column& column : op.columns) {
        const int digits = column.digits(config);
        text += "  " + std::string(column.name) + std::string(12 - column.name.size(), ' ') +
                (digits ? std::to_string(digits) + " digits, " : "") + std::string(column.meaning) +
                (column.checked ? " [checked]\n" : "\n");
    }
    return text;
}

template <class T>
struct OpCommand {
    ConfigOptions config;
    T options;
    std::string level = "1";
};

void add_gen(CLI::App& app, Action& action) {
    CLI::App* gen_app = app.add_subcommand("gen", "Writes vectors of an op to standard output")
                            ->require_subcommand(1);
    for (size_t i = 0; i < all_ops().size(); ++i) {
        const OpSpec& op = *all_ops()[i];
        const auto command = std::make_shared<OpCommand<GenOptions>>();
        command->config.config = default_config(static_cast<Op>(i));
        CLI::App* sub = gen_app->add_subcommand(std::string(op.name), std::string(op.summary));
        sub->footer(columns_text(op, command->config.config));
        add_config_options(*sub, command->config, true);
        add_number(*sub, "--seed", command->config.config.seed, "Same seed, same bytes");
        std::vector<std::string> levels{"1", "2"};
        if (static_cast<Op>(i) == Op::dot16) levels.push_back("scale-pairs");
        sub->add_option("--level", command->level,
                        "1: the product of the edge tables; 2: weighted random cases in between; "
                        "scale-pairs (dot16): all pairs of scale bytes")
            ->check(CLI::IsMember(levels))
            ->capture_default_str();
        auto* n = sub->add_option("-n", command->options.cases,
                                  "Number of cases (default: a complete file); fewer than complete "
                                  "are a sample spread over it")
                      ->type_name("N")
                      ->check(CLI::Range(uint64_t{1}, static_cast<uint64_t>(INT64_MAX)));
        sub->add_flag("--forever", command->options.forever, "No end: until nobody reads on")
            ->excludes(n);
        sub->add_option("--prefix", command->options.prefix, "A line to write before all others")
            ->type_name("TEXT");
        sub->add_flag_callback(
            "--readmemh", [command] { command->options.style = Style::readmemh; },
            "One word per case for $readmemh: columns joined, no header, no tags");
        sub->callback([command, &action] {
            action = [command] {
                command->config.config.level = *level_from_name(command->level);
                const auto config = command->config.settled();
                if (!config) return refuse(config.error().message);
                command->options.config = *config;
                if (command->options.prefix.find('\n') != std::string::npos)
                    return refuse("--prefix: expected one line");
                return gen(command->options);
            };
        });
    }
}

void add_check_silicon(CLI::App& check_app, Action& action) {
    const auto command = std::make_shared<SiliconCommand>();
    CLI::App* sub = check_app.add_subcommand(
        "silicon",
        "Compares dot products measured on GPUs with the profiles of their tensor cores");
    sub->add_option("files", command->files,
                    "Plain or gzip text; the first line names gpu=, format=, k=, digits=, rows= "
                    "and columns=")
        ->type_name("FILE")
        ->required();
    sub->add_option("--profile", command->profile, "Profile that rows of nvfp4 are checked against")
        ->type_name("NAME")
        ->check(CLI::IsMember(list_of(arithmetic_profiles)))
        ->capture_default_str();
    add_number(*sub, "--errors", command->errors, "Mismatches to describe");
    sub->callback([command, &action] { action = [command] { return check_silicon(*command); }; });
}

void add_check(CLI::App& app, Action& action) {
    CLI::App* check_app =
        app.add_subcommand(
               "check",
               "Compares vectors from standard input, or results measured on GPUs, with golden")
            ->require_subcommand(1);
    add_check_silicon(*check_app, action);
    for (size_t i = 0; i < all_ops().size(); ++i) {
        const OpSpec& op = *all_ops()[i];
        const auto command = std::make_shared<OpCommand<CheckOptions>>();
        command->config.config = default_config(static_cast<Op>(i));
        CLI::App* sub = check_app->add_subcommand(std::string(op.name), std::string(op.summary));
        std::string footer = columns_text(op, command->config.config);
        if (static_cast<Op>(i) == Op::mma)
            footer += "Lines \"SECTION name count\" set the format; \"TILE t A|B|C|D row ...\" "
                      "lines hold fragments of m16n8k64 tiles.\n";
        sub->footer(footer);
        add_config_options(*sub, command->config, true);
        add_number(*sub, "--errors", command->options.errors, "Mismatches to describe");
        sub->callback([command, &action] {
            action = [command] {
                const auto config = command->config.settled();
                if (!config) return refuse(config.error().message);
                command->options.config = *config;
                command->options.given = command->config.given;
                return check(command->options);
            };
        });
    }
}

void add_show(CLI::App& app, Action& action) {
    CLI::App* show_app =
        app.add_subcommand("show", "Explains a byte, a block or a dot product from a waveform")
            ->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, Op op, auto explain) {
        const auto command = std::make_shared<OpCommand<float>>();
        command->config.config = default_config(op);
        CLI::App* sub = show_app->add_subcommand(name, help)
                            ->allow_extras(); // negative numbers are words, not options
        add_config_options(*sub, command->config, false);
        if (op == Op::encode)
            sub->add_option("--amax", command->options, "Largest magnitude elsewhere in the tensor")
                ->type_name("X")
                ->check(CLI::Range(0.0f, std::numeric_limits<float>::max()));
        sub->callback([command, sub, explain, &action] {
            action = [command, explain, words = sub->remaining()] {
                for (const std::string& word : words)
                    if (word.starts_with("--")) return refuse(word + ": no such option");
                const auto config = command->config.settled();
                return show(config ? explain(*config, words, command->options) : config.error());
            };
        });
    };
    using Words = std::vector<std::string>;
    add("decode",
        "SCALE [CODES]: a scale byte and one code or a block of them, element 0 the last digit",
        Op::decode, [](const VectorConfig& config, const Words& words, float) {
            return show_decode(config, words);
        });
    add("encode", "VALUE...: the values of one block, decimal or 0x and the bits of a binary32",
        Op::encode, [](const VectorConfig& config, const Words& words, float amax) {
            return show_encode(config, words, amax);
        });
    add("dot", "A SA B SB [C]: codes with element 0 the last digit, scale bytes, binary32 bits",
        Op::dot16, [](const VectorConfig& config, const Words& words, float) {
            return show_dot(config, words);
        });
}

} // namespace

std::variant<std::function<int()>, int> parse_options(int argc, char** argv) {
    CLI::App app{"Test vectors of 4-bit block floating point: generates them, checks those of any "
                 "device under test, explains single values."};
    app.footer("Exit status: 0 every case passed, 1 a mismatch or no case at all, 2 bad input or "
               "usage, 3 internal error.\n"
               "A round trip: fp4vec gen dot16 --level 2 -n 1000 | DUT | fp4vec check dot16");
    app.set_version_flag("--version", FP4VEC_VERSION);
    app.require_subcommand(1);
    Action action;
    add_gen(app, action);
    add_check(app, action);
    add_show(app, action);
    app.add_subcommand("list", "Formats, encoders, profiles and ops as JSON")->callback([&] {
        action = [] { return show(list_json()); };
    });
    const auto set_options = std::make_shared<std::pair<std::string, uint64_t>>("", 1);
    CLI::App* set_app = app.add_subcommand(
        "set", "Writes a complete set of vectors with manifest.json and SHA256SUMS into a folder");
    set_app->add_option("folder", set_options->first, "Does not exist yet, or is empty")
        ->type_name("DIR")
        ->required();
    add_number(*set_app, "--seed", set_options->second, "Same seed, same bytes");
    set_app->callback([&] {
        action = [set_options] { return write_set(set_options->first, set_options->second); };
    });

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        std::ostringstream text;
        app.exit(success, text);
        return show(text.str());
    } catch (const CLI::ParseError& error) {
        std::string line = error.what();
        for (char& c : line)
            if (static_cast<unsigned char>(c) < ' ') c = ' ';
        return refuse(line + " (fp4vec --help lists the options)");
    }
    return action;
}

} // namespace fp4::vec
