#include "machine.hpp"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <thread>

namespace fp4::quant {
namespace {

// Empty where LibTorch has another library.
std::string openblas_core() {
    const auto core =
        reinterpret_cast<const char* (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_corename"));
    return core ? core() : "";
}

} // namespace

int default_threads() {
    if (std::getenv("OMP_NUM_THREADS")) return at::get_num_threads();
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::string cpu_name() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name"))
            return line.substr(std::min(line.size(), line.find(':') + 2));
    return "unknown";
}

std::string blas_name() {
    std::smatch found;
    const std::string text = at::show_config();
    std::string name = "LibTorch";
    if (std::regex_search(text, found, std::regex("BLAS_INFO=([A-Za-z0-9_]+)")))
        name += " " + found[1].str();
    return openblas_core().empty() ? name : name + ", OpenBLAS " + openblas_core();
}

void choose_blas_kernels(char** argv) {
    constexpr const char* variable = "OPENBLAS_CORETYPE";
    if (std::getenv(variable) || openblas_core() != "Prescott") return;
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (!avx2) return;
    setenv(variable, avx512 ? "SkylakeX" : "Haswell", 1);
    execv("/proc/self/exe", argv); // where that fails, the slower ones serve
}

} // namespace fp4::quant
