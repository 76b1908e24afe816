#include <sys/stat.h>

#include "fp4/io/safetensors.hpp"
#include "test_files.hpp"

namespace fp4::io {
namespace {

using test::entry;
using test::safetensors;
using test::TempDir;

std::string one(const std::string& entries, size_t data) {
    return safetensors("{" + entries + "}", std::string(data, 'x'));
}

TEST(SafetensorsReader, FileNameIsMadePrintable) {
    const std::string json = "[]";
    const auto header = parse_safetensors_header(std::as_bytes(std::span(json)), 0, "a\x1b[2J\nb");
    ASSERT_FALSE(header);
    EXPECT_TRUE(header.error().message.starts_with("a\\x1B[2J\\x0Ab: ")) << header.error().message;
}

TEST(SafetensorsReader, NotARegularFile) {
    const TempDir dir;
    const auto missing = SafetensorsFile::open(dir / "missing");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message,
              (dir / "missing").string() + ": cannot open: No such file or directory");
    const auto directory = SafetensorsFile::open(dir.path());
    ASSERT_FALSE(directory);
    EXPECT_EQ(directory.error().message, dir.path().string() + ": expected a regular file");
    ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
    EXPECT_FALSE(SafetensorsFile::open(dir / "pipe")); // and does not hang
}

TEST(SafetensorsReader, EmptyFile) {
    const TempDir dir;
    const auto file = SafetensorsFile::open(dir.write("f", safetensors("{}      ")));
    ASSERT_TRUE(file);
    EXPECT_TRUE(file->tensors().empty());
    EXPECT_TRUE(file->metadata().empty());
    EXPECT_EQ(file->find(""), nullptr);
}

TEST(SafetensorsReader, ForeignWriter) { // any order in the header, white space, no alignment,
                                         // scalars, empty tensors, escapes
    const std::string header = "{ \"z\" :\t{\"shape\":[3] , "
                               "\"data_offsets\":[5,8],\"dtype\":\"U8\"},\n\"__metadata__\":{\"b\":"
                               "\"\\u00e9\",\"a\":\"\"}," +
                               entry("scalar", "F32", "[]", "[1,5]") + "," +
                               entry("empty", "BF16", "[0,9223372036854775808]", "[8,8]") + "," +
                               entry("first", "BOOL", "[1,1]", "[0,1]") + "}";
    const TempDir dir;
    const auto opened = SafetensorsFile::open(dir.write("f", safetensors(header, "Ascalxyz")));
    ASSERT_TRUE(opened) << opened.error().message;
    const auto& file = *opened;
    std::vector<std::string> names;
    for (const auto& tensor : file.tensors()) names.push_back(tensor.name);
    EXPECT_EQ(names, (std::vector<std::string>{"first", "scalar", "z", "empty"}));
    EXPECT_EQ(file.metadata(), (Metadata{{"a", ""}, {"b", "\xC3\xA9"}}));

    const auto* scalar = file.find("scalar");
    ASSERT_NE(scalar, nullptr);
    EXPECT_EQ(scalar->dtype, Dtype::f32);
    EXPECT_TRUE(scalar->shape.empty());
    std::string bytes(4, '\0');
    ASSERT_TRUE(file.read(*scalar, std::as_writable_bytes(std::span(bytes))));
    EXPECT_EQ(bytes, "scal");
    EXPECT_EQ(file.file_offset(*scalar), 8 + header.size() + 1);

    std::string part(2, '\0');
    ASSERT_TRUE(file.read_part(*file.find("z"), 1, std::as_writable_bytes(std::span(part))));
    EXPECT_EQ(part, "yz");
    EXPECT_EQ(file.find("empty")->shape, (std::vector<uint64_t>{0, uint64_t{1} << 63}));
    EXPECT_TRUE(file.read(*file.find("empty"), {}));
    EXPECT_EQ(file.find("nothing"), nullptr);
}

TEST(SafetensorsReader, UnknownDtypeIsListedButNotRead) {
    const TempDir dir;
    const auto path = dir.write(
        "f",
        one(entry("new", "F3_X", "[3]", "[0,2]") + "," + entry("old", "U8", "[2]", "[2,4]"), 4));
    const auto file = SafetensorsFile::open(path);
    ASSERT_TRUE(file) << file.error().message;
    const auto* tensor = file->find("new");
    ASSERT_NE(tensor, nullptr);
    EXPECT_EQ(tensor->dtype, Dtype::other);
    EXPECT_EQ(tensor->dtype_name, "F3_X");
    std::string bytes(2, '\0');
    const auto read = file->read(*tensor, std::as_writable_bytes(std::span(bytes)));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::bad_file);
    EXPECT_EQ(read.error().message,
              path.string() + ": tensor 'new': dtype: expected a known one, found 'F3_X'");
    EXPECT_TRUE(file->read(*file->find("old"), std::as_writable_bytes(std::span(bytes))));
}

