#include "json_place.hpp"

#include <algorithm>

#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"

namespace fp4::quant {
namespace {

const nlohmann::json missing;

} // namespace

JsonPlace JsonPlace::operator[](const std::string& key) const {
    const bool has = value_->is_object() && value_->contains(key);
    return {has ? value_->at(key) : missing,
            path_ + (path_.ends_with(": ") ? "" : ".") + io::printable(key), *error_};
}

JsonPlace JsonPlace::operator[](size_t i) const {
    return {value_->at(i), path_ + "[" + std::to_string(i) + "]", *error_};
}

size_t JsonPlace::size() const {
    if (!value_->is_array()) fail("an array");
    return value_->is_array() ? value_->size() : 0;
}

std::vector<JsonPlace> JsonPlace::steps(const std::string& list_key) const {
    if (value_->is_null()) return {};
    if ((*this)["type"].value() != "Sequence") return {*this};
    expect_keys({"type", list_key});
    const auto list = (*this)[list_key];
    std::vector<JsonPlace> out;
    for (size_t i = 0, count = list.size(); i < count; ++i) out.push_back(list[i]);
    return out;
}

void JsonPlace::expect_keys(std::initializer_list<std::string_view> known) const {
    if (!value_->is_object()) return fail("an object");
    for (const auto& [key, value] : value_->items())
        if (std::ranges::find(known, key) == known.end())
            (*this)[key].fail("no such key", io::describe(value));
}

void JsonPlace::expect(const nlohmann::json& wanted) const {
    if (*value_ != wanted) fail(io::describe(wanted));
}

bool JsonPlace::flag(bool otherwise) const {
    if (value_->is_null()) return otherwise;
    if (!value_->is_boolean()) fail("true or false");
    return value_->is_boolean() ? value_->get<bool>() : otherwise;
}

std::string JsonPlace::text() const {
    const auto* text = value_->get_ptr<const std::string*>();
    if (!text || text->empty()) fail("a text");
    return text ? *text : std::string();
}

int32_t JsonPlace::id() const {
    constexpr uint64_t limit = (uint64_t{1} << 24) - 1;
    const auto* number = value_->get_ptr<const uint64_t*>();
    if (number && *number <= limit) return static_cast<int32_t>(*number);
    fail("an integer from 0 to " + std::to_string(limit));
    return 0;
}

void JsonPlace::fail(std::string_view expected) const {
    fail(expected, value_ == &missing ? "no such key" : io::describe(*value_));
}

void JsonPlace::fail(std::string_view expected, std::string_view found) const {
    if (!*error_) *error_ = io::expected_found(ErrorCode::bad_file, path_, expected, found);
}

} // namespace fp4::quant
