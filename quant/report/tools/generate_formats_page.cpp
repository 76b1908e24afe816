// fp4-generate-formats-page NMSE.json MODEL.json OUT: the formats side by side as OUT/formats.md
// and OUT/formats.svg. scripts/generate.sh writes docs/results/ with it.
#include <cstdio>
#include <filesystem>

#include "fp4/io/atomic_file.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/quant/report/formats_page.hpp"
#include "fp4/try.hpp"

namespace {

namespace fs = std::filesystem;
using namespace fp4::quant;

constexpr uint64_t max_bytes = uint64_t{16} << 20;

fp4::Status write(const fs::path& nmse_file, const fs::path& model_file, const fs::path& out) {
    FP4_TRY_ASSIGN(const auto nmse_text, fp4::io::read_text_file(nmse_file, max_bytes));
    FP4_TRY_ASSIGN(const auto nmse, parse_nmse_json(nmse_text, nmse_file.string()));
    FP4_TRY_ASSIGN(const auto model_text, fp4::io::read_text_file(model_file, max_bytes));
    FP4_TRY_ASSIGN(const auto model, parse_table_json(model_text, model_file.string()));
    const auto name = model_file.stem().string();
    FP4_TRY(fp4::io::write_file_atomically(out / "formats.md", formats_page(nmse, model, name)));
    return fp4::io::write_file_atomically(out / "formats.svg", formats_svg(nmse, model, name));
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4)
        return std::fputs("usage: fp4-generate-formats-page NMSE.json MODEL.json OUT\n", stderr), 2;
    if (const auto written = write(argv[1], argv[2], argv[3]); !written)
        return std::fprintf(stderr, "fp4-generate-formats-page: %s\n",
                            written.error().message.c_str()),
               2;
}
