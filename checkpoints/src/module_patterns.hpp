// The names of modules that a configuration lists: as targets of a group, or left out.
#pragma once
#include <functional>
#include <regex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/result.hpp"

namespace fp4::checkpoints {

class ModulePatterns {
  public:
    // Each text is the name of a module, one with shell wildcards (* ? [a-z] [!a-z]), the class
    // name "Linear", or "re:" and a regular expression that has to match from the start of the
    // name, not to its end. bad_file, beginning with `where`, for an expression that is malformed,
    // uses what is not understood (back-references, lookbehind) or is too large for so many
    // `modules`: they come from files of strangers, and all of them together have to be matched in
    // seconds.
    static Result<ModulePatterns> parse(std::span<const std::string> texts, std::string_view where,
                                        size_t modules);

    // How a linear is matched, the more particular the larger.
    enum class Match : uint8_t { none, class_name, expression, name };
    Match match(std::string_view linear) const;

  private:
    std::set<std::string, std::less<>> names_;
    std::vector<std::string> wildcards_;
    std::vector<std::regex> expressions_;
    bool linear_class_ = false;
};

} // namespace fp4::checkpoints
