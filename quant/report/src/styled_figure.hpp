// A figure as a file of its own.
#pragma once
#include <string>

#include "figure_style.hpp"

namespace fp4::quant {

// With the style sheet inside; empty stays empty.
inline std::string styled(std::string figure) {
    if (!figure.empty())
        figure.insert(figure.find(">\n") + 2, "<style>" + std::string(figure_style) + "</style>\n");
    return figure;
}

} // namespace fp4::quant
