// fp4-generate-training-figures LOGS OUT: draws the training logs in a folder, in the order of
// their names: stage 1 of each as OUT/NAME.svg, stage 2 of all as OUT/stage2.svg.
// scripts/generate.sh draws the curves in docs/results/ with it.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "fp4/quant/report/training_figures.hpp"
#include "fp4/io/atomic_file.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/try.hpp"

namespace {

namespace fs = std::filesystem;
using namespace fp4::quant;

fp4::Result<std::vector<fs::path>> logs_in(const fs::path& folder) {
    std::error_code failed;
    std::vector<fs::path> files;
    for (auto at = fs::directory_iterator(folder, failed);
         !failed && at != fs::directory_iterator(); at.increment(failed))
        if (at->path().extension() == ".json") files.push_back(at->path());
    if (failed)
        return fp4::Error{fp4::ErrorCode::bad_file,
                          folder.string() +
                              ": expected a folder of training logs: " + failed.message()};
    std::ranges::sort(files);
    return files;
}

fp4::Status draw(const fs::path& folder, const fs::path& out) {
    const auto write = [&](const std::string& name, const std::string& figure) {
        return figure.empty() ? fp4::Status(fp4::Done{})
                              : fp4::io::write_file_atomically(out / (name + ".svg"), figure);
    };
    FP4_TRY_ASSIGN(const auto files, logs_in(folder));
    std::vector<TrainingLog> trainings;
    for (const auto& file : files) {
        FP4_TRY_ASSIGN(const auto text, fp4::io::read_text_file(file, uint64_t{16} << 20));
        FP4_TRY_ASSIGN(auto training, parse_training_log(text, file.string()));
        FP4_TRY(write(file.stem().string(), stage1_svg(training)));
        trainings.push_back(std::move(training));
    }
    return write("stage2", stage2_svg(trainings));
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) return std::fputs("usage: fp4-generate-training-figures LOGS OUT\n", stderr), 2;
    if (const auto drawn = draw(argv[1], argv[2]); !drawn)
        return std::fprintf(stderr, "fp4-generate-training-figures: %s\n",
                            drawn.error().message.c_str()),
               2;
}
