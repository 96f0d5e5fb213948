// A guest in wasm whose `run(n)` calls one host function n times with constant arguments, and frees its result.

const I32 = 0x7f;
const I64 = 0x7e;
const TYPES = { i32: I32, i64: I64 };

function unsigned(n) {
  return n < 128 ? [n] : [(n & 127) | 128, ...unsigned(Math.floor(n / 128))];
}

function signed(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && !(byte & 0x40)) || (rest === -1n && byte & 0x40)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}

const vector = (items) => [...unsigned(items.length), ...items.flat()];
const text = (value) => vector([...Buffer.from(value)]);
const section = (id, contents) => [id, ...vector(contents)];

/** @param isPointer whether an i32 that the function returns is to be freed; the lower half of an i64 always is */
export function encodeGuest(name, { params, results }, args, isPointer) {
  const type = (ins, outs) => [
    0x60,
    ...vector(ins.map((t) => [TYPES[t]])),
    ...vector(outs.map((t) => [TYPES[t]])),
  ];
  const constants = args.flatMap((value, i) =>
    params[i] === 'i64'
      ? [0x42, ...signed(BigInt.asIntN(64, BigInt(value)))]
      : [0x41, ...signed(BigInt.asIntN(32, BigInt(value)))],
  );
  const call = [...constants, 0x10, 0];
  const free = [0x10, 1];
  let turn = call;
  if (results[0] === 'i64') turn = [...call, 0xa7, ...free];
  else if (results[0] === 'i32') turn = [...call, ...(isPointer ? free : [0x1a])];
  // loop { turn; n -= 1; br_if n }
  const body = [0, 0x03, 0x40, ...turn, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x0b];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([type(params, results), type(['i32'], [])])),
    ...section(
      2,
      vector([
        [...text('env'), ...text(name), 0, 0],
        [...text('env'), ...text('ext_allocator_free_version_1'), 0, 1],
        [...text('pvf'), ...text('memory'), 2, 0, 0],
      ]),
    ),
    ...section(3, vector([[1]])),
    ...section(7, vector([[...text('run'), 0, 2]])),
    ...section(10, vector([vector(body)])),
  ]);
}
