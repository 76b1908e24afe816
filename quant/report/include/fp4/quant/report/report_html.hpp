// report.html: the table and its figures as one page that needs no other file, no script and no
// network; for screens, light or dark, and for paper.
#pragma once
#include <string>
#include <vector>

#include "fp4/quant/report/table_json.hpp"
#include "fp4/quant/report/training_log.hpp"

namespace fp4::quant {

// Normalized mean square errors: |x - y|^2 / |x|^2.
struct LayerError {
    std::string method;
    std::string format;
    uint32_t layer = 0;
    std::string op; // q, k, v, o, gate, up, down
    double weight_nmse = 0;
    double output_nmse = 0;
};

// Of the input of a fused group of linears, over the calibration set.
struct ChannelMaxima {
    uint32_t layer = 0;
    std::string group;          // qkv, o, gate_up, down
    std::vector<float> max_abs; // of each channel, in any order
    double kurtosis = 0;        // of all values; 3 for a normal distribution
    double max_over_median = 0; // of max_abs
};

// Of the rows with this method, format and acts: codes, scales and side tables, over the number of
// weights.
struct WeightBytes {
    std::string method;
    std::string format;
    std::string acts;
    double bytes_per_weight = 0;
};

struct Report {
    std::string title; // the model's name
    Table table;
    std::vector<LayerError> layer_errors; // of chosen methods
    std::vector<ChannelMaxima>
        channel_maxima; // may be empty, like the others: the page then says so
    std::vector<WeightBytes> weight_bytes;
    std::vector<TrainingLog> training; // of the models whose roundings were trained
};

// Well-formed XML as well as HTML; the same bytes for the same report. Figures show the rows of all
// domains together; values that are not finite are left out.
std::string report_html(const Report& report);

} // namespace fp4::quant
