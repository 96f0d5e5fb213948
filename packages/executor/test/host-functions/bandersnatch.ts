import { Field } from '@noble/curves/abstract/modular.js';

/** Bandersnatch by its affine addition law, slow and plain: libraries refuse a curve that is not complete. */
export const bandersnatch = {
  order: 13108968793781547619861935127046491459309155893440570251786403306729687672801n,
  multiple,
};

interface Point {
  x: bigint;
  y: bigint;
}

const Fp = Field(0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n);
const A = Fp.neg(5n);
const D = 45022363124591815672509500913686876175488063829319466900776701791074614335719n;
const GENERATOR: Point = {
  x: 18886178867200960497001835917649091219057080094937609519140440539760939937304n,
  y: 19188667384257783945677642223292697773471335439753913231509108946878080696678n,
};

function add(p: Point, q: Point): Point {
  const cross = Fp.mul(D, Fp.mul(Fp.mul(p.x, q.x), Fp.mul(p.y, q.y)));
  return {
    x: Fp.div(Fp.add(Fp.mul(p.x, q.y), Fp.mul(p.y, q.x)), Fp.add(1n, cross)),
    y: Fp.div(Fp.sub(Fp.mul(p.y, q.y), Fp.mul(A, Fp.mul(p.x, q.x))), Fp.sub(1n, cross)),
  };
}

/** k times the generator. */
function multiple(k: bigint): Point {
  let sum: Point = { x: 0n, y: 1n };
  let power = GENERATOR;
  for (let rest = k; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(sum, power);
    power = add(power, power);
  }
  return sum;
}
