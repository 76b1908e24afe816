// logits FOLDER TOKEN...: logits of one sequence under the model in FOLDER, [positions, vocab], as
// raw float32 on standard output.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "fp4/quant/model/load_weights.hpp"

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const auto config = fp4::quant::read_decoder_config(argv[1]);
    const auto checkpoint = fp4::checkpoints::Checkpoint::open(argv[1]);
    if (!config || !checkpoint) {
        std::fprintf(stderr, "logits: %s\n",
                     (config ? checkpoint.error() : config.error()).message.c_str());
        return 2;
    }
    const auto model = fp4::quant::load_model(*checkpoint, *config);
    if (!model) {
        std::fprintf(stderr, "logits: %s\n", model.error().message.c_str());
        return 2;
    }
    std::vector<int64_t> tokens;
    for (int i = 2; i < argc; ++i) tokens.push_back(std::atoll(argv[i]));
    const auto input = torch::tensor(tokens, torch::kLong).unsqueeze(0);
    const auto out =
        fp4::quant::logits(*model, fp4::quant::hidden_states(*model, input)).contiguous();
    const auto count = static_cast<size_t>(out.numel());
    return std::fwrite(out.data_ptr<float>(), sizeof(float), count, stdout) == count ? 0 : 2;
}
