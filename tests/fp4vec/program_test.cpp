// The program: exit statuses, pipes, one line per error, the set of files.
#include <nlohmann/json.hpp>
#include <set>

#include "child_process.hpp"

namespace fp4::test {
namespace {

ProgramResult fp4vec(const std::vector<std::string>& arguments, std::string_view input = {}) {
    return run_program(FP4VEC, arguments, input);
}
ProgramResult shell(const std::string& script) {
    return run_program("/bin/bash",
                       {"-c", "fp4vec() { '" FP4VEC "' \"$@\"; }; set -o pipefail; " + script});
}

void expect_refused(const std::vector<std::string>& arguments, const std::string& fragment,
                    std::string_view input = {}) {
    const auto run = fp4vec(arguments, input);
    EXPECT_EQ(run.status, 2) << run.out;
    EXPECT_EQ(run.out, "");
    EXPECT_EQ(run.err_lines(), 1u) << run.err;
    EXPECT_EQ(run.err.find("fp4vec: "), 0u) << run.err;
    EXPECT_NE(run.err.find(fragment), std::string::npos)
        << "wanted '" << fragment << "' in " << run.err;
}

TEST(Program, GenIntoCheck) {
    for (const char* op : {"decode", "scale", "encode", "dot16", "mma", "gemm"}) {
        const auto run = shell(std::string("fp4vec gen ") + op +
                               " --level 2 -n 100 --seed 5 | fp4vec check " + op);
        EXPECT_EQ(run.status, 0) << run.err;
        EXPECT_EQ(run.out,
                  std::string(op) == "gemm" ? "1600 passed, 0 failed\n" : "100 passed, 0 failed\n");
    }
    EXPECT_EQ(shell("fp4vec gen dot16 --format razer --v1-halves 14 -n 9 | grep -v '^#' | fp4vec "
                    "check dot16 --format razer --v1-halves 14")
                  .out,
              "9 passed, 0 failed\n");
    EXPECT_EQ(shell("fp4vec gen dot16 --format=razer-w:nvfp4 --profile=fp32-seq -n 9 | fp4vec "
                    "check dot16 --errors=1")
                  .status,
              0);
    EXPECT_EQ(shell("fp4vec gen gemm --shape 2x3x32 -n 9 | fp4vec check gemm --shape 2x3x32").out,
              "54 passed, 0 failed\n");
    EXPECT_EQ(
        shell("fp4vec gen encode --encoder razer-paper --format razer-a -n 9 | fp4vec check encode")
            .status,
        0);
}

TEST(Program, ADeviceThatIsWrong) {
    const auto run = shell("fp4vec gen dot16 --level 2 -n 100 | sed '10s/.$/x/; 20s/.$/x/; "
                           "30s/.$/x/' | fp4vec check dot16 --errors 2");
    EXPECT_EQ(run.status, 1);
    EXPECT_TRUE(run.out.ends_with("97 passed, 3 failed\n")) << run.out;
    EXPECT_EQ(run.out.find("line 10: expected "), 0u) << run.out;
    EXPECT_NE(run.out.find("\nline 20: expected "), std::string::npos) << run.out;
    EXPECT_EQ(run.out.find("\nline 30: "), std::string::npos) << run.out;
}

TEST(Program, NoCaseIsAFailure) {
    const auto run = fp4vec({"check", "dot16"});
    EXPECT_EQ(run.status, 1);
    EXPECT_EQ(run.out, "0 passed, 0 failed\n");
    EXPECT_EQ(run.err, "fp4vec: standard input: expected at least one case, found none\n");

    const TemporaryFolder folder;
    folder.write("rows.txt", "# gpu=A100 format=tf32 k=4 digits=5 rows=1 columns=a,b,c,d32,d16\n" +
                                 std::string(20, '0') + " " + std::string(20, '0') +
                                 " 00000000 - -\n");
    const auto rows = fp4vec({"check", "silicon", folder / "rows.txt"});
    EXPECT_EQ(rows.status, 1);
    EXPECT_EQ(rows.out, "0 passed, 0 failed\n");
    EXPECT_EQ(rows.err, "fp4vec: expected at least one result, found none\n");
}

TEST(Program, BadInput) {
    expect_refused({"check", "dot16"}, "standard input: line 2: expected 6 columns",
                   "\nsurprise\n");
    expect_refused({"check", "dot16"}, "line 1: expected at most 65536 bytes",
                   std::string(1 << 20, '0'));
    expect_refused({"check", "decode"}, "byte 0x00", std::string("00 0 00 0000000\0\n", 17));
    expect_refused({"check", "mma", "--format", "mxfp4"}, "acc: expected",
                   "# fp4-vectors 1\n# op=mma fmt=mxfp4 acc=x\n");
}

TEST(Program, Usage) {
    expect_refused({}, "subcommand");
    expect_refused({"gen"}, "subcommand");
    expect_refused({"gen", "dot17"}, "--help");
    expect_refused({"gen", "dot16", "--no-such-option"}, "--no-such-option");
    expect_refused({"gen", "dot16", "--level", "3"}, "--level");
    expect_refused({"gen", "mma", "--level", "scale-pairs"}, "--level");
    expect_refused({"gen", "dot16", "-n", "0"}, "-n");
    expect_refused({"gen", "dot16", "-n", "99999999999999999999"}, "-n");
    expect_refused({"gen", "dot16", "--seed", "-1"}, "--seed");
    for (const char* number : {"-1", "99999999999999999999", "1e3", ""}) {
        expect_refused({"check", "dot16", "--errors", number}, "--errors");
        expect_refused({"check", "silicon", "--errors", number, "/dev/null"}, "--errors");
    }
    expect_refused({"show", "encode", "--amax", "-3"}, "--amax");
    expect_refused({"gen", "dot16", "-n", "5", "--forever"}, "--forever");
    expect_refused({"gen", "dot16", "--v1-halves", "32"}, "--v1-halves");
    expect_refused({"gen", "dot16", "--format", "fp8"}, "razer-w");
    expect_refused({"gen", "dot16", "--profile", "fp64"}, "nv-blackwell");
    expect_refused({"gen", "dot16", "--prefix", "a\nb"}, "--prefix");
    expect_refused({"gen", "decode", "--format", "razer"}, "one format");
    expect_refused({"gen", "encode", "--format", "rzr4"}, "encoder");
    expect_refused({"gen", "encode", "--format", "razer-a", "--v1-halves", "0"}, "V1");
    expect_refused({"gen", "gemm", "--shape", "4x4"}, "MxNxK");
    expect_refused({"show", "decode", "--no-such-option"}, "--no-such-option");
    expect_refused({"set"}, "folder");
}

TEST(Program, Help) {
    const auto run = fp4vec({"gen", "dot16", "--help"});
    EXPECT_EQ(run.status, 0);
    for (const char* word :
         {"--seed", "--level", "--forever", "--prefix", "--readmemh", "sa ", "expected "})
        EXPECT_NE(run.out.find(word), std::string::npos) << word;
    EXPECT_NE(fp4vec({"check", "dot16", "--help"}).out.find("--errors"), std::string::npos);
    EXPECT_EQ(fp4vec({"--version"}).status, 0);
}

TEST(Program, GenStopsWhenNobodyReadsOn) {
    const auto run =
        shell("fp4vec gen dot16 --forever --level 2 | head -n 1000 | fp4vec check dot16");
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.out, "998 passed, 0 failed\n");
    EXPECT_EQ(run.err, "");
}

TEST(Program, GenOptions) {
    const auto run = fp4vec({"gen", "scale", "--prefix", "go 1", "-n", "2"});
    EXPECT_EQ(
        run.out.find("go 1\n# fp4-vectors 1\n# op=scale fmt=nvfp4 seed=1 level=1 n=2 gen=fp4vec-"),
        0u)
        << run.out;
    const auto words = fp4vec({"gen", "dot16", "--readmemh", "-n", "3"});
    EXPECT_EQ(std::ranges::count(words.out, '\n'), 3);
    EXPECT_EQ(words.out.find_first_not_of("0123456789abcdef_\n"), std::string::npos);
    EXPECT_EQ(fp4vec({"gen", "dot16", "-n", "50", "--level", "2"}).out,
              fp4vec({"gen", "dot16", "-n", "50", "--level", "2"}).out);
}

TEST(Program, ShowAndList) {
    EXPECT_EQ(fp4vec({"show", "decode", "7e", "7"}).out,
              "nvfp4 scale 7e  ue4m3 payload 7e: 14 * 2^5 = 448\n"
              "code 7  lane  12  element    6  value           2688  fp32 45280000\n");
    std::vector<std::string> encode{"show", "encode", "--amax", "2688"};
    encode.insert(encode.end(), 16, "-1.5");
    const auto run = fp4vec(encode);
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_TRUE(run.out.ends_with("codes ffffffffffffffff\n")) << run.out;
    EXPECT_EQ(fp4vec({"show", "dot", "7", "7e", "7", "7e"}).status, 2);
    EXPECT_TRUE(nlohmann::json::accept(fp4vec({"list"}).out));
}

TEST(Program, OutputThatCannotBeWritten) {
    if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
    const auto run = shell("fp4vec gen dot16 >/dev/full");
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(run.err, "fp4vec: standard output: cannot write: No space left on device\n");
    for (const char* command : {"fp4vec --help", "fp4vec gen dot16 --help", "fp4vec --version",
                                "fp4vec list", "fp4vec check dot16 </dev/null",
                                "fp4vec gen decode -n 1 | sed '$s/.$/x/' | fp4vec check decode"}) {
        const auto other = shell(std::string(command) + " >/dev/full");
        EXPECT_EQ(other.status, 2) << command;
        EXPECT_EQ(other.err, run.err) << command;
    }
    EXPECT_EQ(shell("fp4vec check dot16 </ ").status, 2);
}

TEST(ProgramSet, FilesAreCompleteAndSigned) {
    const TemporaryFolder folder;
    const auto run = fp4vec({"set", folder / "set"});
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(folder.entries(), std::vector<std::string>{"set"});
    const auto sums = run_program(
        "/bin/bash",
        {"-c", "cd '" + folder / "set" +
                   "' && sha256sum -c --quiet SHA256SUMS && ls | wc -l && wc -l <SHA256SUMS"});
    EXPECT_EQ(sums.status, 0) << sums.out << sums.err;
    const auto manifest = nlohmann::json::parse(read_file(folder / "set/manifest.json"));
    const size_t files = manifest.at("files").size();
    EXPECT_EQ(sums.out,
              std::to_string(2 * files + 2) + "\n" + std::to_string(2 * files + 1) + "\n");
    std::set<std::string> ops;
    for (const auto& file : manifest.at("files")) {
        ops.insert(file.at("op").get<std::string>());
        const std::string words =
            read_file(folder / ("set/" + file.at("readmemh").get<std::string>()));
        const auto cases = file.at("cases").get<size_t>(),
                   digits = file.at("word_bits").get<size_t>() / 4;
        EXPECT_EQ(static_cast<size_t>(std::ranges::count(words, '\n')), cases);
        EXPECT_EQ(words.size() - static_cast<size_t>(std::ranges::count(words, '_')),
                  cases * (digits + 1))
            << file.at("readmemh");
    }
    EXPECT_EQ(ops, (std::set<std::string>{"decode", "scale", "encode", "dot16", "mma", "gemm"}));
    for (const char* file : {"decode_razer-w", "scale_mxfp4", "dot16_nvfp4_exact_scale-pairs",
                             "mma_nvfp4_nv-blackwell"})
        EXPECT_TRUE(std::filesystem::exists(folder / (std::string("set/") + file + ".txt")))
            << file;

    // Again, into a folder that is there: the same bytes.
    std::filesystem::create_directory(folder / "again");
    EXPECT_EQ(fp4vec({"set", folder / "again/"}).status, 0);
    EXPECT_EQ(read_file(folder / "again/SHA256SUMS"), read_file(folder / "set/SHA256SUMS"));
}

TEST(ProgramSet, AllOrNothing) {
    const TemporaryFolder folder;
    folder.write("file", "");
    std::filesystem::create_directory(folder / "mine");
    folder.write("mine/thesis.txt", "ten years");
    expect_refused({"set", folder / "mine"}, "expected a folder that does not exist or is empty");
    expect_refused({"set", folder / "file"}, "expected a folder that does not exist or is empty");
    expect_refused({"set", folder / "file/below"}, "cannot create");
    EXPECT_EQ(folder.entries(), (std::vector<std::string>{"file", "mine"}));
    // A disk that fills up leaves nothing.
    const auto run =
        run_program("/bin/bash", {"-c", "ulimit -f 100; trap '' XFSZ; exec '" FP4VEC "' set '" +
                                            folder / "full" + "'"});
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(run.err_lines(), 1u) << run.err;
    EXPECT_EQ(folder.entries(), (std::vector<std::string>{"file", "mine"}));
}

} // namespace
} // namespace fp4::test
