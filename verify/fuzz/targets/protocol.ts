import * as protocol from '../../../packages/protocol/src/index.ts';
import { hexFields, inRepository, inShared } from './seeds.ts';
import { check, type FuzzTarget, refusable, sameBytes } from './target.ts';

const { ProtocolError } = protocol;
type AnyCodec = protocol.Codec<unknown>;

const CODECS = Object.values(protocol).filter(
  (each): each is typeof each & AnyCodec =>
    typeof each === 'object' && each !== null && 'decodePrefix' in each,
);

/** The first byte chooses the message; the rest is decoded as such. */
export const target: FuzzTarget = {
  maxBytes: 4096,
  async seeds() {
    const names = ['hex', 'bytes', 'encoded'];
    const payloads = [
      ...hexFields(inRepository('packages/protocol/test/fixtures/golden.json'), names),
      ...hexFields(inShared('vectors/protocol.json'), names),
    ].filter(({ length }) => length < 2048);
    return CODECS.flatMap((_, index) => payloads.map((payload) => Uint8Array.of(index, ...payload)));
  },
  run(input) {
    const codec = CODECS[(input[0] ?? 0) % CODECS.length]! as AnyCodec;
    const bytes = input.subarray(1);
    const decoded = refusable(ProtocolError, () => codec.decodePrefix(bytes));
    const whole = refusable(ProtocolError, () => ({ value: codec.decode(bytes) }));
    check(decoded !== undefined || whole === undefined, 'what decode takes, decodePrefix takes');
    if (decoded === undefined) return;
    const { value, rest } = decoded;
    check(rest >= 0 && rest <= bytes.length, 'the rest is part of the input');
    const again = codec.encode(value);
    const second = codec.decodePrefix(again);
    check(second.rest === 0, 'an encoding is read to its end');
    check(sameBytes(codec.encode(second.value), again), 'decoding and encoding again changes nothing');
  },
};
