#include "svg.hpp"

#include <algorithm>
#include <array>

#include "fp4/io/escape_xml.hpp"
#include "number_text.hpp"

namespace fp4::quant {
namespace {

std::string number(double value) {
    std::string text = fixed_text(value, 1);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text;
}

// name="12.5"
std::string attribute(std::string_view name, double value) {
    return " " + std::string(name) + "=\"" + number(value) + "\"";
}
std::string attribute(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + io::escape_xml(value) + "\"";
}

std::string points_text(const std::vector<Point>& points) {
    std::string out;
    for (const auto& [x, y] : points) out += (out.empty() ? "" : " ") + number(x) + "," + number(y);
    return out;
}

std::string color_class(size_t series) { return "c" + std::to_string(series % colors); }

constexpr std::array<std::string_view, 3> dashes{"", "6 3", "2 3"};

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

} // namespace

double text_width(std::string_view text) {
    return 6.9 * static_cast<double>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string shortened(std::string_view text, size_t characters) {
    size_t seen = 0, cut = text.size();
    for (size_t i = 0; i < text.size(); ++i) {
        if (!starts_character(text[i])) continue;
        if (seen == characters - 1) cut = i;
        if (++seen > characters) return std::string(text.substr(0, cut)) + "…";
    }
    return std::string(text);
}

Svg::Svg(double height, std::string_view label) {
    body_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 " +
            number(figure_width) + " " + number(height) + "\"" + attribute("aria-label", label) +
            ">\n";
}

void Svg::line(Point a, Point b, std::string_view style) {
    body_ += "<line" + attribute("x1", a.first) + attribute("y1", a.second) +
             attribute("x2", b.first) + attribute("y2", b.second) + attribute("class", style) +
             "/>\n";
}

void Svg::rect(Box box, std::string_view style) {
    body_ += "<rect" + attribute("x", box.left) + attribute("y", box.top) +
             attribute("width", std::max(box.width, 0.0)) + attribute("height", box.height) +
             attribute("class", style) + "/>\n";
}

void Svg::text(Point at, std::string_view anchor, std::string_view style, std::string_view text) {
    body_ += "<text" + attribute("x", at.first) + attribute("y", at.second) +
             attribute("text-anchor", anchor) + attribute("class", style) + ">" +
             io::escape_xml(text) + "</text>\n";
}

void Svg::vertical_text(Point middle, std::string_view style, std::string_view text) {
    body_ += "<text transform=\"translate(" + number(middle.first) + " " + number(middle.second) +
             ") rotate(-90)\" text-anchor=\"middle\"" + attribute("class", style) + ">" +
             io::escape_xml(text) + "</text>\n";
}

void Svg::series_line(const std::vector<Point>& points, size_t series) {
    const auto dash = dashes[series / colors % dashes.size()];
    body_ += "<polyline" + attribute("points", points_text(points)) +
             attribute("class", "curve " + color_class(series)) +
             (dash.empty() ? "" : attribute("stroke-dasharray", dash)) + "/>\n";
}

void Svg::series_marker(Point at, size_t series) {
    const auto [x, y] = at;
    const std::string style = attribute("class", "mark " + color_class(series));
    const auto polygon = [&](const std::vector<Point>& corners) {
        body_ += "<polygon" + attribute("points", points_text(corners)) + style + "/>\n";
    };
    switch (series % 4) {
    case 0:
        body_ += "<circle" + attribute("cx", x) + attribute("cy", y) + attribute("r", 3.5) + style +
                 "/>\n";
        break;
    case 1:
        polygon({{x - 3.2, y - 3.2}, {x + 3.2, y - 3.2}, {x + 3.2, y + 3.2}, {x - 3.2, y + 3.2}});
        break;
    case 2: polygon({{x, y - 4.4}, {x + 4.2, y + 3.2}, {x - 4.2, y + 3.2}}); break;
    default: polygon({{x, y - 4.6}, {x + 4.6, y}, {x, y + 4.6}, {x - 4.6, y}}); break;
    }
}

void Svg::colored_line(const std::vector<Point>& points, std::string_view color) {
    body_ += "<polyline" + attribute("points", points_text(points)) + attribute("class", "layer") +
             attribute("stroke", color) + "/>\n";
}

void Svg::colored_ring(Point at, std::string_view color) {
    body_ += "<circle" + attribute("cx", at.first) + attribute("cy", at.second) +
             attribute("r", 3.5) + attribute("class", "ring") + attribute("stroke", color) + "/>\n";
}

void Svg::whisker(double low, double high, double y, std::string_view style) {
    line({low, y}, {high, y}, style);
    line({low, y - 4}, {low, y + 4}, style);
    line({high, y - 4}, {high, y + 4}, style);
}

void Svg::x_axis(const Axis& axis, const Box& box, int wanted, std::string_view title) {
    for (const auto& tick : axis.ticks(wanted)) {
        const double x = axis.place(tick.value);
        line({x, box.top}, {x, box.bottom()}, "grid");
        text({x, box.bottom() + 16}, "middle", "soft", tick.text);
    }
    line({box.left, box.bottom()}, {box.right(), box.bottom()}, "frame");
    if (!title.empty())
        text({box.left + box.width / 2, box.bottom() + 34}, "middle", "soft", title);
}

void Svg::y_axis(const Axis& axis, const Box& box, int wanted, bool labels) {
    for (const auto& tick : axis.ticks(wanted)) {
        const double y = axis.place(tick.value);
        line({box.left, y}, {box.right(), y}, "grid");
        if (labels) text({box.left - 6, y + 4}, "end", "soft", tick.text);
    }
    line({box.left, box.top}, {box.left, box.bottom()}, "frame");
}

std::string Svg::finish() const { return body_ + "</svg>\n"; }

} // namespace fp4::quant
