// Kernels of gemm_fast that every instruction set compiles for itself, as vectors of neighboring
// columns of a panel (GCC and Clang vector extensions). Included inside a target region and
// namespace, after these are defined:
//   vector_bytes                                    of a register
//   dots<R, Lines>(tile, i, column, I32 (&out)[R])  dot products of block i (Lines * 4 products) of
//   R rows with the `lanes` columns from
//                                                   `column`, quarter-units
//   multiply_add(x, y, sum)                         sum = RNE(x * y + sum) by lane, F32, fused

constexpr int32_t low_half(int32_t word) { return static_cast<int16_t>(word); }
constexpr int32_t high_half(int32_t word) { return word >> 16; }

// Calls f with the number of rows as a constant, for one vector of columns after the other.
template <class F>
inline void with_rows(int rows, F f) {
    for (int column = 0; column < panel_columns; column += lanes) switch (rows) {
        case 1: f.template operator()<1>(column); break;
        case 2: f.template operator()<2>(column); break;
        case 3: f.template operator()<3>(column); break;
        default: f.template operator()<4>(column); break;
        }
}

inline int32_t word_of(const Tile& t, int row, uint64_t i) {
    return t.a_scales[static_cast<uint64_t>(row) * t.a_scale_stride + i].word;
}
template <class Vector>
inline void load_words(const Tile& t, uint64_t i, int column, Vector& words) {
    __builtin_memcpy(&words, t.b_scales + i * panel_columns + column, sizeof words);
}
template <class Vector, int R>
inline void load_rows(Vector (&vectors)[R], const uint32_t* accumulators) {
    for (int r = 0; r < R; ++r)
        __builtin_memcpy(&vectors[r], accumulators + r * panel_columns, sizeof(Vector));
}
template <class Vector, int R>
inline void store_rows(const Vector (&vectors)[R], uint32_t* accumulators) {
    for (int r = 0; r < R; ++r)
        __builtin_memcpy(accumulators + r * panel_columns, &vectors[r], sizeof(Vector));
}

// The 64-bit lanes of even and odd columns, which lie next to each other in a 32-bit vector:
// sign-extended, zero-extended, and back.
inline void widen(const I32& x, I64& even, I64& odd) {
    even = (I64)x << 32 >> 32, odd = (I64)x >> 32;
}
inline void widen(const U32& x, U64& even, U64& odd) {
    even = (U64)x & 0xFFFFFFFFu, odd = (U64)x >> 32;
}
inline void narrow(const U64& even, const U64& odd, U32& x) {
    x = (U32)((even & 0xFFFFFFFFu) | odd << 32);
}

inline void add_to(int64_t* sums, const U64& even, const U64& odd) {
    for (int i = 0; i < lanes / 2; ++i) {
        sums[2 * i] = static_cast<int64_t>(static_cast<uint64_t>(sums[2 * i]) + even[i]);
        sums[2 * i + 1] = static_cast<int64_t>(static_cast<uint64_t>(sums[2 * i + 1]) + odd[i]);
    }
}

// dot * mA fits 18 bits, times an integer scale of B 36; the shift by A's exponent ends below the
// bound that exact_k_limit checks.
template <int R>
void exact_wide_rows(const Tile& t, int column, int64_t* sums) {
    U64 even[R] = {}, odd[R] = {};
    for (uint64_t i = 0; i < t.blocks; ++i) {
        I32 dot[R], scales;
        dots<R, 4>(t, i, column, dot);
        load_words(t, i, column, scales);
        I64 scale_even, scale_odd, even_term, odd_term;
        widen(scales, scale_even, scale_odd);
        for (int r = 0; r < R; ++r) {
            const int32_t word = word_of(t, r, i);
            widen(dot[r] * low_half(word), even_term, odd_term);
            even[r] += (U64)(even_term * scale_even) << high_half(word);
            odd[r] += (U64)(odd_term * scale_odd) << high_half(word);
        }
    }
    for (int r = 0; r < R; ++r) add_to(sums + r * panel_columns, even[r], odd[r]);
}

void exact_wide(const Tile& t, int rows, int64_t* sums) {
    with_rows(rows, [&]<int R>(int column) { exact_wide_rows<R>(t, column, sums + column); });
}

// Columns whose scales span too much for 64 bits wrap round; the caller knows them and computes
// them anew.
template <int R>
void exact_shifted_rows(const Tile& t, int column, int64_t* sums) {
    U64 even[R] = {}, odd[R] = {};
    for (uint64_t i = 0; i < t.blocks; ++i) {
        I32 dot[R], exponents;
        dots<R, 8>(t, i, column, dot);
        load_words(t, i, column, exponents);
        for (int r = 0; r < R; ++r) {
            I32 shift = exponents + word_of(t, r, i);
            shift = shift < 63 ? shift : 63;
            I64 even_term, odd_term;
            U64 even_shift, odd_shift;
            widen(dot[r], even_term, odd_term);
            widen((U32)shift, even_shift, odd_shift);
            even[r] += (U64)even_term << even_shift;
            odd[r] += (U64)odd_term << odd_shift;
        }
    }
    for (int r = 0; r < R; ++r) add_to(sums + r * panel_columns, even[r], odd[r]);
}

