// Files of other formats are called by their name where safetensors, JSON or YAML is expected.
#include "fp4/io/file_kind.hpp"

#include <gtest/gtest.h>

#include "fp4/io/safetensors.hpp"
#include "fp4/io/strict_json.hpp"
#include "fp4/io/strict_yaml.hpp"
#include "test_files.hpp"

namespace fp4::io {
namespace {

using namespace std::string_literals;

struct Sample {
    const char* name;
    std::string bytes;
    FileKind kind;
    std::string found;
};

const std::vector<Sample>& samples() {
    static const std::vector<Sample> all{
        {"lfs", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n",
         FileKind::git_lfs_pointer, "a Git LFS pointer (run git lfs pull)"},
        {"gguf", "GGUF\x03\0\0\0\0\0\0\0"s, FileKind::gguf,
         "a GGUF file (use the Hugging Face folder it was made from)"},
        {"pytorch", "PK\x03\x04\0\0\x08\x08\0\0data.pkl"s, FileKind::zip,
         "a zip archive, as PyTorch writes (convert it to safetensors)"},
        {"pickle", "\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19."s, FileKind::pickle,
         "a Python pickle (convert it to safetensors)"},
        {"hdf5", "\x89HDF\r\n\x1a\n\0"s, FileKind::hdf5,
         "an HDF5 file (convert it to safetensors)"},
        {"gzip", "\x1f\x8b\x08\0\0\0\0\0\0\x03"s, FileKind::gzip, "gzip data (unpack it)"},
        {"numpy", "\x93NUMPY\x01\0v\0"s, FileKind::numpy,
         "a NumPy array (convert it to safetensors)"},
        {"page", "<!doctype html>\n<title>Log in</title>", FileKind::html,
         "a web page (download the file itself)"},
        {"json", " \n{\"a\": 1}", FileKind::json, "JSON text"},
        {"yaml", "# a recipe\n\nname: x\ntokens: 16\n", FileKind::yaml, "YAML text"},
        {"yaml_short", "a:\n", FileKind::yaml, "YAML text"},
        {"yaml_marked", "---\n", FileKind::yaml, "YAML text"},
        {"safetensors", test::safetensors("{}"), FileKind::safetensors, "a safetensors file"},
    };
    return all;
}

TEST(FileKind, OfSamples) {
    for (const auto& sample : samples())
        EXPECT_EQ(file_kind(sample.bytes), sample.kind) << sample.name;
    for (const std::string& unknown : {""s, "text"s, "12345678"s, "http://x"s, "\0\0\0\0\0\0\0\0"s,
                                       "a:b\n"s, " - x\n"s, "key: \x01"s, "PK"s})
        EXPECT_EQ(file_kind(unknown), FileKind::unknown) << unknown;
}

// A header length of a safetensors file may have the bytes of any signature.
TEST(FileKind, SafetensorsWhoseLengthLooksLikeAnotherFormat) {
    for (const uint64_t length : {0x280, 0x480, 0x8B1F, 0x4034B50})
        EXPECT_EQ(file_kind(test::little_endian(length, 8) + "{"), FileKind::safetensors);
    EXPECT_EQ(file_kind(test::little_endian(max_header_bytes + 1, 8) + "{"), FileKind::unknown);
}

TEST(FileKind, AfterAnyNumberOfCommentsOnlyTheFirstBytesCount) {
    const auto comment = "# " + std::string(60, 'c') + "\n";
    std::string text;
    while (text.size() < 900) text += comment;
    EXPECT_EQ(file_kind(text + "a: 1\n"), FileKind::yaml);
    while (text.size() < file_kind_bytes) text += comment;
    EXPECT_EQ(file_kind(text + "a: 1\n"), FileKind::unknown);
}

TEST(FileKind, ReadersSayWhatTheyFound) {
    const test::TempDir dir;
    for (const auto& sample : samples()) {
        const auto path = dir.write("f", sample.bytes);
        const auto expect = [&](const auto& result, const std::string& expected, bool accepts) {
            const auto message =
                path.string() + ": expected " + expected + ", found " + sample.found;
            if (accepts) {
                EXPECT_TRUE(result || result.error().message != message) << message;
                return;
            }
            ASSERT_FALSE(result) << message;
            EXPECT_EQ(result.error().code, ErrorCode::bad_file);
            EXPECT_EQ(result.error().message, message);
        };
        const auto is = [&](FileKind kind) { return sample.kind == kind; };
        expect(SafetensorsFile::open(path), "a safetensors file", is(FileKind::safetensors));
        expect(parse_json_object(sample.bytes, path.native()), "JSON", is(FileKind::json));
        expect(StrictYaml::open(path), "YAML", is(FileKind::yaml) || is(FileKind::json));
    }
}

} // namespace
} // namespace fp4::io
