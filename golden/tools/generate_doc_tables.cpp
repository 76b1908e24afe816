// generate_doc_tables FILE: prints the file with everything between "<!-- generated: NAME -->" and
// "<!-- end -->", in comments of C and SystemVerilog between "// generated: NAME" and "// end",
// made anew from the tables of this library. NAME is one of doc_tables(), or "file PATH" for
// the text of a file, its path relative to the Markdown file.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "doc_tables.hpp"

namespace {

// A file as a code block; empty where it cannot be read.
std::string code_block(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    const std::string extension = path.extension().string();
    const std::string language = extension == ".sv"    ? "systemverilog"
                                 : extension == ".cpp" ? "cpp"
                                                       : extension.substr(1);
    return file ? "```" + language + "\n" + text.str() + "```\n" : "";
}

// What stands around a generated table in a line of its own.
struct Marks {
    std::string open, close, end, blank_line;
};
const std::array<Marks, 2> all_marks{
    {{"<!-- generated: ", " -->", "<!-- end -->", "\n"}, {"// generated: ", "", "// end", ""}}};

} // namespace

int main(int argc, char** argv) {
    std::ifstream file(argc == 2 ? argv[1] : "");
    if (!file) {
        std::cerr << "generate_doc_tables: expected one readable file\n";
        return 2;
    }
    std::string line, out;
    const Marks* inside = nullptr;
    for (int number = 1; std::getline(file, line); ++number) {
        if (inside && line != inside->end) continue;
        inside = nullptr;
        out += line + "\n";
        const auto marks = std::ranges::find_if(
            all_marks, [&](const Marks& each) { return line.starts_with(each.open); });
        if (marks == all_marks.end()) continue;
        const size_t around = marks->open.size() + marks->close.size();
        const std::string name =
            line.substr(marks->open.size(), line.size() - std::min(line.size(), around));
        const auto table = fp4::doc_tables().find(name);
        const std::string text =
            table != fp4::doc_tables().end() ? table->second()
            : name.starts_with("file ")
                ? code_block(std::filesystem::path(argv[1]).parent_path() / name.substr(5))
                : "";
        if (text.empty()) {
            std::cerr << argv[1] << ": line " << number
                      << ": no table and no readable file: " << name << "\n";
            return 2;
        }
        out += marks->blank_line + text + marks->blank_line;
        inside = &*marks;
    }
    if (inside) {
        std::cerr << argv[1] << ": the last generated table has no " << inside->end << "\n";
        return 2;
    }
    std::cout << out;
}
