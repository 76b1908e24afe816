// DPI-C imports of fp4sim's golden model (libfp4golden.so). Include it at the top of each file
// that calls a function, outside modules and packages.
//
// Element 0 of a block is in the low nibble, scale 0 in the low byte; a block of 32 counts as
// two times 16 elements under one scale byte. binary32 travels as bits in an int unsigned. All
// types have two states: assert that nothing is X before it is passed. Nothing is printed, and
// no call ends the simulation.
//
// A configuration is a string of key=value pairs, separated by commas, applied from left to
// right. "" is nvfp4 times nvfp4 under `exact`.
//   a, b                    format; both with blocks of the same size
//   profile                 arithmetic
//   v1, v2                  special values of both operands, magnitudes in half-units, 0 to 31;
//                           10 and 16 unless given
//   a_v1, a_v2, b_v1, b_v2  the same of one operand
// For example "a=razer-a,b=razer-w,b_v1=14,b_v2=18,profile=nv-blackwell". There are
// generated: names-in-comment
//   formats  nvfp4 razer-w razer-a mxfp4 razer-cuda rzr4 nvfp4-ue5m3 mixfp4 nvint4 razer-mix if4
//            hif4 m2xfp-w
//   profiles exact nv-blackwell fp32-seq nv-blackwell-1 f13 f25
// end
`ifndef FP4_DPI_SVH
`define FP4_DPI_SVH

// ---- one call, one value. Functions that return int return 0, or an fp4_status of fp4.h and
// leave their outputs 0.

// D = dot product of 16 nvfp4 elements + C under `exact`; binary32 in the low word, 0 in the
// high one.
import "DPI-C" pure function longint unsigned fp4_dot16_r(
  input bit [63:0] a, input byte unsigned sa, input bit [63:0] b, input byte unsigned sb,
  input int unsigned c);

import "DPI-C" function int fp4_dpi_dot16(
  input bit [63:0] a, input byte unsigned sa, input bit [63:0] b, input byte unsigned sb,
  input int unsigned c, output int unsigned d);

// D = dot product of the first k elements + C, k = 16, 32, 48 or 64: under nv-blackwell one
// fused step.
import "DPI-C" function int fp4_dpi_dot(
  input string cfg, input int unsigned k, input bit [255:0] a, input bit [31:0] sa,
  input bit [255:0] b, input bit [31:0] sb, input int unsigned c, output int unsigned d);

// 16 elements under a scale byte: element i as a signed integer in lanes[8*i +: 8], in units of
// 1/fp4_format_lane_units (half-units in most formats). Formats with one scale byte per block.
import "DPI-C" function int fp4_dpi_decode16(
  input string format, input byte unsigned v1_halves, input byte unsigned v2_halves,
  input bit [63:0] codes, input byte unsigned scale, output bit [127:0] lanes);

// value = significand * 2^(exponent - 3).
import "DPI-C" function int fp4_dpi_decode_scale(
  input string format, input byte unsigned scale, output int significand, output int exponent,
  output int nan, output int unsigned fp32_bits);

// ---- a scoreboard: expected results queue up in order, the bench checks each result of its
// design against the oldest.
// Functions that return int return 1 for success and 0 for failure; a failure counts as an error
// and has a message.

// null where cfg is not a configuration; fp4_ref_new_error says why ("" where it is one).
import "DPI-C" function chandle fp4_ref_new(input string cfg);
import "DPI-C" function string fp4_ref_new_error(input string cfg);
import "DPI-C" function void fp4_ref_free(input chandle h);

// Appends 16 elements of A and B. Scale byte i of a block comes with its i-th 16 elements; where it
// has fewer, as a block of 32 under one byte, that of the later calls is ignored.
import "DPI-C" function int fp4_ref_add(
  input chandle h, input bit [63:0] a, input byte unsigned sa, input bit [63:0] b,
  input byte unsigned sb);
// Their dot product + C becomes an expected result; the next call of fp4_ref_add begins another.
import "DPI-C" function int fp4_ref_finish(input chandle h, input int unsigned c);
// Both in one call, for 16 and 64 elements.
import "DPI-C" function int fp4_ref_dot16(
  input chandle h, input bit [63:0] a, input byte unsigned sa, input bit [63:0] b,
  input byte unsigned sb, input int unsigned c);
import "DPI-C" function int fp4_ref_dot64(
  input chandle h, input bit [255:0] a, input bit [31:0] sa, input bit [255:0] b,
  input bit [31:0] sb, input int unsigned c);

// Compares a result, bit for bit, with the oldest expected one and removes that. 0: they differ,
// or none was expected.
import "DPI-C" function int fp4_ref_check(input chandle h, input int unsigned got);
import "DPI-C" function int unsigned fp4_ref_checks(input chandle h);   // calls of fp4_ref_check
import "DPI-C" function int unsigned fp4_ref_pending(input chandle h);  // expected, not yet checked
import "DPI-C" function int unsigned fp4_ref_errors(input chandle h);   // 1 for a null handle
import "DPI-C" function string fp4_ref_message(input chandle h);        // the latest; "" if none
// As new: forgets elements, expected results, counts and message.
import "DPI-C" function void fp4_ref_clear(input chandle h);

`endif
