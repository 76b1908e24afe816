// Just enough SVG for the report's figures; colors are the classes c0 to c5 of its style sheet.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "axis.hpp"

namespace fp4::quant {

inline constexpr double figure_width = 960;
inline constexpr double text_height = 12;
inline constexpr size_t colors = 6;

// An upper estimate in a sans-serif face of text_height.
double text_width(std::string_view text);

// At most `characters` code points, the last of them "…" where something is cut.
std::string shortened(std::string_view text, size_t characters);

using Point = std::pair<double, double>;

struct Box {
    double left, top, width, height;
    double right() const { return left + width; }
    double bottom() const { return top + height; }
};

class Svg {
  public:
    // `label` is what a screen reader says.
    Svg(double height, std::string_view label);

    void line(Point a, Point b, std::string_view style);
    void rect(Box box, std::string_view style);
    void text(Point at, std::string_view anchor, std::string_view style,
              std::string_view text); // anchor: start, middle, end
    void vertical_text(Point middle, std::string_view style, std::string_view text);
    void series_line(const std::vector<Point>& points, size_t series); // its color and dashes
    void series_marker(Point at, size_t series);
    void colored_line(const std::vector<Point>& points, std::string_view color);
    void colored_ring(Point at, std::string_view color);
    void whisker(double low, double high, double y, std::string_view style);

    // Grid, ticks and frame of a plot.
    void x_axis(const Axis& axis, const Box& box, int wanted, std::string_view title);
    void y_axis(const Axis& axis, const Box& box, int wanted, bool labels);

    std::string finish() const;

  private:
    std::string body_;
};

} // namespace fp4::quant
