// Prints golden/capi/fp4_names.h: the numbers by which the C interface knows the rows of this
// library's tables.
#include <cctype>
#include <cstdio>
#include <string>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/encode/encoder.hpp"
#include "fp4/formats/format.hpp"

namespace {

// Upper case, with underscores for what cannot stand in an identifier.
std::string identifier(std::string_view name) {
    std::string out;
    for (char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        out += std::isalnum(byte) ? static_cast<char>(std::toupper(byte)) : '_';
    }
    return out;
}

template <class Table>
void print_enumeration(const char* prefix, const Table& table) {
    std::printf("\nenum {\n");
    for (size_t i = 0; i < table.size(); ++i)
        std::printf("    %s%s = %zu%s\n", prefix, identifier(table[i].name).c_str(), i,
                    i + 1 < table.size() ? "," : "");
    std::printf("};\n");
}

} // namespace

int main() {
    std::printf("// Generated from the tables of golden/ by fp4-generate-c-names; do not edit. "
                "Included by fp4.h.\n"
                "#ifndef FP4_NAMES_H\n"
                "#define FP4_NAMES_H\n");
    print_enumeration("FP4_FORMAT_", fp4::format_specs);
    print_enumeration("FP4_PROFILE_", fp4::arithmetic_profiles);
    print_enumeration("FP4_ENCODER_", fp4::encoder_specs);
    std::printf("\n#endif\n");
}
