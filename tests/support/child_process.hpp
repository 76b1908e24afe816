// Runs a program as a user would and keeps what it said.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
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

// A program that runs beside the test.
class StartedProgram {
  public:
    StartedProgram(const std::string& program, const std::vector<std::string>& arguments,
                   std::string_view input = {}) {
        folder_.write("in", input);
        const std::string in = folder_ / "in", out = folder_ / "out", err = folder_ / "err";
        std::vector<std::string> words{program};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> argv;
        for (std::string& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        child_ = fork();
        if (child_ != 0) return;
        const auto redirect = [](const char* path, int flags, int to) {
            dup2(open(path, flags, 0600), to);
        };
        redirect(in.c_str(), O_RDONLY, STDIN_FILENO);
        redirect(out.c_str(), O_WRONLY | O_CREAT, STDOUT_FILENO);
        redirect(err.c_str(), O_WRONLY | O_CREAT, STDERR_FILENO);
        execv(argv[0], argv.data());
        _exit(127);
    }

    // False once it has ended.
    bool running() { return status_ == -1 && waitpid(child_, &status_, WNOHANG) == 0; }

    void send(int signal) {
        if (running()) kill(child_, signal);
    }

    ProgramResult finish() {
        if (status_ == -1) waitpid(child_, &status_, 0);
        return {WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_),
                read_file(folder_ / "out"), read_file(folder_ / "err")};
    }

  private:
    const TemporaryFolder folder_;
    pid_t child_ = -1;
    int status_ = -1;
};

// Standard input is `input`. `signal`, where not 0, is sent after a while.
inline ProgramResult run_program(const std::string& program,
                                 const std::vector<std::string>& arguments,
                                 std::string_view input = {}, int signal = 0, int after_ms = 0) {
    StartedProgram started(program, arguments, input);
    if (signal != 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(after_ms));
        started.send(signal);
    }
    return started.finish();
}

// Killed without warning as soon as a file is there; its status is 0 where it ended before.
inline ProgramResult run_program_killed_at(const std::string& program,
                                           const std::vector<std::string>& arguments,
                                           const std::filesystem::path& file) {
    StartedProgram started(program, arguments);
    while (started.running() && !std::filesystem::exists(file))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    started.send(SIGKILL);
    return started.finish();
}

} // namespace fp4::test
