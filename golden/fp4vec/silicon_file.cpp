#include "silicon_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "fp4/dot_add.hpp"
#include "fp4/try.hpp"
#include "hex.hpp"

namespace fp4::vec {
namespace {

constexpr std::string_view columns = "a,b,c,d32,d16";
constexpr uint64_t max_header_bytes = 4096, max_header_lines = 1000;
constexpr int64_t max_k = 4096, max_rows = 1'000'000'000'000;

std::string printable(std::string_view path) {
    std::string text(path);
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < ' ' || c == 0x7F; }, '?');
    return text;
}

// Lines of a gzip or plain file. A line is valid until the next one is read.
class Lines {
  public:
    explicit Lines(const std::string& path) : path_(path), file_(gzopen(path.c_str(), "rb")) {
        if (!file_) open_error_ = std::strerror(errno);
    }

    Error error(const std::string& message) const {
        return {ErrorCode::bad_file,
                printable(path_) + ":" + std::to_string(number_) + ": " + message};
    }
    uint64_t number() const { return number_; }

    // None at the end of the file. Errors: reading fails, a line longer than max_bytes.
    Result<std::optional<std::string_view>> next(size_t max_bytes) {
        if (!file_) return Error{ErrorCode::bad_file, printable(path_) + ": " + open_error_};
        ++number_;
        line_.clear();
        while (true) {
            if (at_ == filled_) {
                FP4_TRY(fill());
                if (filled_ == 0) break;
            }
            const char* begin = chunk_.data() + at_;
            const char* end = std::find(begin, begin + (filled_ - at_), '\n');
            line_.append(begin, end);
            if (line_.size() > max_bytes)
                return error("expected at most " + std::to_string(max_bytes) +
                             " characters in this line, found more");
            at_ = static_cast<size_t>(end - chunk_.data());
            if (at_ < filled_) {
                ++at_; // the line feed
                return std::optional<std::string_view>(line_);
            }
        }
        if (line_.empty()) return std::optional<std::string_view>();
        return std::optional<std::string_view>(line_);
    }

  private:
    Status fill() {
        at_ = filled_ = 0;
        const int count = gzread(file_.get(), chunk_.data(), static_cast<unsigned>(chunk_.size()));
        int code = Z_OK;
        const char* message = gzerror(file_.get(), &code);
        if (count < 0 && code == Z_ERRNO)
            return error(std::string("reading failed: ") + std::strerror(errno));
        if (count < 0) return error(std::string("expected gzip data, found: ") + message);
        if (code == Z_BUF_ERROR) return error("expected more gzip data, found the end of the file");
        filled_ = static_cast<size_t>(count);
        return Done{};
    }

    struct Close {
        void operator()(gzFile_s* file) const { gzclose(file); }
    };

