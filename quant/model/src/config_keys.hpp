// Reading of one object of a config.json.
#pragma once
#include <cmath>
#include <optional>
#include <string>

#include "fp4/io/strict_json.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

using Json = nlohmann::json;

// Reads keys of one JSON object, null ones as absent; the first deviation stays.
class ConfigKeys {
  public:
    ConfigKeys(const Json& object, std::string prefix)
        : object_(object), prefix_(std::move(prefix)) {}

    const Json* find(const char* key) const {
        const auto at = object_.find(key);
        return at == object_.end() || at->is_null() ? nullptr : &*at;
    }

    bool is_null(const char* key) const {
        const auto at = object_.find(key);
        return at != object_.end() && at->is_null();
    }

    uint64_t integer(const char* key, uint64_t limit) {
        const auto* value = find(key);
        const auto* number = value ? value->get_ptr<const uint64_t*>() : nullptr;
        if (number && *number > 0 && *number <= limit) return *number;
        fail(key, "an integer from 1 to " + std::to_string(limit));
        return 1;
    }

    double positive(const char* key, std::optional<double> otherwise = std::nullopt) {
        const auto* value = find(key);
        if (!value && otherwise) return *otherwise;
        if (value && value->is_number() && std::isfinite(value->get<double>()) &&
            value->get<double>() > 0)
            return value->get<double>();
        fail(key, "a positive number");
        return 1;
    }

    bool flag(const char* key, bool otherwise) {
        const auto* value = find(key);
        if (!value) return otherwise;
        if (!value->is_boolean()) fail(key, "true or false");
        return value->is_boolean() ? value->get<bool>() : otherwise;
    }

    // The key, where it is there, has this value.
    void require(const char* key, const Json& wanted) {
        if (const auto* value = find(key); value && *value != wanted) fail(key, wanted.dump());
    }

    void fail(const char* key, const std::string& expected) {
        const auto* value = find(key);
        if (!error_)
            error_ =
                Error{ErrorCode::bad_file, prefix_ + key + ": expected " + expected + ", found " +
                                               (value ? io::describe(*value) : "no such key")};
    }

    // What errors of keys begin with: the file and the object.
    const std::string& prefix() const { return prefix_; }

    const std::optional<Error>& error() const { return error_; }

  private:
    const Json& object_;
    std::string prefix_;
    std::optional<Error> error_;
};

} // namespace fp4::quant
