// Y = X * W^T of binary16 activations, 1 to 64 rows of them, and packed weights. Weights are
// decoded with their block scale to binary16, exactly, and are the left operand of mma.sync
// m16n8k16; tokens are its columns. Bound by the bytes of the weights at small batches.
#pragma once
#include "../arithmetic/element_values.hpp"
#include "../arithmetic/f16x2.hpp"
#include "../arithmetic/narrow.hpp"
#include "w4a16_panels.hpp"

namespace fp4::kernels {

struct W4A16Arguments {
    const uint8_t* panels; // of w
    Operand w;             // N x K; its codes and scales are not read
    const uint16_t* x;     // tokens x K binary16
    int32_t tokens;
    uint32_t v1, v2; // f16_of_halves of the specials
    float scale;     // of the tensor, with what the scale bytes' reading leaves out
    float* y;        // tokens x N
};

// `panels` were made of `w` by PackPanels.
inline W4A16Arguments w4a16_arguments(const uint8_t* panels, const Operand& w, const uint16_t* x,
                                      int32_t tokens, float tensor_scale, float* y) {
    const auto special = [&](uint8_t halves) { return w.sentinel < 0 ? 0 : f16_of_halves(halves); };
    return {panels,
            w,
            x,
            tokens,
            special(w.v1_halves),
            special(w.v2_halves),
            multiply_rn(tensor_scale, multiply_rn(0x1p8f, ue4m3_units(w.scale))),
            y};
}

// A block of threads makes 16 rows of weights times 8 * token_tiles tokens. Warp i works on panels
// i, i + 8 ... of that row; their sums are added in the order of the warps. The order of everything
// is fixed: the same bits on every run.
template <int token_tiles>
struct W4A16 {
    static constexpr int warps = 8, threads = 32 * warps, tokens_per_block = 8 * token_tiles;
    static constexpr int shared_bytes =
        warps * panel_rows * tokens_per_block * static_cast<int>(sizeof(float));

    W4A16Arguments arguments;

    int64_t blocks_x() const { return (arguments.w.rows + panel_rows - 1) / panel_rows; }
    int64_t blocks_y() const {
        return (arguments.tokens + tokens_per_block - 1) / tokens_per_block;
    }

    template <class Context>
    FP4_HD void operator()(Context& context) const {
        const int warp = context.thread() / 32, lane = context.thread() % 32;
        const int64_t across = panels_across(arguments.w.k),
                      first_token = context.block_y() * tokens_per_block;
        float sums[token_tiles][4] = {};
        Panel next =
            warp < across ? fetch(context, context.block_x() * across + warp, lane) : Panel{};
        for (int64_t p = warp; p < across; p += warps) {
            const Panel panel = next;
            if (p + warps < across)
                next = fetch(context, context.block_x() * across + p + warps, lane);
#pragma unroll
            for (int chunk = 0; chunk < panel_chunks; ++chunk) {
                const uint32_t bytes = panel.scales.word[chunk / 2] >> 16 * (chunk % 2) & 0xFFFF;
                const Row upper(arguments, bytes & 0xFF), lower(arguments, bytes >> 8);
#pragma unroll
                for (int half = 0; half < 2; ++half) {
                    Words4 x[token_tiles];
#pragma unroll
                    for (int tile = 0; tile < token_tiles; ++tile)
                        x[tile] = load_x(first_token + 8 * tile + lane / 4,
                                         p * panel_columns + chunk * 64 + lane % 4 * 16 + 8 * half);
#pragma unroll
                    for (int j = 0; j < 2; ++j) {
                        const Elements4 a =
                            upper.elements(panel.codes[chunk].word[half] >> 16 * j & 0xFFFF);
                        const Elements4 b =
                            lower.elements(panel.codes[chunk].word[2 + half] >> 16 * j & 0xFFFF);
                        const uint32_t fragment[4] = {a.low, b.low, a.high, b.high};
#pragma unroll
                        for (int tile = 0; tile < token_tiles; ++tile)
                            context.mma_f16(sums[tile], fragment, x[tile].word[2 * j],
                                            x[tile].word[2 * j + 1]);
                    }
                }
            }
        }
        add_warps(context, sums, first_token);
    }

  private:
    struct Panel {
        Words4 codes[panel_chunks]; // rows g and g + 8, two words each
        Words2 scales;
    };

    // The block of one row that a lane decodes.
    struct Row {
        ElementTable table;
        uint32_t scale; // twice, binary16

        // 2^-8 (UE4M3) or 2^-12 (E3M3) of the scale: its fields where binary16 has them.
        FP4_HD Row(const W4A16Arguments& arguments, uint32_t byte) {
            const bool e3m3 = arguments.w.scale == ScaleType::e3m3;
            const uint32_t half = (byte & (e3m3 ? 0x3F : 0x7F)) << 7 | (byte & 0x80) << 8;
            scale = half << 16 | half;
            const uint32_t special =
                e3m3 && byte & 0x40 ? arguments.v2 : arguments.v1; // 0 in formats without
            table = {{0x3E3C3800, 0x46444240, 0xBEBCB880 | special >> 8, 0xC6C4C2C0},
                     special & 0xFF};
        }

        FP4_HD Elements4 elements(uint32_t codes) const {
            const Elements4 plain = kernels::elements(table, 8, codes);
            return {multiply_f16x2(plain.low, scale), multiply_f16x2(plain.high, scale)};
        }
    };

    template <class Context>
    FP4_HD Panel fetch(Context& context, int64_t panel, int lane) const {
        const uint8_t* const from = arguments.panels + panel * panel_bytes;
        Panel out;
#pragma unroll
        for (int chunk = 0; chunk < panel_chunks; ++chunk)
            out.codes[chunk] = context.stream_words4(from + chunk * panel_chunk_bytes + lane * 16);
        out.scales = context.stream_words2(from + panel_chunks * panel_chunk_bytes + lane * 8);
        return out;
    }

    // Eight elements; K is a multiple of 16.
    FP4_HD Words4 load_x(int64_t token, int64_t k) const {
        return token < arguments.tokens && k < arguments.w.k
                   ? load_words4(arguments.x + token * arguments.w.k + k)
                   : Words4{};
    }

    template <class Context>
    FP4_HD void add_warps(Context& context, const float (&sums)[token_tiles][4],
                          int64_t first_token) const {
        float* const shared = static_cast<float*>(context.shared()); // warps x tokens x rows
        const int warp = context.thread() / 32, lane = context.thread() % 32;
#pragma unroll
        for (int tile = 0; tile < token_tiles; ++tile)
#pragma unroll
            for (int e = 0; e < 4; ++e)
                shared[(warp * tokens_per_block + 8 * tile + lane % 4 * 2 + e % 2) * panel_rows +
                       lane / 4 + 8 * (e / 2)] = sums[tile][e];
        context.sync();
        for (int i = context.thread(); i < tokens_per_block * panel_rows; i += threads) {
            const int64_t token = first_token + i / panel_rows,
                          row = context.block_x() * panel_rows + i % panel_rows;
            if (token >= arguments.tokens || row >= arguments.w.rows) continue;
            float sum = 0;
            for (int w = 0; w < warps; ++w)
                sum = add_rn(sum, shared[w * tokens_per_block * panel_rows + i]);
            arguments.y[token * arguments.w.rows + row] = multiply_rn(sum, arguments.scale);
        }
    }
};

} // namespace fp4::kernels
