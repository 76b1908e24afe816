#include "fp4/quant/report/training_log.hpp"

#include <nlohmann/json.hpp>

namespace fp4::quant {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RoundingPoint, step, loss, rounding_loss, undecided)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LinearLog, layer, linear, loss_soft, loss_hardened, loss_flipped,
                                   loss, undecided, flips, seconds, curve)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AlignmentPoint, step, kl, hidden_mse, rounding_loss, undecided,
                                   seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TrainingLog, name, linears, alignment)

std::string training_log_json(const TrainingLog& log) { return nlohmann::json(log).dump() + "\n"; }

Result<TrainingLog> parse_training_log(std::string_view text, std::string_view file_name) {
    try {
        return nlohmann::json::parse(text).get<TrainingLog>();
    } catch (const nlohmann::json::exception& wrong) {
        return Error{ErrorCode::bad_file,
                     std::string(file_name) + ": expected a training log, found " + wrong.what()};
    }
}

} // namespace fp4::quant
