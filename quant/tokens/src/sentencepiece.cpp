#include <sentencepiece_processor.h>

#include "fp4/io/message.hpp"
#include "fp4/quant/tokens/tokenizer.hpp"

namespace fp4::quant {
namespace {

constexpr std::string_view blank = "\xE2\x96\x81"; // U+2581 stands for a blank in pieces

class Sentencepiece : public Tokenizer {
  public:
    explicit Sentencepiece(std::unique_ptr<sentencepiece::SentencePieceProcessor> pieces)
        : pieces_(std::move(pieces)) {}

    uint64_t vocab_size() const override { return static_cast<uint64_t>(pieces_->GetPieceSize()); }
    int32_t bos() const override { return pieces_->bos_id(); }

    Result<std::vector<int32_t>> encode(std::string_view text) override {
        std::vector<int32_t> ids;
        if (const auto status = pieces_->Encode(text, &ids); !status.ok())
            return Error{ErrorCode::bad_argument,
                         "sentencepiece: " + io::printable(status.message())};
        return ids;
    }

    std::vector<uint32_t> token_bytes() const override {
        std::vector<uint32_t> bytes;
        for (int id = 0; id < pieces_->GetPieceSize(); ++id) bytes.push_back(bytes_of(id));
        return bytes;
    }

  private:
    uint32_t bytes_of(int id) const {
        if (pieces_->IsControl(id) || pieces_->IsUnknown(id)) return 0;
        if (pieces_->IsByte(id)) return 1;
        const std::string& piece = pieces_->IdToPiece(id);
        size_t blanks = 0;
        for (size_t at = piece.find(blank); at != piece.npos;
             at = piece.find(blank, at + blank.size()))
            ++blanks;
        return static_cast<uint32_t>(piece.size() - blanks * (blank.size() - 1));
    }

    std::unique_ptr<sentencepiece::SentencePieceProcessor> pieces_;
};

} // namespace

Result<std::unique_ptr<Tokenizer>> parse_sentencepiece(std::string_view model,
                                                       std::string_view file_name) {
    auto pieces = std::make_unique<sentencepiece::SentencePieceProcessor>();
    if (const auto status = pieces->LoadFromSerializedProto(model); !status.ok())
        return Error{ErrorCode::bad_file,
                     io::printable_path(file_name) +
                         ": expected a sentencepiece model (tokenizer.model) or a tokenizer.json, "
                         "found neither"};
    return std::unique_ptr<Tokenizer>(std::make_unique<Sentencepiece>(std::move(pieces)));
}

} // namespace fp4::quant
