#include "unicode_text.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <limits>

#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

Error failed(const char* what, UErrorCode code) {
    return {ErrorCode::bad_argument, std::string(what) + ": " + u_errorName(code)};
}

// ICU counts by int32_t.
Result<int32_t> length_of(std::string_view text) {
    if (text.size() <= static_cast<size_t>(std::numeric_limits<int32_t>::max()))
        return static_cast<int32_t>(text.size());
    return Error{ErrorCode::bad_argument,
                 "text: expected less than 2147483648 bytes, found " + std::to_string(text.size())};
}

} // namespace

Result<std::u16string> to_utf16(std::string_view text) {
    FP4_TRY_ASSIGN(const auto length, length_of(text));
    std::u16string out(text.size(), u'\0'); // a code point has at most as many units as bytes
    int32_t units = 0;
    UErrorCode code = U_ZERO_ERROR;
    u_strFromUTF8(out.data(), length, &units, text.data(), length, &code);
    if (U_FAILURE(code)) return failed("UTF-8 text", code);
    out.resize(static_cast<size_t>(units));
    return out;
}

std::string to_utf8(std::u16string_view text) {
    std::string out;
    for (size_t at = 0; at < text.size();) {
        UChar32 point = 0;
        U16_NEXT(text, at, text.size(), point);
        char bytes[U8_MAX_LENGTH];
        size_t length = 0;
        U8_APPEND_UNSAFE(bytes, length, point);
        out.append(bytes, length);
    }
    return out;
}

Result<std::string> nfc(std::string_view text) {
    FP4_TRY_ASSIGN(const auto length, length_of(text));
    UErrorCode code = U_ZERO_ERROR;
    const auto* form = icu::Normalizer2::getNFCInstance(code);
    std::string out;
    icu::StringByteSink<std::string> sink(&out, length);
    if (U_SUCCESS(code))
        form->normalizeUTF8(0, icu::StringPiece(text.data(), length), sink, nullptr, code);
    if (U_FAILURE(code)) return failed("normalization form C", code);
    return out;
}

} // namespace fp4::quant
