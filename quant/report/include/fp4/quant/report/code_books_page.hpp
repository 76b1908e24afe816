// The search among pairs of code books as a page.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "fp4/quant/nmse/code_book_search.hpp"

namespace fp4::quant {

struct RankedPair {
    CodeBookResult result; // on many numbers
    uint64_t rank = 0;     // in the search, from 1; 0: not among those searched
    std::string name;      // of the format that it is, or ""
};

struct CodeBookSearch {
    std::string command;
    uint64_t searched = 0; // pairs
    int largest_halves = 0;
    uint64_t searched_values = 0, measured_values = 0; // of each set
    std::vector<RankedPair> pairs;                     // best first
};

// Markdown.
std::string code_books_page(const CodeBookSearch& search);

} // namespace fp4::quant
