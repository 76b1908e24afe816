#include "fp4/quant/report/table_json.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "fp4/traces/message.hpp"
#include "fp4/traces/strict_json.hpp"

namespace fp4::quant {
namespace {

using Ordered = nlohmann::ordered_json;
using Json = nlohmann::json;

// The fields of each record, in the order they are written; writing and reading both go by these.
template <class Visit, class Key>
requires std::same_as<std::remove_const_t<Key>, RowKey>
void fields(Visit&& visit, Key& key) {
    visit("method", key.method);
    visit("format", key.format);
    visit("acts", key.acts);
    visit("act_format", key.act_format);
    visit("act_scale", key.act_scale);
    visit("arith", key.arith);
    visit("domain", key.domain);
    visit("seed", key.seed);
}

template <class Visit, class R>
requires std::same_as<std::remove_const_t<R>, Row>
void fields(Visit&& visit, R& row) {
    fields(visit, row.key);
    visit("kl", row.kl);
    visit("kl_2se", row.kl_2se);
    visit("kl_closed", row.kl_closed);
    visit("kl_closed_2se", row.kl_closed_2se);
    visit("ppl", row.ppl);
    visit("ppl_2se", row.ppl_2se);
    visit("dnll_vs_rtn", row.dnll_vs_rtn);
    visit("dnll_vs_rtn_2se", row.dnll_vs_rtn_2se);
    visit("gap_closed", row.gap_closed);
    visit("gap_closed_2se", row.gap_closed_2se);
    visit("bits_per_byte", row.bits_per_byte);
    visit("top1", row.top1);
    visit("undecided", row.undecided);
}

template <class Visit, class R>
requires std::same_as<std::remove_const_t<R>, RowSeconds>
void fields(Visit&& visit, R& row) {
    fields(visit, row.key);
    visit("seconds", row.seconds);
}

template <class Visit, class Context>
requires std::same_as<std::remove_const_t<Context>, TableContext>
void fields(Visit&& visit, Context& context) {
    visit("domains", context.domains);
    visit("windows", context.windows);
    visit("calib_tokens", context.calib_tokens);
    visit("calib_sha256", context.calib_sha256);
    visit("model_sha256", context.model_sha256);
    visit("tokens_sha256", context.tokens_sha256);
    visit("commit", context.commit);
    visit("cpu", context.cpu);
    visit("blas", context.blas);
    visit("threads", context.threads);
    visit("command", context.command);
}

class Writer {
  public:
    explicit Writer(std::string where) : where_(std::move(where)) {}

