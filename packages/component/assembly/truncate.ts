// Saturating truncation as the proposal defines it, by comparisons with powers of two, which both widths hold exactly.
// `<i32>value` below is the trapping instruction of the MVP: the build has the later ones switched off.

export function i32_trunc_sat_f32_s(value: f32): i32 {
  if (value != value) return 0;
  if (value <= -2147483648.0) return i32.MIN_VALUE;
  if (value >= 2147483648.0) return i32.MAX_VALUE;
  return <i32>value;
}

export function i32_trunc_sat_f32_u(value: f32): u32 {
  if (!(value > 0.0)) return 0;
  if (value >= 4294967296.0) return u32.MAX_VALUE;
  return <u32>value;
}

export function i32_trunc_sat_f64_s(value: f64): i32 {
  if (value != value) return 0;
  if (value <= -2147483648.0) return i32.MIN_VALUE;
  if (value >= 2147483648.0) return i32.MAX_VALUE;
  return <i32>value;
}

export function i32_trunc_sat_f64_u(value: f64): u32 {
  if (!(value > 0.0)) return 0;
  if (value >= 4294967296.0) return u32.MAX_VALUE;
  return <u32>value;
}

export function i64_trunc_sat_f32_s(value: f32): i64 {
  if (value != value) return 0;
  if (value <= -9223372036854775808.0) return i64.MIN_VALUE;
  if (value >= 9223372036854775808.0) return i64.MAX_VALUE;
  return <i64>value;
}

export function i64_trunc_sat_f32_u(value: f32): u64 {
  if (!(value > 0.0)) return 0;
  if (value >= 18446744073709551616.0) return u64.MAX_VALUE;
  return <u64>value;
}

export function i64_trunc_sat_f64_s(value: f64): i64 {
  if (value != value) return 0;
  if (value <= -9223372036854775808.0) return i64.MIN_VALUE;
  if (value >= 9223372036854775808.0) return i64.MAX_VALUE;
  return <i64>value;
}

export function i64_trunc_sat_f64_u(value: f64): u64 {
  if (!(value > 0.0)) return 0;
  if (value >= 18446744073709551616.0) return u64.MAX_VALUE;
  return <u64>value;
}
