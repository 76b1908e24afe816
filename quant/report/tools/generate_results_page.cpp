// fp4-generate-results-page TABLE.json: the table as a Markdown page, on standard output.
// scripts/generate.sh writes docs/results/ with it.
#include <cstdio>
#include <filesystem>
#include <string>

#include "fp4/quant/report/table_json.hpp"
#include "fp4/quant/report/table_text.hpp"
#include "fp4/io/posix_io.hpp"

namespace {

using namespace fp4::quant;

std::string page(const Table& table, const std::string& name) {
    const auto& context = table.context;
    std::string out = "# " + name + "\n\nMade from `" + name +
                      ".json` by `scripts/generate.sh`. KL is to the model in float32 arithmetic, "
                      "errors are two standard errors "
                      "of a paired bootstrap over source files, \"closed\" is the share of RTN's "
                      "loss removed; [07_quantization.md](../07_quantization.md) says how.\n\n"
                      "| | |\n|---|---|\n";
    for (const auto& [key, value] :
         {std::pair<std::string, std::string>{"command", "`" + context.command + "`"},
          {"windows", std::to_string(context.windows)},
          {"calibration tokens", std::to_string(context.calib_tokens)},
          {"model", context.model_sha256},
          {"test tokens", context.tokens_sha256},
          {"calibration", context.calib_sha256},
          {"processor", context.cpu + ", " + std::to_string(context.threads) +
                            (context.threads == 1 ? " thread, " : " threads, ") + context.blas}})
        out += "| " + key + " | " + value + " |\n";
    out += "\n## Summary\n\nAll domains, fake-quantized, static scales. The mean over seeds; its "
           "error is that of files and of seeds together.\n\n" +
           summary_text(table.rows);
    std::vector<std::string> domains{all_domains};
    domains.insert(domains.end(), context.domains.begin(), context.domains.end());
    for (const auto& domain : domains)
        out += "\n## " + (domain == all_domains ? "All domains" : domain) + "\n\n" +
               table_text(table.rows, domain);
    return out;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) return std::fputs("usage: fp4-generate-results-page TABLE.json\n", stderr), 2;
    const auto text = fp4::io::read_text_file(argv[1], uint64_t{16} << 20);
    const auto table = text ? parse_table_json(*text, argv[1]) : fp4::Result<Table>(text.error());
    if (!table)
        return std::fprintf(stderr, "fp4-generate-results-page: %s\n",
                            table.error().message.c_str()),
               2;
    std::fputs(page(*table, std::filesystem::path(argv[1]).stem().string()).c_str(), stdout);
}
