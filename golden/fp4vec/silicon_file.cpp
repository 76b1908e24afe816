#include "silicon_file.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "fp4/arithmetic/dot_add.hpp"
#include "fp4/gemm/gemm.hpp"
#include "fp4/try.hpp"
#include "gzip_lines.hpp"
#include "hex.hpp"
#include "operands.hpp"

namespace fp4::vec {
namespace {

constexpr std::string_view columns = "a,b,c,d32,d16", fp4_columns = "a,b,sfa,sfb,c,d32";
constexpr uint64_t max_header_bytes = 4096, max_header_lines = 1000;
constexpr int64_t max_k = 4096, max_rows = 1'000'000'000'000;

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
    std::optional<Format> fp4{}; // block-scaled rows, which have scale bytes and no d16

    size_t scales_bytes() const {
        return fp4 ? 2 * k / static_cast<uint64_t>(spec_of(*fp4).block) : 0;
    }
    size_t codes_bytes() const { return k * digits; }
    size_t max_row_bytes() const {
        return 2 * (codes_bytes() + scales_bytes()) +
               std::string_view("    cccccccc dddddddd dddd").size();
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

Result<Header> parse_header(const GzipLines& lines, std::string_view line) {
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
    const int64_t row_count = from_decimal(fields["rows"], max_rows);
    if (row_count < 1) return wrong("rows", "1 to " + std::to_string(max_rows));
    header.rows = static_cast<uint64_t>(row_count);
    if (fields["format"] == spec_of(Format::nvfp4).name) {
        header.fp4 = Format::nvfp4;
        const int64_t fp4_k = from_decimal(fields["k"], max_k);
        if (fp4_k < 1 || fp4_k % spec_of(Format::nvfp4).block != 0)
            return wrong("k", "a multiple of 16, at most " + std::to_string(max_k));
        header.k = static_cast<uint64_t>(fp4_k);
        header.digits = 1;
        if (fields["digits"] != "1") return wrong("digits", "1");
        if (fields["columns"] != fp4_columns) return wrong("columns", std::string(fp4_columns));
        return header;
    }
    const std::string_view gpu = fields["gpu"];
    if (std::ranges::none_of(dot_profiles, [&](const DotProfile& p) {
            return p.gpu == tensor_core_of(gpu) && p.evidence != Evidence::model;
        }))
        return wrong("gpu", "one of " + measured_gpus());
    const auto format = element_format_from_name(fields["format"]);
    if (!format) return wrong("format", "fp16, bf16, tf32, e4m3, e5m2 or nvfp4");
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
    if (fields["columns"] != columns) return wrong("columns", std::string(columns));
    return header;
}

class Checker {
  public:
    Checker(std::string_view file, const GzipLines& lines, const Header& header,
            const SiliconOptions& options)
        : file_(file), lines_(lines), header_(header), options_(options) {}

    Status check_row(std::string_view line) {
        const auto words = split(line);
        const std::string_view names = header_.fp4 ? fp4_columns : columns;
        const auto count = 1 + static_cast<size_t>(std::ranges::count(names, ','));
        if (words.size() != count)
            return lines_.error("expected " + std::to_string(count) + " columns " +
                                std::string(names) + " split by one space, found " +
                                std::to_string(words.size()));
        return header_.fp4 ? check_fp4_row(words) : check_dot_row(words);
    }

    const SiliconCounts& counts() const { return counts_; }

  private:
    Status check_fp4_row(const std::vector<std::string_view>& words) {
        FP4_TRY(expect_hex("a", words[0], header_.codes_bytes()));
        FP4_TRY(expect_hex("b", words[1], header_.codes_bytes()));
        FP4_TRY(expect_hex("sfa", words[2], header_.scales_bytes()));
        FP4_TRY(expect_hex("sfb", words[3], header_.scales_bytes()));
        FP4_TRY(expect_hex("c", words[4], 8));
        FP4_TRY(expect_hex("d32", words[5], 8));
        const auto row = [&](std::string_view codes, std::string_view scales) {
            return packed_rows(*header_.fp4, {}, 1, static_cast<int>(header_.k), codes, scales);
        };
        const Fp32 d = dot_reference(row(words[0], words[2]), 0, row(words[1], words[3]), 0,
                                     fp32_from_hex(words[4]), options_.fp4_profile);
        count(options_.fp4_profile.name, 8, static_cast<uint32_t>(from_hex(words[5])), d.bits);
        ++counts_.rows;
        return Done{};
    }

    Status check_dot_row(const std::vector<std::string_view>& words) {
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
        count(profile->name, profile->output == DotOutput::f16 ? 4 : 8,
              static_cast<uint32_t>(from_hex(text)), *d);
        return Done{};
    }

    void count(std::string_view profile, int digits, uint32_t expected, uint32_t found) {
        if (found == expected)
            ++counts_.passed;
        else if (++counts_.failed <= options_.limit)
            options_.on_mismatch({file_, lines_.number(), profile, digits, expected, found});
    }

    std::string_view file_;
    const GzipLines& lines_;
    const Header& header_;
    const SiliconOptions& options_;
    std::vector<uint32_t> a_, b_;
    SiliconCounts counts_;
};

} // namespace

std::string describe(const SiliconMismatch& mismatch) {
    return printable(mismatch.file) + ":" + std::to_string(mismatch.line) + ": " +
           std::string(mismatch.profile) + ": expected " +
           to_hex(mismatch.expected, mismatch.digits) + ", found " +
           to_hex(mismatch.found, mismatch.digits);
}

Result<SiliconCounts> check_silicon_file(const std::string& path, const SiliconOptions& options) {
    GzipLines lines(path);
    auto line = lines.next(max_header_bytes);
    if (!line) return line.error();
    if (!*line || !(*line)->starts_with('#'))
        return lines.error("expected a header line that begins with '#', found " +
                           (*line ? in_quotes(**line) : "the end of the file"));
    FP4_TRY_ASSIGN(const auto header, parse_header(lines, **line));

    const size_t max_bytes = std::max<size_t>(max_header_bytes, header.max_row_bytes());
    Checker checker(path, lines, header, options);
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
