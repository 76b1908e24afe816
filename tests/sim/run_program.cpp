#include "run_program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace fp4::test {
namespace {

ProgramResult run(const std::vector<std::string>& arguments, int signal, int after_ms) {
    const TemporaryFolder folder;
    const std::string out = folder / "out", err = folder / "err";
    std::vector<std::string> words{FP4_SIMRUN};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    const pid_t child = fork();
    if (child == 0) {
        const auto redirect = [](const char* path, int flags, int to) { dup2(open(path, flags, 0600), to); };
        redirect("/dev/null", O_RDONLY, STDIN_FILENO);
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

} // namespace

size_t ProgramResult::err_lines() const { return static_cast<size_t>(std::ranges::count(err, '\n')); }

ProgramResult simrun(const std::vector<std::string>& arguments) { return run(arguments, 0, 0); }
ProgramResult simrun_interrupted(const std::vector<std::string>& arguments, int signal, int after_ms) { return run(arguments, signal, after_ms); }

} // namespace fp4::test
