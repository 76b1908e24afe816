// fp4-run-mutants FOLDER ROWS COLS PROFILE FORMATS TILES MUTANT...: drives mutants of the core in
// FOLDER with what rtl_tests drives, compared with golden, up to the first fault: the
// random tiles at every pace of stalls, the directed ones, the first after a reset, and the pace
// that docs/05 states. TILES: random ones at a pace, at most those of
// rtl_tests; 0: drives nothing at all. A line a mutant on stdout, its fields parted by tabs:
// number, tiles that came out right before the fault or in all, and for a fault the vectors that
// found it and what was wrong. Mutant 0 is the core as it is. Exit status 2: no such core.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "close_calls.hpp"
#include "core_loader.hpp"

namespace fp4::sim {
namespace {

using MakeCore = std::function<LoadedCore()>;

struct Vectors {
    std::string name;
    std::vector<Tile> tiles;
    Pace pace;
    bool new_core_each; // and a seed each
};

std::vector<Vectors> standard_vectors(CoreShape shape, FormatSet formats,
                                      const Arithmetic& arithmetic, int random_tiles) {
    std::vector<Vectors> all;
    std::mt19937_64 random(11);
    std::vector<Tile> tiles;
    for (int i = 0; i < random_tiles; ++i)
        tiles.push_back(random_tile(random, shape, formats, arithmetic));
    for (const Pace& pace : paces)
        all.push_back({fmt::format("random tiles, pace {} {} {}", pace.k, pace.c, pace.d), tiles,
                       pace, false});
    all.push_back({"close calls", close_calls(shape, formats, arithmetic), paces[0], false});
    all.push_back({"lone bits", lone_bits(shape, arithmetic), paces[0], false});
    all.push_back({"far apart", far_apart(shape, formats, arithmetic), paces[0], false});
    all.push_back({"large sums", large_sums(shape, formats, arithmetic), paces[0], false});
    tiles.clear();
    for (uint64_t seed = 0; seed < first_tiles; ++seed) {
        std::mt19937_64 seeded(seed);
        tiles.push_back(first_tile(seeded, shape, formats, arithmetic));
    }
    all.push_back({"first tiles", tiles, paces[0], true});
    return all;
}

struct Verdict {
    size_t tiles = 0;
    std::string vectors, wrong; // empty: none
};

std::string check_pace(const MakeCore& make_core) {
    for (const bool takes_d : {true, false}) { // an offer does not wait for who takes it
        const LoadedCore core = make_core();
        Stream stream(*core, 1, takes_d);
        int cycle = 0;
        while (!stream.cycle().d_valid && cycle < 100) ++cycle;
        if (const int expected = latency(*core); cycle != expected)
            return fmt::format("latency, D {}: expected {}, found {}",
                               takes_d ? "taken" : "not taken", expected, cycle);
    }
    const LoadedCore core = make_core();
    Stream stream(*core, beats_of_full_pace(*core));
    for (int cycle = 0; cycle < 400; ++cycle)
        if (const bool due = cycle % cycles_per_beat(*core) == 0; stream.cycle().k_ready != due)
            return fmt::format("cycle {}: {} beat is taken", cycle, due ? "no" : "a");
    return "";
}

Verdict drive(const MakeCore& make_core, const std::vector<Vectors>& vectors) {
    Verdict verdict;
    const auto run = [&](const Vectors& v, uint64_t seed, const std::vector<Tile>& tiles) {
        const auto fault = Bench(*make_core(), v.pace, seed).run(tiles);
        verdict.tiles += fault ? fault->tile : tiles.size();
        if (fault) verdict = {verdict.tiles, v.name, describe(*fault)};
        return fault.has_value();
    };
    for (const Vectors& v : vectors)
        if (v.new_core_each) {
            for (uint64_t seed = 0; seed < v.tiles.size(); ++seed)
                if (run(v, seed, {v.tiles[seed]})) return verdict;
        } else if (run(v, 5, v.tiles)) {
            return verdict;
        }
    verdict.wrong = check_pace(make_core);
    if (!verdict.wrong.empty()) verdict.vectors = "latency and pace";
    return verdict;
}

int run(const std::vector<std::string>& arguments) {
    const std::filesystem::path folder = arguments[0];
    const CoreShape shape{static_cast<uint32_t>(std::atoi(arguments[1].c_str())),
                          static_cast<uint32_t>(std::atoi(arguments[2].c_str()))};
    const std::string_view profile = arguments[3], set = arguments[4];
    const int tiles = std::min(std::atoi(arguments[5].c_str()), stalled_tiles);
    const Arithmetic* arithmetic = arithmetic_from_name(profile);
    const auto formats = std::ranges::find(rtl_format_sets, set, &RtlFormatSet::name);
    if (!arithmetic || formats == rtl_format_sets.end()) {
        fmt::print(stderr, "fp4-run-mutants: no such profile or set of formats: {} {}\n", profile,
                   set);
        return 2;
    }
    const auto choose = [](const std::string& mutant) { // Vfp4_tensor_core.h reads it
        setenv("FP4_MUTANT", mutant.c_str(), 1);
    };
    choose("0");
    const auto load = [&] { return LoadedCore::load(folder, shape, profile, false, *formats); };
    const auto core = load();
    if (!core) {
        fmt::print(stderr, "fp4-run-mutants: {}\n", core.error().message);
        return 2;
    }
    const auto vectors = standard_vectors(shape, (*core)->formats(), *arithmetic, tiles);
    for (auto mutant = arguments.begin() + 6; mutant != arguments.end(); ++mutant) {
        choose(*mutant);
        const Verdict v = tiles == 0 ? Verdict{} : drive([&] { return *load(); }, vectors);
        fmt::print("{}\t{}\t{}\t{}\n", *mutant, v.tiles, v.vectors, v.wrong);
        std::fflush(stdout);
    }
    return 0;
}

} // namespace
} // namespace fp4::sim

int main(int argc, char** argv) {
    if (argc < 8) {
        fmt::print(stderr,
                   "usage: fp4-run-mutants FOLDER ROWS COLS PROFILE FORMATS TILES MUTANT...\n");
        return 2;
    }
    return fp4::sim::run({argv + 1, argv + argc});
}