void exact_shifted(const Tile& t, int rows, int64_t* sums) {
    with_rows(rows, [&]<int R>(int column) { exact_shifted_rows<R>(t, column, sums + column); });
}

// A term of a fused step in 64-bit lanes: magnitude >> below cut toward zero, the sign back on,
// added. below: 0 .. 63.
inline void add_aligned(const U64& magnitude, const U64& below, const U64& sign_mask, U64& sum) {
    sum += ((magnitude >> below) ^ sign_mask) - sign_mask;
}

// Sum * 2^(largest - fraction_bits) cut to binary32 magnitude codes. abs(sum) < 2^52, so 2^52 +
// abs(sum) is a double; taking 2^52 off again leaves abs(sum) normalized, exactly: exponent + 1023
// over 52 fraction bits.
inline void round_toward_zero(const U64& magnitude, const I64& largest, int fraction_bits,
                              U64& code) {
    const F64 normalized = (F64)(magnitude | 0x4330000000000000u) - 0x1p52;
    const I64 bits = (I64)normalized >> 29; // 23 fraction bits
    const I64 field = (bits >> 23) + largest - (fraction_bits + 1023 - 127);
    const I64 fraction = bits & 0x7FFFFF;
    I64 deep = 1 - field; // places below the smallest normal
    deep = deep < 63 ? deep : 63;
    deep = deep > 0 ? deep : 0;
    const I64 tiny = (fraction | 0x800000) >> deep; // 0 for a sum of 0, whose field is far below
    I64 result = field > 0 ? (field << 23 | fraction) : tiny;
    result = result < 0x7F800000 ? result : 0x7F800000;
    code = (U64)result;
}

// One step of fused_step(). terms: dot * mA * mB with 8 fraction bits, abs < 2^22, and their
// exponents; terms that a short step lacks would not raise the alignment. With 35 fraction bits
// every aligned term is below 2^50 and the sum of five below 2^52. An accumulator that is infinite
// or NaN stays.
template <int Terms>
inline void fused_step_lanes(const I32 (&significands)[Terms], const I32 (&exponents)[Terms],
                             const FusedRule& rule, U32& accumulator) {
    const int fraction_bits = rule.fraction_bits;
    const I32 field = (I32)(accumulator >> 23) & 0xFF;
    I32 c_exponent = (field > 1 ? field : 1) - 127;
    if (rule.zeros_left_out)
        c_exponent = (accumulator << 1) != 0 ? c_exponent : I32{} + rule.zero_exponent;
    const U32 c_significand =
        (accumulator & 0x7FFFFF) | (U32)(field > 0 ? (I32{} + 0x800000) : I32{});
    I32 largest = c_exponent;
    for (const I32& exponent : exponents) largest = exponent > largest ? exponent : largest;

    U64 even_sum = {}, odd_sum = {};
    const auto add = [&](const U32& magnitude, const I32& exponent, const I32& sign, int left)
        __attribute__((always_inline)) {
        I32 below = largest - exponent + (left < 0 ? -left : 0);
        left = left < 0 ? 0 : left;
        below = below < 63 ? below : 63;
        U64 even, odd, even_below, odd_below;
        I64 even_sign, odd_sign;
        widen(magnitude, even, odd);
        widen((U32)below, even_below, odd_below);
        widen(sign, even_sign, odd_sign);
        add_aligned(even << left, even_below, (U64)even_sign, even_sum);
        add_aligned(odd << left, odd_below, (U64)odd_sign, odd_sum);
    };
    add(c_significand, c_exponent, (I32)accumulator >> 31, fraction_bits - 23);
    for (int g = 0; g < Terms; ++g) {
        const I32 sign = significands[g] >> 31;
        add((U32)((significands[g] ^ sign) - sign), exponents[g], sign, fraction_bits - 8);
    }

    I64 even_largest, odd_largest;
    widen(largest, even_largest, odd_largest);
    const I64 even_sign = (I64)even_sum < 0, odd_sign = (I64)odd_sum < 0; // lanes of 0 or -1
    U64 even_code, odd_code;
    round_toward_zero((even_sum ^ (U64)even_sign) - (U64)even_sign, even_largest, fraction_bits,
                      even_code);
    round_toward_zero((odd_sum ^ (U64)odd_sign) - (U64)odd_sign, odd_largest, fraction_bits,
                      odd_code);
    U32 code, sign;
    narrow(even_code, odd_code, code);
    narrow((U64)even_sign, (U64)odd_sign, sign);
    const U32 result = code | ((U32)(code != 0) & sign & 0x80000000u);
    accumulator = field != 0xFF ? result : accumulator;
}