TEST(SafetensorsReader, EveryDtypeName) {
    std::string entries;
    uint64_t end = 0;
    for (const auto& spec : dtype_specs) {
        const auto begin = end;
        end += spec.bits; // eight elements
        if (begin) entries += ',';
        entries += entry(spec.name, spec.name, "[8]",
                         "[" + std::to_string(begin).append(",") + std::to_string(end) + "]");
    }
    const TempDir dir;
    const auto file = SafetensorsFile::open(dir.write("f", one(entries, end)));
    ASSERT_TRUE(file) << file.error().message;
    for (const auto& spec : dtype_specs)
        EXPECT_EQ(file->find(spec.name)->dtype, spec.dtype) << spec.name;
}

TEST(SafetensorsReader, WrongRoomAndShrunkenFile) {
    const TempDir dir;
    const auto path = dir.write("f", one(entry("a", "U8", "[4]", "[0,4]"), 4));
    const auto file = SafetensorsFile::open(path);
    ASSERT_TRUE(file);
    const auto* tensor = file->find("a");
    std::string bytes(5, '\0');
    const auto room = file->read(*tensor, std::as_writable_bytes(std::span(bytes)));
    ASSERT_FALSE(room);
    EXPECT_EQ(room.error().code, ErrorCode::bad_argument);
    EXPECT_EQ(room.error().message,
              path.string() + ": tensor 'a': expected room for 4 bytes, found 5");
    const auto beyond =
        file->read_part(*tensor, 3, std::as_writable_bytes(std::span(bytes)).first(2));
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().code, ErrorCode::bad_argument);
    std::filesystem::resize_file(path, file->file_offset(*tensor) + 3);
    const auto shrunk = file->read(*tensor, std::as_writable_bytes(std::span(bytes)).first(4));
    ASSERT_FALSE(shrunk);
    EXPECT_EQ(shrunk.error().code, ErrorCode::bad_file);
    EXPECT_NE(shrunk.error().message.find("expected 1 more bytes, found the end of the file"),
              std::string::npos)
        << shrunk.error().message;
}

TEST(SafetensorsMap, BytesWithoutACopy) {
    const TempDir dir;
    dir.write("f", test::safetensors("{" + test::entry("a", "U8", "[3]", "[0,3]") + "," +
                                         test::entry("b", "F32", "[1]", "[3,7]") + "," +
                                         test::entry("c", "X9", "[1]", "[7,8]") + "," +
                                         test::entry("d", "U8", "[0]", "[8,8]") + "}",
                                     "abcBBBBx"));
    auto opened = SafetensorsFile::open(dir / "f");
    ASSERT_TRUE(opened) << opened.error().message;
    const auto a = opened->bytes(*opened->find("a"));
    ASSERT_TRUE(a) << a.error().message;
    const SafetensorsFile file = std::move(*opened); // the bytes stay where they are
    const auto text = [](std::span<const std::byte> bytes) {
        return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    EXPECT_EQ(text(*a), "abc");
    const auto b = file.bytes(*file.find("b"));
    ASSERT_TRUE(b);
    EXPECT_EQ(text(*b), "BBBB");
    EXPECT_EQ(b->data(), a->data() + 3);
    EXPECT_EQ(file.bytes(*file.find("d"))->size(), 0u);
    const auto unknown = file.bytes(*file.find("c"));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().message,
              (dir / "f").string() + ": tensor 'c': dtype: expected a known one, found 'X9'");
}

TEST(SafetensorsMap, NotMapped) {
    const TempDir dir;
    dir.write("f", test::safetensors("{" + test::entry("a", "U8", "[3]", "[0,3]") + "}", "abc"));
    const auto read = SafetensorsFile::open(dir / "f", FileAccess::read);
    ASSERT_TRUE(read);
    const auto bytes = read->bytes(*read->find("a"));
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().code, ErrorCode::bad_argument);

    const auto shrunk = SafetensorsFile::open(dir / "f");
    ASSERT_TRUE(shrunk);
    std::filesystem::resize_file(dir / "f", 10);
    const auto gone = shrunk->bytes(*shrunk->find("a"));
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, ErrorCode::bad_file);
    test::expect_message(gone.error().message, (dir / "f").string() + ": expected ");
}

} // namespace
} // namespace fp4::io
