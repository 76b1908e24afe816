#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/strict_json.hpp"
#include "fp4/quant/report/nmse_table.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

using Json = nlohmann::json;
using Ordered = nlohmann::ordered_json;
using IsType = bool (Json::*)() const noexcept;

Error bad(const std::string& where, std::string_view expected, std::string_view found) {
    return io::expected_found(ErrorCode::bad_file, where, expected, found);
}

// An object that has these keys and no others.
Status has_keys(const Json& object, const std::set<std::string>& keys, const std::string& where) {
    if (!object.is_object()) return bad(where, "an object", io::describe(object));
    for (const auto& key : keys)
        if (!object.contains(key))
            return bad(where, "the key " + io::in_quotes(key), "no such key");
    for (const auto& [key, value] : object.items())
        if (!keys.contains(key)) return bad(where, "no other key", io::in_quotes(key));
    return Done{};
}

template <class T>
Result<T> get(const Json& object, std::string_view key, IsType is, const char* expected,
              const std::string& where) {
    const Json& value = object.at(std::string(key));
    if (!(value.*is)()) return bad(where + ": " + std::string(key), expected, io::describe(value));
    return value.get<T>();
}

Result<NmsePair> read_pair(const Json& row, const std::string& where) {
    FP4_TRY_ASSIGN(const auto format,
                   get<std::string>(row, "format", &Json::is_string, "text", where));
    FP4_TRY_ASSIGN(const auto encoder,
                   get<std::string>(row, "encoder", &Json::is_string, "text", where));
    for (const NmsePair& pair : nmse_pairs())
        if (spec_of(pair.format).name == format && spec_of(pair.encoder).name == encoder)
            return pair;
    return bad(where, "a format and an encoder that makes it",
               io::in_quotes(format) + " and " + io::in_quotes(encoder));
}

Result<NmseRow> read_row(const Json& row, const std::string& where) {
    std::set<std::string> keys{"format", "encoder"};
    for (const NmseSet& set : nmse_sets) keys.emplace(set.name);
    FP4_TRY(has_keys(row, keys, where));
    FP4_TRY_ASSIGN(const auto pair, read_pair(row, where));
    NmseRow out{pair, {}};
    for (size_t set = 0; set < nmse_sets.size(); ++set) {
        FP4_TRY_ASSIGN(out.nmse[set],
                       get<double>(row, nmse_sets[set].name, &Json::is_number, "a number", where));
    }
    return out;
}

} // namespace

Result<std::string> nmse_json(const NmseTable& table) {
    std::string rows;
    for (const NmseRow& row : table.rows) {
        Ordered out{{"format", spec_of(row.pair.format).name},
                    {"encoder", spec_of(row.pair.encoder).name}};
        for (size_t set = 0; set < nmse_sets.size(); ++set) {
            const std::string name(nmse_sets[set].name);
            if (!std::isfinite(row.nmse[set]))
                return io::expected_found(ErrorCode::not_finite, pair_name(row.pair) + ": " + name,
                                          "a number", std::to_string(row.nmse[set]));
            out[name] = row.nmse[set];
        }
        rows += (rows.empty() ? "\n    " : ",\n    ") + out.dump();
    }
    const Ordered context{
        {"command", table.command}, {"seed", table.seed}, {"values", table.values}};
    return "{\n  \"context\": " + context.dump() + ",\n  \"rows\": [" + rows + "\n  ]\n}\n";
}

Result<NmseTable> parse_nmse_json(std::string_view text, std::string_view file_name) {
    const std::string name = io::printable_path(file_name);
    FP4_TRY_ASSIGN(const auto document, io::parse_json_object(text, file_name));
    FP4_TRY(has_keys(document, {"context", "rows"}, name));
    const Json &context = document.at("context"), &rows = document.at("rows");
    const std::string in_context = name + ": context";
    FP4_TRY(has_keys(context, {"command", "seed", "values"}, in_context));
    NmseTable table;
    FP4_TRY_ASSIGN(table.command,
                   get<std::string>(context, "command", &Json::is_string, "text", in_context));
    FP4_TRY_ASSIGN(table.seed, get<uint64_t>(context, "seed", &Json::is_number_unsigned,
                                             "a whole number from 0", in_context));
    FP4_TRY_ASSIGN(table.values, get<uint64_t>(context, "values", &Json::is_number_unsigned,
                                               "a whole number from 0", in_context));
    if (!rows.is_array()) return bad(name + ": rows", "a list of rows", io::describe(rows));
    NmseTable sorted = table;
    for (size_t i = 0; i < rows.size(); ++i) {
        const std::string where = name + ": rows[" + std::to_string(i) + "]";
        FP4_TRY_ASSIGN(const auto row, read_row(rows[i], where));
        if (std::ranges::find(table.rows, row.pair, &NmseRow::pair) != table.rows.end())
            return bad(where, "each pair once", pair_name(row.pair) + " twice");
        table.rows.push_back(row);
    }
    FP4_TRY(merge_nmse(sorted, table));
    return sorted;
}

} // namespace fp4::quant
