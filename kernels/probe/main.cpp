// fp4probe: asks the FP4 tensor cores of a GPU which rule their fused step follows.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "identify.hpp"
#include "rows.hpp"

namespace {

using namespace fp4;
using namespace fp4::probe;

int refuse(const std::string& message) {
    std::fprintf(stderr, "fp4probe: %s\n", message.c_str());
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
    std::fputs(verdict_text(*silicon, candidates, verdict, rows.size()).c_str(), stdout);
    return verdict.agree.empty() ? 1 : 0;
}

constexpr char usage[] =
    "fp4probe [--emulate PROFILE] [--rows N] [--out FILE]\n"
    "Asks the FP4 tensor cores of a GPU which rule their fused step follows: what zeros do to the\n"
    "alignment, how many bits are kept, what is added before it.\n"
    "  --emulate PROFILE  ask an emulated GPU that follows this profile\n"
    "  --rows N           random rows asked beside the separating set, 0 to 100000 (1000)\n"
    "  --out FILE         write every row with its D, for fp4vec check silicon\n"
    "Exit status: 0 a rule fits, 1 none does, 2 there is no such GPU, or bad usage.\n";

} // namespace

int main(int argc, char** argv) {
    std::string emulated, out;
    size_t more = 1000;
    for (int i = 1; i < argc; ++i) {
        const std::string option = argv[i];
        if (option == "--help") {
            std::fputs(usage, stdout);
            return 0;
        }
        if (option != "--emulate" && option != "--rows" && option != "--out")
            return refuse("expected --emulate, --rows, --out or --help, found " + option);
        if (++i == argc) return refuse(option + ": expected a value, found none");
        const std::string value = argv[i];
        if (option == "--out") out = value;
        if (option == "--emulate") {
            const Arithmetic* profile = arithmetic_from_name(value);
            if (!profile || profile->accumulation != Accumulation::fused_steps)
                return refuse("--emulate: expected a profile of fused steps, found " + value);
            emulated = value;
        }
        if (option == "--rows") {
            char* end = nullptr;
            const unsigned long number = std::strtoul(value.c_str(), &end, 10);
            if (value.empty() || value[0] < '0' || value[0] > '9' || *end || number > 100000)
                return refuse("--rows: expected 0 to 100000, found " + value);
            more = number;
        }
    }
    return run(emulated, more, out);
}
