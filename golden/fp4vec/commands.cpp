#include "commands.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "checker.hpp"
#include "line_splitter.hpp"
#include "silicon_file.hpp"
#include "fp4/try.hpp"

namespace fp4::vec {
namespace {

// All of it; false where that was not possible, with errno.
bool write_stdout(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
}

int cannot_write() {
    return refuse(std::string("standard output: cannot write: ") + std::strerror(errno));
}

// No case at all is a failure too, and needs a word.
int verdict(uint64_t passed, uint64_t failed, const char* expected) {
    if (passed + failed == 0) fmt::print(stderr, "fp4vec: {}, found none\n", expected);
    return passed > 0 && failed == 0 ? exit_pass : exit_mismatch;
}

// Reads standard input to its end. Errors: those of on_line, a read that fails.
template <class OnLine>
Status read_lines(const OnLine& on_line) {
    LineSplitter splitter;
    std::array<char, 1 << 16> buffer;
    for (;;) {
        const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return Error{ErrorCode::bad_file, std::string("cannot read: ") + std::strerror(errno)};
        if (n == 0) return splitter.finish(on_line);
        FP4_TRY(splitter.push({buffer.data(), static_cast<size_t>(n)}, on_line));
    }
}

} // namespace

int refuse(const std::string& message) {
    fmt::print(stderr, "fp4vec: {}\n", message);
    return exit_bad_input;
}

int gen(const GenOptions& options) {
    constexpr size_t flush_bytes = 1 << 16;
    std::signal(SIGPIPE, SIG_IGN);
    const std::optional<uint64_t> cases = options.forever ? std::nullopt
                                          : options.cases ? options.cases
                                                          : Generator::complete(options.config);
    const Generator generator(options.config, cases);
    std::string out = options.prefix.empty() ? "" : options.prefix + "\n";
    if (options.style == Style::text) out += header_text(options.config, cases);
    for (uint64_t i = 0; !cases || i < *cases; ++i) {
        const auto line = generator.line(i, options.style);
        if (!line) return refuse(line.error().message);
        out += *line;
        if (out.size() < flush_bytes) continue;
        if (!write_stdout(out)) return errno == EPIPE ? exit_pass : cannot_write();
        out.clear();
    }
    return write_stdout(out) || errno == EPIPE ? exit_pass : cannot_write();
}

int check(const CheckOptions& options) {
    Checker checker(options.config, options.given, options.errors);
    const auto say = [](const Result<std::string>& report) -> Status {
        if (!report) return report.error();
        if (!report->empty() && !write_stdout(*report))
            return Error{ErrorCode::write_failed,
                         std::string("standard output: cannot write: ") + std::strerror(errno)};
        return Done{};
    };
    auto status = read_lines([&](std::string_view line) { return say(checker.line(line)); });
    if (status) status = say(checker.finish());
    if (!status)
        return refuse((status.error().code == ErrorCode::write_failed ? "" : "standard input: ") +
                      status.error().message);
    if (!write_stdout(fmt::format("{} passed, {} failed\n", checker.passed(), checker.failed())))
        return cannot_write();
    return verdict(checker.passed(), checker.failed(),
                   "standard input: expected at least one case");
}

int check_silicon(const SiliconCommand& command) {
    SiliconCounts total;
    std::string report;
    for (const std::string& file : command.files) {
        const auto say = [&](const SiliconMismatch& mismatch) {
            report += describe(mismatch) + "\n";
        };
        const auto counts =
            check_silicon_file(file, {say, command.errors - std::min(command.errors, total.failed),
                                      *arithmetic_from_name(command.profile)});
        if (!counts) return refuse(counts.error().message);
        total.passed += counts->passed;
        total.failed += counts->failed;
    }
    if (!write_stdout(report + fmt::format("{} passed, {} failed\n", total.passed, total.failed)))
        return cannot_write();
    return verdict(total.passed, total.failed, "expected at least one result");
}

int show(const Result<std::string>& text) {
    if (!text) return refuse(text.error().message);
    return write_stdout(*text) ? exit_pass : cannot_write();
}

} // namespace fp4::vec
