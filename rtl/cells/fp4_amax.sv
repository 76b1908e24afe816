/// The largest magnitude of sixteen binary32 (ValueW 32) or bfloat16 (16) values, as a binary32
/// without its sign. An infinity counts as the largest finite binary32, a NaN, of which nan_i
/// tells, as zero.
///
/// Example (ValueW=16): values_i={{15{16'h3F80}}, 16'hC040}, nan_i=0 -> amax_o=31'h40400000; 3.0
/// Example (ValueW=16): values_i={{15{16'h3F80}}, 16'hFF80}, nan_i=0 -> amax_o=31'h7F7FFFFF
/// Example (ValueW=16): values_i={{15{16'h3F80}}, 16'h7FC0}, nan_i=1 -> amax_o=31'h3F800000
module fp4_amax #(
  parameter int ValueW = 32 // bits of a value: 32 or 16
) (
  input  logic [16*ValueW-1:0] values_i, // element k in [ValueW*k +: ValueW]
  input  logic [15:0]          nan_i,    // element k is a NaN
  output logic [30:0]          amax_o    // binary32 without its sign
);

  localparam int MagW = ValueW - 1;

  logic [15:0]        infinite;
  logic [16*MagW-1:0] mags;
  logic [4*MagW-1:0]  quarters;
  logic [MagW-1:0]    largest;

  for (genvar k = 0; k < 16; k++) begin : g_mag
    assign infinite[k] = values_i[ValueW*k + ValueW - 2 -: 8] == 8'hFF && !nan_i[k];
    assign mags[MagW*k +: MagW] = nan_i[k] ? '0 : values_i[ValueW*k +: MagW];
  end

  for (genvar q = 0; q < 4; q++) begin : g_quarter
    fp4_largest_of_4 #(.W(MagW)) u_largest_of_quarter (
      .numbers_i(mags[4*MagW*q +: 4*MagW]),
      .largest_o(quarters[MagW*q +: MagW])
    );
  end

  fp4_largest_of_4 #(.W(MagW)) u_largest (
    .numbers_i(quarters),
    .largest_o(largest)
  );

  // The largest finite binary32 differs from an infinity, 31'h7F800000, in its 24 lowest bits.
  assign amax_o = (31'(largest) << (31 - MagW)) ^ {7'd0, {24{infinite != '0}}};

endmodule
