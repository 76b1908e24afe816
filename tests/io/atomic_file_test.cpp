#include "fp4/io/atomic_file.hpp"

#include <csignal>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fp4/io/posix_io.hpp"
#include "test_files.hpp"

namespace fp4::io {
namespace {

using test::TempDir;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

// Files cannot grow beyond `bytes` while this lives: writes fail as on a full disk, with EFBIG.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) : old_action_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &old_);
        const rlimit limit{bytes, old_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, old_action_);
    }

  private:
    rlimit old_{};
    void (*old_action_)(int);
};

TEST(AtomicFile, AppearsAtCommit) {
    const TempDir dir;
    const auto target = dir.write("f", "old");
    {
        auto file = AtomicFile::create(target);
        ASSERT_TRUE(file) << file.error().message;
        ASSERT_TRUE(file->write(bytes_of("new ")));
        ASSERT_TRUE(file->write(bytes_of("")));
        ASSERT_TRUE(file->write(bytes_of("text")));
        EXPECT_EQ(test::read_file(target), "old");
        EXPECT_EQ(dir.entries().size(), 2u); // the temporary is in the same directory
        ASSERT_TRUE(file->commit());
        EXPECT_EQ(test::read_file(target), "new text");
        EXPECT_EQ(dir.entries(), std::vector<std::string>{"f"});
        EXPECT_FALSE(file->commit());
        EXPECT_FALSE(file->write(bytes_of("more")));
    }
    EXPECT_EQ(test::read_file(target), "new text");
}

TEST(AtomicFile, DestructionWithoutCommitLeavesNothing) {
    const TempDir dir;
    {
        auto file = AtomicFile::create(dir / "f");
        ASSERT_TRUE(file);
        ASSERT_TRUE(file->write(bytes_of("text")));
        const auto moved = std::move(*file);
        EXPECT_EQ(dir.entries().size(), 1u);
    }
    EXPECT_TRUE(dir.entries().empty());
}

TEST(AtomicFile, ModeFollowsUmask) {
    const TempDir dir;
    const mode_t old = ::umask(027);
    const auto status = write_file_atomically(dir / "f", "text");
    ::umask(old);
    ASSERT_TRUE(status) << status.error().message;
    struct stat info {};
    ASSERT_EQ(::stat((dir / "f").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0640u);
}

TEST(AtomicFile, FailedWriteCannotBeCommitted) {
    const TempDir dir;
    dir.write("f", "old");
    {
        auto file = AtomicFile::create(dir / "f");
        ASSERT_TRUE(file);
        const auto status = [&] {
            const FileSizeLimit limit(4096);
            return file->write(bytes_of(std::string(8192, 'x')));
        }();
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().code, ErrorCode::write_failed);
        EXPECT_EQ(status.error().message, (dir / "f").string() + ": cannot write: File too large");
        EXPECT_TRUE(file->write(bytes_of("more")));
        const auto commit = file->commit();
        ASSERT_FALSE(commit);
        EXPECT_EQ(commit.error().message,
                  (dir / "f").string() + ": cannot commit: an earlier step failed");
    }
    EXPECT_EQ(test::read_file(dir / "f"), "old");
    EXPECT_EQ(dir.entries(), std::vector<std::string>{"f"});
}

TEST(AtomicFile, NoSpaceLeft) {
    const FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(full.is_open());
    const auto status = write_all(full.get(), bytes_of("x"), "name");
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::write_failed);
    EXPECT_EQ(status.error().message, "name: cannot write: No space left on device");
}

TEST(AtomicFile, RefusedTargets) {
    const TempDir dir;
    dir.write("file", "text");
    std::filesystem::create_directory(dir / "directory");
    ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
    const auto refused = [&](const std::filesystem::path& target, const std::string& message) {
        const auto status = write_file_atomically(target, "new");
        ASSERT_FALSE(status) << target;
        EXPECT_EQ(status.error().code, ErrorCode::write_failed);
        test::expect_message(status.error().message, message);
    };
    const auto at = [&](std::string_view name, const std::string& what) {
        refused(dir / name, (dir / name).string() + ": " + what);
    };
    at("file/below", "cannot create a temporary file beside it: Not a directory");
    at("missing/below", "cannot create a temporary file beside it: No such file or directory");
    at("directory", "cannot replace: expected a new name or a regular file");
    at("directory/", "expected a file name");
    refused("", ": expected a file name");
    at("pipe", "cannot replace: expected a new name or a regular file"); // stands for every device
    refused("/proc/x\x1b[2J\n", "/proc/x\\x1B[2J\\x0A: cannot create a temporary file beside it: ");
    EXPECT_EQ(dir.entries(), (std::vector<std::string>{"directory", "file", "pipe"}));
    EXPECT_EQ(test::read_file(dir / "file"), "text");
}

TEST(AtomicFile, RenameFailureLeavesNoTemporary) {
    const TempDir dir;
    auto file = AtomicFile::create(dir / "f");
    ASSERT_TRUE(file);
    std::filesystem::create_directory(dir / "f");
    const auto status = file->commit();
    ASSERT_FALSE(status);
    test::expect_message(status.error().message,
                         (dir / "f").string() + ": cannot rename the temporary file: ");
    EXPECT_FALSE(file->commit());
    { const auto gone = std::move(*file); }
    EXPECT_EQ(dir.entries(), std::vector<std::string>{"f"});
}

TEST(AtomicFile, DirectoryWithoutPermission) {
    const TempDir dir;
    ASSERT_EQ(::chmod(dir.path().c_str(), 0500), 0);
    const bool was_root = ::geteuid() == 0; // root may write anywhere
    if (was_root && ::seteuid(65534) != 0) GTEST_SKIP() << "root cannot become another user here";
    const auto status = write_file_atomically(dir / "f", "text");
    if (was_root) {
        ASSERT_EQ(::seteuid(0), 0);
    }
    ASSERT_EQ(::chmod(dir.path().c_str(), 0700), 0);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message,
              (dir / "f").string() +
                  ": cannot create a temporary file beside it: Permission denied");
    EXPECT_TRUE(dir.entries().empty());
}

TEST(AtomicFile, LongNamesAndLinks) {
    const TempDir dir;
    const std::string longest(255, 'n');
    EXPECT_TRUE(write_file_atomically(dir / longest, "text"));
    dir.write("real", "old");
    std::filesystem::create_symlink("real", dir / "link");
    ASSERT_TRUE(write_file_atomically(dir / "link", "new"));
    EXPECT_EQ(test::read_file(dir / "real"), "old");
    EXPECT_FALSE(std::filesystem::is_symlink(dir / "link"));
    EXPECT_EQ(test::read_file(dir / "link"), "new");
}

} // namespace
} // namespace fp4::io
