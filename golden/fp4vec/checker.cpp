#include "checker.hpp"

#include <algorithm>

#include "explain.hpp"
#include "hex.hpp"
#include "fp4/try.hpp"

namespace fp4::vec {
namespace {

Error bad_line(const std::string& what) { return {ErrorCode::bad_file, what}; }

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

bool is_hex_or_unknown(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return hex_digit(c) >= 0 || c == 'x' || c == 'X' || c == 'z' || c == 'Z';
    });
}

} // namespace

Checker::Checker(const VectorConfig& config, std::set<std::string> given, uint64_t reports)
    : config_(config), given_(std::move(given)), reports_(reports) {}

Result<std::string> Checker::line(std::string_view text) {
    ++line_number_;
    report_.clear();
    const auto status = [&]() -> Status {
        if (text.ends_with('\r')) text.remove_suffix(1);
        const auto odd = std::ranges::find_if(
            text, [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; });
        if (odd != text.end())
            return bad_line("expected text, found byte 0x" +
                            to_hex(static_cast<unsigned char>(*odd), 2) + " at position " +
                            std::to_string(odd - text.begin()));
        const auto words = split_words(text);
        if (words.empty()) return Done{};
        if (words[0].starts_with('#')) return comment(text.substr(text.find('#') + 1));
        if (header_follows_)
            return bad_line("expected the fields of the header (# op=...), found " +
                            in_quotes(words[0]));
        if (config_.op == Op::mma && words[0] == "SECTION") return section(words);
        if (config_.op == Op::mma && words[0] == "TILE") return tile_line(words);
        if (only_tiles_)
            return bad_line("expected a TILE line in SECTION TILES, found " + in_quotes(words[0]));
        return one_case(words, "line " + std::to_string(line_number_));
    }();
    if (!status)
        return Error{status.error().code,
                     "line " + std::to_string(line_number_) + ": " + status.error().message};
    return report_;
}

Result<std::string> Checker::finish() {
    report_.clear();
    if (header_follows_)
        return bad_line("expected the fields of the header (# op=...), found the end");
    FP4_TRY(end_of_part());
    return report_;
}

Status Checker::comment(std::string_view text) {
    const auto words = split_words(text);
    if (header_follows_) {
        header_follows_ = false;
        FP4_TRY_ASSIGN(auto header, parse_header(text, config_, given_));
        config_ = header.config;
        announced_ = header.cases;
        return Done{};
    }
    if (words.empty() || words[0] != "fp4-vectors") return Done{};
    if (words.size() != 2 || words[1] != "1")
        return bad_line("expected # " + std::string(header_mark) + ", found " + in_quotes(text));
    FP4_TRY(end_of_part());
    header_follows_ = true;
    return Done{};
}

Status Checker::section(std::span<const std::string_view> words) {
    if (words.size() != 3 || from_decimal(words[2], INT64_MAX) < 0)
        return bad_line("expected SECTION name lines, found " + std::to_string(words.size()) +
                        " words");
    only_tiles_ = words[1] == "TILES";
    const auto format = only_tiles_ ? Format::nvfp4 : format_from_name(lower(words[1]));
    if (!format)
        return bad_line("SECTION: expected TILES or the name of a format, found " +
                        in_quotes(words[1]));
    FP4_TRY(end_of_part());
    config_.a = config_.b = *format;
    return Done{};
}

Status Checker::tile_line(std::span<const std::string_view> words) {
    return tiles_.add(config_, words);
}

Status Checker::check_columns(std::span<const std::string_view> words) const {
    const auto columns = spec_of(config_.op).columns;
    if (words.size() != columns.size()) {
        std::string names;
        for (const Column& column : columns)
            names += (names.empty() ? "" : " ") + std::string(column.name);
        return bad_line("expected " + std::to_string(columns.size()) + " columns (" + names +
                        "), found " + std::to_string(words.size()));
    }
    for (size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].kind == Kind::tag) continue;
        const int digits = columns[i].digits(config_);
        if (words[i].size() == static_cast<size_t>(digits) &&
            (columns[i].checked ? is_hex_or_unknown(words[i]) : is_hex(words[i])))
            continue;
        return bad_line("column " + std::string(columns[i].name) + ": expected " +
                        std::to_string(digits) + " hexadecimal digit" + (digits == 1 ? "" : "s") +
                        ", found " + in_quotes(words[i]));
    }
    return Done{};
}

