// gemm_bench: GMAC/s of the fast GEMM next to what it is compared with, on the same data, verified
// in the same run. Repetitions of all kernels are interleaved at random and the best of each
// counts, since other programs may slow a core down at any time.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <thread>

#include "compared.hpp"
#include "fp4/formats/decode.hpp"
#include "fp4/arithmetic/exact_sum.hpp"
#include "fp4/gemm/gemm.hpp"
#include "gemm/panels.hpp"

namespace fp4::bench {
namespace {

struct Shape {
    const char* name;
    uint64_t m, n, k;
};
constexpr Shape shapes[] = {{"64x256x4096", 64, 256, 4096}, {"256x2048x2048", 256, 2048, 2048}};

// All 16 codes, all finite scales but zero; no empty blocks.
PackedTensor random_nvfp4(uint64_t rows, uint64_t k, uint64_t seed) {
    std::mt19937_64 rng(seed);
    PackedTensor tensor{Format::nvfp4,
                        {},
                        rows,
                        k,
                        std::vector<uint8_t>(rows * k / 2),
                        std::vector<uint8_t>(rows * k / 16)};
    for (uint8_t& byte : tensor.codes) byte = static_cast<uint8_t>(rng());
    for (uint8_t& byte : tensor.scales) byte = static_cast<uint8_t>(1 + rng() % 0x7E);
    return tensor;
}

std::vector<float> scale_values(const PackedTensor& t, float factor) {
    std::vector<float> values;
    for (const uint8_t byte : t.scales)
        values.push_back(scale_to_float(block_scale(t.format, byte)) * factor);
    return values;
}

struct Case {
    Shape shape;
    PackedTensor a, b;
    WeightPanels exact_panels, nv_panels, seq_panels;
    std::vector<float> b_values;