    void operator()(const char* name, const std::string& value) {
        if (!traces::is_utf8(value)) fail(ErrorCode::bad_argument, name, "UTF-8 text, found " + traces::in_quotes(value));
        out_[name] = value;
    }
    void operator()(const char* name, uint64_t value) { out_[name] = value; }
    void operator()(const char* name, double value) {
        if (!std::isfinite(value)) fail(ErrorCode::not_finite, name, "a number, found " + std::to_string(value));
        out_[name] = value;
    }
    void operator()(const char* name, const std::optional<double>& value) {
        if (value) return (*this)(name, *value);
        out_[name] = nullptr;
    }
    void operator()(const char* name, const std::vector<std::string>& list) {
        out_[name] = Ordered::array();
        for (const auto& value : list) {
            if (!traces::is_utf8(value)) fail(ErrorCode::bad_argument, name, "UTF-8 text, found " + traces::in_quotes(value));
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

class Reader {
  public:
    Reader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {}

    void operator()(const char* name, std::string& value) {
        if (const auto* found = get(name, &Json::is_string, "text")) value = found->get<std::string>();
    }
    void operator()(const char* name, uint64_t& value) {
        if (const auto* found = get(name, &Json::is_number_unsigned, "a whole number from 0")) value = found->get<uint64_t>();
    }
    void operator()(const char* name, double& value) {
        if (const auto* found = get(name, &Json::is_number, "a number")) value = found->get<double>();
    }
    void operator()(const char* name, std::optional<double>& value) {
        value.reset();
        if (const auto at = object_.find(name); at != object_.end() && at->is_null()) {
            ++read_;
        } else if (const auto* found = get(name, &Json::is_number, "a number or null")) {
            value = found->get<double>();
        }
    }
    void operator()(const char* name, std::vector<std::string>& list) {
        const auto* found = get(name, &Json::is_array, "a list of names");
        if (!found) return;
        list.clear();
        for (const auto& entry : *found) {
            if (!entry.is_string()) return fail(name, "a list of names", "in it " + traces::describe(entry));
            list.push_back(entry.get<std::string>());
        }
    }

    // Also of keys that nobody asked for.
    Status status(const std::set<std::string>& known) const {
        if (error_) return *error_;
        if (read_ == object_.size()) return Done{};
        for (const auto& [key, value] : object_.items())
            if (!known.contains(key)) return Error{ErrorCode::bad_file, where_ + ": key " + traces::in_quotes(key) + ": expected no such key"};
        return Done{};
    }

  private:
    const Json* get(const char* name, bool (Json::*is)() const noexcept, const char* expected) {
        const auto at = object_.find(name);
        if (at == object_.end()) {
            fail(name, expected, "no such key");
            return nullptr;
        }
        ++read_;
        if (!((*at).*is)()) {
            fail(name, expected, traces::describe(*at));
            return nullptr;
        }
        return &*at;
    }

    void fail(const std::string& name, const std::string& expected, const std::string& found) {
        if (!error_) error_ = Error{ErrorCode::bad_file, where_ + ": " + name + ": expected " + expected + ", found " + found};
    }

    const Json& object_;
    std::string where_;
    size_t read_ = 0;
    std::optional<Error> error_;
};

template <class Record>
Result<Record> read_record(const Json& value, const std::string& where) {
    if (!value.is_object()) return Error{ErrorCode::bad_file, where + ": expected an object, found " + traces::describe(value)};
    Record record;
    Reader reader(value, where);
    fields(reader, record);
    std::set<std::string> known;
    fields([&](const char* name, const auto&) { known.insert(name); }, record);
    if (auto status = reader.status(known); !status) return status.error();
    return record;
}

template <class R>
void sort_rows(std::vector<R>& rows) {
    std::stable_sort(rows.begin(), rows.end(), [](const R& a, const R& b) { return row_before(a.key, b.key); });
}

// Of sorted rows.
template <class R>
Status each_once(const std::vector<R>& rows, ErrorCode code, const std::string& where) {
    const auto twice = std::adjacent_find(rows.begin(), rows.end(), [](const R& a, const R& b) { return a.key == b.key; });
    if (twice == rows.end()) return Done{};
    return Error{code, where + ": row " + traces::in_quotes(row_name(twice->key)) + ": expected each row once, found it twice"};
}

// "  "rows": [...]", one row a line.
template <class R>
Result<std::string> rows_json(std::vector<R> rows) {
    sort_rows(rows);
    if (auto status = each_once(rows, ErrorCode::bad_argument, "rows"); !status) return status.error();
    std::string text = "  \"rows\": [";
    for (size_t i = 0; i < rows.size(); ++i) {
        Writer writer("row " + traces::in_quotes(row_name(rows[i].key)));
        fields(writer, std::as_const(rows[i]));
        const auto line = writer.text(-1);
        if (!line) return line.error();
        text += (i == 0 ? "\n    " : ",\n    ") + *line;
    }
    return text + (rows.empty() ? "]\n" : "\n  ]\n");
}

template <class R>
Result<std::vector<R>> read_rows(const Json& document, const std::string& file_name) {
    const auto at = document.find("rows");
    if (at == document.end() || !at->is_array()) return Error{ErrorCode::bad_file, file_name + ": rows: expected a list of rows"};
    std::vector<R> rows;
    for (size_t i = 0; i < at->size(); ++i) {
        auto row = read_record<R>((*at)[i], file_name + ": rows[" + std::to_string(i) + "]");
        if (!row) return row.error();
        rows.push_back(std::move(*row));
    }
    sort_rows(rows);
    if (auto status = each_once(rows, ErrorCode::bad_file, file_name); !status) return status.error();
    return rows;
}

Status only_keys(const Json& document, const std::set<std::string>& known, const std::string& file_name) {
    for (const auto& [key, value] : document.items())
        if (!known.contains(key)) return Error{ErrorCode::bad_file, file_name + ": key " + traces::in_quotes(key) + ": expected no such key"};
    return Done{};
}

template <class R>
void merge(std::vector<R>& rows, const std::vector<R>& remade) {
    std::erase_if(rows, [&](const R& row) { return std::any_of(remade.begin(), remade.end(), [&](const R& other) { return other.key == row.key; }); });
    rows.insert(rows.end(), remade.begin(), remade.end());
    sort_rows(rows);
}

} // namespace

Result<std::string> table_json(Table table) {
    Writer writer("context");
    fields(writer, std::as_const(table.context));
    auto context = writer.text(2);
    if (!context) return context;
    for (size_t at = context->find('\n'); at != std::string::npos; at = context->find('\n', at + 1)) context->insert(at + 1, "  ");
    const auto rows = rows_json(std::move(table.rows));
    if (!rows) return rows;
    return "{\n  \"context\": " + *context + ",\n" + *rows + "}\n";
}

Result<std::string> seconds_json(std::vector<RowSeconds> rows) {
    const auto text = rows_json(std::move(rows));
    if (!text) return text;
    return "{\n" + *text + "}\n";
}

Result<Table> parse_table_json(std::string_view text, std::string_view file_name) {
    const std::string name = traces::printable_path(file_name);
    const auto document = traces::parse_json_object(text, file_name);
    if (!document) return document.error();
    if (auto status = only_keys(*document, {"context", "rows"}, name); !status) return status.error();
    if (!document->contains("context")) return Error{ErrorCode::bad_file, name + ": context: expected an object, found no such key"};
    auto context = read_record<TableContext>(document->at("context"), name + ": context");
    if (!context) return context.error();
    auto rows = read_rows<Row>(*document, name);
    if (!rows) return rows.error();
    return Table{std::move(*context), std::move(*rows)};
}

Result<std::vector<RowSeconds>> parse_seconds_json(std::string_view text, std::string_view file_name) {
    const std::string name = traces::printable_path(file_name);
    const auto document = traces::parse_json_object(text, file_name);
    if (!document) return document.error();
    if (auto status = only_keys(*document, {"rows"}, name); !status) return status.error();
    return read_rows<RowSeconds>(*document, name);
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
        return Error{ErrorCode::bad_argument, std::string("context: ") + name + ": expected that of the table the rows go into, found another"};
    merge(table.rows, remade.rows);
    table.context = remade.context;
    return Done{};
}

void merge_seconds(std::vector<RowSeconds>& rows, const std::vector<RowSeconds>& remade) { merge(rows, remade); }

} // namespace fp4::quant
