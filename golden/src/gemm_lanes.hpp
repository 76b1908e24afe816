// Kernels of gemm_fast written as plain loops over the sixteen columns of a panel. Every instruction set compiles them for itself: this file is
// included inside its target region and namespace, after it has defined `Dots`, whose block<R>(tile, i, dots) gives the dot products of block i
// of R rows in quarter-units.

using Lanes32 = int32_t[panel_columns];

constexpr int32_t low_half(int32_t word) { return static_cast<int16_t>(word); }
constexpr int32_t high_half(int32_t word) { return word >> 16; }

// Calls f with the number of rows as a constant.
template <class F>
inline void with_rows(int rows, F f) {
    switch (rows) {
    case 1: return f.template operator()<1>();
    case 2: return f.template operator()<2>();
    case 3: return f.template operator()<3>();
    default: return f.template operator()<4>();
    }
}

// dot * mA fits 18 bits, times an integer scale of B 36; the shift by A's exponent ends below the bound that exact_k_limit checks.
template <int R>
void exact_wide_rows(const Tile& t, int64_t* sums) {
    for (uint64_t i = 0; i < t.blocks; ++i) {
        alignas(64) Lanes32 dots[R];
        Dots::block<R>(t, i, dots);
        const int32_t* scales = t.b_scales + i * panel_columns;
        for (int r = 0; r < R; ++r) {
            const int32_t word = t.a_scales[static_cast<uint64_t>(r) * t.a_scale_stride + i].word;
            const int32_t significand = low_half(word), shift = high_half(word);
            for (int c = 0; c < panel_columns; ++c) sums[r * panel_columns + c] += (int64_t{dots[r][c] * significand} * scales[c]) << shift;
        }
    }
}

void exact_wide(const Tile& t, int rows, int64_t* sums) {
    with_rows(rows, [&]<int R>() { exact_wide_rows<R>(t, sums); });
}

// Columns whose scales span too much for 64 bits wrap round; the caller knows them and computes them anew.
template <int R>
void exact_shifted_rows(const Tile& t, int64_t* sums) {
    for (uint64_t i = 0; i < t.blocks; ++i) {
        alignas(64) Lanes32 dots[R];
        Dots::block<R>(t, i, dots);
        const int32_t* exponents = t.b_scales + i * panel_columns;
        for (int r = 0; r < R; ++r) {
            const int32_t exponent = t.a_scales[static_cast<uint64_t>(r) * t.a_scale_stride + i].word;
            for (int c = 0; c < panel_columns; ++c) {
                const int32_t shift = exponent + exponents[c] < 63 ? exponent + exponents[c] : 63;
                auto& sum = sums[r * panel_columns + c];
                sum = static_cast<int64_t>(static_cast<uint64_t>(sum) + (static_cast<uint64_t>(int64_t{dots[r][c]}) << shift));
            }
        }
    }
}

void exact_shifted(const Tile& t, int rows, int64_t* sums) {
    with_rows(rows, [&]<int R>() { exact_shifted_rows<R>(t, sums); });
}

// The terms of one fused step, sixteen columns wide.
inline constexpr int most_terms = 4;
struct StepTerms {
    alignas(64) Lanes32 significands[most_terms]; // dot * mA * mB, 8 fraction bits, abs < 2^22
    alignas(64) Lanes32 exponents[most_terms];
};

// 2^52 + n as a double for 0 <= n < 2^52; taking 2^52 off again normalises n, exactly.
inline constexpr uint64_t bits_of_2_52 = 0x4330000000000000;

// One step of fused_step() in integer lanes. With 35 fraction bits every term is below 2^50 and the sum of five below 2^52.
inline void fused_lanes(const StepTerms& terms, int fraction_bits, uint32_t* accumulators) {
    alignas(64) int32_t largest[panel_columns];
    alignas(64) int64_t sums[panel_columns];
    for (int c = 0; c < panel_columns; ++c) {
        const auto field = static_cast<int32_t>(accumulators[c] >> 23 & 0xFF);
        int32_t exponent = (field > 1 ? field : 1) - 127;
        for (int g = 0; g < most_terms; ++g) exponent = terms.exponents[g][c] > exponent ? terms.exponents[g][c] : exponent;
        largest[c] = exponent;
    }
    for (int c = 0; c < panel_columns; ++c) {
        const auto field = static_cast<int32_t>(accumulators[c] >> 23 & 0xFF);
        const int32_t below = largest[c] - (field > 1 ? field : 1) + 127;
        const uint64_t magnitude = uint64_t{(accumulators[c] & 0x7FFFFF) | (field > 0 ? 0x800000u : 0u)} << (fraction_bits - 23);
        const auto cut = static_cast<int64_t>(magnitude >> (below < 63 ? below : 63));
        sums[c] = accumulators[c] >> 31 ? -cut : cut;
    }
    for (int g = 0; g < most_terms; ++g)
        for (int c = 0; c < panel_columns; ++c) {
            const int32_t significand = terms.significands[g][c], below = largest[c] - terms.exponents[g][c];
            const uint64_t magnitude = static_cast<uint64_t>(static_cast<uint32_t>(significand < 0 ? -significand : significand)) << (fraction_bits - 8);
            const auto cut = static_cast<int64_t>(magnitude >> (below < 63 ? below : 63));
            sums[c] += significand < 0 ? -cut : cut;
        }
    for (int c = 0; c < panel_columns; ++c) {
        const int64_t sum = sums[c];
        const auto magnitude = static_cast<uint64_t>(sum < 0 ? -sum : sum);
        const auto normal = __builtin_bit_cast(int64_t, __builtin_bit_cast(double, magnitude | bits_of_2_52) - 0x1p52) >> 29; // exponent + 1023, 23 fraction bits
        const int64_t field = (normal >> 23) + largest[c] - fraction_bits - 1023 + 127;
        const int64_t fraction = normal & 0x7FFFFF;
        const int64_t tiny = (fraction | 0x800000) >> (1 - field < 63 ? (1 - field > 0 ? 1 - field : 0) : 63); // also 0: its field is far below
        int64_t code = field > 0 ? field << 23 | fraction : tiny;
        code = code < 0x7F800000 ? code : 0x7F800000;
        const auto sign = static_cast<int64_t>(sum < 0 && code != 0 ? 0x80000000 : 0);
        const bool finite = (accumulators[c] & 0x7F800000) != 0x7F800000;
        accumulators[c] = finite ? static_cast<uint32_t>(code | sign) : accumulators[c];
    }
}

