// A netlist with mutants behind its input mutsel in the place of the Verilated fp4_tensor_core. A
// core is the mutant whose number the environment variable FP4_MUTANT has when it is made; 0 is
// none.
#pragma once
#include <cstdlib>
#include <type_traits>

#include "Vfp4_mutants.h"

struct Vfp4_tensor_core : Vfp4_mutants {
    Vfp4_tensor_core(VerilatedContext* context, const char* name) : Vfp4_mutants(context, name) {
        mutsel = static_cast<std::remove_reference_t<decltype(mutsel)>>(
            std::atoi(std::getenv("FP4_MUTANT")));
    }
};
