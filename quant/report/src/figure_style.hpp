// Style sheet of the figures: the colors of a page and the classes that Svg names.
#pragma once
#include <string_view>

namespace fp4::quant {

inline constexpr std::string_view figure_style = R"(
:root{color-scheme:light dark;--bg:#fff;--ink:#1b1f24;--soft:#59636e;--grid:#e1e5ea;--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#b8568c;--c4:#c98a00;--c5:#3a9fd8}
@media (prefers-color-scheme:dark){:root{--bg:#14181d;--ink:#e8ebee;--soft:#a3adb8;--grid:#2c333b;--c0:#4ba6e0;--c1:#f0883e;--c2:#2fbf95;--c3:#dd8fbb;--c4:#e6b13c;--c5:#8accf3}}
@media print{:root{color-scheme:light;--bg:#fff;--ink:#000;--soft:#444;--grid:#ddd;--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#b8568c;--c4:#c98a00;--c5:#3a9fd8}}
svg{background:var(--bg);color:var(--ink);font:12px system-ui,sans-serif}
.ink{fill:var(--ink)}
.soft{fill:var(--soft)}
.bold{fill:var(--ink);font-weight:600}
.grid{stroke:var(--grid)}
.frame{stroke:var(--soft)}
.leader{stroke:var(--soft);stroke-width:.6;opacity:.7}
.reference{stroke:var(--ink);stroke-dasharray:4 3}
.whisker{stroke:var(--ink);stroke-width:1.3}
.curve{fill:none;stroke:currentColor;stroke-width:1.7;stroke-linejoin:round}
.layer{fill:none;stroke-width:1.5;stroke-linejoin:round}
.mark{fill:currentColor}
.bar{fill:currentColor;opacity:.75}
.ring{fill:var(--bg);stroke-width:1.7}
.c0{color:var(--c0)}
.c1{color:var(--c1)}
.c2{color:var(--c2)}
.c3{color:var(--c3)}
.c4{color:var(--c4)}
.c5{color:var(--c5)}
)";

} // namespace fp4::quant