Status Checker::one_case(std::span<const std::string_view> words, const std::string& where) {
    FP4_TRY(check_columns(words));
    const OpSpec& op = spec_of(config_.op);
    const size_t inputs = op.inputs();
    FP4_TRY_ASSIGN(const auto expected, op.outputs(config_, words.first(inputs)));
    ++cases_;
    if (config_.op == Op::gemm) {
        compare_tile(expected[0], words, where);
        return Done{};
    }
    const auto wrong = [&](size_t i) { return expected[i] != lower(words[inputs + i]); };
    size_t first = 0;
    while (first < expected.size() && !wrong(first)) ++first;
    if (first == expected.size()) {
        ++passed_;
        return Done{};
    }
    compare(inputs + first, expected[first], words[inputs + first], words, where);
    return Done{};
}

// Every output counts, and is described with its row and column alone.
void Checker::compare_tile(std::string_view expected, std::span<const std::string_view> words,
                           const std::string& where) {
    const auto n = static_cast<size_t>(config_.shape.n), m = static_cast<size_t>(config_.shape.m);
    const auto part = [](std::string_view word, size_t parts, size_t i) {
        return word.substr(word.size() / parts * i, word.size() / parts);
    };
    for (size_t i = 0; i < m * n; ++i) {
        const size_t row = i / n, column = i % n;
        const std::array<std::string_view, 6> output{
            part(words[0], m, row),    part(words[1], n, column), part(words[2], m, row),
            part(words[3], n, column), part(words[4], m * n, i),  part(words[5], m * n, i)};
        compare(5, part(expected, m * n, i), output[5], output,
                where + ": row " + std::to_string(row) + " column " + std::to_string(column));
    }
}

// Counts one output; describes it when it differs.
void Checker::compare(size_t column, std::string_view expected, std::string_view found,
                      std::span<const std::string_view> words, const std::string& where) {
    if (expected == lower(found)) {
        ++passed_;
        return;
    }
    ++failed_;
    if (reports_ == 0) return;
    --reports_;
    const auto columns = spec_of(config_.op).columns;
    std::vector<std::string_view> shown(words.begin(), words.end());
    const auto decoded = [&](std::string_view word) {
        shown[column] = word;
        return std::string(word) + " = " + explain(config_, shown, column);
    };
    const std::string name(columns[column].name);
    report_ += where + ": " + (name == "expected" ? "" : name + ": ") + "expected " +
               decoded(expected) + ", found " + decoded(found) + "\n";
    for (size_t i = 0; i < spec_of(config_.op).inputs(); ++i) {
        const std::string values = explain(config_, words, i);
        report_ += "  " + std::string(columns[i].name) + " " +
                   (values.empty() ? in_quotes(words[i]) : std::string(words[i]) + " = " + values) +
                   "\n";
    }
}

Status Checker::end_of_part() {
    tiles_.take([&](int tile, int row, int column, const Words& words) {
        const std::vector<std::string_view> views(words.begin(), words.end());
        const auto expected = mma_op.outputs(config_, std::span(views).first(mma_op.inputs()));
        compare(mma_op.inputs(), (*expected)[0], views.back(), views,
                "TILE " + std::to_string(tile) + " row " + std::to_string(row) + " column " +
                    std::to_string(column));
    });
    if (announced_ && *announced_ != cases_)
        return bad_line("expected " + std::to_string(*announced_) +
                        " cases as the header says (n), found " + std::to_string(cases_));
    announced_.reset();
    cases_ = 0;
    return Done{};
}

} // namespace fp4::vec
