// A value of a JSON document with the path that leads to it, for readers that take some values and
// refuse the others by name.
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/io/strict_json.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

class JsonPlace {
  public:
    // `error`: the first deviation of all places of the document stays there.
    JsonPlace(const nlohmann::json& value, std::string path, std::optional<Error>& error)
        : value_(&value), path_(std::move(path)), error_(&error) {}

    const nlohmann::json& value() const { return *value_; }
    const std::string& path() const { return path_; }

    // A key that an object lacks, or anything of what is no object, is null.
    JsonPlace operator[](const std::string& key) const;
    // An element, below size().
    JsonPlace operator[](size_t i) const;
    // Of an array; 0 and a deviation where it is none.
    size_t size() const;

    // The elements of a {"type": "Sequence", list_key: [...]}, else the value itself; none where it
    // is null.
    std::vector<JsonPlace> steps(const std::string& list_key) const;

    // The value is an object without other keys than these.
    void expect_keys(std::initializer_list<std::string_view> known) const;
    void expect(const nlohmann::json& wanted) const;
    // `otherwise`, where it is null.
    bool flag(bool otherwise) const;
    // A string that is not empty.
    std::string text() const;
    // An integer from 0 to 2^24 - 1.
    int32_t id() const;

    void fail(std::string_view expected) const;
    void fail(std::string_view expected, std::string_view found) const;

  private:
    const nlohmann::json* value_;
    std::string path_;
    std::optional<Error>* error_;
};

} // namespace fp4::quant