    explicit Case(const Shape& s)
        : shape(s), a(random_nvfp4(s.m, s.k, 1)), b(random_nvfp4(s.n, s.k, 2)),
          exact_panels(*WeightPanels::make(b, exact)),
          nv_panels(*WeightPanels::make(b, nv_blackwell)),
          seq_panels(*WeightPanels::make(b, fp32_seq)), b_values(scale_values(b, 1.0f)) {}
};

// All of A is decoded inside, as in gemm_fast, and the tiles come in the same order.
std::vector<float> fp32_panel_gemm(const Case& data, Isa isa) {
    const fast::Panels& panels = data.seq_panels.panels();
    const PanelKernel kernel = fp32_panel(isa);
    const auto tables = fast::operand_tables(data.a.format, data.a.specials,
                                             fast::Words::quarter_values, panels.bias);
    const auto rows =
        fast::decode_rows(data.a, panels.blocking, tables, false, fast::kernels_of(isa), 1);
    const auto& [name, m, n, k] = data.shape;
    std::vector<float> d(m * n);
    constexpr uint64_t group_rows = 128, run_blocks = 64; // as in gemm_fast
    const uint64_t blocks = panels.blocking.blocks;
    for (uint64_t group = 0; group < m; group += group_rows)
        for (uint64_t panel = 0; panel < panels.count(); ++panel) {
            alignas(64) float sums[group_rows * 16] = {};
            for (uint64_t first = 0; first < blocks; first += run_blocks)
                for (uint64_t row = group; row < std::min(m, group + group_rows);
                     row += fast::tile_rows)
                    kernel({rows.halves.data() + row * k + first * 16, k,
                            rows.scales.data() + row * blocks + first, blocks,
                            panels.lines.data() + (panel * k + first * 16) * 16,
                            panels.words.data() + (panel * blocks + first) * 16,
                            std::min(run_blocks, blocks - first)},
                           fast::tile_rows, sums + (row - group) * 16);
            for (uint64_t row = group; row < std::min(m, group + group_rows); ++row)
                std::copy_n(sums + (row - group) * 16, 16, d.data() + row * n + panel * 16);
        }
    return d;
}

std::vector<float> row_dot_gemm(const Case& data) {
    const auto a_values = scale_values(data.a, 0.25f);
    const auto& [name, m, n, k] = data.shape;
    std::vector<float> d(m * n);
    const auto row = [&](const std::vector<float>& values, uint64_t r) {
        return std::span(values).subspan(r * (k / 16), k / 16);
    };
    for (uint64_t j = 0; j < n; ++j)
        for (uint64_t i = 0; i < m; ++i)
            d[i * n + j] = row_dot(data.a.row(i).codes, row(a_values, i), data.b.row(j).codes,
                                   row(data.b_values, j));
    return d;
}

__extension__ using Int128 = __int128;

// The exact sum in 128 bits, element by element from the packed bytes.
Fp32 wide_dot(const PackedTensor& a, uint64_t i, const PackedTensor& b, uint64_t j) {
    Int128 sum = 0;
    for (uint64_t k = 0; k < a.k; ++k) {
        const uint8_t x = a.row(i).scales[k / 16], y = b.row(j).scales[k / 16];
        const auto term = [](const PackedTensor& t, uint64_t row, uint8_t scale, uint64_t at) {
            const Scale s = block_scale(t.format, scale);
            return int64_t{element_lane(t.format, t.specials, scale,
                                        packed_code(t.row(row).codes, at))} *
                       s.significand
                   << (s.exponent + 6);
        };
        sum += Int128{term(a, i, x, k)} * term(b, j, y, k);
    }
    const bool negative = sum < 0;
    if (negative) sum = -sum;
    if (sum >> 63) return fp32_nan;
    return round_fp32(negative, static_cast<uint64_t>(sum), -20, false, Rounding::nearest_even);
}

// Every instruction set, one and two threads: `rows` rows against 128-bit sums and against
// gemm_reference's definition; the FP32 kernels roughly.
bool verify(const Case& data, uint64_t rows) {
    const auto& [name, m, n, k] = data.shape;
    bool good = true;
    uint64_t outputs = 0;
    double worst = 0;
    const auto check = [&](bool same) { good = good && same, ++outputs; };
    for (uint64_t i = 0; i < m; i += m / rows)
        for (uint64_t j = 0; j < n; ++j) {
            const Fp32 wide = wide_dot(data.a, i, data.b, j);
            check(wide == dot_reference(data.a, i, data.b, j, {}, exact));
        }
    for (const Isa isa : supported_isas())
        for (const unsigned threads : {1u, 2u})
            for (const WeightPanels* panels :
                 {&data.exact_panels, &data.nv_panels, &data.seq_panels}) {
                const auto d = *gemm_fast(data.a, *panels, {}, {isa, threads});
                for (uint64_t i = 0; i < m; i += m / rows)
                    for (uint64_t j = 0; j < n; ++j)
                        check(d[i * n + j] ==
                              dot_reference(data.a, i, data.b, j, {}, panels->arithmetic()));
            }
    const auto d = *gemm_fast(data.a, data.exact_panels, {}, {});
    double scale = 0;
    for (const Fp32 x : d) scale = std::max(scale, std::abs(double{x.to_float()}));
    const auto roughly = [&](const std::vector<float>& other) {
        for (size_t i = 0; i < d.size(); ++i)
            worst = std::max(worst, std::abs(double{other[i]} - double{d[i].to_float()}) / scale);
    };
    if (__builtin_cpu_supports("avx2")) roughly(row_dot_gemm(data));
    for (const Isa isa : supported_isas())
        if (isa != Isa::portable) roughly(fp32_panel_gemm(data, isa));
    good = good && worst < 1e-5;
    std::printf("%s: %llu outputs compared bit for bit (128-bit sums, the reference, every "
                "instruction set): %s; FP32 kernels differ by %.1e of the largest\n",
                name, static_cast<unsigned long long>(outputs), good ? "equal" : "NOT EQUAL",
                worst);
    return good;
}

// One thread is timed by its CPU time, which does not count what other programs take; two threads
// by the clock.
template <class Run>
void add(const std::string& name, const Shape& shape, Run run) {
    auto* added = benchmark::RegisterBenchmark(
        (std::string(shape.name) + "/" + name).c_str(), [=](benchmark::State& state) {
            for (auto _ : state) benchmark::DoNotOptimize(run());
            state.counters["GMAC/s"] =
                benchmark::Counter(static_cast<double>(shape.m * shape.n * shape.k) * 1e-9,
                                   benchmark::Counter::kIsIterationInvariantRate);
        });
    if (name.ends_with("/2")) added->UseRealTime();
}

void add_all(const Case& data) {
    const Shape& shape = data.shape;
    for (const Isa isa : supported_isas()) {
        const std::string on = "/" + std::string(name_of(isa));
        for (const unsigned threads : {1u, 2u}) {
            const FastOptions options{isa, threads};
            const std::string suffix = on + "/" + std::to_string(threads);
            add("exact" + suffix, shape,
                [=, &data] { return *gemm_fast(data.a, data.exact_panels, {}, options); });
            add("nv-blackwell" + suffix, shape,
                [=, &data] { return *gemm_fast(data.a, data.nv_panels, {}, options); });
            add("fp32-seq" + suffix, shape,
                [=, &data] { return *gemm_fast(data.a, data.seq_panels, {}, options); });
            if (threads == 1)
                add("exact-packing-B" + suffix, shape,
                    [=, &data] { return *gemm_fast(data.a, data.b, {}, exact, options); });
        }
        if (isa != Isa::portable)
            add("fp32-panel" + on + "/1", shape, [=, &data] { return fp32_panel_gemm(data, isa); });
    }
    if (__builtin_cpu_supports("avx2"))
        add("row-dot/avx2/1", shape, [&data] { return row_dot_gemm(data); });
}

// Keeps the rates of every benchmark's repetitions.
class Rates : public benchmark::ConsoleReporter {
  public:
    Rates() : ConsoleReporter(OO_None) {}
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs)
            if (run.run_type == Run::RT_Iteration && !run.error_occurred)
                rates_[run.run_name.function_name].push_back(run.counters.at("GMAC/s"));
    }
    void Finalize() override {}

