// libFuzzer: any bytes as the standard input of `fp4vec check`; the first byte chooses the op.
#include <cstdlib>

#include "checker.hpp"
#include "line_splitter.hpp"

namespace {

// What is said is text: nothing of the input goes to a terminal unseen.
void expect_printable(std::string_view text, bool lines) {
    for (char c : text)
        if (static_cast<unsigned char>(c) < ' ' && !(lines && c == '\n')) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace fp4;
    using namespace fp4::vec;
    if (size == 0) return 0;
    Checker checker(default_config(static_cast<Op>(data[0] % all_ops().size())), {}, 3);
    const auto hear = [](const Result<std::string>& report) -> Status {
        expect_printable(report ? *report : report.error().message, bool(report));
        if (!report && report.error().message.empty()) std::abort();
        return report ? Status(Done{}) : report.error();
    };
    LineSplitter splitter;
    const auto on_line = [&](std::string_view line) { return hear(checker.line(line)); };
    auto status = splitter.push({reinterpret_cast<const char*>(data) + 1, size - 1}, on_line);
    if (status) status = splitter.finish(on_line);
    if (status) status = hear(checker.finish());
    return 0;
}
