// What computes the ops of a trace: simulated hardware, a model of it, or another implementation of
// the same arithmetic. An engine knows nothing of what it will be compared with.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/result.hpp"
#include "fp4/traces/trace.hpp"
#include "tile_grid.hpp"

namespace fp4::sim {

// What an engine gives for one op.
struct EngineOutput {
    std::vector<Fp32> d;       // raw accumulators, M * N row-major
    std::vector<uint32_t> out; // after the epilogue, in the output type; M * N, empty after a hang
    // How many of d there are, in the order of the grid's tiles, their rows and columns: M * N
    // unless the engine hung.
    uint64_t outputs = 0;
    uint64_t cycles = 0;                        // 0: untimed engine
    double utilization = 0;                     // operand beats taken by the array per cycle
    uint64_t bytes_read = 0, bytes_written = 0; // between the engine and its memory
    double wall_s = 0;                          // host time
    std::string hang; // says where the engine stopped answering; empty: it did not
    std::vector<WrongTag> wrong_tags{}; // in the order of tiles and their rows
};

// Asked and told now and then while an op runs; either may be empty.
struct EngineHooks {
    std::function<void(uint64_t macs_done, double wall_s)> progress; // of this op
    std::function<bool()> interrupted; // true: what run() gives will not be looked at
};

class Engine {
  public:
    virtual ~Engine() = default;

    // The name behind --engine.
    virtual std::string_view name() const = 0;

    // The array whose tiles outputs come in; none: each op is one tile.
    virtual std::optional<CoreShape> array() const { return std::nullopt; }

    // Chooses what the ops of a trace are run on; once, before anything is run. Errors name the op.
    virtual Status prepare(std::span<const traces::TraceOp>) { return Done{}; }

    // Whether the engine, prepared, can run the op. Errors name the op.
    virtual Status check(const traces::TraceOp&) const { return Done{}; }

    // Computes one op that check() passed, with C of M * N or empty: +0. Ops may follow one another
    // in any order and number until one hangs or is interrupted. Errors, without the op's name:
    // what the engine runs on failed.
    virtual Result<EngineOutput> run(const traces::TraceOp& op, std::span<const Fp32> c,
                                     const EngineHooks& hooks) = 0;

    // After the last op: files that the engine itself records take their places.
    virtual Status finish() { return Done{}; }

    // By which an output's index becomes tile, row and column.
    TileGrid grid(const traces::TraceOp& op) const {
        const CoreShape whole{static_cast<uint32_t>(op.m()), static_cast<uint32_t>(op.n())};
        return {op.m(), op.n(), array().value_or(whole)};
    }
};

} // namespace fp4::sim
