// token_ids TOKENIZER TEXT...: ids of each text file in a line of its own, the token that begins a
// text first.
#include <cstdio>

#include "fp4/io/posix_io.hpp"
#include "fp4/quant/tokens/tokenizer.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const auto tokenizer = fp4::quant::open_tokenizer(argv[1]);
    if (!tokenizer) {
        std::fprintf(stderr, "token_ids: %s\n", tokenizer.error().message.c_str());
        return 2;
    }
    for (int i = 2; i < argc; ++i) {
        const auto text = fp4::io::read_text_file(argv[i], uint64_t{1} << 30);
        if (!text) return 2;
        const auto ids = (*tokenizer)->encode(*text);
        if (!ids) return 2;
        if ((*tokenizer)->bos() >= 0) std::printf("%d ", (*tokenizer)->bos());
        for (const int32_t id : *ids) std::printf("%d ", id);
        std::printf("\n");
    }
    return 0;
}