template <int R>
void fused_rows(const Tile& t, int fraction_bits, uint32_t* accumulators) {
    for (uint64_t first = 0; first < t.blocks; first += most_terms) {
        const auto count = static_cast<int>(t.blocks - first < most_terms ? t.blocks - first : most_terms);
        alignas(64) Lanes32 dots[most_terms][R];
        for (int g = 0; g < count; ++g) Dots::block<R>(t, first + static_cast<uint64_t>(g), dots[g]);
        for (int r = 0; r < R; ++r) {
            StepTerms terms;
            for (int g = 0; g < most_terms; ++g) {
                if (g >= count) { // no term: below every exponent that C can have
                    for (int c = 0; c < panel_columns; ++c) terms.significands[g][c] = 0, terms.exponents[g][c] = -1000;
                    continue;
                }
                const uint64_t i = first + static_cast<uint64_t>(g);
                const int32_t word = t.a_scales[static_cast<uint64_t>(r) * t.a_scale_stride + i].word;
                const int32_t* words = t.b_scales + i * panel_columns;
                for (int c = 0; c < panel_columns; ++c) {
                    terms.significands[g][c] = dots[g][r][c] * (low_half(word) * low_half(words[c]));
                    terms.exponents[g][c] = high_half(word) + high_half(words[c]);
                }
            }
            fused_lanes(terms, fraction_bits, accumulators + r * panel_columns);
        }
    }
}

void fused(const Tile& t, int rows, int fraction_bits, uint32_t* accumulators) {
    with_rows(rows, [&]<int R>() { fused_rows<R>(t, fraction_bits, accumulators); });
}

// A block value has at most 22 significant bits above 2^-20, so both products are exact and only the addition rounds.
template <int R>
void sequential_rows(const Tile& t, uint32_t* accumulators) {
    alignas(64) float sums[R][panel_columns];
    __builtin_memcpy(sums, accumulators, sizeof sums);
    for (uint64_t i = 0; i < t.blocks; ++i) {
        alignas(64) Lanes32 dots[R];
        Dots::block<R>(t, i, dots);
        const int32_t* words = t.b_scales + i * panel_columns;
        for (int r = 0; r < R; ++r) {
            const auto a_scale = __builtin_bit_cast(float, t.a_scales[static_cast<uint64_t>(r) * t.a_scale_stride + i].word);
            for (int c = 0; c < panel_columns; ++c) sums[r][c] += static_cast<float>(dots[r][c]) * (a_scale * __builtin_bit_cast(float, words[c]));
        }
    }
    __builtin_memcpy(accumulators, sums, sizeof sums);
}

void sequential(const Tile& t, int rows, uint32_t* accumulators) {
    with_rows(rows, [&]<int R>() { sequential_rows<R>(t, accumulators); });
}

constexpr float power_of_two(int32_t exponent) { return __builtin_bit_cast(float, (exponent + 127) << 23); } // -126 .. 127

// The exponent of a term is cut to -170 .. 140: a dot is below 2^13, so that what lies below cannot change a binary32 sum and what lies above
// overflows in any case. Halves of what remains are exponents of normal floats, and the product inside the fused multiply-add is exact.
template <int R>
void sequential_fused_rows(const Tile& t, uint32_t* accumulators) {
    alignas(64) float sums[R][panel_columns];
    __builtin_memcpy(sums, accumulators, sizeof sums);
    for (uint64_t i = 0; i < t.blocks; ++i) {
        alignas(64) Lanes32 dots[R];
        Dots::block<R>(t, i, dots);
        const int32_t* words = t.b_scales + i * panel_columns;
        for (int r = 0; r < R; ++r) {
            const int32_t a_exponent = t.a_scales[static_cast<uint64_t>(r) * t.a_scale_stride + i].word;
            for (int c = 0; c < panel_columns; ++c) {
                int32_t exponent = a_exponent + words[c];
                exponent = exponent < 140 ? exponent : 140;
                exponent = exponent > -170 ? exponent : -170;
                const int32_t half = exponent >> 1;
                sums[r][c] = __builtin_fmaf(static_cast<float>(dots[r][c]) * power_of_two(half), power_of_two(exponent - half), sums[r][c]);
            }
        }
    }
    __builtin_memcpy(accumulators, sums, sizeof sums);
}

void sequential_fused(const Tile& t, int rows, uint32_t* accumulators) {
    with_rows(rows, [&]<int R>() { sequential_fused_rows<R>(t, accumulators); });
}

void round_sums(const int64_t* sums, uint64_t count, float unit, float* d) {
    for (uint64_t i = 0; i < count; ++i) d[i] = static_cast<float>(sums[i]) * unit;
}
