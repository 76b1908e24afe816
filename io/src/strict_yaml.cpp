#include "fp4/io/strict_yaml.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

#include "fp4/io/file_kind.hpp"
#include "fp4/io/message.hpp"

namespace fp4::io {
namespace {

constexpr std::streamsize max_yaml_bytes = 1 << 20;

std::string place(const std::string& file, const YAML::Mark& mark) {
    return mark.is_null() ? file : file + ":" + std::to_string(mark.line + 1);
}

} // namespace

Result<StrictYaml> StrictYaml::open(const std::filesystem::path& path) {
    const std::string file = printable_path(path);
    std::error_code ignored;
    std::ifstream stream(path, std::ios::binary);
    if (!stream || !std::filesystem::is_regular_file(path, ignored))
        return Error{ErrorCode::bad_file, file + ": expected a readable YAML file"};
    std::string text(static_cast<size_t>(max_yaml_bytes) + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.gcount() > max_yaml_bytes)
        return Error{ErrorCode::bad_file, file + ": expected at most " +
                                              std::to_string(max_yaml_bytes) + " bytes of YAML"};
    text.resize(static_cast<size_t>(stream.gcount()));
    if (const auto kind = file_kind(text); is_foreign_to(kind, FileKind::yaml))
        return wrong_kind(file, "YAML", kind);
    if (std::ranges::count(text, '[') + std::ranges::count(text, '{') > 1000)
        return Error{ErrorCode::bad_file, file + ": expected a flat YAML map, found deep nesting"};
    try {
        YAML::Node node = YAML::Load(text);
        if (!node.IsMap())
            return Error{ErrorCode::bad_file, file + ": expected a YAML map of keys and values"};
        return StrictYaml(file, node, "");
    } catch (const YAML::Exception& exception) {
        return Error{ErrorCode::bad_file, place(file, exception.mark) + ": expected YAML, found: " +
                                              printable(exception.msg)};
    }
}

void StrictYaml::fail(const YAML::Mark& mark, const std::string& key, const std::string& what) {
    if (!error_)
        error_ = Error{ErrorCode::bad_file,
                       place(file_, mark) + ": key " + printable(prefix_ + key) + ": " + what};
}

YAML::Node StrictYaml::at(const std::string& key, bool required) {
    known_.push_back(key);
    const YAML::Node value = const_cast<const YAML::Node&>(node_)[key];
    if (!value && required) fail(node_.Mark(), key, "expected in this file, found nothing");
    return value ? value : YAML::Node(YAML::NodeType::Undefined);
}

bool StrictYaml::has(const std::string& key) const { return static_cast<bool>(node_[key]); }

std::vector<std::string> StrictYaml::keys() const {
    std::vector<std::string> keys;
    for (const auto& entry : node_)
        if (entry.first.IsScalar()) keys.push_back(entry.first.Scalar());
    return keys;
}

std::string StrictYaml::text(const std::string& key, std::optional<std::string> otherwise) {
    const YAML::Node value = at(key, !otherwise);
    if (!value.IsDefined()) return otherwise.value_or("");
    if (!value.IsScalar()) {
        fail(value.Mark(), key, "expected a text");
        return "";
    }
    return value.Scalar();
}

uint64_t StrictYaml::integer(const std::string& key, uint64_t smallest, uint64_t largest,
                             std::optional<uint64_t> otherwise) {
    const YAML::Node value = at(key, !otherwise);
    if (!value.IsDefined()) return otherwise.value_or(smallest);
    uint64_t number = 0;
    const std::string text = value.IsScalar() ? value.Scalar() : "";
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || code != std::errc{} || end != text.data() + text.size() ||
        number < smallest || number > largest) {
        fail(value.Mark(), key,
             "expected an integer from " + std::to_string(smallest) + " to " +
                 std::to_string(largest) + ", found " + in_quotes(text));
        return smallest;
    }
    return number;
}

std::optional<double> StrictYaml::finite(const YAML::Node& value) {
    const std::string text = value.IsScalar() ? value.Scalar() : "";
    double number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || code != std::errc{} || end != text.data() + text.size() ||
        !std::isfinite(number))
        return std::nullopt;
    return number;
}

double StrictYaml::positive(const std::string& key, std::optional<double> otherwise) {
    const YAML::Node value = at(key, !otherwise);
    if (!value.IsDefined()) return otherwise.value_or(1);
    const auto number = finite(value);
    if (number && *number > 0) return *number;
    fail(value.Mark(), key,
         "expected a positive number, found " + in_quotes(value.IsScalar() ? value.Scalar() : ""));
    return 1;
}

double StrictYaml::number(const std::string& key, double smallest, double largest,
                          double otherwise) {
    const YAML::Node value = at(key, false);
    if (!value.IsDefined()) return otherwise;
    const auto number = finite(value);
    if (number && *number >= smallest && *number <= largest) return *number;
    std::ostringstream range;
    range << "expected a number from " << smallest << " to " << largest << ", found "
          << in_quotes(value.IsScalar() ? value.Scalar() : "");
    fail(value.Mark(), key, range.str());
    return otherwise;
}

size_t StrictYaml::one_of(const std::string& key, std::span<const std::string_view> names,
                          size_t otherwise) {
    const YAML::Node value = at(key, false);
    if (!value.IsDefined()) return otherwise;
    const std::string found = value.IsScalar() ? value.Scalar() : "";
    const auto at = std::ranges::find(names, found);
    if (at != names.end()) return static_cast<size_t>(at - names.begin());
    std::string all;
    for (const auto name : names) all += (all.empty() ? "" : ", ") + std::string(name);
    fail(value.Mark(), key, "expected one of " + all + ", found " + in_quotes(found));
    return otherwise;
}

void StrictYaml::map(const std::string& key, const std::function<void(StrictYaml&)>& read) {
    const YAML::Node value = at(key, true);
    if (!value.IsDefined()) return;
    if (!value.IsMap()) return fail(value.Mark(), key, "expected a map");
    StrictYaml nested(file_, value, prefix_ + key + ".");
    read(nested);
    if (auto status = nested.finish(); !status && !error_) error_ = status.error();
}

Status StrictYaml::finish() {
    for (const auto& entry : node_) {
        const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
        if (std::ranges::find(known_, key) != known_.end()) continue;
        std::string all;
        for (const std::string& name : known_) all += (all.empty() ? "" : ", ") + name;
        fail(entry.first.Mark(), key, "unknown, expected one of " + all);
    }
    if (error_) return *error_;
    return Done{};
}

} // namespace fp4::io
