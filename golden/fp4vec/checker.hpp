// Reads vector lines from any source and compares the outputs in them with golden's, bit for bit.
#pragma once
#include <set>
#include <string>

#include "op.hpp"
#include "tile_lines.hpp"

namespace fp4::vec {

class Checker {
  public:
    // `given`: header fields that were asked for and that a header must agree with. The first
    // `reports` mismatches are described.
    Checker(const VectorConfig& config, std::set<std::string> given, uint64_t reports);

    // One line without its end (a CR at the end is not part of it): a case, a header, a comment
    // (#), an empty line; for mma also SECTION and TILE lines. The value describes the mismatches
    // in it, mostly nothing. Errors begin with the number of the line: what golden cannot read,
    // which is anything but those lines. In an output, x and z of a simulator are a mismatch.
    Result<std::string> line(std::string_view text);

    // After the last line: tiles, and whether as many cases came as the header announced.
    Result<std::string> finish();

    uint64_t passed() const { return passed_; }
    uint64_t failed() const { return failed_; }

  private:
    Status comment(std::string_view text);
    Status section(std::span<const std::string_view> words);
    Status tile_line(std::span<const std::string_view> words);
    Status one_case(std::span<const std::string_view> words, const std::string& where);
    Status check_columns(std::span<const std::string_view> words) const;
    Status end_of_part();
    void compare_tile(std::string_view expected, std::span<const std::string_view> words,
                      const std::string& where);
    void compare(size_t column, std::string_view expected, std::string_view found,
                 std::span<const std::string_view> words, const std::string& where);

    VectorConfig config_;
    std::set<std::string> given_;
    uint64_t reports_;
    std::string report_; // of the line at hand
    uint64_t line_number_ = 0;
    bool header_follows_ = false;
    bool only_tiles_ = false;
    std::optional<uint64_t> announced_; // cases of this part
    uint64_t cases_ = 0;                // of this part
    uint64_t passed_ = 0, failed_ = 0;
    TileLines tiles_;
};

} // namespace fp4::vec
