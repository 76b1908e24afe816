#include "fp4/quant/tokens/token_file.hpp"

#include <map>

#include "fp4/io/safetensors.hpp"
#include "fp4/io/sha256.hpp"
#include "test_files.hpp"

namespace fp4::quant {
namespace {

using io::Dtype;

struct Column {
    Dtype dtype = Dtype::i32;
    std::vector<uint64_t> shape;
    std::string bytes;
};

template <class T>
std::string bytes_of(std::initializer_list<T> values) {
    std::string out;
    for (const T value : values)
        out += test::little_endian(static_cast<uint64_t>(static_cast<int64_t>(value)), sizeof(T));
    return out;
}

Column ints(std::vector<uint64_t> shape, std::initializer_list<int32_t> values) {
    return {Dtype::i32, std::move(shape), bytes_of(values)};
}

std::string sha256_of(const std::filesystem::path& path) {
    const std::string bytes = test::read_file(path);
    io::Sha256 sha256;
    sha256.update(std::as_bytes(std::span(bytes)));
    return sha256.hex_digest();
}

class TokenFile : public testing::Test {
  protected:
    void write() {
        std::vector<io::TensorData> data;
        for (const auto& [name, column] : tensors)
            data.push_back(
                {name, column.dtype, column.shape, std::as_bytes(std::span(column.bytes))});
        ASSERT_TRUE(io::write_safetensors(path, metadata, data));
    }

    template <class T>
    void expect(const Result<T>& result, const std::string& message) {
        ASSERT_FALSE(result) << message;
        EXPECT_EQ(result.error().code, ErrorCode::bad_file);
        EXPECT_EQ(result.error().message, path.string() + ": " + message);
    }

    // One deviation from the good file.
    void expect_windows_error(const std::string& name, Column column, const std::string& message) {
        const auto good = tensors;
        tensors[name] = std::move(column);
        write();
        expect(read_token_windows(path, 10), message);
        tensors = good;
    }

    void expect_metadata_error(const std::string& key, const std::string& value,
                               const std::string& message) {
        const auto good = metadata;
        metadata[key] = value;
        write();
        expect(read_token_windows(path, 10), message);
        metadata = good;
    }

