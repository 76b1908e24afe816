#include <nlohmann/json.hpp>
#include <set>

#include "fp4/quant/report/table_json.hpp"
#include "fp4/io/strict_json.hpp"
#include "fp4/try.hpp"
#include "table_fields.hpp"

namespace fp4::quant {
namespace {

using Json = nlohmann::json;

class Reader {
  public:
    Reader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {}

    void operator()(const char* name, std::string& value) {
        if (const auto* found = get(name, &Json::is_string, "text"))
            value = found->get<std::string>();
    }
    void operator()(const char* name, uint64_t& value) {
        if (const auto* found = get(name, &Json::is_number_unsigned, "a whole number from 0"))
            value = found->get<uint64_t>();
    }
    void operator()(const char* name, double& value) {
        if (const auto* found = get(name, &Json::is_number, "a number"))
            value = found->get<double>();
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
            if (!entry.is_string())
                return fail(name, "a list of names", "in it " + io::describe(entry));
            list.push_back(entry.get<std::string>());
        }
    }

    // Also of keys that nobody asked for.
    Status status(const std::set<std::string>& known) const {
        if (error_) return *error_;
        if (read_ == object_.size()) return Done{};
        for (const auto& [key, value] : object_.items())
            if (!known.contains(key))
                return Error{ErrorCode::bad_file,
                             where_ + ": key " + io::in_quotes(key) + ": expected no such key"};
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
            fail(name, expected, io::describe(*at));
            return nullptr;
        }
        return &*at;
    }

    void fail(const std::string& name, const std::string& expected, const std::string& found) {
        if (!error_)
            error_ = Error{ErrorCode::bad_file,
                           where_ + ": " + name + ": expected " + expected + ", found " + found};
    }

    const Json& object_;
    std::string where_;
    size_t read_ = 0;
    std::optional<Error> error_;
};

template <class Record>
Result<Record> read_record(const Json& value, const std::string& where) {
    if (!value.is_object())
        return Error{ErrorCode::bad_file,
                     where + ": expected an object, found " + io::describe(value)};
    Record record;
    Reader reader(value, where);
    fields(reader, record);
    std::set<std::string> known;
    fields([&](const char* name, const auto&) { known.insert(name); }, record);
    FP4_TRY(reader.status(known));
    return record;
}

template <class R>
Status add_row(const Json& value, const std::string& where, std::vector<R>& rows) {
    FP4_TRY_ASSIGN(auto row, read_record<R>(value, where));
    rows.push_back(std::move(row));
    return Done{};
}

Status read_rows(const Json& document, const std::string& file_name, Table& table) {
    const auto at = document.find("rows");
    if (at == document.end() || !at->is_array())
        return Error{ErrorCode::bad_file, file_name + ": rows: expected a list of rows"};
    std::vector<FailedRow> keys; // of all
    for (size_t i = 0; i < at->size(); ++i) {
        const auto& value = (*at)[i];
        const auto where = file_name + ": rows[" + std::to_string(i) + "]";
        const bool failed = value.is_object() && value.contains("error");
        FP4_TRY(failed ? add_row(value, where, table.failed) : add_row(value, where, table.rows));
        keys.push_back({failed ? table.failed.back().key : table.rows.back().key, {}});
    }
    sort_rows(table.rows);
    sort_rows(table.failed);
    sort_rows(keys);
    return each_once(keys, ErrorCode::bad_file, file_name);
}

Status only_keys(const Json& document, const std::set<std::string>& known,
                 const std::string& file_name) {
    for (const auto& [key, value] : document.items())
        if (!known.contains(key))
            return Error{ErrorCode::bad_file,
                         file_name + ": key " + io::in_quotes(key) + ": expected no such key"};
    return Done{};
}

} // namespace

Result<Table> parse_table_json(std::string_view text, std::string_view file_name) {
    const std::string name = io::printable_path(file_name);
    FP4_TRY_ASSIGN(const auto document, io::parse_json_object(text, file_name));
    FP4_TRY(only_keys(document, {"context", "rows"}, name));
    if (!document.contains("context"))
        return Error{ErrorCode::bad_file,
                     name + ": context: expected an object, found no such key"};
    FP4_TRY_ASSIGN(auto context,
                   read_record<TableContext>(document.at("context"), name + ": context"));
    Table table{std::move(context), {}, {}};
    FP4_TRY(read_rows(document, name, table));
    return table;
}

} // namespace fp4::quant
