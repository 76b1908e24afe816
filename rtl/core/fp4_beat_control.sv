/// What travels beside operand beats from the k_* ports to their block terms: one token a stage,
/// and the stage that it is in.
///
/// With Steps a tile takes a multiple of four tokens: k_ready_o stays low while a short last step
/// is padded; with Blocks, every step that ends where a block does. Stages: 0, the beat as it came;
/// 1, its operands decoded; 2, dots; 3, terms.
module fp4_beat_control #(
  parameter bit Steps    = 1'b1, // tiles are filled up to steps of four
  parameter bit Blocks   = 1'b0, // a step is a block; needs Steps
  parameter int TagWidth = 32 // bits of a tag
) (
  input  logic                clk_i,     // clock
  input  logic                rst_ni,    // reset, asynchronous, active low
  input  logic                advance_i, // the stages move
  input  logic                k_valid_i, // a beat is offered
  output logic                k_ready_o, // it is taken
  input  logic                k_last_i,  // it closes its tile
  input  logic [1:0]          k_block_i, // sixteens of its block less one: 0, 1 or 3
  input  logic                k_use_c_i, // its tile adds C
  input  logic [TagWidth-1:0] k_tag_i,   // its tag
  output logic [1:0]          group0_o,  // stage 0: place in the step; which sixteen of a block
  output logic                valid_o,   // stage 3, as all below: there is a token
  output logic                padding_o, // no beat: an empty block
  output logic                first_o,   // of the tile's first step; without Steps its first beat
  output logic                last_o,    // of its last step; without Steps its last beat
  output logic [1:0]          group_o,   // place in the step
  output logic                use_c_o,   // the tile adds C
  output logic [TagWidth-1:0] tag_o      // tag of the beat
);

  // At the ports.
  logic [1:0] group_q;
  logic       first_q, padding_q, padding_last_q;
  logic       slot, last, ends, closes;

  assign slot      = k_valid_i || padding_q;
  assign last      = padding_q ? padding_last_q : k_last_i;
  assign ends      = last || padding_q || (Blocks && group_q == k_block_i);
  assign closes    = Steps ? group_q == 2'd3 : last;
  assign k_ready_o = advance_i && !padding_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      group_q   <= '0;
      first_q   <= 1'b1;
      padding_q <= 1'b0;
    end else if (advance_i && slot) begin
      group_q   <= closes ? '0 : group_q + 2'd1;
      padding_q <= ends && !closes;
      if (closes) first_q <= last;
      else if (!Steps) first_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance_i && !padding_q) padding_last_q <= k_last_i;
  end

  logic [3:0]          valid_q;
  logic [3:0]          padding_stage_q, first_stage_q, last_q, use_c_q;
  logic [7:0]          group_stage_q;
  logic [TagWidth-1:0] tag0_q, tag1_q, tag2_q, tag3_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else if (advance_i) valid_q <= {valid_q[2:0], slot};
  end

  // Padding belongs to the beat before it.
  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      padding_stage_q <= {padding_stage_q[2:0], padding_q};
      first_stage_q   <= {first_stage_q[2:0], first_q};
      last_q          <= {last_q[2:0], last};
      group_stage_q   <= {group_stage_q[5:0], group_q};
      use_c_q         <= {use_c_q[2:0], padding_q ? use_c_q[0] : k_use_c_i};
      if (!padding_q) tag0_q <= k_tag_i;
      tag1_q          <= tag0_q;
      tag2_q          <= tag1_q;
      tag3_q          <= tag2_q;
    end
  end

  assign group0_o  = group_stage_q[1:0];
  assign valid_o   = valid_q[3];
  assign padding_o = padding_stage_q[3];
  assign first_o   = first_stage_q[3];
  assign last_o    = last_q[3];
  assign group_o   = group_stage_q[7:6];
  assign use_c_o   = use_c_q[3];
  assign tag_o     = tag3_q;

endmodule