    double best(const std::string& name) const {
        const auto at = rates_.find(name);
        return at == rates_.end() ? 0 : *std::ranges::max_element(at->second);
    }
    void print() const {
        std::printf("%-44s %8s %8s %8s  GMAC/s\n", "", "best", "median", "worst");
        for (auto [name, rates] : rates_) {
            std::ranges::sort(rates);
            std::printf("%-44s %8.2f %8.2f %8.2f\n", name.c_str(), rates.back(),
                        rates[rates.size() / 2], rates.front());
        }
    }

  private:
    std::map<std::string, std::vector<double>> rates_;
};

void print_goals(const Rates& rates) {
    for (const Shape& shape : shapes) {
        std::printf("\n%s (best of each)\n", shape.name);
        const auto rate = [&](const std::string& name) {
            return rates.best(std::string(shape.name) + "/" + name);
        };
        const auto line = [](const std::string& what, double value, double goal) {
            if (value > 0 && std::isfinite(value))
                std::printf("  %-58s %7.2f  goal %6.2f  %s\n", what.c_str(), value, goal,
                            value >= goal ? "met" : "MISSED");
        };
        for (const Isa isa : supported_isas()) {
            if (isa == Isa::portable) continue;
            const std::string on(name_of(isa));
            const bool vnni = isa == Isa::avx512_vnni;
            if (vnni) line("exact " + on + ", GMAC/s", rate("exact/" + on + "/1"), 100);
            line("exact " + on + " / AVX2 row dot",
                 rate("exact/" + on + "/1") / rate("row-dot/avx2/1"), vnni ? 6 : 3);
            line("exact " + on + " / FP32 scales on the same panels",
                 rate("exact/" + on + "/1") / rate("fp32-panel/" + on + "/1"), .8);
            line("exact " + on + ", two threads / one",
                 rate("exact/" + on + "/2") / rate("exact/" + on + "/1"), 1.8);
            line("nv-blackwell " + on + ", GMAC/s", rate("nv-blackwell/" + on + "/1"), 10);
            line("nv-blackwell " + on + ", two threads / one",
                 rate("nv-blackwell/" + on + "/2") / rate("nv-blackwell/" + on + "/1"), 1.8);
        }
    }
}

std::string first_after(const char* file, const std::string& key) {
    std::ifstream in(file);
    for (std::string text; std::getline(in, text);)
        if (text.starts_with(key)) return text.substr(std::min(text.size(), text.find(':') + 2));
    return "unknown";
}

} // namespace
} // namespace fp4::bench

int main(int argc, char** argv) {
    using namespace fp4::bench;
    std::vector<std::string> words(argv, argv + argc);
    words.insert(
        words.begin() + 1,
        {"--benchmark_repetitions=12", "--benchmark_min_time=0.01",
         "--benchmark_enable_random_interleaving=true"}); // what the caller says comes later
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;

    std::string load;
    std::getline(std::ifstream("/proc/loadavg"), load);
    std::printf("CPU: %s, %u threads of hardware, load %s\n",
                first_after("/proc/cpuinfo", "model name").c_str(),
                std::thread::hardware_concurrency(), load.c_str());
    std::printf("nvfp4 x nvfp4, random codes and non-zero scales; C = 0; A is packed inside the "
                "timing, B before it but for exact-packing-B; not pinned\n");
    std::vector<Case> cases;
    cases.reserve(std::size(shapes));
    bool good = true;
    for (const Shape& shape : shapes) {
        cases.emplace_back(shape);
        good = verify(cases.back(), shape.n > 1000 ? 4 : 16) && good;
    }
    if (!good) return 1;
    for (const Case& data : cases) add_all(data);
    Rates rates;
    benchmark::RunSpecifiedBenchmarks(&rates);
    rates.print();
    print_goals(rates);
    return 0;
}
