#include "fp4/io/strict_json.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "fp4/io/expected_found.hpp"
#include "fp4/io/file_kind.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"
#include "json_input.hpp"

namespace fp4::io {
namespace {

using Json = nlohmann::json;

class StrictBuilder {
  public:
    StrictBuilder(std::string_view text, std::string_view file_name)
        : begin_(text.data()), end_(begin_ + text.size()), reached_(begin_), file_name_(file_name) {
    }

    TrackedInput first() { return {begin_, &reached_}; }
    TrackedInput last() { return {end_, &reached_}; }

    bool null() { return place(nullptr); }
    bool boolean(bool value) { return place(value); }
    bool number_integer(int64_t value) { return place(value); }
    bool number_unsigned(uint64_t value) { return place(value); }
    bool number_float(double value, const std::string&) { return place(value); }
    bool string(std::string& value) { return place(std::move(value)); }
    bool binary(Json::binary_t&) { return fail("expected JSON text"); }
    bool start_object(std::size_t) { return open(Json::object()); }
    bool start_array(std::size_t) { return open(Json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool key(std::string& value) {
        if (open_.back()->contains(value))
            return fail("key " + in_quotes(value) + ": expected each key once, found a duplicate");
        key_ = std::move(value);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const std::exception& exception) {
        reached_ = std::min(begin_ + position,
                            end_); // the parser counts one byte more at the end of its input
        return fail("expected valid JSON, found " + syntax_message(exception));
    }

    const std::optional<Error>& error() const { return error_; }
    Json& root() { return root_; }

  private:
    bool fail(const std::string& what) {
        const auto byte = reached_ == begin_ ? 0 : reached_ - begin_ - 1;
        error_ = Error{ErrorCode::bad_file,
                       std::string(file_name_) + ": byte " + std::to_string(byte) + ": " + what};
        return false;
    }

    bool place(Json value) {
        put(std::move(value));
        return true;
    }

    Json* put(Json value) {
        if (open_.empty()) return &(root_ = std::move(value));
        if (open_.back()->is_object()) return &((*open_.back())[key_] = std::move(value));
        open_.back()->push_back(std::move(value));
        return &open_.back()->back();
    }

    bool open(Json container) {
        if (open_.size() == max_json_depth)
            return fail("expected at most " + std::to_string(max_json_depth) +
                        " levels of nesting, found more");
        open_.push_back(put(std::move(container)));
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    const char* begin_;
    const char* end_;
    const char* reached_; // one past the last byte the parser took
    std::string_view file_name_;
    Json root_;
    std::vector<Json*> open_; // containers under construction; the innermost is last
    std::string key_;
    std::optional<Error> error_;
};

Result<Json> parse(std::string_view text, const std::string& name) {
    if (const auto kind = file_kind(text); is_foreign_to(kind, FileKind::json))
        return wrong_kind(name, "JSON", kind);
    if (const auto nul = text.find('\0'); nul != text.npos) // the parser would take it for the end
        return Error{ErrorCode::bad_file, name + ": byte " + std::to_string(nul) +
                                              ": expected JSON text, found a NUL byte"};
    StrictBuilder builder(text, name);
    Json::sax_parse(builder.first(), builder.last(), &builder);
    if (builder.error()) return *builder.error();
    return std::move(builder.root());
}

} // namespace

Result<Json> parse_json_object(std::string_view text, std::string_view file_name) {
    const std::string name = printable_path(file_name);
    FP4_TRY_ASSIGN(auto root, parse(text, name));
    if (root.is_object()) return root;
    return expected_found(ErrorCode::bad_file, name, "an object", describe(root));
}

Result<Json> parse_json_array(std::string_view text, std::string_view file_name) {
    const std::string name = printable_path(file_name);
    FP4_TRY_ASSIGN(auto root, parse(text, name));
    if (root.is_array()) return root;
    return expected_found(ErrorCode::bad_file, name, "an array", describe(root));
}

std::string describe(const Json& value) {
    if (const auto* text = value.get_ptr<const std::string*>()) return in_quotes(*text);
    if (value.is_object()) return "an object";
    if (value.is_array()) return "an array of " + std::to_string(value.size());
    return value.dump();
}

} // namespace fp4::io
