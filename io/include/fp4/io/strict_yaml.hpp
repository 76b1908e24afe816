// YAML maps read key by key: every key must be known, present where required, and of its type.
// Errors name file, line and key.
#pragma once
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/result.hpp"

namespace fp4::io {

// One level of a YAML file. The first error stays; later reads return defaults and end with it.
class StrictYaml {
  public:
    // The file's top-level map. yaml-cpp's exceptions end here.
    static Result<StrictYaml> open(const std::filesystem::path& path);

    bool has(const std::string& key) const;
    std::vector<std::string> keys() const; // in file order

    std::string text(const std::string& key, std::optional<std::string> otherwise = std::nullopt);
    uint64_t integer(const std::string& key, uint64_t smallest, uint64_t largest,
                     std::optional<uint64_t> otherwise = std::nullopt);
    double positive(const std::string& key, std::optional<double> otherwise = std::nullopt);
    double number(const std::string& key, double smallest, double largest, double otherwise);
    size_t one_of(const std::string& key, std::span<const std::string_view> names,
                  size_t otherwise); // the place of the name that is there

    // Reads a nested map; `read` takes its keys.
    void map(const std::string& key, const std::function<void(StrictYaml&)>& read);

    // Call after the last key: an error where one occurred or a key was never asked for.
    Status finish();

  private:
    StrictYaml(std::string file, YAML::Node node, std::string prefix)
        : file_(std::move(file)), node_(std::move(node)), prefix_(std::move(prefix)) {}
    YAML::Node at(const std::string& key, bool required);
    static std::optional<double> finite(const YAML::Node& value);
    void fail(const YAML::Mark& mark, const std::string& key, const std::string& what);

    std::string file_;
    YAML::Node node_;
    std::string prefix_; // "outer." for the keys of a nested map
    std::vector<std::string> known_;
    std::optional<Error> error_;
};

} // namespace fp4::io
