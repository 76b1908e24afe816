#include "fp4/formats/gguf_records.hpp"

#include <string>

#include "fp4/formats/decode.hpp"
#include "fp4/try.hpp"

namespace fp4 {
namespace {

constexpr uint64_t scales_per_record = gguf_record_elements / dot_lanes, half_block = dot_lanes / 2;

Error bad_shape(std::string_view name, const std::string& what) {
    return {ErrorCode::bad_shape, std::string(name) + ": " + what};
}

Status check_k(uint64_t k, std::string_view name) {
    if (k != 0 && k % gguf_record_elements == 0) return Done{};
    return bad_shape(name, "K: expected a multiple of 64, found " + std::to_string(k));
}

} // namespace

Result<std::vector<uint8_t>> to_gguf_records(const PackedTensor& tensor, std::string_view name) {
    if (tensor.format != Format::nvfp4)
        return Error{ErrorCode::bad_argument, std::string(name) +
                                                  ": format: expected nvfp4, found " +
                                                  std::string(spec_of(tensor.format).name)};
    FP4_TRY(check_k(tensor.k, name));
    FP4_TRY(check_shape(tensor, name));
    for (size_t i = 0; i < tensor.scales.size(); ++i)
        if (block_scale(Format::nvfp4, tensor.scales[i]).nan)
            return Error{ErrorCode::not_finite,
                         std::string(name) + ": scales: expected finite scales, found NaN at row " +
                             std::to_string(i / tensor.scale_bytes_per_row()) + ", block " +
                             std::to_string(i % tensor.scale_bytes_per_row())};
    std::vector<uint8_t> records;
    records.reserve(tensor.scales.size() / scales_per_record * gguf_record_bytes);
    for (size_t block = 0; block < tensor.scales.size(); block += scales_per_record) {
        for (size_t s = 0; s < scales_per_record; ++s) records.push_back(tensor.scales[block + s]);
        for (size_t s = 0; s < scales_per_record; ++s) {
            const auto codes =
                std::span(tensor.codes).subspan((block + s) * half_block, half_block);
            for (size_t j = 0; j < half_block; ++j)
                records.push_back(static_cast<uint8_t>(
                    packed_code(codes, j).code | packed_code(codes, half_block + j).code << 4));
        }
    }
    return records;
}

Result<PackedTensor> from_gguf_records(std::span<const uint8_t> records, uint64_t rows, uint64_t k,
                                       std::string_view name) {
    FP4_TRY(check_k(k, name));
    const uint64_t records_per_row = k / gguf_record_elements;
    if (records.size() % gguf_record_bytes != 0 ||
        records.size() / gguf_record_bytes % records_per_row != 0 ||
        records.size() / gguf_record_bytes / records_per_row != rows)
        return bad_shape(name, "expected " + std::to_string(rows) + " rows of " +
                                   std::to_string(records_per_row) +
                                   " records of 36 bytes, found " + std::to_string(records.size()) +
                                   " bytes");
    PackedTensor tensor{{Format::nvfp4}, rows, k};
    tensor.codes.reserve(records.size() / gguf_record_bytes * (gguf_record_elements / 2));
    for (; !records.empty(); records = records.subspan(gguf_record_bytes)) {
        for (size_t s = 0; s < scales_per_record; ++s)
            tensor.scales.push_back(block_scale(Format::nvfp4, records[s]).nan ? uint8_t{0}
                                                                               : records[s]);
        for (size_t s = 0; s < scales_per_record; ++s) {
            const auto bytes = records.subspan(scales_per_record + s * half_block, half_block);
            for (size_t shift : {0, 4}) // elements 0..7 are the low nibbles, 8..15 the high ones
                for (size_t j = 0; j < half_block; j += 2)
                    tensor.codes.push_back(static_cast<uint8_t>((bytes[j] >> shift & 15) |
                                                                (bytes[j + 1] >> shift & 15) << 4));
        }
    }
    return tensor;
}

} // namespace fp4
