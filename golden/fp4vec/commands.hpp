// What the subcommands do. Each returns the exit status and has said everything it has to say.
#pragma once
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "generator.hpp"

namespace fp4::vec {

inline constexpr int exit_pass = 0;
inline constexpr int exit_mismatch = 1; // or no case at all
inline constexpr int exit_bad_input = 2;
inline constexpr int exit_internal = 3;

// One line on stderr; returns exit_bad_input.
int refuse(const std::string& message);

struct GenOptions {
    VectorConfig config;
    std::optional<uint64_t> cases; // none: the complete file
    bool forever = false;
    Style style = Style::text;
    std::string prefix; // a line before all others
};
int gen(const GenOptions& options); // ends with status 0 when nobody reads on

struct CheckOptions {
    VectorConfig config;
    std::set<std::string> given; // header fields that the command line states
    uint64_t errors = 20;        // mismatches to describe
};
int check(const CheckOptions& options); // standard input

struct SiliconCommand {
    std::vector<std::string> files;
    std::string profile = "nv-blackwell"; // of rows of nvfp4
    uint64_t errors = CheckOptions{}.errors;
};
int check_silicon(const SiliconCommand& command);

int show(const Result<std::string>& text);

// Complete decode files and the vectors of every op, as text and as $readmemh words, with
// manifest.json and SHA256SUMS. The folder appears whole or not at all; it must not exist yet, or
// be empty.
int write_set(const std::filesystem::path& folder, uint64_t seed);

} // namespace fp4::vec
