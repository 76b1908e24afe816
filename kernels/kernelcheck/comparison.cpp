#include "comparison.hpp"

#include "operands.hpp"

namespace fp4::kernels {

void Comparison::word(uint64_t index, uint32_t found, uint32_t expected,
                      const std::string& context) {
    ++outcome_.compared;
    if (found == expected || ++outcome_.mismatches > 4) return;
    outcome_.first += context + " [" + std::to_string(index) + "]: found " + test::hex(found) +
                      ", expected " + test::hex(expected) + "; ";
}

void Comparison::fail(const std::string& what) { outcome_.first += what + "; "; }

void Comparison::compare(const Result<DenseMatrix>& found, const std::vector<uint32_t>& expected,
                         const std::string& context) {
    if (!found) return fail(context + ": " + found.error().message);
    if (found->bytes.size() != expected.size() * static_cast<size_t>(bytes_of(found->type)))
        return fail(context + ": sizes differ");
    for (size_t i = 0; i < expected.size(); ++i)
        word(i, found->word(static_cast<int64_t>(i)), expected[i], context);
}

} // namespace fp4::kernels
