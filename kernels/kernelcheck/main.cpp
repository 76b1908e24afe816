// kernelcheck: kernels on the GPU, or emulated, against golden; 0 mismatches are required.
#include <algorithm>
#include <cstdio>
#include <optional>

#include "engine/emulated_engine.hpp"
#include "fp4/try.hpp"
#include "ops_folder.hpp"
#ifdef FP4_HAVE_CUDA
#include "engine/cuda_engine.hpp"
#endif

namespace fp4::kernels {
namespace {

constexpr const char* usage = R"(kernelcheck [--ops DIR] [--kernel NAME]... [--emulated] [--list]

Compares the kernels with golden, word by word: decode, encode, dot, gemm, w4a16 and native on random and edge data.
  --ops DIR      instead, the matrix products of a folder that simrun --dump-ops wrote
  --kernel NAME  only these; may be repeated
  --emulated     on the CPU (level L1) and small, not on the GPU (level L3)
  --list         names of what would be compared
Exit status: 0 every word equal, 1 a mismatch, 2 bad usage or input, or no GPU.
)";

struct Options {
    std::string ops;
    std::vector<std::string> kernels;
    bool emulated = false, list = false;
};

std::optional<int> parse(int argc, char** argv, Options& options) {
    const auto wrong = [](const std::string& what) {
        std::fprintf(stderr, "kernelcheck: %s (kernelcheck --help lists the options)\n",
                     what.c_str());
        return 2;
    };
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const bool needs_value = word == "--ops" || word == "--kernel";
        if (needs_value && i + 1 == argc)
            return wrong(std::string(word) + ": expected a value after it");
        if (word == "--help") {
            std::fputs(usage, stdout);
            return 0;
        }
        if (word == "--ops") {
            options.ops = argv[++i];
        } else if (word == "--kernel") {
            options.kernels.emplace_back(argv[++i]);
        } else if (word == "--emulated") {
            options.emulated = true;
        } else if (word == "--list") {
            options.list = true;
        } else {
            return wrong("unknown argument " + std::string(word));
        }
    }
    if (!options.ops.empty() && !options.kernels.empty())
        return wrong("--kernel: expected without --ops");
    return std::nullopt;
}

Result<std::vector<Check>> selected_checks(const Options& options) {
    std::vector<Check> all;
    if (!options.ops.empty()) {
        FP4_TRY_ASSIGN(auto dumped, read_ops_folder(options.ops));
        all = ops_checks(std::move(dumped));
    } else {
        for (auto* list : {decode_checks, encode_checks, gemm_checks, w4a16_checks, native_checks})
            std::ranges::move(list(), std::back_inserter(all));
    }
    for (const std::string& name : options.kernels)
        if (std::ranges::none_of(all, [&](const Check& check) { return check.kernel == name; }))
            return Error{ErrorCode::unknown_name,
                         "--kernel " + name +
                             ": expected one of decode, encode, dot, gemm, w4a16, native"};
    if (!options.kernels.empty())
        std::erase_if(all, [&](const Check& check) {
            return std::ranges::find(options.kernels, check.kernel) == options.kernels.end();
        });
    return all;
}

Result<std::unique_ptr<Engine>> make_engine(bool emulated) {
    if (emulated) return emulated_engine(1);
#ifdef FP4_HAVE_CUDA
    return cuda_engine();
#else
    return Error{ErrorCode::device_failed, "built without CUDA"};
#endif
}

int run(const Options& options) {
    const auto checks = selected_checks(options);
    if (!checks) {
        std::fprintf(stderr, "kernelcheck: %s\n", checks.error().message.c_str());
        return 2;
    }
    if (options.list) {
        for (const Check& check : *checks)
            std::printf("%-7s %s\n", check.kernel.c_str(), check.what.c_str());
        return 0;
    }
    const char* level = options.emulated ? "L1" : "L3";
    const auto engine = make_engine(options.emulated);
    if (!engine) {
        std::printf("%s: not run: %s\n", level, engine.error().message.c_str());
        return 2;
    }
    std::printf("%s: %s\n", level, (*engine)->description().c_str());
    uint64_t words = 0, mismatches = 0, failed = 0, skipped = 0;
    for (const Check& check : *checks) {
        const Outcome outcome = check.run(**engine, options.emulated ? emulated_size : gpu_size);
        const char* verdict = outcome.passed()          ? "ok"
                              : outcome.skipped.empty() ? "FAILED"
                                                        : "skipped";
        std::printf("%s %-7s %-7s %-32s %11llu words, %llu mismatches\n", level, verdict,
                    check.kernel.c_str(), check.what.c_str(),
                    static_cast<unsigned long long>(outcome.compared),
                    static_cast<unsigned long long>(outcome.mismatches));
        for (const std::string& line : {outcome.first, outcome.skipped})
            if (!line.empty()) std::printf("    %s\n", line.c_str());
        std::fflush(stdout);
        words += outcome.compared;
        mismatches += outcome.mismatches;
        skipped += !outcome.skipped.empty();
        failed += outcome.skipped.empty() && !outcome.passed();
    }
    std::printf("%s: %zu checks, %llu failed, %llu skipped; %llu words, %llu mismatches\n", level,
                checks->size(), static_cast<unsigned long long>(failed),
                static_cast<unsigned long long>(skipped), static_cast<unsigned long long>(words),
                static_cast<unsigned long long>(mismatches));
    return failed || words == 0 ? 1 : 0;
}

} // namespace
} // namespace fp4::kernels

int main(int argc, char** argv) {
    fp4::kernels::Options options;
    if (const auto status = fp4::kernels::parse(argc, argv, options)) return *status;
    return fp4::kernels::run(options);
}
