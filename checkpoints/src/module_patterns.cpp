#include "module_patterns.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

constexpr std::string_view expression_prefix = "re:", any_case = "(?i)";

// States of an expression's automaton, about: its length times what its repetition counts multiply
// it by. The first limit bounds the recursion of one match, the others the time of all.
constexpr uint64_t max_states = 2048, lookahead_cost = 8, max_depth = 32,
                   max_state_matches = uint64_t{1} << 22, max_wildcard_matches = uint64_t{1} << 28;

#ifdef __GLIBCXX__ // all states at once, in time polynomial in the name; refuses back-references
constexpr auto bounded_time = std::regex_constants::__polynomial;
#else // other libraries give up on matches that take too long
constexpr auto bounded_time = std::regex_constants::ECMAScript;
#endif

bool in_set(std::string_view set, char c) {
    for (size_t i = 0; i < set.size(); ++i) {
        if (i + 2 < set.size() && set[i + 1] == '-') {
            if (set[i] <= c && c <= set[i + 2]) return true;
            i += 2;
        } else if (set[i] == c) {
            return true;
        }
    }
    return false;
}

// What of a pattern stands for one character at `at`: its length, and whether it matches c.
struct OneCharacter {
    size_t length;
    bool matches;
};
OneCharacter one_character(std::string_view pattern, size_t at, char c) {
    if (pattern[at] == '?') return {1, true};
    if (pattern[at] != '[') return {1, pattern[at] == c};
    const bool negated = at + 1 < pattern.size() && pattern[at + 1] == '!';
    const size_t begin = at + 1 + negated;
    const auto end = pattern.find(']', begin + 1);
    if (begin >= pattern.size() || end == pattern.npos) return {1, c == '['};
    return {end + 1 - at, in_set(pattern.substr(begin, end - begin), c) != negated};
}

// Backs up to the last * only, so the time is the product of both lengths at most.
bool matches_wildcard(std::string_view pattern, std::string_view text) {
    size_t p = 0, t = 0, star = pattern.npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
            continue;
        }
        const auto one =
            p < pattern.size() ? one_character(pattern, p, text[t]) : OneCharacter{0, false};
        if (one.matches) {
            p += one.length, ++t;
        } else if (star != pattern.npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == pattern.npos;
}

// A lookahead runs an automaton of its own at each place where it is met: inside one another they
// would multiply. Compilers of expressions call themselves for each parenthesis.
struct Nesting {
    size_t deepest = 0;
    bool has_lookahead = false, nested_lookaheads = false;
};
Nesting nesting_of(std::string_view expression) {
    Nesting found;
    std::vector<bool> open; // of each parenthesis, whether it is in a lookahead
    bool in_class = false;
    for (size_t i = 0; i < expression.size(); ++i) {
        const char c = expression[i];
        if (c == '\\') {
            ++i;
        } else if (in_class) {
            in_class = c != ']';
        } else if (c == '[') {
            in_class = true;
        } else if (c == ')' && !open.empty()) {
            open.pop_back();
        } else if (c == '(') {
            const auto rest = expression.substr(i);
            const bool outer = !open.empty() && open.back(),
                       own = rest.starts_with("(?=") || rest.starts_with("(?!");
            found.has_lookahead |= own;
            found.nested_lookaheads |= own && outer;
            open.push_back(outer || own);
            found.deepest = std::max(found.deepest, open.size());
        }
    }
    return found;
}

uint64_t states_of(std::string_view expression) {
    uint64_t states = expression.size() + 1;
    for (auto at = expression.find('{'); at != expression.npos; at = expression.find('{', at + 1)) {
        uint64_t largest = 1, count = 0;
        for (auto i = at + 1; i < expression.size() && expression[i] != '}'; ++i) {
            const int digit = expression[i] - '0';
            count = digit < 0 || digit > 9
                        ? 0
                        : std::min(max_states, 10 * count + static_cast<uint64_t>(digit));
            largest = std::max(largest, count);
        }
        states = std::min(max_states + 1, states * largest);
    }
    return nesting_of(expression).has_lookahead ? lookahead_cost * states : states;
}

// Python's spelling of what both languages have.
std::string translated(std::string_view expression) {
    std::string out;
    for (size_t i = 0; i < expression.size(); ++i) {
        const auto rest = expression.substr(i);
        if (rest.starts_with("\\A") || rest.starts_with("\\Z")) {
            out += rest[1] == 'A' ? '^' : '$';
            ++i;
        } else if (rest.front() == '\\' && rest.size() > 1) {
            out += rest.substr(0, 2);
            ++i;
        } else if (const auto name_end = rest.find('>');
                   rest.starts_with("(?P<") && name_end != rest.npos) {
            out += '(';
            i += name_end;
        } else {
            out += rest.front();
        }
    }
    return out;
}

std::optional<std::regex> compiled(std::string_view expression) {
    auto flags = std::regex_constants::ECMAScript | std::regex_constants::nosubs | bounded_time;
    if (expression.starts_with(any_case)) {
        expression.remove_prefix(any_case.size());
        flags |= std::regex_constants::icase;
    }
    try {
        return std::regex(translated(expression), flags);
    } catch (const std::regex_error&) {
        return std::nullopt;
    }
}

bool matches_from_start(const std::regex& expression, std::string_view text) {
    try {
        return std::regex_search(text.begin(), text.end(), expression,
                                 std::regex_constants::match_continuous);
    } catch (const std::regex_error&) {
        return false; // given up
    }
}

} // namespace

Result<ModulePatterns> ModulePatterns::parse(std::span<const std::string> texts,
                                             std::string_view where, size_t modules) {
    ModulePatterns patterns;
    const auto fail = [&](const std::string& expected, std::string_view found) {
        return io::expected_found(ErrorCode::bad_file, where, expected, found);
    };
    uint64_t states = 0, wildcard_bytes = 0;
    for (const auto& text : texts) {
        if (!text.starts_with(expression_prefix)) {
            if (text == "Linear") {
                patterns.linear_class_ = true;
            } else if (text.find_first_of("*?[") == text.npos) {
                patterns.names_.insert(text);
            } else {
                wildcard_bytes += text.size();
                patterns.wildcards_.push_back(text);
            }
            continue;
        }
        const auto expression = std::string_view(text).substr(expression_prefix.size());
        const auto own = states_of(expression);
        states += own;
        if (own > max_states || states * modules > max_state_matches)
            return fail("regular expressions that are short enough for " + std::to_string(modules) +
                            " modules",
                        io::in_quotes(text));
        const auto nesting = nesting_of(expression);
        auto regex = nesting.nested_lookaheads || nesting.deepest > max_depth
                         ? std::nullopt
                         : compiled(expression);
        if (!regex)
            return fail("a regular expression without back-references, lookbehind, nested "
                        "lookaheads and more than 32 levels of parentheses",
                        io::in_quotes(text));
        patterns.expressions_.push_back(std::move(*regex));
    }
    if (wildcard_bytes * modules > max_wildcard_matches)
        return fail("fewer wildcards for " + std::to_string(modules) + " modules",
                    std::to_string(wildcard_bytes) + " bytes of them");
    return patterns;
}

ModulePatterns::Match ModulePatterns::match(std::string_view linear) const {
    if (names_.contains(linear)) return Match::name;
    for (const auto& wildcard : wildcards_)
        if (matches_wildcard(wildcard, linear)) return Match::name;
    for (const auto& expression : expressions_)
        if (matches_from_start(expression, linear)) return Match::expression;
    return linear_class_ ? Match::class_name : Match::none;
}

} // namespace fp4::checkpoints
