// The probe: its rows part all candidates, and an emulated GPU of each is named as what it is.
#include <gtest/gtest.h>

#include "fp4/arithmetic/fused_step.hpp"
#include "identify.hpp"
#include "rows.hpp"
#include "separate.hpp"
#include "separating_rows.hpp"
#include "silicon_file.hpp"
#include "test_files.hpp"

namespace fp4::probe {
namespace {

using kernels::ProbeRow;

std::vector<ProbeRow> separating_set() {
    return {separating_rows_found.begin(), separating_rows_found.end()};
}

TEST(Probe, CandidatesAreAllRulesTheProfilesAmongThem) {
    const auto candidates = all_candidates();
    EXPECT_EQ(candidates.size(), 3u * 11 * 3 * 2 * 2);
    std::vector<std::string_view> names;
    for (const Candidate& candidate : candidates) {
        EXPECT_TRUE(check_arithmetic(candidate.arithmetic)) << candidate.text;
        EXPECT_TRUE(groups_fit(candidate.arithmetic, Format::nvfp4, Format::nvfp4));
        if (!candidate.arithmetic.name.empty()) names.push_back(candidate.arithmetic.name);
    }
    EXPECT_EQ(names, (std::vector<std::string_view>{"nv-blackwell-1", "nv-blackwell"}));
}

TEST(Probe, NoTwoCandidatesAgreeOnTheSeparatingSet) {
    const auto candidates = all_candidates();
    const auto classes = agreeing(candidates, separating_set());
    EXPECT_EQ(classes.size(), candidates.size());
    for (const auto& members : classes) EXPECT_EQ(members.size(), 1u);
    RecordProperty("rows", static_cast<int>(separating_rows_found.size()));
}

TEST(Probe, EveryRowOfTheSetIsNeeded) {
    const auto candidates = all_candidates();
    for (size_t i = 0; i < separating_rows_found.size(); ++i) {
        auto others = separating_set();
        others.erase(others.begin() + static_cast<ptrdiff_t>(i));
        EXPECT_LT(agreeing(candidates, others).size(), candidates.size()) << i;
    }
}

// The kernel's body under emulation, each candidate in the place of the instruction.
TEST(Probe, EachCandidateIsNamedAsItself) {
    const auto candidates = all_candidates();
    const auto rows = probe_rows(5);
    for (size_t i = 0; i < candidates.size(); ++i) {
        const auto d = emulated_silicon(candidates[i].arithmetic).run(rows);
        ASSERT_TRUE(d) << d.error().message;
        const Verdict verdict = identify(candidates, rows, *d);
        ASSERT_EQ(verdict.agree, std::vector<size_t>{i}) << candidates[i].text;
        EXPECT_EQ(verdict.most, rows.size());
    }
}

TEST(Probe, AnswersOfNoCandidateAreNotNamed) {
    const auto candidates = all_candidates();
    const auto rows = probe_rows(0);
    Silicon silicon = emulated_silicon(nv_blackwell);
    auto d = *silicon.run(rows);
    EXPECT_NE(verdict_text(silicon, candidates, identify(candidates, rows, d), rows.size())
                  .find("profile nv-blackwell\n1 of 396 candidates give all"),
              std::string::npos);
    d[0] ^= 1;
    const Verdict verdict = identify(candidates, rows, d);
    EXPECT_TRUE(verdict.agree.empty());
    EXPECT_EQ(verdict.most, rows.size() - 1);
    EXPECT_NE(verdict_text(silicon, candidates, verdict, rows.size()).find("none of 396"),
              std::string::npos);
}

// What the probe writes is a file that fp4vec check silicon reads, and reads as that rule alone.
TEST(Probe, ItsFileIsReadAsSilicon) {
    test::TempDir folder;
    const auto rows = probe_rows(50);
    for (const Arithmetic* profile : {&nv_blackwell, &nv_blackwell_1}) {
        const auto d = emulated_silicon(*profile).run(rows);
        ASSERT_TRUE(d);
        const auto path = folder.write("rows.txt", silicon_text("emulated", rows, *d));
        for (const Arithmetic* other : {&nv_blackwell, &nv_blackwell_1}) {
            const auto counts = vec::check_silicon_file(
                path.string(), {[](const vec::SiliconMismatch&) {}, 0, *other});
            ASSERT_TRUE(counts) << counts.error().message;
            EXPECT_EQ(counts->rows, rows.size());
            EXPECT_EQ(counts->failed == 0, other == profile);
        }
    }
}

} // namespace
} // namespace fp4::probe
