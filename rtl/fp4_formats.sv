/// What a set of formats needs of the cells that decode it. A set is a word with a bit for each
/// format, by the numbers of fp4_pkg.
///
/// No function calls another one: Icarus takes them as constants only so.
package fp4_formats;

  /// The number of formats in the set.
  function automatic int count(input logic [31:0] set);
    count = 0;
    for (int f = 0; f < fp4_pkg::FORMATS; f++) if (set[f]) count = count + 1;
  endfunction

  /// Bytes of the longest scale record.
  function automatic int record_bytes(input logic [31:0] set);
    record_bytes = 1;
    for (int f = 0; f < fp4_pkg::FORMATS; f++)
      if (set[f] && 32'(fp4_pkg::FORMAT_RECORD_BYTES[4*f +: 4]) > record_bytes)
        record_bytes = 32'(fp4_pkg::FORMAT_RECORD_BYTES[4*f +: 4]);
  endfunction

  /// The largest magnitude of a lane.
  function automatic int lane_magnitude(input logic [31:0] set);
    lane_magnitude = 1;
    for (int f = 0; f < fp4_pkg::FORMATS; f++)
      if (set[f] && 32'(fp4_pkg::FORMAT_LANE_MAGNITUDES[8*f +: 8]) > lane_magnitude)
        lane_magnitude = 32'(fp4_pkg::FORMAT_LANE_MAGNITUDES[8*f +: 8]);
  endfunction

  /// Bits of a lane that count; those above repeat the sign. Lanes of magnitude 16 are negative.
  function automatic int lane_width(input logic [31:0] set);
    lane_width = 5;
    for (int f = 0; f < fp4_pkg::FORMATS; f++)
      if (set[f] && fp4_pkg::FORMAT_LANE_MAGNITUDES[8*f +: 8] > 8'd16) lane_width = 6;
  endfunction

  /// Fraction bits of elements: those of the format that has the most.
  function automatic int fraction_bits(input logic [31:0] set);
    fraction_bits = 0;
    for (int f = 0; f < fp4_pkg::FORMATS; f++)
      if (set[f] && 32'(fp4_pkg::FORMAT_LANE_FRACTION_BITS[4*f +: 4]) > fraction_bits)
        fraction_bits = 32'(fp4_pkg::FORMAT_LANE_FRACTION_BITS[4*f +: 4]);
  endfunction

  /// What brings the significands of a format to fraction bits: a shift to the left.
  function automatic int padding(input int places, input int format);
    padding = places - 32'(fp4_pkg::FORMAT_LANE_FRACTION_BITS[4*format +: 4]);
  endfunction

  /// Bits of a significand with the multiplier of its code book, on a set's fraction bits.
  function automatic int significand_width(input logic [31:0] set, input int places);
    int largest;
    largest = 1;
    for (int f = 0; f < fp4_pkg::FORMATS; f++)
      if (set[f]) begin
        if ((32'(fp4_pkg::FORMAT_MULTIPLIERS[4*f +: 4])
             << (places - 32'(fp4_pkg::FORMAT_LANE_FRACTION_BITS[4*f +: 4]))) > largest)
          largest = 32'(fp4_pkg::FORMAT_MULTIPLIERS[4*f +: 4])
                    << (places - 32'(fp4_pkg::FORMAT_LANE_FRACTION_BITS[4*f +: 4]));
      end
    significand_width = $clog2(15 * largest + 1);
  endfunction

  /// The largest magnitude of an element on a set's fraction bits, scales aside.
  function automatic int element_magnitude(input logic [31:0] set, input int places);
    int magnitude;
    element_magnitude = 1;
    for (int f = 0; f < fp4_pkg::FORMATS; f++)
      if (set[f]) begin
        magnitude = (32'(fp4_pkg::FORMAT_LANE_MAGNITUDES[8*f +: 8])
                     * 32'(fp4_pkg::FORMAT_MULTIPLIERS[4*f +: 4])
                     * (fp4_pkg::FORMAT_QUARTERS[f] ? 7 : 1))
                    << (places - 32'(fp4_pkg::FORMAT_LANE_FRACTION_BITS[4*f +: 4]));
        if (magnitude > element_magnitude) element_magnitude = magnitude;
      end
  endfunction

  /// What sixteen products are summed in: one part, or two eights where either set has factors.
  function automatic int parts(input logic [31:0] a, input logic [31:0] b);
    parts = ((a | b) & fp4_pkg::FORMAT_QUARTERS) != '0 ? 2 : 1;
  endfunction

  /// Bits of a part's signed sum of products of lanes.
  function automatic int dot_width(input logic [31:0] a, input logic [31:0] b);
    int magnitude_a, magnitude_b;
    magnitude_a = 1;
    magnitude_b = 1;
    for (int f = 0; f < fp4_pkg::FORMATS; f++) begin
      if (a[f] && 32'(fp4_pkg::FORMAT_LANE_MAGNITUDES[8*f +: 8]) > magnitude_a)
        magnitude_a = 32'(fp4_pkg::FORMAT_LANE_MAGNITUDES[8*f +: 8]);
      if (b[f] && 32'(fp4_pkg::FORMAT_LANE_MAGNITUDES[8*f +: 8]) > magnitude_b)
        magnitude_b = 32'(fp4_pkg::FORMAT_LANE_MAGNITUDES[8*f +: 8]);
    end
    dot_width = $clog2((((a | b) & fp4_pkg::FORMAT_QUARTERS) != '0 ? 8 : 16)
                       * magnitude_a * magnitude_b + 1) + 1;
  endfunction

  /// Bits of what a part's sum is multiplied by: the significands of these widths, and factors.
  function automatic int multiplier_width(input logic [31:0] a, input logic [31:0] b,
                                          input int significand_a_w, input int significand_b_w);
    multiplier_width = significand_a_w + significand_b_w
                     + ((a & fp4_pkg::FORMAT_QUARTERS) != '0 ? 3 : 0)
                     + ((b & fp4_pkg::FORMAT_QUARTERS) != '0 ? 3 : 0);
  endfunction

  /// Bits of a signed number of up to this magnitude.
  function automatic int signed_width(input int magnitude);
    signed_width = $clog2(magnitude + 1) + 1;
  endfunction

  /// Bits of a signed sum of so many products of elements under their scales, units of 2^-20.
  function automatic int sum_width(input logic [31:0] a, input logic [31:0] b, input int products);
    logic [95:0] largest_a, largest_b, largest;
    largest_a = '0;
    largest_b = '0;
    for (int f = 0; f < fp4_pkg::FORMATS; f++) begin
      if (a[f] && 96'(fp4_pkg::FORMAT_LARGEST_Q10[32*f +: 32]) > largest_a)
        largest_a = 96'(fp4_pkg::FORMAT_LARGEST_Q10[32*f +: 32]);
      if (b[f] && 96'(fp4_pkg::FORMAT_LARGEST_Q10[32*f +: 32]) > largest_b)
        largest_b = 96'(fp4_pkg::FORMAT_LARGEST_Q10[32*f +: 32]);
    end
    largest = largest_a * largest_b * 96'(products);
    sum_width = 1;
    for (int i = 0; i < 96; i++) if (largest[i]) sum_width = i + 2;
  endfunction

  /// The formats whose scales have this type.
  function automatic logic [31:0] with_scale(input int scale);
    with_scale = '0;
    for (int f = 0; f < fp4_pkg::FORMATS; f++)
      with_scale[f] = 32'(fp4_pkg::FORMAT_SCALES[4*f +: 4]) == scale;
  endfunction

  /// The formats that have blocks of this code book.
  function automatic logic [31:0] with_code_book(input int book);
    with_code_book = '0;
    for (int f = 0; f < fp4_pkg::FORMATS; f++)
      with_code_book[f] = fp4_pkg::FORMAT_CODE_BOOKS[fp4_pkg::CODE_BOOKS*f + book]
                       || fp4_pkg::FORMAT_OTHER_CODE_BOOKS[fp4_pkg::CODE_BOOKS*f + book];
  endfunction

  /// Whether the set's blocks have but one code book.
  function automatic bit has_one_code_book(input logic [31:0] set);
    logic [fp4_pkg::CODE_BOOKS-1:0] used;
    used = '0;
    for (int f = 0; f < fp4_pkg::FORMATS; f++)
      if (set[f])
        used = used | fp4_pkg::FORMAT_CODE_BOOKS[fp4_pkg::CODE_BOOKS*f +: fp4_pkg::CODE_BOOKS]
             | fp4_pkg::FORMAT_OTHER_CODE_BOOKS[fp4_pkg::CODE_BOOKS*f +: fp4_pkg::CODE_BOOKS];
    has_one_code_book = (used & (used - 1'b1)) == '0;
  endfunction

endpackage
