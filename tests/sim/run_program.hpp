// Runs simrun as a user would and keeps what it said.
#pragma once
#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

namespace fp4::test {

struct ProgramResult {
    int status; // exit status; 128 + signal when it was killed
    std::string out;
    std::string err;

    size_t err_lines() const;
};

// FP4_SIMRUN with these arguments. Standard input is empty.
ProgramResult simrun(const std::vector<std::string>& arguments);

// The same, sent `signal` once `ready` exists or has waited long enough; used to interrupt runs.
ProgramResult simrun_interrupted(const std::vector<std::string>& arguments, int signal, int after_ms);

// A folder of its own for each test, removed afterwards.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    std::filesystem::path path() const { return path_; }
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::vector<std::string> names() const; // what it holds, sorted, hidden files too

  private:
    std::filesystem::path path_;
};

std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, const std::string& text);

} // namespace fp4::test
