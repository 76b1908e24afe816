#include "fp4/quant/report/training_log.hpp"

#include <nlohmann/json.hpp>

#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/strict_json.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RoundingPoint, step, loss, rounding_loss, undecided)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LinearLog, layer, linear, loss_soft, loss_hardened, loss_flipped,
                                   loss, undecided, flips, seconds, curve)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AlignmentPoint, step, kl, hidden_mse, rounding_loss, undecided,
                                   seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TrainingLog, name, linears, alignment)

std::string training_log_json(const TrainingLog& log) { return nlohmann::json(log).dump() + "\n"; }

Result<TrainingLog> parse_training_log(std::string_view text, std::string_view file_name) {
    FP4_TRY_ASSIGN(const auto document, io::parse_json_object(text, file_name));
    try {
        return document.get<TrainingLog>();
    } catch (const nlohmann::json::exception& wrong) {
        return io::expected_found(ErrorCode::bad_file, io::printable_path(file_name),
                                  "a training log", io::printable(wrong.what(), 256));
    }
}

} // namespace fp4::quant
