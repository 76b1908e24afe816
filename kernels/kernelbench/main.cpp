// kernelbench: what the kernels take on this GPU, beside a copy and cuBLAS measured in the same
// run.
#include <cstdio>
#include <fstream>

#include "benches.hpp"
#include "engine/cuda_engine.hpp"

namespace fp4::kernels::bench {
namespace {

constexpr const char* usage = R"(kernelbench [--json FILE] [--machine TEXT]

Measures copy, decode, encode, W4A16, all linears of two models and the bit-exact GEMM on the first GPU, checks outputs against golden, and prints a table of
goals. Minutes; about 20 GiB of the GPU's memory.
  --json FILE     the same for programs, after each part; "complete" once all of it is there
  --machine TEXT  date, driver, clocks, sources: kept with the results
Exit status: 0 measured, 1 outputs that were not golden's, 2 bad usage, no GPU or one that failed. A goal that is missed is no failure.
)";

std::string gpu_and_clocks(const Engine& engine) {
    int clock_khz = 0, memory_khz = 0, processors = 0, l2_bytes = 0;
    must(cudaDeviceGetAttribute(&clock_khz, cudaDevAttrClockRate, 0), "GPU");
    must(cudaDeviceGetAttribute(&memory_khz, cudaDevAttrMemoryClockRate, 0), "GPU");
    must(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0), "GPU");
    must(cudaDeviceGetAttribute(&l2_bytes, cudaDevAttrL2CacheSize, 0), "GPU");
    return engine.description() + ", " + std::to_string(processors) + " processors, at most " +
           std::to_string(clock_khz / 1000) + " MHz, memory " + std::to_string(memory_khz / 1000) +
           " MHz, L2 " + std::to_string(l2_bytes >> 20) + " MiB";
}

int run(const std::string& json, const std::string& machine) {
    const auto engine = cuda_engine();
    if (!engine) {
        std::printf("L3: not run: %s\n", engine.error().message.c_str());
        return 2;
    }
    const Stream stream;
    Blas blas(stream);
    Results results{.gpu = gpu_and_clocks(**engine), .machine = machine};
    const auto save = [&] {
        if (json.empty()) return;
        std::ofstream file(json + ".partial");
        file << json_of(results);
        file.close();
        if (!file || std::rename((json + ".partial").c_str(), json.c_str()) != 0)
            throw Failure(json + ": expected a file that can be written");
    };
    const auto step = [&](const char* name, const auto& bench) {
        std::fprintf(stderr, "kernelbench: %s\n", name);
        bench();
        save(); // which stays if what follows fails
    };
    const std::string_view model = (*engine)->tensor_core_model();
    step("copy", [&] { bench_copy(stream, results); });
    step("decode", [&] { bench_decode(stream, results); });
    step("encode", [&] { bench_encode(stream, results); });
    step("w4a16", [&] { bench_w4a16(stream, blas, model, results); });
    step("layers", [&] { bench_layers(stream, blas, model, results); });
    step("gemm", [&] { bench_gemm(stream, blas, results); });
    results.complete = true;
    save();
    std::fputs(table_of(results).c_str(), stdout);
    return results.wrong.empty() ? 0 : 1;
}

} // namespace
} // namespace fp4::kernels::bench

int main(int argc, char** argv) {
    std::string json, machine;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        std::string* const value = word == "--json"      ? &json
                                   : word == "--machine" ? &machine
                                                         : nullptr;
        if (word == "--help") {
            std::fputs(fp4::kernels::bench::usage, stdout);
            return 0;
        }
        if (!value || i + 1 == argc) {
            std::fprintf(
                stderr,
                "kernelbench: %s: expected --json FILE or --machine TEXT (kernelbench --help)\n",
                argv[i]);
            return 2;
        }
        *value = argv[++i];
    }
    try {
        return fp4::kernels::bench::run(json, machine);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "kernelbench: %s\n", failure.what());
        return 2;
    }
}
