#include "fp4/quant/report/table_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "fp4/io/strict_json.hpp"
#include "fp4/try.hpp"
#include "table_fields.hpp"

namespace fp4::quant {
namespace {

using Ordered = nlohmann::ordered_json;

class Writer {
  public:
    explicit Writer(std::string where) : where_(std::move(where)) {}

    void operator()(const char* name, const std::string& value) {
        if (!io::is_utf8(value))
            fail(ErrorCode::bad_argument, name, "UTF-8 text, found " + io::in_quotes(value));
        out_[name] = value;
    }
    void operator()(const char* name, uint64_t value) { out_[name] = value; }
    void operator()(const char* name, double value) {
        if (!std::isfinite(value))
            fail(ErrorCode::not_finite, name, "a number, found " + std::to_string(value));
        out_[name] = value;
    }
    void operator()(const char* name, const std::optional<double>& value) {
        if (value) return (*this)(name, *value);
        out_[name] = nullptr;
    }
    void operator()(const char* name, const std::vector<std::string>& list) {
        out_[name] = Ordered::array();
        for (const auto& value : list) {
            if (!io::is_utf8(value))
                fail(ErrorCode::bad_argument, name, "UTF-8 text, found " + io::in_quotes(value));
            out_[name].push_back(value);
        }
    }

    Result<std::string> text(int indent) const {
        if (error_) return *error_;
        return out_.dump(indent, ' ', false, Ordered::error_handler_t::replace);
    }

  private:
    void fail(ErrorCode code, const char* name, const std::string& what) {
        if (!error_) error_ = Error{code, where_ + ": " + name + ": expected " + what};
    }

    std::string where_;
    Ordered out_ = Ordered::object();
    std::optional<Error> error_;
};

struct Line {
    RowKey key;
    std::string text;
};

template <class R>
Status add_lines(const std::vector<R>& rows, std::vector<Line>& lines) {
    for (const R& row : rows) {
        Writer writer("row " + io::in_quotes(row_name(row.key)));
        fields(writer, row);
        FP4_TRY_ASSIGN(auto text, writer.text(-1));
        lines.push_back({row.key, std::move(text)});
    }
    return Done{};
}

// "  "rows": [...]", one row a line.
Result<std::string> rows_json(std::vector<Line> lines) {
    sort_rows(lines);
    FP4_TRY(each_once(lines, ErrorCode::bad_argument, "rows"));
    std::string text = "  \"rows\": [";
    for (size_t i = 0; i < lines.size(); ++i)
        text += (i == 0 ? "\n    " : ",\n    ") + lines[i].text;
    return text + (lines.empty() ? "]\n" : "\n  ]\n");
}

} // namespace

Result<std::string> table_json(const Table& table) {
    Writer writer("context");
    fields(writer, std::as_const(table.context));
    FP4_TRY_ASSIGN(auto context, writer.text(2));
    for (size_t at = context.find('\n'); at != std::string::npos; at = context.find('\n', at + 1))
        context.insert(at + 1, "  ");
    std::vector<Line> lines;
    FP4_TRY(add_lines(table.rows, lines));
    FP4_TRY(add_lines(table.failed, lines));
    FP4_TRY_ASSIGN(const auto rows, rows_json(std::move(lines)));
    return "{\n  \"context\": " + context + ",\n" + rows + "}\n";
}

Result<std::string> seconds_json(const std::vector<RowSeconds>& rows) {
    std::vector<Line> lines;
    FP4_TRY(add_lines(rows, lines));
    FP4_TRY_ASSIGN(const auto text, rows_json(std::move(lines)));
    return "{\n" + text + "}\n";
}

Status merge_table(Table& table, const Table& remade) {
    const auto same_inputs = [](const TableContext& a, const TableContext& b, const char*& name) {
        name = a.domains != b.domains               ? "domains"
               : a.windows != b.windows             ? "windows"
               : a.calib_tokens != b.calib_tokens   ? "calib_tokens"
               : a.calib_sha256 != b.calib_sha256   ? "calib_sha256"
               : a.model_sha256 != b.model_sha256   ? "model_sha256"
               : a.tokens_sha256 != b.tokens_sha256 ? "tokens_sha256"
                                                    : nullptr;
        return name == nullptr;
    };
    const char* name = nullptr;
    if (!same_inputs(table.context, remade.context, name))
        return Error{ErrorCode::bad_argument,
                     std::string("context: ") + name +
                         ": expected that of the table the rows go into, found another"};
    std::erase_if(table.rows, [&](const Row& row) {
        return std::ranges::any_of(remade.rows,
                                   [&](const Row& other) { return other.key == row.key; });
    });
    table.rows.insert(table.rows.end(), remade.rows.begin(), remade.rows.end());
    sort_rows(table.rows);
    const auto has = [](const auto& rows, const RowKey& key) {
        return std::ranges::any_of(rows, [&](const auto& row) { return row.key == key; });
    };
    std::erase_if(table.failed, [&](const FailedRow& row) {
        return has(table.rows, row.key) || has(remade.failed, row.key);
    });
    for (const FailedRow& row : remade.failed)
        if (!has(table.rows, row.key)) table.failed.push_back(row);
    sort_rows(table.failed);
    auto command = table.context.command;
    if (command != remade.context.command) command += "; " + remade.context.command;
    table.context = remade.context;
    table.context.command = std::move(command);
    return Done{};
}

} // namespace fp4::quant
