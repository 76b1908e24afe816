#include "fp4/io/child_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "fp4/io/file_descriptor.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"

namespace fp4::io {
namespace {

class FileActions {
  public:
    FileActions() { posix_spawn_file_actions_init(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
    posix_spawn_file_actions_t* get() { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

std::string read_to_end(int fd) {
    std::string text;
    std::array<char, 4096> part{};
    for (;;) {
        const ssize_t n = ::read(fd, part.data(), part.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return text;
        text.append(part.data(), static_cast<size_t>(n));
    }
}

} // namespace

Result<ProgramEnd> run_program(const std::filesystem::path& program,
                               const std::vector<std::string>& arguments) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return errno_error(ErrorCode::bad_file, program, "cannot start");
    const FileDescriptor reading(ends[0]);
    FileDescriptor writing(ends[1]);
    FileActions actions;
    posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions.get(), writing.get(), STDERR_FILENO);
    std::vector<std::string> words{program.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t child = 0;
    if (const int failed =
            ::posix_spawn(&child, argv[0], actions.get(), nullptr, argv.data(), environ);
        failed != 0)
        return Error{ErrorCode::bad_file, printable_path(program) + ": cannot start: " +
                                              std::generic_category().message(failed)};
    writing.close();
    ProgramEnd end{.err = read_to_end(reading.get())};
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return end;
}

Result<std::filesystem::path> this_program() {
    std::error_code error;
    auto path = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error)
        return Error{ErrorCode::bad_file,
                     "/proc/self/exe: expected the path of this program: " + error.message()};
    return path;
}

} // namespace fp4::io
