// A folder is there whole, or what was there before is.
#include "fp4/io/published_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include <limits>

#include "exchange_folders.hpp"
#include "move_entries.hpp"
#include "test_files.hpp"

namespace fp4::io {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using Names = std::vector<std::string>;

Names names_in(const fs::path& folder) {
    Names names;
    for (const auto& entry : fs::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

// A folder that holds "mark" may be replaced.
FolderPolicy marked() {
    return {.may_replace = [](const fs::path& folder, std::span<const fs::path> entries) -> Status {
                for (const auto& entry : entries)
                    if (entry.filename() == "mark") return Done{};
                return Error{ErrorCode::write_failed, folder.string() + ": no mark"};
            },
            .last_file = "mark"};
}

class Published : public testing::Test {
  protected:
    ~Published() override { fs::current_path(before_); }

    static Status publish(const fs::path& target, const std::string& bytes,
                          const FolderPolicy& policy = {}) {
        auto folder = PublishedFolder::create(target, policy);
        if (!folder) return folder.error();
        write(folder->path(), bytes);
        return folder->publish();
    }
    static void write(const fs::path& folder, const std::string& bytes) {
        for (const char* name : {"a", "mark", "z"}) std::ofstream(folder / name) << bytes;
    }
    // Both by create() and, before long work, by check(); nothing changes.
    void expect_refused(const fs::path& target, const std::string& message,
                        const FolderPolicy& policy = {}) {
        const auto entries = dir.entries();
        const auto created = PublishedFolder::create(target, policy);
        ASSERT_FALSE(created) << message;
        EXPECT_EQ(created.error().code, ErrorCode::write_failed);
        EXPECT_EQ(created.error().message, target.string() + ": " + message);
        const auto checked = PublishedFolder::check(target, policy);
        ASSERT_FALSE(checked) << message;
        EXPECT_EQ(checked.error().message, created.error().message);
        EXPECT_EQ(dir.entries(), entries);
    }
    void expect_published(const fs::path& folder, const std::string& bytes) {
        EXPECT_EQ(names_in(folder), (Names{"a", "mark", "z"}));
        EXPECT_EQ(read_file(folder / "a"), bytes);
    }

    test::TempDir dir;
    fs::path before_ = fs::current_path();
};

TEST_F(Published, IsNotThereBeforeItIsWhole) {
    {
        auto folder = PublishedFolder::create(dir / "out", {});
        ASSERT_TRUE(folder) << folder.error().message;
        write(folder->path(), "1");
        EXPECT_FALSE(fs::exists(dir / "out"));
        EXPECT_EQ(folder->path().parent_path(), dir.path());
        ASSERT_TRUE(folder->publish());
        expect_published(dir / "out", "1");
    }
    EXPECT_EQ(dir.entries(), Names{"out"});
}

TEST_F(Published, LeavesNothingWithoutPublish) {
    {
        auto folder = PublishedFolder::create(dir / "made/parents/out", {});
        ASSERT_TRUE(folder) << folder.error().message;
        write(folder->path(), "1");
    }
    EXPECT_EQ(dir.entries(), Names{});
    ASSERT_TRUE(PublishedFolder::check(dir / "made/parents/out", {}));
    EXPECT_EQ(dir.entries(), Names{});
    ASSERT_TRUE(publish(dir / "made/parents/out", "2"));
    expect_published(dir / "made/parents/out", "2");
}

TEST_F(Published, NamesOfEmptyFolders) {
    for (const char* name : {"slash/", "dot/.", "missing/../up", "plain"}) {
        fs::create_directories(dir / "dot");
        ASSERT_TRUE(publish(dir.path().string() + "/" + name, name)) << name;
    }
    for (const auto& [name, bytes] :
         {std::pair{"slash", "slash/"}, {"dot", "dot/."}, {"up", "missing/../up"}})
        expect_published(dir / name, bytes);
    EXPECT_EQ(dir.entries(), (Names{"dot", "plain", "slash", "up"}));
}

TEST_F(Published, WorkingFolderIsFilledInPlace) {
    fs::create_directory(dir / "here");
    fs::current_path(dir / "here");
    for (const char* target : {".", "./", "../here"}) {
        ASSERT_TRUE(PublishedFolder::check(target, {})) << target;
        EXPECT_EQ(names_in("."), Names{}); // still the folder that the process stands in
        const auto status = publish(target, target);
        ASSERT_TRUE(status) << status.error().message;
        expect_published(".", target);
        expect_published(dir / "here", target);
        expect_refused(".", "expected a new name or an empty folder, found files in it");
        for (const auto& name : names_in(".")) fs::remove(name);
    }
    EXPECT_EQ(dir.entries(), Names{"here"});
}

TEST_F(Published, WorkingFolderIsReplacedInPlace) {
    fs::create_directory(dir / "here");
    fs::current_path(dir / "here");
    ASSERT_TRUE(publish(".", "old", marked()));
    std::ofstream("extra") << "old";
    {
        auto folder = PublishedFolder::create(".", marked());
        ASSERT_TRUE(folder) << folder.error().message;
        EXPECT_EQ(read_file("a"), "old"); // until publish()
        write(folder->path(), "new");
        ASSERT_TRUE(folder->publish());
    }
    expect_published(".", "new");
    fs::remove("mark");
    expect_refused(".", "no mark", marked());
}

// Whenever a process is killed among the moves, the file that makes a folder complete is missing.
TEST_F(Published, TheMarkGoesFirstAndComesLastInPlace) {
    fs::create_directory(dir / "here");
    fs::current_path(dir / "here");
    ASSERT_TRUE(publish(".", "old", marked()));
    auto folder = PublishedFolder::create(".", marked());
    ASSERT_TRUE(folder);
    write(folder->path(), "new");
    const int moves = inotify_init1(IN_NONBLOCK);
    ASSERT_GE(inotify_add_watch(moves, ".", IN_MOVED_FROM | IN_MOVED_TO), 0);
    ASSERT_TRUE(folder->publish());
    alignas(inotify_event) char buffer[4096];
    const auto size = read(moves, buffer, sizeof buffer);
    close(moves);
    Names left, came;
    for (ssize_t at = 0; at < size;) {
        const auto* const event = reinterpret_cast<const inotify_event*>(buffer + at);
        (event->mask & IN_MOVED_FROM ? left : came).push_back(event->name);
        at += static_cast<ssize_t>(sizeof *event + event->len);
    }
    ASSERT_EQ(left.size(), 3u);
    ASSERT_EQ(came.size(), 3u);
    EXPECT_EQ(left.front(), "mark");
    EXPECT_EQ(came.back(), "mark");
}

TEST_F(Published, FailureInPlacePutsTheOldFilesBack) {
    fs::create_directory(dir / "here");
    fs::current_path(dir / "here");
    ASSERT_TRUE(publish(".", "old", marked()));
    {
        auto folder = PublishedFolder::create(".", marked());
        ASSERT_TRUE(folder);
        fs::remove_all(folder->path());
        EXPECT_FALSE(folder->publish());
    }
    expect_published(".", "old");
}

TEST_F(Published, MovedEntriesGoBackWhereOneFails) {
    fs::create_directory(dir / "from");
    fs::create_directory(dir / "to");
    write(dir / "from", "1");
    const std::vector<fs::path> entries{dir / "from/a", dir / "from/mark", dir / "from/z"};
    fs::create_directory(dir / "to/mark"); // moved last, and a file cannot take its place
    const auto status = move_entries(entries, dir / "to", "mark", Turn::last, "shown");
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message, "shown: cannot move its files: Is a directory");
    expect_published(dir / "from", "1");
    EXPECT_EQ(names_in(dir / "to"), Names{"mark"});
    fs::remove(dir / "to/mark");
    fs::remove(dir / "from/z");
    EXPECT_FALSE(
        move_entries(entries, dir / "to", "z", Turn::last, "shown")); // the others went before it
    EXPECT_EQ(names_in(dir / "from"), (Names{"a", "mark"}));
    ASSERT_TRUE(move_entries(std::span(entries).first(2), dir / "to", "z", Turn::last, "shown"));
    EXPECT_EQ(names_in(dir / "to"), (Names{"a", "mark"}));
}

TEST_F(Published, OtherFilesAreRefused) {
    fs::create_directory(dir / "mine");
    dir.write("mine/diary", "d");
    expect_refused(dir / "mine", "expected a new name or an empty folder, found files in it");
    expect_refused(dir / "mine", "no mark", marked());
    EXPECT_EQ(read_file(dir / "mine/diary"), "d");
    dir.write("file", "");
    expect_refused(dir / "file", "expected a new name or a folder, found what is not a folder");
    expect_refused(dir / "file/out",
                   "cannot create a folder in " + (dir / "file").string() + ": Not a directory");
    expect_refused("/", "expected the name of a folder, found none");
    expect_refused("", "expected the name of a folder, found none");
    const std::string long_name(300, 'n');
    EXPECT_FALSE(PublishedFolder::check(dir / long_name, {}));
}

TEST_F(Published, ReplacedWhereThePolicyLetsItGo) {
    ASSERT_TRUE(publish(dir / "out", "old", marked()));
    fs::permissions(dir / "out", fs::perms::owner_all);
    dir.write("out/extra", "");
    ASSERT_TRUE(PublishedFolder::check(dir / "out", marked()));
    EXPECT_EQ(read_file(dir / "out/a"), "old");
    ASSERT_TRUE(publish(dir / "out", "new", marked()));
    expect_published(dir / "out", "new");
    EXPECT_EQ(fs::status(dir / "out").permissions(), fs::perms::owner_all);
    EXPECT_EQ(dir.entries(), Names{"out"});
}

TEST_F(Published, WhatCameMeanwhileIsNotReplaced) {
    {
        auto folder = PublishedFolder::create(dir / "out", {});
        ASSERT_TRUE(folder);
        write(folder->path(), "new");
        fs::create_directory(dir / "out");
        dir.write("out/diary", "d");
        const auto status = folder->publish();
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().message,
                  (dir / "out").string() +
                      ": expected a new name or an empty folder, found files in it");
    }
    EXPECT_EQ(names_in(dir / "out"), Names{"diary"});
    EXPECT_EQ(dir.entries(), Names{"out"});
}

TEST_F(Published, LinksToFolders) {
    fs::create_directory(dir / "disk");
    fs::create_directory_symlink("disk", dir / "link");
    ASSERT_TRUE(publish(dir / "link", "1", marked()));
    ASSERT_TRUE(publish(dir / "link/", "2", marked()));
    EXPECT_TRUE(fs::is_symlink(dir / "link"));
    expect_published(dir / "disk", "2");
    EXPECT_EQ(dir.entries(), (Names{"disk", "link"}));
    fs::create_directory_symlink("nowhere", dir / "dangling");
    expect_refused(dir / "dangling",
                   "expected a new name or a folder, found a link that leads nowhere");
    fs::create_directory_symlink("loop", dir / "loop");
    EXPECT_FALSE(PublishedFolder::check(dir / "loop", {}));
}

TEST_F(Published, DiskSpaceIsToldInBytes) {
    EXPECT_TRUE(PublishedFolder::check(dir / "out", {}, 1));
    const auto status =
        PublishedFolder::check(dir / "out", {}, std::numeric_limits<uint64_t>::max());
    ASSERT_FALSE(status);
    test::expect_message(status.error().message,
                         (dir / "out").string() +
                             ": expected 18446744073709551615 bytes of free disk space, found ");
    EXPECT_EQ(dir.entries(), Names{});
}

TEST_F(Published, WhatAKilledProcessLeftIsRemovedByTheNext) {
    fs::create_directory(dir / ".out.partial-0123abcd");
    dir.write(".out.partial-0123abcd/half", "");
    for (const char* other :
         {".out.partial-mine0000", ".out.partial-0123", ".outer.partial-0123abcd"})
        fs::create_directory(dir / other);
    auto running = PublishedFolder::create(dir / "out", {});
    ASSERT_TRUE(running);
    ASSERT_TRUE(publish(dir / "out", "1"));
    EXPECT_TRUE(fs::exists(running->path())); // its process lives
    EXPECT_FALSE(fs::exists(dir / ".out.partial-0123abcd"));
    EXPECT_EQ(dir.entries().size(), 5u);
}

TEST_F(Published, AKilledProcessInPlaceDoesNotFillTheFolder) {
    fs::create_directory(dir / "here");
    fs::current_path(dir / "here");
    const pid_t child = ::fork();
    if (child == 0) {
        auto folder = PublishedFolder::create(".", {});
        if (folder) write(folder->path(), "half");
        ::_exit(folder ? 0 : 1); // without destructors
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    EXPECT_EQ(names_in(".").size(), 1u);
    ASSERT_TRUE(publish(".", "whole"));
    expect_published(".", "whole");
}

TEST_F(Published, ExchangeWithoutTheSystemsHelp) {
    fs::create_directory(dir / "a");
    fs::create_directory(dir / "b");
    dir.write("a/new", "");
    dir.write("b/old", "");
    for (const auto exchange : {exchange_folders, exchange_by_renames}) {
        ASSERT_TRUE(exchange(dir / "a", dir / "b", "b"));
        EXPECT_TRUE(fs::exists(dir / "b/new"));
        EXPECT_TRUE(fs::exists(dir / "a/old"));
        fs::rename(dir / "b/new", dir / "b/old");
        fs::rename(dir / "a/old", dir / "a/new");
    }
    const auto status = exchange_by_renames(dir / "missing", dir / "b", "shown");
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message,
              "shown: cannot rename the finished folder to it: No such file or directory");
    EXPECT_TRUE(fs::exists(dir / "b/old"));
    EXPECT_TRUE(is_mount_point("/proc")); // the root of a chroot is none
    EXPECT_FALSE(is_mount_point(dir.path()));
}

} // namespace
} // namespace fp4::io
