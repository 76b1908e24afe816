// The rows of checkpoints/linear_op.hpp under the names that quant/ calls them by.
#pragma once
#include "fp4/checkpoints/linear_op.hpp"

namespace fp4::quant {

using checkpoints::linear_groups;
using checkpoints::linear_ops;
using checkpoints::LinearGroup;
using checkpoints::LinearOp;
using checkpoints::members;
using checkpoints::name_of;

} // namespace fp4::quant
