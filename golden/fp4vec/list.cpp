#include "list.hpp"

#include <nlohmann/json.hpp>

#include "op.hpp"

namespace fp4::vec {

using nlohmann::ordered_json;

std::string list_json() {
    ordered_json formats = ordered_json::array(), encoders = formats, profiles = formats,
                 ops = formats;
    for (size_t i = 0; i < format_specs.size(); ++i) {
        const FormatSpec& spec = format_specs[i];
        const auto encoder = default_encoder(static_cast<Format>(i));
        formats.push_back(
            {{"name", spec.name},
             {"block", spec.block},
             {"elements", spec_of(spec.code_book).name},
             {"other_elements", spec.has_code_book_bit()
                                    ? ordered_json(spec_of(spec.other_code_book).name)
                                    : ordered_json()},
             {"code_book_bit",
              spec.has_code_book_bit() ? ordered_json(spec.code_book_bit) : ordered_json()},
             {"lane_units", spec.lane_units()},
             {"scale", spec.scale_spec().name},
             {"scale_bytes", spec.scale_bytes()},
             {"special_code", spec.has_specials() ? ordered_json(spec.sentinel) : ordered_json()},
             {"sign_bit", spec.sign_bit >= 0 ? ordered_json(spec.sign_bit) : ordered_json()},
             {"select_bit", spec.select_bit >= 0 ? ordered_json(spec.select_bit) : ordered_json()},
             {"default_encoder", encoder ? ordered_json(spec_of(*encoder).name) : ordered_json()},
             {"rtl", spec.in_rtl}});
    }
    for (const EncoderSpec& spec : encoder_specs) {
        ordered_json made = ordered_json::array();
        for (size_t i = 0; i < format_specs.size(); ++i)
            if (spec.makes(static_cast<Format>(i))) made.push_back(format_specs[i].name);
        encoders.push_back({{"name", spec.name}, {"formats", made}, {"summary", spec.summary}});
    }
    for (const Arithmetic& profile : arithmetic_profiles)
        profiles.push_back({{"name", profile.name},
                            {"rounding", profile.rounding == Rounding::nearest_even ? "rne" : "rz"},
                            {"step_terms", profile.steps.terms},
                            {"fraction_bits", profile.steps.fraction_bits},
                            {"rtl", profile.in_rtl},
                            {"summary", profile.summary}});
    for (const OpSpec* op : all_ops()) {
        const VectorConfig config = default_config(static_cast<Op>(ops.size()));
        ordered_json columns = ordered_json::array();
        for (const Column& column : op->columns)
            columns.push_back({{"name", column.name},
                               {"digits", column.digits(config)},
                               {"checked", column.checked},
                               {"meaning", column.meaning}});
        ops.push_back({{"name", op->name}, {"summary", op->summary}, {"columns", columns}});
    }
    const ordered_json list{{"version", FP4VEC_VERSION},
                            {"formats", formats},
                            {"encoders", encoders},
                            {"profiles", profiles},
                            {"ops", ops}};
    return list.dump(2) + "\n";
}

} // namespace fp4::vec