template <int R, int Terms>
inline void fused_rows_step(const Tile& t, uint64_t first, int column, const FusedRule& rule,
                            U32 (&accumulators)[R]) {
    I32 dot[Terms][R], words[Terms];
    for (int g = 0; g < Terms; ++g) {
        dots<R, 4>(t, first + static_cast<uint64_t>(g), column, dot[g]);
        load_words(t, first + static_cast<uint64_t>(g), column, words[g]);
    }
    for (int r = 0; r < R; ++r) {
        I32 significands[Terms], exponents[Terms];
        for (int g = 0; g < Terms; ++g) {
            const int32_t word = word_of(t, r, first + static_cast<uint64_t>(g));
            const I32 significand = (words[g] & 0xFF) * (word & 0xFF);
            significands[g] = dot[g][r] * significand;
            exponents[g] = (words[g] << 16 >> 24) + static_cast<int8_t>(word >> 8);
            if (rule.zeros_left_out)
                exponents[g] = ((I32)((U32)words[g] >> 16) & (high_half(word) & 0xFFFF)) != 0 &&
                                       significand != 0
                                   ? exponents[g]
                                   : I32{} + rule.zero_exponent;
        }
        fused_step_lanes<Terms>(significands, exponents, rule, accumulators[r]);
    }
}

template <int R>
void fused_rows(const Tile& t, int column, const FusedRule& rule, uint32_t* out) {
    U32 accumulators[R];
    load_rows(accumulators, out);
    uint64_t i = 0;
    for (; i + 4 <= t.blocks; i += 4) fused_rows_step<R, 4>(t, i, column, rule, accumulators);
    switch (t.blocks - i) { // what is missing to 64 products adds nothing
    case 1: fused_rows_step<R, 1>(t, i, column, rule, accumulators); break;
    case 2: fused_rows_step<R, 2>(t, i, column, rule, accumulators); break;
    case 3: fused_rows_step<R, 3>(t, i, column, rule, accumulators); break;
    default: break;
    }
    store_rows(accumulators, out);
}

void fused(const Tile& t, int rows, const FusedRule& rule, uint32_t* accumulators) {
    with_rows(rows,
              [&]<int R>(int column) { fused_rows<R>(t, column, rule, accumulators + column); });
}

// A block value has at most 22 significant bits above 2^-20, so both products are exact and only
// the addition rounds.
template <int R>
void sequential_rows(const Tile& t, int column, uint32_t* accumulators) {
    F32 sums[R];
    load_rows(sums, accumulators);
    for (uint64_t i = 0; i < t.blocks; ++i) {
        I32 dot[R];
        F32 scales;
        dots<R, 4>(t, i, column, dot);
        load_words(t, i, column, scales);
        for (int r = 0; r < R; ++r)
            sums[r] += __builtin_convertvector(dot[r], F32) *
                       (scales * __builtin_bit_cast(float, word_of(t, r, i)));
    }
    store_rows(sums, accumulators);
}

void sequential(const Tile& t, int rows, uint32_t* accumulators) {
    with_rows(rows,
              [&]<int R>(int column) { sequential_rows<R>(t, column, accumulators + column); });
}

// The exponent of a term is cut to -170 .. 140: a dot is below 2^13, so that what lies below cannot
// change a binary32 sum and what lies above overflows in any case. Halves of what remains are
// exponents of normal floats, and the product inside the fused multiply-add is exact.
template <int R>
void sequential_fused_rows(const Tile& t, int column, uint32_t* accumulators) {
    F32 sums[R];
    load_rows(sums, accumulators);
    for (uint64_t i = 0; i < t.blocks; ++i) {
        I32 dot[R], exponents;
        dots<R, 8>(t, i, column, dot);
        load_words(t, i, column, exponents);
        for (int r = 0; r < R; ++r) {
            I32 exponent = exponents + word_of(t, r, i);
            exponent = exponent < 140 ? exponent : 140;
            exponent = exponent > -170 ? exponent : -170;
            const I32 half = exponent >> 1, rest = exponent - half;
            multiply_add(__builtin_convertvector(dot[r], F32) * (F32)((half + 127) << 23),
                         (F32)((rest + 127) << 23), sums[r]);
        }
    }
    store_rows(sums, accumulators);
}

void sequential_fused(const Tile& t, int rows, uint32_t* accumulators) {
    with_rows(rows, [&]<int R>(int column) {
        sequential_fused_rows<R>(t, column, accumulators + column);
    });
}

void round_sums(const int64_t* sums, float unit, float* d) {
    for (int i = 0; i < panel_columns; ++i) d[i] = static_cast<float>(sums[i]) * unit;
}
