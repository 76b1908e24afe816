// Receives the JSON events of a safetensors header and refuses the first one that the format does
// not have. Only the places of `Place` exist, so nesting ends at three levels whatever the input
// does.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "fp4/io/safetensors.hpp"
#include "json_input.hpp"

namespace fp4::io {

class HeaderSax {
  public:
    HeaderSax(std::string_view json, uint64_t buffer_bytes, std::string_view file_name)
        : begin_(json.data()), end_(begin_ + json.size()), reached_(begin_),
          buffer_bytes_(buffer_bytes), file_name_(file_name) {}

    TrackedInput first() { return {begin_, &reached_}; }
    TrackedInput last() { return {end_, &reached_}; }

    bool null() { return unexpected("null"); }
    bool boolean(bool value) { return unexpected(value ? "true" : "false"); }
    bool number_integer(int64_t value); // the parser's event for numbers with a minus sign
    bool number_unsigned(uint64_t value);
    bool number_float(double value, const std::string& token);
    bool string(std::string& value);
    bool binary(std::vector<uint8_t>&) { return unexpected("binary data"); }
    bool start_object(std::size_t);
    bool key(std::string& value);
    bool end_object();
    bool start_array(std::size_t);
    bool end_array();
    bool parse_error(std::size_t position, const std::string& token,
                     const std::exception& exception);

    const std::optional<Error>& error() const { return error_; }
    SafetensorsHeader& header() { return header_; }

  private:
    enum class Place { document, top, metadata, tensor, shape, data_offsets };
    enum Field : std::size_t { dtype, shape, data_offsets, none };
    static constexpr std::array<std::string_view, 4> field_names{"dtype", "shape", "data_offsets",
                                                                 "no field"};

    bool finish_tensor();
    bool fail(std::string_view where, std::string_view expected, std::string_view found);
    bool unexpected(std::string_view found) { return fail(where(), expected(), found); }
    bool fail_at_number(std::string_view where, std::string_view expected, std::string_view found);
    bool unexpected_number(std::string_view found) {
        return fail_at_number(where(), expected(), found);
    }
    std::string where() const;
    std::string_view expected() const;
    std::string tensor_field(Field field) const;

    const char* begin_;
    const char* end_;
    const char* reached_; // one past the last byte the parser took
    uint64_t buffer_bytes_;
    std::string_view file_name_;

    Place place_ = Place::document;
    std::string key_; // of the top level or of the metadata
    Field field_ = none;
    std::array<bool, 3> has_field_{};
    std::set<std::string, std::less<>> names_;
    TensorInfo tensor_;
    std::vector<uint64_t> offsets_;
    SafetensorsHeader header_;
    std::optional<Error> error_;
};

} // namespace fp4::io
