#include "fp4/io/sha256.hpp"

#include <gtest/gtest.h>

#include "test_files.hpp"

namespace fp4::io {
namespace {

// The examples of FIPS 180-2.
TEST(Sha256, OfFilesAsOfBytes) {
    const test::TempDir dir;
    const std::pair<std::string, const char*> examples[]{
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {std::string(1'000'000, 'a'),
         "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};
    for (const auto& [bytes, digest] : examples) {
        const auto sum = file_sha256(dir.write("f", bytes));
        ASSERT_TRUE(sum) << sum.error().message;
        EXPECT_EQ(*sum, digest);
    }
    // Longer than one part of the reader's.
    const std::string long_text(3'500'001, 'b');
    Sha256 whole;
    whole.update(std::as_bytes(std::span(long_text)));
    const auto sum = file_sha256(dir.write("f", long_text));
    ASSERT_TRUE(sum);
    EXPECT_EQ(*sum, whole.hex_digest());
}

TEST(Sha256, OfWhatIsNoFile) {
    const test::TempDir dir;
    for (const auto& path : {dir.path(), dir / "absent"}) {
        const auto sum = file_sha256(path);
        ASSERT_FALSE(sum);
        EXPECT_EQ(sum.error().code, ErrorCode::bad_file);
    }
}

} // namespace
} // namespace fp4::io
