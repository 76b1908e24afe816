#include <gtest/gtest.h>

#include <set>

#include "emulation/emulate.hpp"

namespace fp4::kernels {
namespace {

// Each thread puts its number into shared memory and reads its neighbor's.
struct Neighbors {
    static constexpr int threads = 64;
    static constexpr int shared_bytes = threads * sizeof(int);
    int* out;
    bool barrier;

    template <class Context>
    void operator()(Context& context) const {
        int* const shared = static_cast<int*>(context.shared());
        shared[context.thread()] = context.thread();
        if (barrier) context.sync();
        out[context.thread()] = shared[(context.thread() + 1) % threads];
    }
};

TEST(EmulatedBlock, ABarrierLetsEveryThreadSeeTheOthersWrites) {
    std::vector<int> out(Neighbors::threads);
    EXPECT_EQ(emulate(Neighbors{out.data(), true}, {}, 1), "");
    for (int i = 0; i < Neighbors::threads; ++i)
        EXPECT_EQ(out[static_cast<size_t>(i)], (i + 1) % Neighbors::threads);
}

TEST(EmulatedBlock, AMissingBarrierShowsAndShowsDifferentlyUnderAnotherSeed) {
    std::set<std::vector<int>> results;
    for (uint64_t seed = 0; seed < 4; ++seed) {
        std::vector<int> out(Neighbors::threads);
        EXPECT_EQ(emulate(Neighbors{out.data(), false}, {}, seed), "");
        results.insert(out);
    }
    EXPECT_GT(results.size(), 1u);
}

struct Leaves {
    static constexpr int threads = 64, shared_bytes = 0;
    template <class Context>
    void operator()(Context& context) const {
        if (context.thread() != 5) context.sync();
    }
};

TEST(EmulatedBlock, ABarrierThatAThreadNeverReachesIsAnError) {
    EXPECT_NE(emulate(Leaves{}, {}, 1), "");
}

struct Diverges {
    static constexpr int threads = 32, shared_bytes = 0;
    template <class Context>
    void operator()(Context& context) const {
        int32_t d[4];
        if (context.thread() < 16)
            context.mma_s8(d, 0, 0, 0);
        else
            context.shuffle_xor(0u, 1);
    }
};

TEST(EmulatedBlock, LanesThatMeetInDifferentInstructionsAreAnError) {
    EXPECT_NE(emulate(Diverges{}, {}, 1).find("mma_s8"), std::string::npos);
}

struct Counts {
    static constexpr int threads = 32, shared_bytes = 0;
    uint32_t* seen;
    template <class Context>
    void operator()(Context& context) const {
        seen[(context.block_y() * 3 + context.block_x()) * threads + context.thread()] +=
            context.shuffle_xor(static_cast<uint32_t>(context.thread()), 3);
    }
};

TEST(EmulatedBlock, EveryThreadOfEveryBlockRunsOnce) {
    std::vector<uint32_t> seen(3 * 2 * 32);
    EXPECT_EQ(emulate(Counts{seen.data()}, {3, 2}, 7), "");
    for (uint32_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], (i % 32) ^ 3);
}

} // namespace
} // namespace fp4::kernels
