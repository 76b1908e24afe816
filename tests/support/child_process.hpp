// Runs a program as a user would and keeps what it said.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "test_files.hpp"

namespace fp4::test {

struct ProgramResult {
    int status; // exit status; 128 + signal when it was killed
    std::string out;
    std::string err;

    size_t err_lines() const { return static_cast<size_t>(std::ranges::count(err, '\n')); }
};

// A TempDir whose paths are words for a command line.
class TemporaryFolder : public TempDir {
  public:
    std::string operator/(std::string_view name) const { return path() / name; }
};

// Standard input is `input`. `signal`, where not 0, is sent after a while.
inline ProgramResult run_program(const std::string& program, const std::vector<std::string>& arguments, std::string_view input = {}, int signal = 0, int after_ms = 0) {
    const TemporaryFolder folder;
    const std::string in = folder / "in", out = folder / "out", err = folder / "err";
    folder.write("in", input);
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    const pid_t child = fork();
    if (child == 0) {
        const auto redirect = [](const char* path, int flags, int to) { dup2(open(path, flags, 0600), to); };
        redirect(in.c_str(), O_RDONLY, STDIN_FILENO);
        redirect(out.c_str(), O_WRONLY | O_CREAT, STDOUT_FILENO);
        redirect(err.c_str(), O_WRONLY | O_CREAT, STDERR_FILENO);
        execv(argv[0], argv.data());
        _exit(127);
    }
    if (signal != 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(after_ms));
        kill(child, signal);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_file(out), read_file(err)};
}

} // namespace fp4::test
