// The folder of --out, --dump-outputs or --dump-ops: checked before the run, filled beside its
// final name, renamed when complete.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "fp4/result.hpp"

namespace fp4::sim {

// The folder can be made and written to, and what is there already may be replaced: nothing, an
// empty folder, one that holds `mark` (written by an earlier run), or anything with `force`. Leaves
// nothing behind.
Status check_run_directory(const std::filesystem::path& folder, const std::string& mark,
                           bool force);

// Runs `fill` on a fresh folder beside `folder` and moves it there; on an error nothing remains and
// an earlier folder stays as it was.
Status write_run_directory(const std::filesystem::path& folder, const std::string& mark, bool force,
                           const std::function<Status(const std::filesystem::path&)>& fill);

} // namespace fp4::sim
