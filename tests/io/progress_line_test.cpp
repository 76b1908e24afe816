// The progress line as a terminal and as a log file receive it.
#include "fp4/io/progress_line.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace fp4::io {
namespace {

using Elsewhere = ProgressLine::Elsewhere;

size_t count(const std::string& text, std::string_view what) {
    size_t times = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++times;
    return times;
}

template <class Work>
std::string written_to_file(bool enabled, Elsewhere elsewhere, const Work& work) {
    std::FILE* file = std::tmpfile();
    {
        ProgressLine line(file, enabled, elsewhere);
        work(line);
    }
    std::string text(static_cast<size_t>(std::ftell(file)), '\0');
    std::rewind(file);
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    return text;
}

template <class Work>
std::string written_to_terminal(unsigned short columns, const Work& work) {
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    EXPECT_EQ(::grantpt(terminal), 0);
    EXPECT_EQ(::unlockpt(terminal), 0);
    std::FILE* program = std::fopen(::ptsname(terminal), "w");
    struct winsize size {};
    size.ws_col = columns;
    EXPECT_EQ(::ioctl(::fileno(program), TIOCSWINSZ, &size), 0);
    {
        ProgressLine line(program, true, Elsewhere::nothing);
        work(line);
    }
    std::fclose(program); // read() ends with an error then, after the last byte
    std::string text;
    std::array<char, 4096> part{};
    for (ssize_t bytes = 0; (bytes = ::read(terminal, part.data(), part.size())) > 0;)
        text.append(part.data(), static_cast<size_t>(bytes));
    ::close(terminal);
    return text;
}

void a_thousand_steps(ProgressLine& line) {
    for (uint64_t done = 0; done <= 1000; ++done) line.show_share("step", done, 1000);
}

TEST(ProgressLine, LinesInALog) {
    const auto log = written_to_file(true, Elsewhere::lines, a_thousand_steps);
    EXPECT_EQ(log, "step [........................]   0 %  0/1000  0 s\n"
                   "step [########################] 100 %  1000/1000  0 s, 0 s left\n");
}

TEST(ProgressLine, NothingWhereNobodyLooks) {
    EXPECT_EQ(written_to_file(false, Elsewhere::lines, a_thousand_steps), "");
    EXPECT_EQ(written_to_file(true, Elsewhere::nothing,
                              [](ProgressLine& line) {
                                  a_thousand_steps(line);
                                  line.show("text");
                                  line.clear();
                              }),
              "");
}

TEST(ProgressLine, RewrittenInPlaceAtMostTenTimesASecond) {
    const auto text = written_to_terminal(80, a_thousand_steps);
    EXPECT_EQ(count(text, "\r\033[Kstep ["), 2u) << text;
    EXPECT_TRUE(text.ends_with("0 s left\r\n")) << text; // the terminal adds the \r
}

TEST(ProgressLine, ClearedLinesLeaveNothing) {
    const auto text = written_to_terminal(80, [](ProgressLine& line) {
        line.show("text");
        line.clear();
    });
    EXPECT_EQ(text, "\r\033[Ktext\r\033[K");
}

TEST(ProgressLine, NeverWiderThanTheTerminal) {
    const auto text =
        written_to_terminal(20, [](ProgressLine& line) { line.show(std::string(100, 'x')); });
    EXPECT_EQ(text, "\r\033[K" + std::string(19, 'x') + "\r\n");
}

TEST(ProgressLine, RatesAndHostileNames) {
    EXPECT_EQ(written_to_file(true, Elsewhere::lines,
                              [](ProgressLine& line) {
                                  line.show_share("\033[2Jop", 3, 3, "7 MMAC/s");
                                  line.show_share("more than all", 9, 3);
                                  line.show_share("nothing to do", 0, 0);
                              }),
              "\\x1B[2Jop [########################] 100 %  7 MMAC/s  0 s, 0 s left\n"
              "more than all [########################] 100 %  3/3  0 s, 0 s left\n");
}

} // namespace
} // namespace fp4::io
