#include "header_sax.hpp"

#include <algorithm>
#include <utility>

#include "fp4/io/message.hpp"

namespace fp4::io {
namespace {

constexpr std::string_view metadata_key = "__metadata__";
constexpr uint64_t length_field_bytes = 8;

} // namespace

bool HeaderSax::fail(std::string_view where, std::string_view expected, std::string_view found) {
    const uint64_t byte = length_field_bytes + static_cast<uint64_t>(reached_ - begin_) - 1;
    error_ =
        Error{ErrorCode::bad_file, std::string(file_name_) + ": " + std::string(where) + ": byte " +
                                       std::to_string(byte) + ": expected " +
                                       std::string(expected) + ", found " + std::string(found)};
    return false;
}

bool HeaderSax::fail_at_number(std::string_view where, std::string_view expected,
                               std::string_view found) {
    --reached_; // the parser has taken the byte after the number
    return fail(where, expected, found);
}

std::string HeaderSax::tensor_field(Field field) const {
    return "tensor " + in_quotes(tensor_.name) + ": " + std::string(field_names[field]);
}

std::string HeaderSax::where() const {
    switch (place_) {
    case Place::document: break;
    case Place::top: return key_ == metadata_key ? key_ : "tensor " + in_quotes(key_);
    case Place::metadata: return std::string(metadata_key) + ": key " + in_quotes(key_);
    case Place::tensor: return tensor_field(field_);
    case Place::shape:
        return tensor_field(shape) + "[" + std::to_string(tensor_.shape.size()) + "]";
    case Place::data_offsets:
        return tensor_field(data_offsets) + "[" + std::to_string(offsets_.size()) + "]";
    }
    return "header";
}

std::string_view HeaderSax::expected() const {
    switch (place_) {
    case Place::document: break;
    case Place::top:
        return key_ == metadata_key ? "an object of strings"
                                    : "an object with dtype, shape and data_offsets";
    case Place::metadata: return "a string";
    case Place::tensor:
        return field_ == dtype   ? "a string"
               : field_ == shape ? "an array of integers"
                                 : "an array of two integers";
    case Place::shape:
    case Place::data_offsets: return "a plain integer from 0 to 2^63";
    }
    return "an object";
}

bool HeaderSax::number_integer(int64_t value) {
    return unexpected_number(value == 0 ? "-0" : std::to_string(value));
}

bool HeaderSax::number_float(double, const std::string& token) {
    return unexpected_number(printable(token, 40));
}

bool HeaderSax::number_unsigned(uint64_t value) {
    const bool is_shape = place_ == Place::shape;
    if ((!is_shape && place_ != Place::data_offsets) || value > max_header_integer)
        return unexpected_number(std::to_string(value));
    if (is_shape && tensor_.shape.size() == max_rank)
        return fail_at_number(tensor_field(shape), "at most 64 dimensions", "more");
    if (!is_shape && offsets_.size() == 2)
        return fail_at_number(tensor_field(data_offsets), "two integers", "more");
    (is_shape ? tensor_.shape : offsets_).push_back(value);
    return true;
}

bool HeaderSax::string(std::string& value) {
    if (place_ == Place::metadata) {
        header_.metadata.insert_or_assign(key_, std::move(value));
        return true;
    }
    if (place_ != Place::tensor || field_ != dtype)
        return unexpected("the string " + in_quotes(value));
    tensor_.dtype = dtype_from_name(value);
    tensor_.dtype_name = std::move(value);
    return true;
}

bool HeaderSax::start_object(std::size_t) {
    if (place_ == Place::document) {
        place_ = Place::top;
        return true;
    }
    if (place_ != Place::top) return unexpected("an object");
    if (key_ == metadata_key) {
        place_ = Place::metadata;
        return true;
    }
    if (header_.tensors.size() == max_tensors)
        return fail("header", "at most " + std::to_string(max_tensors) + " tensors", "more");
    place_ = Place::tensor;
    tensor_ = {};
    tensor_.name = key_;
    offsets_.clear();
    has_field_ = {};
    return true;
}

bool HeaderSax::key(std::string& value) {
    if (place_ == Place::tensor) {
        const auto found = std::find(field_names.begin(), field_names.begin() + none, value);
        if (found == field_names.begin() + none)
            return fail("tensor " + in_quotes(tensor_.name), "dtype, shape or data_offsets",
                        "the key " + in_quotes(value));
        field_ = static_cast<Field>(found - field_names.begin());
        if (std::exchange(has_field_[field_], true))
            return fail(tensor_field(field_), "each key once", "a duplicate");
        return true;
    }
    key_ = std::move(value);
    if (place_ == Place::metadata) {
        if (header_.metadata.contains(key_)) return fail(where(), "each key once", "a duplicate");
        if (header_.metadata.size() == max_tensors)
            return fail(metadata_key, "at most " + std::to_string(max_tensors) + " entries",
                        "more");
    } else if (!names_.insert(key_).second) {
        return fail(where(), "each key once", "a duplicate");
    }
    return true;
}

bool HeaderSax::start_array(std::size_t) {
    if (place_ != Place::tensor || field_ == dtype) return unexpected("an array");
    place_ = field_ == shape ? Place::shape : Place::data_offsets;
    return true;
}

bool HeaderSax::end_array() {
    if (place_ == Place::data_offsets && offsets_.size() != 2)
        return fail(tensor_field(data_offsets), "two integers", std::to_string(offsets_.size()));
    place_ = Place::tensor;
    return true;
}

bool HeaderSax::end_object() {
    if (place_ == Place::tensor && !finish_tensor()) return false;
    place_ = place_ == Place::top ? Place::document : Place::top;
    return true;
}

bool HeaderSax::finish_tensor() {
    for (std::size_t field = 0; field < none; ++field)
        if (!has_field_[field])
            return fail("tensor " + in_quotes(tensor_.name),
                        "the key " + std::string(field_names[field]), "none");
    tensor_.begin = offsets_[0];
    tensor_.end = offsets_[1];
    const auto offsets =
        std::string("[") + std::to_string(tensor_.begin) + ", " + std::to_string(tensor_.end) + "]";
    if (tensor_.begin > tensor_.end)
        return fail(tensor_field(data_offsets), "begin <= end", offsets);
    if (tensor_.end > buffer_bytes_)
        return fail(tensor_field(data_offsets),
                    "an end of at most " + std::to_string(buffer_bytes_) +
                        ", the size of the data buffer",
                    offsets);
    const auto elements = element_count(tensor_.shape);
    if (!elements) return fail(tensor_field(shape), "a product below 2^64", "a larger one");
    if (tensor_.dtype != Dtype::other) {
        const auto bytes = packed_bytes(tensor_.dtype, *elements);
        const auto what = std::to_string(*elements) + " elements of " + tensor_.dtype_name;
        if (!bytes)
            return fail(tensor_field(shape), "whole bytes and a size below 2^61 bytes", what);
        if (*bytes != tensor_.byte_size())
            return fail(tensor_field(data_offsets),
                        std::to_string(*bytes) + " bytes (" + what + ")",
                        std::to_string(tensor_.byte_size()) + " bytes " + offsets);
    }
    header_.tensors.push_back(std::move(tensor_));
    return true;
}

bool HeaderSax::parse_error(std::size_t position, const std::string&,
                            const std::exception& exception) {
    reached_ = std::min(begin_ + position,
                        end_); // the parser counts one byte more at the end of its input
    return fail("header", "valid JSON", syntax_message(exception));
}

} // namespace fp4::io
