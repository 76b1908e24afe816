#include <algorithm>
#include <cstdio>
#include <set>

#include "c_calls.hpp"
#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/arithmetic/dot_profile.hpp"
#include "fp4/encode/encode.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/fast/isa.hpp"

namespace fp4 {
namespace {

struct List {
    const char* what;
    int32_t (*count)();
    const char* (*name)(int32_t);
    int32_t (*from_name)(const char*);
    std::vector<std::string> names; // golden's
};

template <class Table>
std::vector<std::string> names_of(const Table& table) {
    std::vector<std::string> names;
    for (const auto& row : table) names.emplace_back(row.name);
    return names;
}

std::vector<List> lists() {
    return {
        {"format", fp4_format_count, fp4_format_name, fp4_format_from_name, names_of(format_specs)},
        {"profile", fp4_profile_count, fp4_profile_name, fp4_profile_from_name,
         names_of(arithmetic_profiles)},
        {"encoder", fp4_encoder_count, fp4_encoder_name, fp4_encoder_from_name,
         names_of(encoder_specs)},
        {"isa",
         fp4_isa_count,
         fp4_isa_name,
         fp4_isa_from_name,
         {"portable", "avx2", "avx512-vnni"}},
        {"output type", fp4_output_type_count, fp4_output_type_name, fp4_output_type_from_name,
         names_of(output_type_specs)},
        {"dot profile", fp4_dot_profile_count, fp4_dot_profile_name, fp4_dot_profile_from_name,
         names_of(dot_profiles)}};
}

TEST(CNames, EveryListIsGoldens) {
    for (const List& list : lists()) {
        ASSERT_EQ(static_cast<size_t>(list.count()), list.names.size()) << list.what;
        for (int32_t i = 0; i < list.count(); ++i) {
            EXPECT_EQ(list.name(i), list.names[static_cast<size_t>(i)]) << list.what;
            EXPECT_EQ(list.from_name(list.name(i)), i) << list.what;
        }
    }
}

TEST(CNames, OutsideTheListsThereIsNothing) {
    for (const List& list : lists()) {
        for (int32_t i : {-1, -2, list.count(), INT32_MAX, INT32_MIN})
            EXPECT_EQ(list.name(i), nullptr) << list.what << " " << i;
        for (const char* name :
             {static_cast<const char*>(nullptr), "", "nvfp", "NVFP4", "nvfp4 ", "exactly"})
            EXPECT_EQ(list.from_name(name), FP4_UNKNOWN) << list.what;
    }
    // A misspelt encoder or instruction set must not be the request for the default one.
    EXPECT_NE(FP4_ENCODER_DEFAULT, FP4_UNKNOWN);
    EXPECT_NE(FP4_ISA_AUTO, FP4_UNKNOWN);
}

TEST(CNames, BlocksAndBytes) {
    for (size_t i = 0; i < format_specs.size(); ++i)
        EXPECT_EQ(fp4_format_block(static_cast<int32_t>(i)), format_specs[i].block);
    for (int32_t bad : {-1, fp4_format_count()}) EXPECT_EQ(fp4_format_block(bad), 0);
    EXPECT_EQ(fp4_output_type_bytes(FP4_OUTPUT_F32), 4);
    EXPECT_EQ(fp4_output_type_bytes(FP4_OUTPUT_BF16), 2);
    EXPECT_EQ(fp4_output_type_bytes(FP4_OUTPUT_F16), 2);
    for (int32_t bad : {-1, fp4_output_type_count()}) EXPECT_EQ(fp4_output_type_bytes(bad), 0);
}

TEST(CNames, WhatAnEncoderMakes) {
    for (int32_t encoder = -3; encoder < fp4_encoder_count() + 2; ++encoder)
        for (int32_t format = -3; format < fp4_format_count() + 2; ++format) {
            const bool exists = encoder >= 0 && encoder < fp4_encoder_count() && format >= 0 &&
                                format < fp4_format_count();
            const bool makes = exists && encoder_specs[static_cast<size_t>(encoder)].makes(
                                             static_cast<Format>(format));
            EXPECT_EQ(fp4_encoder_makes(encoder, format), makes) << encoder << " " << format;
        }
}

TEST(CNames, InstructionSetsOfThisMachine) {
    const auto supported = supported_isas();
    for (int32_t i = -3; i < fp4_isa_count() + 2; ++i) {
        const bool expected =
            std::ranges::any_of(supported, [&](Isa isa) { return static_cast<int32_t>(isa) == i; });
        EXPECT_EQ(fp4_isa_supported(i), expected) << i;
    }
    EXPECT_EQ(fp4_isa_supported(FP4_ISA_PORTABLE), 1);
}

TEST(CNames, Versions) {
    EXPECT_EQ(fp4_abi_version(), static_cast<uint32_t>(FP4_ABI_VERSION));
    int major = -1, minor = -1, patch = -1;
    char rest = 0;
    EXPECT_EQ(std::sscanf(fp4_version_string(), "%d.%d.%d%c", &major, &minor, &patch, &rest), 3)
        << fp4_version_string();
}

TEST(CNames, EveryNumberHasAStatusMessageOfItsOwn) {
    std::set<std::string> messages;
    for (fp4_status status = FP4_OK; status <= FP4_INTERNAL; ++status) {
        ASSERT_NE(fp4_status_message(status), nullptr);
        messages.insert(fp4_status_message(status));
    }
    EXPECT_EQ(messages.size(), static_cast<size_t>(FP4_INTERNAL) + 1);
    for (fp4_status bad : {-1, FP4_INTERNAL + 1, INT32_MAX, INT32_MIN})
        EXPECT_STREQ(fp4_status_message(bad), "not a status");
}

} // namespace
} // namespace fp4
