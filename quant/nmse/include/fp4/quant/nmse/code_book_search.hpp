// Formats of razer-mix's kind, blocks of 16 under a UE4M3 scale whose free bit chooses between two
// code books: what any two of them lose under the search of the encoder `sweep`. Formats of this
// kind are code books alone, so that all small ones can be tried.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fp4/formats/format.hpp"

namespace fp4::quant {

// Values of the sixteen codes in half-units, in any order.
using CodeBookHalves = std::array<int, 16>;

struct CodeBookPair {
    CodeBookHalves first{}, other{};

    friend bool operator==(const CodeBookPair&, const CodeBookPair&) = default;
};

// Seven magnitudes with both signs, 0, and a special value; a special of 0 is a second zero.
CodeBookHalves code_book_halves(const std::array<int, 7>& magnitudes, int special);

// The code books between which a scale byte of this format chooses, the same twice where there is
// one. Formats with a UE4M3 scale to 16 elements, lanes of half-units, a largest
// element of 6 and special values of 5.
CodeBookPair code_books_of(Format format);
bool is_code_book_pair(Format format);

// All pairs in which the first is E2M1 with a special value in the place of -0, so that blocks of
// NVFP4 keep their values, and the other has any seven magnitudes and any special value, all of
// `largest_halves` or less (12 is NVFP4's lane) and none twice. Of two that are each other's
// negatives the one whose first special is positive. Pairs with the same `other` are neighbors.
std::vector<CodeBookPair> code_book_pairs(int largest_halves);

// Numbers to be encoded as one tensor.
class CodeBookErrors {
  public:
    // x: whole blocks of 16, finite, not all 0.
    explicit CodeBookErrors(std::vector<float> x);

    // The squared error of every block under its best scale byte without selector, in squares of
    // the tensor scale; binary32.
    std::vector<float> of_blocks(const CodeBookHalves& book) const;

    // The normalized mean squared error where every block takes the better code book.
    double nmse(const std::vector<float>& first, const std::vector<float>& other) const;

  private:
    std::vector<float> x_; // in units of the tensor scale
    double square_ = 0;
};

// On the sets "normal" and "student5" of nmse_data.hpp.
struct CodeBookResult {
    CodeBookPair pair;
    std::array<double, 2> nmse{};

    double mean() const { return (nmse[0] + nmse[1]) / 2; }
};

// The errors of all pairs on so many numbers of each set (whole groups of nmse_data.hpp), in the
// order given. `progress` is told how many are done.
std::vector<CodeBookResult> search_code_books(const std::vector<CodeBookPair>& pairs, uint64_t seed,
                                              uint64_t values,
                                              const std::function<void(size_t)>& progress);

} // namespace fp4::quant
