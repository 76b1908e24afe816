#include "fp4/quant/tokens/tokenizer.hpp"

#include <sentencepiece_processor.h>

#include <algorithm>

#include "fp4/io/message.hpp"

namespace fp4::quant {

struct Tokenizer::Processor {
    sentencepiece::SentencePieceProcessor pieces;
};

Tokenizer::Tokenizer(std::unique_ptr<Processor> processor) : processor_(std::move(processor)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Result<Tokenizer> Tokenizer::open(const std::filesystem::path& path) {
    auto processor = std::make_unique<Processor>();
    if (const auto status = processor->pieces.Load(path.string()); !status.ok())
        return Error{ErrorCode::bad_file,
                     io::printable_path(path) +
                         ": expected a sentencepiece model: " + io::printable(status.message())};
    return Tokenizer(std::move(processor));
}

uint64_t Tokenizer::vocab_size() const {
    return static_cast<uint64_t>(processor_->pieces.GetPieceSize());
}
int32_t Tokenizer::bos() const { return processor_->pieces.bos_id(); }

std::vector<int32_t> Tokenizer::encode(std::string_view text) const {
    return processor_->pieces.EncodeAsIds(text);
}

std::vector<uint32_t> Tokenizer::token_bytes() const {
    const auto& pieces = processor_->pieces;
    std::vector<uint32_t> bytes;
    for (int id = 0; id < pieces.GetPieceSize(); ++id) {
        if (pieces.IsControl(id) || pieces.IsUnknown(id)) {
            bytes.push_back(0);
        } else if (pieces.IsByte(id)) {
            bytes.push_back(1);
        } else {
            // U+2581, three bytes, stands for a blank.
            const std::string& piece = pieces.IdToPiece(id);
            size_t blanks = 0;
            for (size_t at = piece.find("\xE2\x96\x81"); at != piece.npos;
                 at = piece.find("\xE2\x96\x81", at + 3))
                ++blanks;
            bytes.push_back(static_cast<uint32_t>(piece.size() - 2 * blanks));
        }
    }
    return bytes;
}

} // namespace fp4::quant
