// quantize_coverage MODEL OUT: drives the fp4_quantize in the loadable library MODEL, which counts
// coverage, with all stimuli, compares every block with golden, and writes what each of them made
// Verilator count to OUT/STIMULUS.dat. OUT exists.
#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "quantize_stimuli.hpp"

namespace fp4 {
namespace {

int bad(const std::string& message) {
    fmt::print(stderr, "quantize_coverage: {}\n", message);
    return 2;
}

std::string drive(QuantizeModel& model, const QuantizeStimulus& stimulus,
                  const std::vector<QuantizeJob>& jobs, QuantizePace pace) {
    test::Rng rng(5);
    QuantizeBench bench(model);
    for (const QuantizeJob& job : jobs) {
        bool offered = false, taken = false;
        while (!taken && bench.fault().empty()) { // an offer stays
            offered = offered || rng.below(8) < pace.x;
            taken = bench.cycle(offered ? &job : nullptr, rng.below(8) < pace.q);
        }
    }
    bench.drain();
    return bench.fault().empty() ? "" : fmt::format("{}: {}", stimulus.name, bench.fault());
}

int run(const char* path, const char* out) {
    void* const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void* const create = library ? dlsym(library, "fp4_quantize_create") : nullptr;
    if (!create) return bad(dlerror());
    const std::unique_ptr<QuantizeModel> model(reinterpret_cast<QuantizeModel* (*)()>(create)());
    const QuantizeShape shape{model->value_bits(), model->divisor_bits(),
                              format_set({Format::nvfp4, Format::razer_a})};
    size_t compared = 0;
    for (const QuantizeStimulus& stimulus : quantize_stimuli()) {
        const auto jobs = stimulus.jobs(shape);
        for (const QuantizePace pace : stimulus.paces) {
            if (const std::string fault = drive(*model, stimulus, jobs, pace); !fault.empty()) {
                fmt::print("quantizer of {} bits: {}\n", shape.value_bits, fault);
                return 1;
            }
            compared += jobs.size();
        }
        const std::string file = fmt::format("{}/{}.dat", out, stimulus.name);
        if (!model->write_coverage(file.c_str()))
            return bad(file + ": expected a model that counts and a file that can be written");
    }
    fmt::print("quantizer of {} bits: {} blocks as golden\n", shape.value_bits, compared);
    return 0;
}

} // namespace
} // namespace fp4

int main(int argc, char** argv) {
    if (argc == 3) return fp4::run(argv[1], argv[2]);
    fmt::print(stderr, "usage: quantize_coverage MODEL OUT\n");
    return 2;
}