    test::TempDir dir;
    std::filesystem::path path = dir / "t.safetensors";
    std::map<std::string, Column> tensors{{"tokens", ints({2, 3}, {1, 9, 0, 1, 4, 5})},
                                          {"file", ints({2}, {0, 1})},
                                          {"domain", ints({2}, {1, 0})},
                                          {"bytes", ints({2}, {11, 0})}};
    io::Metadata metadata{{"fp4sim.tokens", "1"},
                          {"files", R"(["a.c","b/ü.md"])"},
                          {"domains", R"(["x","y"])"},
                          {"split", "valid"}};
};

TEST_F(TokenFile, Windows) {
    write();
    const auto windows = read_token_windows(path, 10);
    ASSERT_TRUE(windows) << windows.error().message;
    EXPECT_EQ(windows->count(), 2u);
    EXPECT_EQ(windows->length, 3u);
    EXPECT_EQ(windows->tokens, (std::vector<int32_t>{1, 9, 0, 1, 4, 5}));
    EXPECT_EQ(std::vector(windows->window(1).begin(), windows->window(1).end()),
              (std::vector<int32_t>{1, 4, 5}));
    EXPECT_EQ(windows->file, (std::vector<int32_t>{0, 1}));
    EXPECT_EQ(windows->domain, (std::vector<int32_t>{1, 0}));
    EXPECT_EQ(windows->bytes, (std::vector<int32_t>{11, 0}));
    EXPECT_EQ(windows->files, (std::vector<std::string>{"a.c", "b/ü.md"}));
    EXPECT_EQ(windows->domains, (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(windows->split, "valid");
    EXPECT_EQ(windows->sha256, sha256_of(path));
    expect(read_token_windows(path, 9), "tokens[1]: expected 0 to 8, found 9");
    metadata.erase("split");
    write();
    EXPECT_EQ(read_token_windows(path, 10)->split, "");
}

TEST_F(TokenFile, NarrowWindows) {
    tensors["tokens"] = {Dtype::u16, {2, 3}, bytes_of<uint16_t>({1, 65000, 0, 1, 4, 5})};
    write();
    const auto windows = read_token_windows(path, 65001);
    ASSERT_TRUE(windows) << windows.error().message;
    EXPECT_EQ(windows->tokens, (std::vector<int32_t>{1, 65000, 0, 1, 4, 5}));
    expect(read_token_windows(path, 65000), "tokens[1]: expected 0 to 64999, found 65000");
}

TEST_F(TokenFile, FingerprintOfAFileOfSeveralParts) {
    const uint64_t count = (3 << 17) + 1; // 1.5 MiB of each column
    for (const char* name : {"file", "domain", "bytes"})
        tensors[name] = {Dtype::i32, {count}, std::string(count * 4, '\0')};
    tensors["tokens"] = {Dtype::i32, {count, 2}, std::string(count * 8, '\0')};
    write();
    const auto windows = read_token_windows(path, 1);
    ASSERT_TRUE(windows) << windows.error().message;
    EXPECT_EQ(windows->sha256, sha256_of(path));
}

TEST_F(TokenFile, WindowsTensors) {
    expect_windows_error("tokens", ints({6}, {0, 0, 0, 0, 0, 0}),
                         "tensor 'tokens': expected rank 2, found rank 1");
    expect_windows_error(
        "tokens", ints({0, 3}, {}),
        "tensor 'tokens': expected at least one window of two tokens, found fewer");
    expect_windows_error(
        "tokens", ints({2, 1}, {0, 0}),
        "tensor 'tokens': expected at least one window of two tokens, found fewer");
    expect_windows_error("tokens", {Dtype::u8, {2, 3}, std::string(6, '\0')},
                         "tensor 'tokens': expected I32 or U16, found U8");
    expect_windows_error("tokens", ints({2, 3}, {0, 0, 0, 0, 0, -1}),
                         "tokens[5]: expected 0 to 9, found -1");
    expect_windows_error("tokens", ints({2, 3}, {10, 0, 0, 0, 0, 0}),
                         "tokens[0]: expected 0 to 9, found 10");
    for (const std::string name : {"file", "domain", "bytes"}) {
        expect_windows_error(name, ints({1, 2}, {0, 0}),
                             "tensor '" + name + "': expected rank 1, found rank 2");
        expect_windows_error(name, ints({3}, {0, 0, 0}),
                             "tensor '" + name + "': expected 2 windows, found 3");
        expect_windows_error(name, {Dtype::i64, {2}, std::string(16, '\0')},
                             "tensor '" + name + "': expected I32, found I64");
        expect_windows_error(name, ints({2}, {0, -1}),
                             name + "[1]: expected 0 to " + (name == "bytes" ? "2147483647" : "1") +
                                 ", found -1");
    }
    expect_windows_error("file", ints({2}, {0, 2}), "file[1]: expected 0 to 1, found 2");
    expect_windows_error("domain", ints({2}, {2, 0}), "domain[0]: expected 0 to 1, found 2");
    for (const std::string name : {"tokens", "file", "domain", "bytes"}) {
        auto without = tensors.extract(name);
        write();
        expect(read_token_windows(path, 10),
               "tensor '" + name + "': expected it in a token file, found no such tensor");
        tensors.insert(std::move(without));
    }
}

TEST_F(TokenFile, WindowsMetadata) {
    expect_metadata_error("fp4sim.tokens", "2\x1b",
                          "metadata 'fp4sim.tokens': expected '1', found '2\\x1B'");
    for (const std::string key : {"files", "domains"}) {
        const auto where = "metadata '" + key + "': ";
        expect_metadata_error(key, "7", where + "expected an array, found 7");
        expect_metadata_error(key, "{}", where + "expected an array, found an object");
        expect_metadata_error(key, "[1]", where + "expected a JSON list of names, found 1");
        expect_metadata_error(key, R"(["a",null])",
                              where + "expected a JSON list of names, found null");
        expect_metadata_error(key, "[]", where + "expected at least one name, found none");
        for (const auto& [value, byte] : {std::pair{"", "0"}, {"[", "0"}, {R"(["a"] x)", "6"}}) {
            const auto good = std::exchange(metadata[key], value);
            write();
            const auto windows = read_token_windows(path, 10);
            ASSERT_FALSE(windows) << value;
            test::expect_message(windows.error().message, path.string() + ": " + where + "byte " +
                                                              byte +
                                                              ": expected valid JSON, found ");
            metadata[key] = good;
        }
    }
    for (const std::string key : {"fp4sim.tokens", "files", "domains"}) {
        auto without = metadata.extract(key);
        write();
        expect(read_token_windows(path, 10),
               "metadata '" + key + "': expected " +
                   (key == "fp4sim.tokens" ? "'1'" : "a JSON list of names") +
                   ", found no such key");
        metadata.insert(std::move(without));
    }
}

TEST_F(TokenFile, Stream) {
    tensors = {{"tokens", ints({4}, {3, 0, 70'000, 2})}};
    write();
    const auto stream = read_token_stream(path, 70'001);
    ASSERT_TRUE(stream) << stream.error().message;
    EXPECT_EQ(*stream, (std::vector<int32_t>{3, 0, 70'000, 2}));
    expect(read_token_stream(path, 70'000), "tokens[2]: expected 0 to 69999, found 70000");

    tensors["tokens"] = {Dtype::u16, {2}, bytes_of<uint16_t>({65'535, 1})};
    write();
    const auto narrow = read_token_stream(path, 65'536);
    ASSERT_TRUE(narrow) << narrow.error().message;
    EXPECT_EQ(*narrow, (std::vector<int32_t>{65'535, 1}));

    tensors["tokens"] = {Dtype::u8, {2}, "ab"};
    write();
    expect(read_token_stream(path, 10), "tensor 'tokens': expected I32 or U16, found U8");
    tensors["tokens"] = ints({1, 2}, {0, 0});
    write();
    expect(read_token_stream(path, 10), "tensor 'tokens': expected rank 1, found rank 2");
    tensors["tokens"] = ints({2}, {0, -2});
    write();
    expect(read_token_stream(path, 10), "tokens[1]: expected 0 to 9, found -2");
    tensors = {{"other", ints({1}, {0})}};
    write();
    expect(read_token_stream(path, 10),
           "tensor 'tokens': expected it in a token file, found no such tensor");
    metadata.clear();
    write();
    expect(read_token_stream(path, 10),
           "metadata 'fp4sim.tokens': expected '1', found no such key");
}

TEST_F(TokenFile, NoTokenFileAtAll) {
    expect(read_token_windows(path, 10), "cannot open: No such file or directory");
    expect(read_token_stream(path, 10), "cannot open: No such file or directory");
    dir.write("t.safetensors",
              test::safetensors("{" + test::entry("tokens", "\\u001b[2J", "[1]", "[0,4]") +
                                    R"(,"__metadata__":{"fp4sim.tokens":"1"}})",
                                "abcd"));
    expect(read_token_stream(path, 10), "tensor 'tokens': expected I32 or U16, found \\x1B[2J");
}

} // namespace
} // namespace fp4::quant