    std::string path_, open_error_, line_;
    std::unique_ptr<gzFile_s, Close> file_;
    std::vector<char> chunk_ = std::vector<char>(size_t{1} << 16);
    size_t at_ = 0, filled_ = 0;
    uint64_t number_ = 0;
};

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> words;
    for (size_t begin = 0;;) {
        const size_t end = std::min(text.find(' ', begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        if (end == text.size()) return words;
        begin = end + 1;
    }
}

struct Header {
    ElementFormat format{};
    uint64_t k = 0, digits = 0, rows = 0;
    const DotProfile* d32 = nullptr; // null: never measured, the column holds only '-'
    const DotProfile* d16 = nullptr;

    size_t codes_bytes() const { return k * digits; }
    size_t max_row_bytes() const {
        return 2 * codes_bytes() + std::string_view("  cccccccc dddddddd dddd").size();
    }
};

std::string measured_gpus() {
    std::string names;
    const auto add = [&](std::string_view name) {
        if (names.find(name) == std::string::npos)
            names.append(names.empty() ? "" : ", ").append(name);
    };
    for (const auto& profile : dot_profiles)
        if (profile.evidence != Evidence::model) add(profile.gpu);
    for (const auto& same : same_tensor_cores) add(same.gpu);
    return names;
}

Result<Header> parse_header(const Lines& lines, std::string_view line) {
    std::map<std::string_view, std::string_view> fields{
        {"gpu", {}}, {"format", {}}, {"k", {}}, {"digits", {}}, {"rows", {}}, {"columns", {}}};
    for (std::string_view word : split(line)) {
        const size_t equals = word.find('=');
        const auto field = fields.find(word.substr(0, equals));
        if (equals == std::string_view::npos || field == fields.end()) continue;
        if (!field->second.empty())
            return lines.error("expected " + std::string(field->first) + "= once, found it again");
        field->second = word.substr(equals + 1);
    }
    for (const auto& [name, value] : fields)
        if (value.empty())
            return lines.error("expected " + std::string(name) + "= in the header, found none");
    const auto wrong = [&](const char* name, const std::string& expected) {
        return lines.error(std::string(name) + ": expected " + expected + ", found " +
                           in_quotes(fields[name]));
    };

    Header header;
    const std::string_view gpu = fields["gpu"];
    if (std::ranges::none_of(dot_profiles, [&](const DotProfile& p) {
            return p.gpu == tensor_core_of(gpu) && p.evidence != Evidence::model;
        }))
        return wrong("gpu", "one of " + measured_gpus());
    const auto format = element_format_from_name(fields["format"]);
    if (!format) return wrong("format", "fp16, bf16, tf32, e4m3 or e5m2");
    header.format = *format;
    header.d32 = measured_dot_profile(gpu, *format, false);
    header.d16 = measured_dot_profile(gpu, *format, true);
    if (!header.d32) return wrong("format", "one that " + std::string(gpu) + " was measured with");

    const int64_t k = from_decimal(fields["k"], max_k);
    if (k < 0 || !header.d32->accepts_length(static_cast<uint64_t>(k)) ||
        (header.d16 && !header.d16->accepts_length(static_cast<uint64_t>(k))))
        return wrong("k", (header.d16 ? header.d16 : header.d32)->expected_lengths() +
                              ", at most " + std::to_string(max_k));
    header.k = static_cast<uint64_t>(k);
    header.digits = static_cast<uint64_t>((spec_of(*format).bits() + 3) / 4);
    if (fields["digits"] != std::to_string(header.digits))
        return wrong("digits", std::to_string(header.digits));
    const int64_t rows = from_decimal(fields["rows"], max_rows);
    if (rows < 1) return wrong("rows", "1 to " + std::to_string(max_rows));
    header.rows = static_cast<uint64_t>(rows);
    if (fields["columns"] != columns) return wrong("columns", std::string(columns));
    return header;
}

class Checker {
  public:
    Checker(std::string_view file, const Lines& lines, const Header& header,
            const std::function<void(const SiliconMismatch&)>& on_mismatch, uint64_t limit)
        : file_(file), lines_(lines), header_(header), on_mismatch_(on_mismatch), limit_(limit) {}

    Status check_row(std::string_view line) {
        const auto words = split(line);
        if (words.size() != 5)
            return lines_.error("expected 5 columns " + std::string(columns) +
                                " split by one space, found " + std::to_string(words.size()));
        FP4_TRY(expect_hex("a", words[0], header_.codes_bytes()));
        FP4_TRY(expect_hex("b", words[1], header_.codes_bytes()));
        FP4_TRY(expect_hex("c", words[2], 8));
        parse_codes(words[0], a_);
        parse_codes(words[1], b_);
        const Fp32 c{static_cast<uint32_t>(from_hex(words[2]))};
        const bool without_c =
            header_.d32->output == DotOutput::e8m13 && header_.d32->gpu == "H100";
        FP4_TRY(check_result("d32", words[3], 8, header_.d32, without_c ? Fp32{} : c));
        FP4_TRY(check_result("d16", words[4], 4, header_.d16, c));
        ++counts_.rows;
        return Done{};
    }

    const SiliconCounts& counts() const { return counts_; }

  private:
    Status expect_hex(const char* column, std::string_view text, size_t digits) const {
        if (text.size() == digits && is_hex(text)) return Done{};
        const auto found =
            text.size() == digits ? in_quotes(text) : std::to_string(text.size()) + " characters";
        return lines_.error("column " + std::string(column) + ": expected " +
                            std::to_string(digits) + " hexadecimal digits, found " + found);
    }

    void parse_codes(std::string_view text, std::vector<uint32_t>& codes) const {
        codes.clear();
        for (size_t i = 0; i < header_.k; ++i)
            codes.push_back(
                static_cast<uint32_t>(from_hex(text.substr(i * header_.digits, header_.digits))));
    }

    Status check_result(const char* column, std::string_view text, size_t digits,
                        const DotProfile* profile, Fp32 c) {
        if (text == "-") return Done{};
        if (!profile)
            return lines_.error("column " + std::string(column) +
                                ": expected '-' for this format, found " + in_quotes(text));
        FP4_TRY(expect_hex(column, text, digits));
        const auto d = dot_add(*profile, {a_, b_, {}, {}}, c);
        if (!d) return lines_.error(d.error().message);
        const auto expected = static_cast<uint32_t>(from_hex(text));
        if (*d == expected) {
            ++counts_.passed;
        } else if (++counts_.failed <= limit_) {
            on_mismatch_({file_, lines_.number(), *profile, expected, *d});
        }
        return Done{};
    }

    std::string_view file_;
    const Lines& lines_;
    const Header& header_;
    const std::function<void(const SiliconMismatch&)>& on_mismatch_;
    uint64_t limit_;
    std::vector<uint32_t> a_, b_;
    SiliconCounts counts_;
};

} // namespace

std::string describe(const SiliconMismatch& mismatch) {
    const int digits = mismatch.profile.output == DotOutput::f16 ? 4 : 8;
    return printable(mismatch.file) + ":" + std::to_string(mismatch.line) + ": " +
           std::string(mismatch.profile.name) + ": expected " + to_hex(mismatch.expected, digits) +
           ", found " + to_hex(mismatch.found, digits);
}

Result<SiliconCounts>
check_silicon_file(const std::string& path,
                   const std::function<void(const SiliconMismatch&)>& on_mismatch, uint64_t limit) {
    Lines lines(path);
    auto line = lines.next(max_header_bytes);
    if (!line) return line.error();
    if (!*line || !(*line)->starts_with('#'))
        return lines.error("expected a header line that begins with '#', found " +
                           (*line ? in_quotes(**line) : "the end of the file"));
    FP4_TRY_ASSIGN(const auto header, parse_header(lines, **line));

    const size_t max_bytes = std::max<size_t>(max_header_bytes, header.max_row_bytes());
    Checker checker(path, lines, header, on_mismatch, limit);
    while (true) {
        line = lines.next(max_bytes);
        if (!line) return line.error();
        if (!*line) break;
        if (checker.counts().rows == 0 && (*line)->starts_with('#')) {
            if (lines.number() > max_header_lines)
                return lines.error("expected at most " + std::to_string(max_header_lines) +
                                   " header lines, found more");
            continue;
        }
        if (checker.counts().rows == header.rows)
            return lines.error("expected the end of the file after " + std::to_string(header.rows) +
                               " rows, found another line");
        FP4_TRY(checker.check_row(**line));
    }
    if (checker.counts().rows != header.rows)
        return lines.error("expected " + std::to_string(header.rows) +
                           " rows, found the end of the file after " +
                           std::to_string(checker.counts().rows));
    return checker.counts();
}

} // namespace fp4::vec
