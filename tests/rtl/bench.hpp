// A tensor core by itself: its ports driven with random stalls, its outputs compared with golden's.
// And the tiles and paces that every core is tested with.
#pragma once
#include <optional>
#include <random>
#include <string_view>
#include <vector>

#include "fp4/gemm/gemm.hpp"
#include "rtl_core.hpp"

namespace fp4::sim {

struct Tile {
    PackedTensor a, b;
    std::vector<Fp32> c; // empty: none used
    std::vector<Fp32> expected;
};

// Names of the profiles that the RTL has.
std::vector<std::string_view> rtl_profiles();

// Codes and scales of all kinds, zeros and scales that lie close to each other among them.
PackedTensor random_operand(std::mt19937_64& random, Format format, uint32_t count, uint64_t k);

// Two formats of the set that the profile multiplies.
std::pair<Format, Format> random_formats(std::mt19937_64& random, FormatSet formats,
                                         const Arithmetic& arithmetic);

// A tile of up to 144 elements in two formats of the set that the profile multiplies.
Tile random_tile(std::mt19937_64& random, CoreShape shape, FormatSet formats,
                 const Arithmetic& arithmetic);

// A tile of one block under small scales, without C: what a register held before would show.
Tile first_tile(std::mt19937_64& random, CoreShape shape, FormatSet formats,
                const Arithmetic& arithmetic);

// Share of cycles, in 1/8, in which each side offers or accepts.
struct Pace {
    unsigned k, c, d;
};
inline constexpr std::array<Pace, 6> paces{
    {{8, 8, 8}, {8, 8, 1}, {8, 1, 8}, {1, 8, 8}, {4, 4, 4}, {7, 2, 2}}};
inline constexpr int stalled_tiles = 4000; // for each pace, of random_tile
inline constexpr uint64_t first_tiles = 200;

// The first thing that a core did wrong.
struct Fault {
    enum class Kind { value, tag, last, hang, surplus } kind;
    size_t tile; // of the run, as row and col; col only of a value
    uint32_t row, col;
    uint32_t expected, found;
};
std::string_view name_of(Fault::Kind kind);
std::string describe(const Fault& fault);

class Bench {
  public:
    // Resets the core.
    Bench(RtlCore& core, Pace pace, uint64_t seed);

    // Offers the tiles one after another and takes what comes out; nothing may come after that.
    std::optional<Fault> run(const std::vector<Tile>& tiles);

  private:
    void offer_beat(const Tile& tile, uint64_t beat);

    RtlCore& core_;
    Pace pace_;
    std::mt19937_64 random_;
    CoreInputs inputs_;
    CoreOutputs outputs_;
    uint64_t blocks_; // of 16 elements, in a beat
    std::vector<uint8_t> a_codes_, a_scales_, b_codes_, b_scales_;
};

// A core that is offered zeros of NVFP4 without end, in tiles of so many beats, and whose D is
// taken at once, or never.
class Stream {
  public:
    Stream(RtlCore& core, int beats, bool takes_d = true);
    const CoreOutputs& cycle();

  private:
    RtlCore& core_;
    int beats_, beat_ = 0;
    CoreInputs inputs_;
    CoreOutputs outputs_;
    std::vector<uint8_t> codes_, scales_;
};

// What the table of docs/05 says: the cycles from the one that takes a tile's only beat to the one
// that offers row 0, how many cycles a beat of NVFP4 takes, and the beats a tile needs so that it
// takes no more.
int cycles_per_beat(const RtlCore& core);
int latency(const RtlCore& core);
int beats_of_full_pace(const RtlCore& core);

} // namespace fp4::sim
