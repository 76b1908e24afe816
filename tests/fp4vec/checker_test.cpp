// Lines that are not vectors, and what is said of vectors that are wrong.
#include "lines.hpp"

namespace fp4::vec {
namespace {

using namespace test;

const std::string dot = "0000000000000007 38 0000000000000007 38 00000000 42100000\n"; // 36

std::string error_of(Op op, const std::string& text, const std::set<std::string>& given = {}) {
    return check_text(default_config(op), text, given).error;
}

TEST(Checker, LinesWithoutHeader) {
    const auto config = default_config(Op::dot16);
    EXPECT_EQ(check_text(config, dot).passed, 1u);
    EXPECT_EQ(check_text(config, dot.substr(0, dot.size() - 1)).passed, 1u)
        << "no end of line at the end";
    EXPECT_EQ(check_text(config, dot.substr(0, dot.size() - 1) + "\r\n\r\n").passed, 1u)
        << "CR at the end of a line";
    EXPECT_EQ(
        check_text(
            config,
            "# comment\n\n \t\n  0000000000000007\t38  0000000000000007 38 00000000 42100000 \n")
            .passed,
        1u)
        << "blanks";
    EXPECT_EQ(
        check_text(config, "000000000000000F 38 0000000000000007 38 7F800000 7F800000\n").passed,
        1u)
        << "upper case";
    EXPECT_EQ(check_text(config, "").passed, 0u);
}

TEST(Checker, AMismatchIsDescribed) {
    std::string wrong = dot;
    wrong[wrong.size() - 2] = '1';
    EXPECT_EQ(check_text(default_config(Op::dot16), "# x\n" + wrong).reports,
              "line 2: expected 42100000 = 36, found 42100001 = 36.0000038\n"
              "  a 0000000000000007 = 6 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 (element 0 first)\n"
              "  sa 38 = 1\n"
              "  b 0000000000000007 = 6 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 (element 0 first)\n"
              "  sb 38 = 1\n"
              "  c 00000000 = 0\n");
    EXPECT_EQ(check_text(config_of(Op::decode, "razer-w"), "C1 8 10 be800000\n").reports,
              "line 1: lane: expected f0 = -16, found 10 = 16\n"
              "  scale C1 = 0.03125\n"
              "  code 8 = -8\n");
    auto gemm = config_of(Op::gemm, "nvfp4");
    gemm.shape = {2, 1, 16};
    const auto result = check_text(gemm, "20000000000000000000000000000004 2000000000000000 387e "
                                         "38 3f80000040000000 4000000040000001\n");
    EXPECT_EQ(result.passed, 1u);
    EXPECT_EQ(result.reports,
              "line 1: row 1 column 0: expected 40000000 = 2, found 40000001 = 2.00000024\n"
              "  a 0000000000000004 = 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 2\n"
              "  b 2000000000000000 = 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
              "  sfa 7e = 448\n"
              "  sfb 38 = 1\n"
              "  c 40000000 = 2\n");
}

TEST(Checker, ReportsStopAtTheLimit) {
    std::string wrong = dot, many;
    wrong[wrong.size() - 2] = '1';
    for (int i = 0; i < 10; ++i) many += wrong;
    for (uint64_t limit : {0, 1, 3}) {
        const auto result = check_text(default_config(Op::dot16), many, {}, limit);
        EXPECT_EQ(result.failed, 10u);
        EXPECT_EQ(static_cast<uint64_t>(std::ranges::count(result.reports, '\n')), 6 * limit);
    }
}

TEST(Checker, UnknownDigitsOfASimulatorAreAMismatch) {
    for (const char* found : {"xxxxxxxx", "XXXXXXXX", "4210000x", "zzzzzzzz"}) {
        const auto result =
            check_text(default_config(Op::dot16), dot.substr(0, dot.size() - 9) + found + "\n");
        EXPECT_EQ(result.error, "");
        EXPECT_EQ(result.failed, 1u);
        EXPECT_NE(result.reports.find(std::string("found ") + found + " = unknown"),
                  std::string::npos)
            << result.reports;
    }
    EXPECT_EQ(error_of(Op::dot16, "x" + dot.substr(1)),
              "line 1: column a: expected 16 hexadecimal digits, found 'x000000000000007'");
}

TEST(Checker, MalformedLinesAreNamed) {
    EXPECT_EQ(error_of(Op::dot16, dot + "7 38\n"),
              "line 2: expected 6 columns (a sa b sb c expected), found 2");
    EXPECT_EQ(error_of(Op::dot16, dot + dot.substr(0, dot.size() - 1) + " 0\n"),
              "line 2: expected 6 columns (a sa b sb c expected), found 7");
    EXPECT_EQ(error_of(Op::decode, "00 g 00 00000000\n"),
              "line 1: column code: expected 1 hexadecimal digit, found 'g'");
    EXPECT_EQ(error_of(Op::decode, "00 0 00 0000000\n"),
              "line 1: column value: expected 8 hexadecimal digits, found '0000000'");
    EXPECT_EQ(error_of(Op::decode, "00 0 00 " + std::string(60, '1') + "\n"),
              "line 1: column value: expected 8 hexadecimal digits, found '" +
                  std::string(40, '1') + "...'");
    EXPECT_EQ(error_of(Op::decode, std::string("00 0 0\0 00000000\n", 17)),
              "line 1: expected text, found byte 0x00 at position 6");
    EXPECT_EQ(error_of(Op::decode, "00 0\r 00 00000000\n"),
              "line 1: expected text, found byte 0x0d at position 4");
    EXPECT_EQ(error_of(Op::decode, "\n" + std::string(max_line_bytes + 1, '0')),
              "line 2: expected at most 65536 bytes, found more");
    EXPECT_EQ(
        error_of(Op::encode, std::string(128, '0') + " 7f800000 00000000 00 0000000000000000\n"),
        "line 1: x: expected finite values, found infinity at row 0, column 16 (index 16)");
    EXPECT_EQ(error_of(Op::decode, "SECTION NVFP4 1\n"),
              "line 1: expected 4 columns (scale code lane value), found 3");
}

TEST(Checker, Headers) {
    const std::string mark = "# fp4-vectors 1\n";
    const auto fields = [&](const std::string& text) {
        return error_of(Op::dot16, mark + "# " + text + "\n" + dot);
    };
    EXPECT_EQ(fields("op=dot16 fmt=nvfp4 acc=exact rnd=rne seed=1 level=1 n=1 gen=x"), "");
    EXPECT_EQ(fields("op=dot16 fmt=nvfp4"), "");
    EXPECT_EQ(fields("op=mma fmt=nvfp4"), "line 2: op: expected dot16, found 'mma'");
    EXPECT_EQ(fields("fmt=nvfp4"), "line 2: op: expected dot16, found ''");
    EXPECT_EQ(fields("op=dot16"), "line 2: fmt: expected one of " + names_of(format_specs) +
                                      ", razer or WEIGHTS:ACTIVATIONS, found ''");
    EXPECT_EQ(fields("op=dot16 fmt=nvfp4:fp8"),
              "line 2: fmt: expected one of " + names_of(format_specs) +
                  ", razer or WEIGHTS:ACTIVATIONS, found 'nvfp4:fp8'");
    EXPECT_EQ(
        fields("op=dot16 fmt=nvfp4:mxfp4"),
        "line 2: fmt: expected two formats with blocks of the same length, found 'nvfp4:mxfp4'");
    EXPECT_EQ(fields("op=dot16 fmt=nvfp4 acc=sloppy"),
              "line 2: acc: expected one of " + names_of(arithmetic_profiles) + ", found 'sloppy'");
    EXPECT_EQ(fields("op=dot16 fmt=nvfp4 acc=exact rnd=rz"),
              "line 2: rnd: expected rne of profile exact, found 'rz'");
    EXPECT_EQ(fields("op=dot16 fmt=razer v1=32"),
              "line 2: v1: expected a number up to 31, found '32'");
    EXPECT_EQ(fields("op=dot16 fmt=nvfp4 n=-1"),
              "line 2: n: expected a number up to 9223372036854775807, found '-1'");
    EXPECT_EQ(
        fields("op=dot16 fmt=nvfp4 n=99999999999999999999"),
        "line 2: n: expected a number up to 9223372036854775807, found '99999999999999999999'");
    EXPECT_EQ(fields("op=dot16 fmt=nvfp4 level=3"),
              "line 2: level: expected 1, 2 or scale-pairs, found '3'");
    EXPECT_EQ(fields("op=dot16 fmt=nvfp4 color=red"),
              "line 2: header: expected no other fields than op fmt v1 v2 acc rnd enc shape seed "
              "level n gen, found 'color'");
    EXPECT_EQ(fields("op=dot16 fmt=nvfp4 fmt=nvfp4"),
              "line 2: header: expected each field once, found 'fmt=nvfp4'");
    EXPECT_EQ(fields("op=dot16 fmt=nvfp4 surprise"),
              "line 2: header: expected key=value, found 'surprise'");
    EXPECT_EQ(fields("op=dot16 fmt=nvfp4 n=2"), "expected 2 cases as the header says (n), found 1");
    EXPECT_EQ(error_of(Op::dot16, mark),
              "expected the fields of the header (# op=...), found the end");
    EXPECT_EQ(error_of(Op::dot16, mark + dot),
              "line 2: expected the fields of the header (# op=...), found '0000000000000007'");
    EXPECT_EQ(error_of(Op::dot16, "# fp4-vectors 2\n"),
              "line 1: expected # fp4-vectors 1, found ' fp4-vectors 2'");
    EXPECT_EQ(error_of(Op::encode, mark + "# op=encode fmt=rzr4\n"),
              "line 2: fmt: expected a format that an encoder makes, found 'rzr4'");
    EXPECT_EQ(error_of(Op::encode, mark + "# op=encode fmt=razer-w enc=nv\n"),
              "line 2: enc: expected an encoder that makes razer-w, found 'nv'");
    EXPECT_EQ(error_of(Op::gemm, mark + "# op=gemm fmt=nvfp4 shape=4x4x72\n"),
              "line 2: shape: expected a K that is a multiple of 16, found '4x4x72'");
    for (const char* shape : {"0x4x64", "4x17x64", "4x4x1040", "4x4", "axbxc", "", "4x4x64x1"})
        EXPECT_EQ(
            error_of(Op::gemm, mark + "# op=gemm fmt=nvfp4 shape=" + shape + "\n"),
            std::string(
                "line 2: shape: expected MxNxK with M and N of 1 to 16, K up to 1024, found '") +
                shape + "'");
}

TEST(Checker, AHeaderAgreesWithTheCommandLine) {
    auto config = config_of(Op::dot16, "nvfp4");
    config.profile = &fp32_seq;
    const std::string file = file_of(config_of(Op::dot16, "nvfp4"), 3);
    EXPECT_EQ(check_text(config, file).error, "") << "defaults of the command line do not matter";
    EXPECT_EQ(check_text(config, file, {"acc"}).error,
              "line 2: acc: expected fp32-seq as on the command line, found 'exact'");
    EXPECT_EQ(check_text(config, file, {"fmt"}).error, "");
    EXPECT_EQ(check_text(config_of(Op::dot16, "mxfp4"), file, {"fmt"}).error,
              "line 2: fmt: expected mxfp4 as on the command line, found 'nvfp4'");
}

TEST(Checker, FilesInARow) {
    const auto nvfp4 = config_of(Op::dot16, "nvfp4"), razer = config_of(Op::dot16, "razer");
    EXPECT_EQ(check_text(nvfp4, file_of(nvfp4, 7) + file_of(razer, 5)).passed, 12u);
    const std::string cut = file_of(nvfp4, 7);
    EXPECT_EQ(
        check_text(nvfp4, cut.substr(0, cut.rfind('\n', cut.size() - 2) + 1) + file_of(razer, 5))
            .error,
        "line 9: expected 7 cases as the header says (n), found 6");
}

} // namespace
} // namespace fp4::vec
