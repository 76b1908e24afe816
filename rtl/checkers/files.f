rtl/checkers/fp4_check_stream.sv
rtl/checkers/fp4_check_tiles.sv
rtl/checkers/fp4_check_pace.sv
rtl/checkers/fp4_check_tensor_core.sv
