// fp4probe: asks the FP4 tensor cores of a GPU which rule their fused step follows.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <fstream>

#include "identify.hpp"
#include "rows.hpp"

namespace {

using namespace fp4;
using namespace fp4::probe;

int refuse(const std::string& message) {
    fmt::print(stderr, "fp4probe: {}\n", message);
    return 2;
}

#ifndef FP4_PROBE_CUDA
Result<Silicon> the_gpu() {
    return Error{ErrorCode::device_failed, "built without CUDA: expected --emulate PROFILE"};
}
#else
Result<Silicon> the_gpu() { return cuda_silicon(); }
#endif

int run(const std::string& emulated, size_t more, const std::string& out) {
    const Arithmetic* profile = emulated.empty() ? nullptr : arithmetic_from_name(emulated);
    const auto silicon = profile ? Result<Silicon>(emulated_silicon(*profile)) : the_gpu();
    if (!silicon) return refuse(silicon.error().message);
    const auto rows = probe_rows(more);
    const auto d = silicon->run(rows);
    if (!d) return refuse(d.error().message);
    if (!out.empty()) {
        std::ofstream file(out);
        file << silicon_text(silicon->gpu, rows, *d);
        if (!file.flush()) return refuse(out + ": cannot be written");
    }
    const auto candidates = all_candidates();
    const Verdict verdict = identify(candidates, rows, *d);
    fmt::print("{}", verdict_text(*silicon, candidates, verdict, rows.size()));
    return verdict.agree.empty() ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Asks the FP4 tensor cores of a GPU which rule their fused step follows: what zeros "
        "do to the alignment, how many bits are kept, what is added before it. Exit status "
        "0 one rule or more fits, 1 none does, 2 there is no such GPU.",
        "fp4probe");
    std::string emulated, out;
    size_t more = 1000;
    std::vector<std::string> profiles;
    for (const Arithmetic& profile : arithmetic_profiles)
        if (profile.accumulation == Accumulation::fused_steps) profiles.emplace_back(profile.name);
    app.add_option("--emulate", emulated, "Ask an emulated GPU that follows this profile")
        ->check(CLI::IsMember(profiles));
    app.add_option("--rows", more, "Random rows asked beside the separating set")
        ->check(CLI::Range(0, 100000))
        ->capture_default_str();
    app.add_option("--out", out, "Write every row with its D, for fp4vec check silicon");
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& e) {
        return app.exit(e);
    } catch (const CLI::ParseError& e) {
        return refuse(e.what());
    }
    return run(emulated, more, out);
}
