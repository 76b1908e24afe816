// Weights in the order in which the W4A16 kernel reads them, and the kernel that puts them there,
// once per weight.
#pragma once
#include "../arithmetic/operand.hpp"
#include "words.hpp"

namespace fp4::kernels {

// A panel is 16 rows x 256 columns: four chunks of 64 columns, 512 bytes of codes each, then 256
// scale bytes. In a chunk lane 4g + t of a warp owns the 16 bytes of block t of rows g and g + 8;
// of the scales its 8 bytes are those of rows g and g + 8 in chunks 0 to 3. Panels lie row of
// panels by row of panels. Formats with specials are brought into one form: the sentinel is 8, its
// value negative; a block whose special is positive has all signs turned and bit 7 of its scale
// byte set, which makes the scale negative. What lies beyond the matrix is codes 0 under scale
// bytes 0.
inline constexpr int panel_rows = 16, panel_columns = 256, panel_chunks = 4,
                     panel_chunk_bytes = 512, panel_bytes = 2304;

FP4_HD int64_t panels_across(int64_t k) { return (k + panel_columns - 1) / panel_columns; }
// In bytes.
inline int64_t panels_size(int64_t rows, int64_t k) {
    return (rows + panel_rows - 1) / panel_rows * panels_across(k) * panel_bytes;
}

// One warp makes one panel.
struct PackPanels {
    static constexpr int threads = 32;
    static constexpr int shared_bytes = 0;

    Operand in;      // blocks of 16
    uint8_t* panels; // panels_size() bytes

    int64_t blocks() const { return (in.rows + panel_rows - 1) / panel_rows * panels_across(in.k); }

    template <class Context>
    FP4_HD void operator()(Context& context) const {
        const int64_t panel = context.block_x(),
                      first_row = panel / panels_across(in.k) * panel_rows,
                      first_column = panel % panels_across(in.k) * panel_columns;
        const int lane = context.thread(), group = lane / 4, quarter = lane % 4;
        uint8_t* const out = panels + panel * panel_bytes;
        for (int chunk = 0; chunk < panel_chunks; ++chunk)
            for (int half = 0; half < 2; ++half) {
                const int64_t row = first_row + group + 8 * half,
                              column = first_column + 64 * chunk + 16 * quarter;
                uint32_t byte = 0;
                Words2 codes{{0, 0}};
                if (row < in.rows && column < in.k) {
                    byte = in.scales[row * in.scales_per_row() + column / 16];
                    codes = load_words2(in.codes + row * in.code_bytes_per_row() + column / 2);
                    uniform(byte, codes);
                }
                store(out + chunk * panel_chunk_bytes + lane * 16 + 8 * half, codes);
                out[panel_chunks * panel_chunk_bytes + lane * 8 + 2 * chunk + half] =
                    static_cast<uint8_t>(byte);
            }
    }

  private:
    FP4_HD void uniform(uint32_t& byte, Words2& codes) const {
        const bool turned = in.sentinel >= 0 && !(byte & in.sign_mask);
        byte = (byte & ~uint32_t{0x80}) | (turned ? 0x80 : 0);
        for (uint32_t& word : codes.word) {
            uint32_t out = 0;
            for (int i = 0; i < 8; ++i) {
                const uint32_t code = word >> 4 * i & 0xF;
                const bool special = in.sentinel >= 0 && code == static_cast<uint32_t>(in.sentinel);
                const uint32_t plain = (code & 7) == 0 ? 0 : turned ? code ^ 8 : code;
                out |= (special ? 8u : plain) << 4 * i;
            }
            word = out;
        }
    }
};

} // namespace fp4::kernels
