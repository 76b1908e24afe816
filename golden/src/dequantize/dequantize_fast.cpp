// A tensor has at most 256 different blocks of 16 codes: their values are tabulated once by the
// reference rule, then looked up in registers.
#include <array>
#include <cstring>

#include "dequantize_checks.hpp"
#include "dequantize_kernels.hpp"
#include "fast/slices.hpp"
#include "fp4/try.hpp"

namespace fp4 {
namespace {

constexpr size_t streaming_bytes =
    size_t{4} << 20; // outputs this large leave the caches before anyone can read them

template <class Value>
ValueTable<Value> tabulate(const PackedTensor& tensor) {
    ValueTable<Value> table;
    for (size_t byte = 0; byte < 256; ++byte)
        for (uint8_t code = 0; code < 16; ++code)
            table.rows[byte][code] =
                dequantize_as<Value>(tensor.format, tensor.specials, static_cast<uint8_t>(byte),
                                     {code}, tensor.tensor_scale);
    return table;
}

// Runs of 16 elements first..last through `kernel` into a buffer that lies to cache lines as the
// output does, and from there whole lines past the caches.
template <class Value>
void write_streaming(const DequantizeKernel<Value>& kernel, const ValueTable<Value>& table,
                     const PackedRuns& in, size_t first, size_t last, Value* out) {
    constexpr size_t line = 64, chunk_runs = 64, run_bytes = dot_lanes * sizeof(Value);
    alignas(line) std::array<std::byte, chunk_runs * run_bytes + line> buffer;
    auto* to = reinterpret_cast<std::byte*>(out + first * dot_lanes);
    const size_t offset = reinterpret_cast<uintptr_t>(to) % line;
    const auto place = [&](size_t i) {
        return to + (static_cast<ptrdiff_t>(i) - static_cast<ptrdiff_t>(offset));
    };                    // of buffer[i]
    size_t head = offset; // bytes of the first line that are not ours
    for (; first < last; first += chunk_runs) {
        const size_t count = std::min(chunk_runs, last - first);
        kernel.decode(table, in, first, count, reinterpret_cast<Value*>(buffer.data() + offset));
        size_t begin = 0;
        const size_t end = offset + count * run_bytes, lines_end = end / line * line;
        if (head != 0) {
            begin = std::min(line, end);
            std::memcpy(place(head), buffer.data() + head, begin - head);
            head = 0;
        }
        if (begin < lines_end)
            kernel.stream(buffer.data() + begin, place(begin), lines_end - begin);
        if (first + count == last) {
            const size_t rest = std::max(begin, lines_end);
            std::memcpy(place(rest), buffer.data() + rest, end - rest);
        } else { // a whole chunk is whole lines: the next one continues at the same offset
            std::memcpy(buffer.data(), buffer.data() + lines_end, end - lines_end);
            to += lines_end;
        }
    }
    kernel.fence();
}

template <class Value>
Status by_table(const PackedTensor& tensor, std::span<Value> out, std::string_view name,
                const FastOptions& options) {
    FP4_TRY_ASSIGN(const auto isa, choose_isa(options.isa));
    FP4_TRY(check_dequantize(tensor, out.size(), name));
    // The table has no place for sub-blocks and rows' own scales; for few values it would cost more
    // than they do.
    if (spec_of(tensor.format).has_sub_blocks() || !tensor.row_scales.empty() ||
        out.size() <= 256 * 16)
        return dequantize_tensor(tensor, out, name);

    const ValueTable<Value> table = tabulate<Value>(tensor);
    const DequantizeKernel<Value> kernel = dequantize_kernel<Value>(isa);
    const PackedRuns runs{tensor.codes.data(), tensor.scales.data(),
                          spec_of(tensor.format).block == dot_lanes ? 0 : 1};
    const bool streaming = kernel.stream && out.size_bytes() >= streaming_bytes;
    on_slices(thread_count(options.threads), out.size() / dot_lanes, 1024,
              [&](uint64_t first, uint64_t last) {
                  if (streaming)
                      write_streaming(kernel, table, runs, first, last, out.data());
                  else
                      kernel.decode(table, runs, first, last - first,
                                    out.data() + first * dot_lanes);
              });
    return Done{};
}

} // namespace

Status dequantize_tensor_fast(const PackedTensor& tensor, std::span<Fp32> out,
                              std::string_view name, const FastOptions& options) {
    return by_table(tensor, out, name, options);
}
Status dequantize_tensor_fast(const PackedTensor& tensor, std::span<Bf16> out,
                              std::string_view name, const FastOptions& options) {
    return by_table(tensor, out, name, options);
}

} // namespace fp4
