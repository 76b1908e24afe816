// Speed of tensor decoding and encoding as shares of a large memcpy's, after a bit comparison with
// the reference paths.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "fp4/dequantize/dequantize.hpp"
#include "fp4/encode/encode_fast.hpp"
#include "fp4/encode/encode_razer_w.hpp"

namespace {

using namespace fp4;

constexpr size_t memcpy_bytes = size_t{256} << 20;
constexpr uint64_t rows = 4096, k = 16384,
                   sample_rows = 64; // the references run on the first sample_rows rows
constexpr size_t elements = rows * k;

template <class T>
struct Buffer { // page-aligned and touched
    explicit Buffer(size_t count)
        : data(static_cast<T*>(std::aligned_alloc(4096, (count * sizeof(T) + 4095) / 4096 * 4096))),
          size(count) {
        std::memset(static_cast<void*>(data), 1, count * sizeof(T));
    }
    ~Buffer() { std::free(data); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    std::span<T> span() const { return {data, size}; }

    T* data;
    size_t size;
};

enum class Clock {
    wall,
    thread
}; // CPU time of the calling thread: what other processes take does not count

double now(Clock clock) {
    timespec t;
    clock_gettime(clock == Clock::wall ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double seconds_of(Clock clock, const std::function<void()>& run) {
    const double start = now(clock);
    run();
    return now(clock) - start;
}

[[noreturn]] void fail(const std::string& message) {
    std::fprintf(stderr, "codec_bench: %s\n", message.c_str());
    std::exit(2);
}

constexpr double packed_bytes =
    0.5 + 1.0 / 16; // per element: its code and its share of a scale byte

// memcpy_bytes by `threads` memcpys at once.
void parallel_copy(std::byte* to, const std::byte* from, unsigned threads) {
    const size_t part = memcpy_bytes / threads;
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads; ++i)
        others.emplace_back([=] {
            std::memcpy(to + i * part, from + i * part,
                        i + 1 == threads ? memcpy_bytes - i * part : part);
        });
    std::memcpy(to, from, threads == 1 ? memcpy_bytes : part);
}

void expect(const Status& status) {
    if (!status) fail(status.error().message);
}

double best_of(int runs, const std::function<void()>& run) {
    double best = 1e9;
    for (int i = 0; i < runs; ++i) best = std::min(best, seconds_of(Clock::thread, run));
    return best;
}

struct Data {
    Buffer<float> x{elements};
    Buffer<std::byte> from{memcpy_bytes}, to{memcpy_bytes};
    Buffer<Fp32> f32{elements};
    Buffer<Bf16> bf16{elements};
    Buffer<uint8_t> codes{elements / 2}, scales{elements / 16};
    std::array<PackedTensor, 3> tensors; // of formats

    static constexpr std::array formats{Format::nvfp4, Format::razer_a, Format::razer_w};

    Data() {
        std::mt19937_64 engine(1);
        std::normal_distribution<float> normal;
        for (float& value : x.span()) value = normal(engine);
        for (size_t i = 0; i < formats.size(); ++i) {
            auto tensor =
                encode_fast(x.span(), rows, k, {.format = formats[i]}, "x", {.threads = 0});
            if (!tensor) fail(tensor.error().message);
            tensors[i] = std::move(*tensor);
        }
    }

    void encode(size_t i, unsigned threads) {
        expect(encode_fast(x.span(), k, {.format = formats[i]}, tensors[i].tensor_scale.to_float(),
                           {codes.span(), scales.span()}, "x", {.threads = threads}));
    }
};

Data& data() {
    static Data instance;
    return instance;
}

// The first sample_rows rows of a tensor.
PackedTensor head_of(const PackedTensor& t) {
    PackedTensor head = t;
    head.rows = sample_rows;
    head.codes.resize(sample_rows * t.code_bytes_per_row());
    head.scales.resize(sample_rows * t.scale_bytes_per_row());
    return head;
}

// The reference encoder under the tensor scale of `to`, into `to`.
void encode_reference(const float* x, PackedTensor& to) {
    const Encoder encoder = *default_encoder(to.format);
    const TensorScale tensor_scale =
        tensor_scale_of(encoder, to.format, TensorMultiplier{to.tensor_scale.to_float()});
    const BlockEncoder blocks(encoder, to.format, to.specials);
    std::array<uint8_t, dot_lanes> codes;
    for (size_t block = 0; block < to.scales.size(); ++block) {
        to.scales[block] = static_cast<uint8_t>(
            blocks.encode_block({x + block * dot_lanes, dot_lanes}, tensor_scale, codes));
        for (size_t i = 0; i < 8; ++i)
            to.codes[block * 8 + i] = static_cast<uint8_t>(codes[2 * i] | codes[2 * i + 1] << 4);
    }
}

template <class T, class U>
void expect_equal(const std::string& what, const T* found, const U& expected) {
    if (std::memcmp(found, expected.data(), expected.size() * sizeof *expected.data()) != 0)
        fail(what + ": the fast path and the reference differ");
}

// A measured path: its bytes read and written per element, one run over all elements by `threads`,
// and one of the reference over the sample.
struct Path {
    std::string name;
    double bytes_per_element;
    std::function<void(unsigned threads)> run;
    std::function<void()> reference;
    double goal; // share of memcpy; 0: none stated
};

// Compares the fast paths with the references, then measures them in turn with memcpy.
std::vector<Path> checked_paths() {
    std::vector<Path> paths;
    static std::array<PackedTensor, 3> samples;
    static std::vector<Fp32> f32(sample_rows * k);
    static std::vector<Bf16> bf16(sample_rows * k);
    for (size_t i = 0; i < Data::formats.size(); ++i) {
        Data& d = data();
        const std::string name(spec_of(Data::formats[i]).name);
        samples[i] = head_of(d.tensors[i]);

        expect(dequantize_tensor(samples[i], f32, "x"));
        expect(dequantize_tensor(samples[i], bf16, "x"));
        expect(dequantize_tensor_fast(d.tensors[i], d.f32.span(), "x", {.threads = 0}));
        expect(dequantize_tensor_fast(d.tensors[i], d.bf16.span(), "x", {.threads = 0}));
        expect_equal("decode " + name + " to f32", d.f32.data, f32);
        expect_equal("decode " + name + " to bf16", d.bf16.data, bf16);
        encode_reference(d.x.data, samples[i]);
        d.encode(i, 0);
        expect_equal("encode " + name, d.codes.data, samples[i].codes);
        expect_equal("encode " + name, d.scales.data, samples[i].scales);

        paths.push_back({"decode " + name + " to f32", 4 + packed_bytes,
                         [&d, i](unsigned threads) {
                             expect(dequantize_tensor_fast(d.tensors[i], d.f32.span(), "x",
                                                           {.threads = threads}));
                         },
                         [i] { expect(dequantize_tensor(samples[i], f32, "x")); }, 0.7});
        paths.push_back({"decode " + name + " to bf16", 2 + packed_bytes,
                         [&d, i](unsigned threads) {
                             expect(dequantize_tensor_fast(d.tensors[i], d.bf16.span(), "x",
                                                           {.threads = threads}));
                         },
                         [i] { expect(dequantize_tensor(samples[i], bf16, "x")); }, 0.7});
        paths.push_back({"encode " + name, 4 + packed_bytes,
                         [&d, i](unsigned threads) { d.encode(i, threads); },
                         [&d, i] { encode_reference(d.x.data, samples[i]); },
                         Data::formats[i] == Format::razer_w ? 0 : 0.3});
    }
    return paths;
}

void print_shares(int rounds) {
    Data& d = data();
    const auto paths = checked_paths();
    const unsigned all = std::max(1u, std::thread::hardware_concurrency());
    const auto copy = [&](unsigned threads) { parallel_copy(d.to.data, d.from.data, threads); };
    std::printf("every path gives the bits of its reference\n");
    std::printf("memcpy of 256 MiB and %llu x %llu elements, N(0,1); rates in GB/s of bytes read "
                "plus bytes written, best of %d interleaved runs\n",
                static_cast<unsigned long long>(rows), static_cast<unsigned long long>(k), rounds);
    for (const unsigned threads : {1u, all}) {
        const Clock clock = threads == 1 ? Clock::thread : Clock::wall;
        double copy_seconds = 1e9;
        std::vector<double> seconds(paths.size(), 1e9);
        for (int round = 0; round < rounds; ++round)
            for (size_t i = 0; i < paths.size(); ++i) {
                copy_seconds = std::min(copy_seconds, seconds_of(clock, [&] { copy(threads); }));
                seconds[i] =
                    std::min(seconds[i], seconds_of(clock, [&] { paths[i].run(threads); }));
            }
        const double copy_rate = 2.0 * memcpy_bytes / copy_seconds;
        std::printf("%s: memcpy %.1f GB/s\n",
                    threads == 1 ? "1 thread, by its CPU time"
                                 : (std::to_string(threads) + " threads, by wall time").c_str(),
                    copy_rate / 1e9);
        std::printf("  %-24s %8s %10s %6s %14s\n", "path", "GB/s", "of memcpy", "goal",
                    threads == 1 ? "of reference" : "");
        for (size_t i = 0; i < paths.size(); ++i) {
            const double rate = paths[i].bytes_per_element * elements / seconds[i];
            std::printf("  %-24s %8.2f %10.2f", paths[i].name.c_str(), rate / 1e9,
                        rate / copy_rate);
            if (paths[i].goal > 0)
                std::printf(" %6.1f", paths[i].goal);
            else
                std::printf(" %6s", "-");
            if (threads == 1)
                std::printf(" %13.0fx",
                            best_of(3, paths[i].reference) * (rows / sample_rows) / seconds[i]);
            std::printf("\n");
        }
        if (all == 1) break;
    }
}

} // namespace

// Prints the shares, then what Google Benchmark is asked for (nothing unless --benchmark_filter is
// given).
int main(int argc, char** argv) {
    const bool filtered = std::any_of(argv, argv + argc, [](const char* arg) {
        return std::strncmp(arg, "--benchmark_filter", 18) == 0;
    });
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    if (!filtered) {
        print_shares(20);
        return 0;
    }
    for (const Path& path : checked_paths())
        for (const unsigned threads : {1u, 0u})
            benchmark::RegisterBenchmark(
                (path.name + (threads == 1 ? "/1 thread" : "/all threads")).c_str(),
                [path, threads](benchmark::State& state) {
                    for (auto _ : state) path.run(threads);
                    state.SetBytesProcessed(
                        static_cast<int64_t>(static_cast<double>(state.iterations()) *
                                             path.bytes_per_element * elements));
                })
                ->UseRealTime()
                ->Unit(benchmark::kMillisecond);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
