// rtl_coverage CORES SHAPE PROFILE FORMATS OUT: drives the core of that shape, profile and set of
// formats in the folder CORES, which counts coverage, with all stimuli, compares every output with
// golden, and writes what each of them made Verilator count to OUT/STIMULUS.dat. OUT exists.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>

#include "core_loader.hpp"
#include "stimuli.hpp"

namespace fp4::sim {
namespace {

int bad(const std::string& message) {
    fmt::print(stderr, "rtl_coverage: {}\n", message);
    return 2;
}

// "3x2"; without a cross 0 x 0, which no core has.
CoreShape shape_from(std::string_view text) {
    CoreShape shape{};
    const char* const end = text.data() + text.size();
    const auto [cross, error] = std::from_chars(text.data(), end, shape.rows);
    if (error == std::errc{} && cross != end) std::from_chars(cross + 1, end, shape.cols);
    return shape;
}

int run(std::span<char*> arguments) {
    const std::string_view profile = arguments[2], set = arguments[3];
    const Arithmetic* arithmetic = arithmetic_from_name(profile);
    if (!arithmetic) return bad(fmt::format("expected a profile, found {}", profile));
    const auto formats = std::ranges::find(rtl_format_sets, set, &RtlFormatSet::name);
    if (formats == rtl_format_sets.end())
        return bad(fmt::format("expected a set of formats, found {}", set));
    auto core = LoadedCore::load(arguments[0], shape_from(arguments[1]), profile, false, *formats);
    if (!core) return bad(core.error().message);

    const Target target{(*core)->shape(), (*core)->formats(), *arithmetic};
    size_t compared = 0;
    for (const Stimulus& stimulus : stimuli()) {
        const auto tiles = stimulus.tiles(target);
        for (const Pace pace : stimulus.paces) {
            if (const auto fault = Bench(**core, pace, 5).run(tiles)) {
                fmt::print("{} {} {}: {}: {}\n", arguments[1], profile, set, stimulus.name,
                           describe(*fault));
                return 1;
            }
            compared += tiles.size();
        }
        const std::string path = fmt::format("{}/{}.dat", arguments[4], stimulus.name);
        if (!(*core)->write_coverage(path.c_str()))
            return bad(path + ": expected a core that counts and a file that can be written");
    }
    fmt::print("{} {} {}: {} tiles as golden\n", arguments[1], profile, set, compared);
    return 0;
}

} // namespace
} // namespace fp4::sim

int main(int argc, char** argv) {
    if (argc == 6) return fp4::sim::run({argv + 1, 5});
    fmt::print(stderr, "usage: rtl_coverage CORES SHAPE PROFILE FORMATS OUT\n");
    return 2;
}
