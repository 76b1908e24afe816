// What the generator writes the checker passes, and one changed digit it finds.
#include <gmock/gmock.h>

#include "fp4/gemm/gemm.hpp"
#include "lines.hpp"

namespace fp4::vec {
namespace {

using namespace test;

// Units that one line of an op counts as.
uint64_t per_line(const VectorConfig& config) {
    return config.op == Op::gemm ? static_cast<uint64_t>(config.shape.m * config.shape.n) : 1;
}

TEST(RoundTrip, EveryOpFormatAndLevel) {
    for (Op op : ops())
        for (const std::string& formats : formats_of(op))
            for (Level level : {Level::edges, Level::random}) {
                VectorConfig wanted = default_config(op);
                ASSERT_TRUE(set_formats(wanted, formats));
                if (spec_of(op).accumulates && !check_formats(wanted.a, wanted.b, *wanted.profile))
                    continue;
                const auto config = config_of(op, formats, level);
                for (std::optional<uint64_t> cases :
                     {std::optional<uint64_t>{}, std::optional<uint64_t>{1},
                      std::optional<uint64_t>{97}}) {
                    if (!cases && spec_of(op).accumulates && formats != "nvfp4")
                        continue; // complete files of one format are enough
                    const auto result = check_text(default_config(op), file_of(config, cases));
                    EXPECT_EQ(result.error, "") << spec_of(op).name << " " << formats;
                    EXPECT_EQ(result.failed, 0u) << result.reports;
                    EXPECT_EQ(result.passed,
                              cases.value_or(Generator::complete(config)) * per_line(config))
                        << spec_of(op).name << " " << formats;
                }
            }
}

TEST(RoundTrip, EveryProfileEncoderAndShape) {
    const auto passes = [](const VectorConfig& config) {
        const auto result = check_text(default_config(config.op), file_of(config, 200));
        EXPECT_EQ(result.error, "");
        EXPECT_EQ(result.passed, 200 * per_line(config)) << result.reports;
    };
    for (Op op : {Op::dot16, Op::mma, Op::gemm})
        for (const Arithmetic& profile : arithmetic_profiles) {
            auto config = config_of(op, "razer", Level::random);
            config.profile = &profile;
            config.specials = {31, 7};
            passes(config);
        }
    for (size_t encoder = 0; encoder < encoder_specs.size(); ++encoder)
        for (size_t format = 0; format < format_specs.size(); ++format) {
            if (!encoder_specs[encoder].makes(static_cast<Format>(format))) continue;
            auto config = config_of(Op::encode, format_specs[format].name, Level::random);
            config.encoder = static_cast<Encoder>(encoder);
            passes(config);
        }
    for (const char* shape : {"1x1x16", "3x2x48", "16x16x32"}) {
        auto config = config_of(Op::gemm, "nvfp4");
        ASSERT_TRUE(set_shape(config, shape));
        passes(config);
    }
}

TEST(RoundTrip, EveryDigitOfEveryCheckedColumnCounts) {
    for (Op op : ops()) {
        const auto config = config_of(op, "nvfp4");
        std::string line = *Generator(config, {}).line(41, Style::text);
        const auto columns = spec_of(op).columns;
        size_t begin = 0;
        for (const Column& column : columns) {
            const size_t digits = column.kind == Kind::tag
                                      ? line.find(' ')
                                      : static_cast<size_t>(column.digits(config));
            for (size_t i = begin; column.checked && i < begin + digits; ++i) {
                std::string changed = line;
                changed[i] = changed[i] == '5' ? '6' : '5';
                const auto result = check_text(config, changed);
                EXPECT_EQ(result.error, "");
                EXPECT_EQ(result.failed, 1u) << changed;
                EXPECT_EQ(result.passed, per_line(config) - 1);
            }
            begin += digits + 1;
        }
        EXPECT_EQ(begin, line.size());
    }
}

TEST(RoundTrip, SameSeedSameBytes) {
    for (Op op : ops()) {
        auto config = config_of(op, "nvfp4", Level::random);
        const std::string first = file_of(config, 50), again = file_of(config, 50);
        EXPECT_EQ(first, again);
        config.seed = 2;
        const std::string other = file_of(config, 50);
        EXPECT_NE(first.substr(first.find("gen=")), other.substr(other.find("gen=")))
            << spec_of(op).name;
    }
}

// The generator is fixed: these bytes are a promise.
TEST(RoundTrip, KnownLines) {
    const auto dot16 = config_of(Op::dot16, "razer", Level::random);
    EXPECT_EQ(*Generator(dot16, {}).line(1, Style::text),
              "8080808080808080 ff fedcba9876543210 1e 7537b764 7fffffff\n");
    const auto scale_pairs = config_of(Op::dot16, "nvfp4", Level::scale_pairs);
    EXPECT_EQ(*Generator(scale_pairs, {}).line(0x7E01, Style::text),
              "0000000000000020 7e 0000000000000020 01 00000000 3f600000\n");
    EXPECT_EQ(*Generator(config_of(Op::decode, "razer-w"), {}).line(0xC18, Style::text),
              "c1 8 f0 be800000\n");
}

TEST(RoundTrip, DecodeAndScaleFilesAreComplete) {
    for (const FormatSpec& format : format_specs) {
        EXPECT_EQ(Generator::complete(config_of(Op::decode, format.name)), 4096u);
        EXPECT_EQ(Generator::complete(config_of(Op::scale, format.name)), 256u);
    }
    const auto pairs = config_of(Op::dot16, "mxfp4", Level::scale_pairs);
    std::set<std::string> seen;
    const Generator generator(pairs, {});
    for (uint64_t i = 0; i < Generator::complete(pairs); ++i) {
        const std::string line = *generator.line(i, Style::text);
        seen.insert(line.substr(17, 2) + line.substr(37, 2));
    }
    EXPECT_EQ(seen.size(), 65536u);
}

TEST(RoundTrip, ReadmemhWordsAreTheSameColumns) {
    for (Op op : ops()) {
        const auto config = config_of(op, "nvfp4", Level::random);
        const Generator generator(config, {});
        for (uint64_t i : {0, 1, 30}) {
            std::string text = *generator.line(i, Style::text);
            if (op == Op::mma) text.erase(0, text.find(' ') + 1);
            std::ranges::replace(text, ' ', '_');
            const std::string word = *generator.line(i, Style::readmemh);
            EXPECT_EQ(word, text);
            EXPECT_EQ(word.size() - static_cast<size_t>(std::ranges::count(word, '_')) - 1,
                      static_cast<size_t>(word_digits(config)));
        }
    }
}

TEST(RoundTrip, ASampleIsSpreadOverTheEdges) {
    const auto config = config_of(Op::dot16, "nvfp4");
    std::set<std::string> lines, scales;
    const Generator generator(config, 600);
    for (uint64_t i = 0; i < 600; ++i) {
        const std::string line = *generator.line(i, Style::text);
        lines.insert(line);
        scales.insert(line.substr(17, 2) + line.substr(37, 2));
    }
    EXPECT_GT(lines.size(), 590u);
    EXPECT_EQ(scales.size(), 144u);
}

} // namespace
} // namespace fp4::vec
