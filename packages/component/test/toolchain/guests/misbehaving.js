// What JavaScript can do besides validating: the block's text says what. The head is what came out, as text.
const text = (value) => new TextEncoder().encode(String(value));

function recurse(depth) {
  return depth === 0 ? 0 : 1 + recurse(depth - 1);
}

const BEHAVIOURS = {
  time: () => Date.now(),
  'high-resolution time': () => performance.now(),
  random: () => Math.random(),
  'random values': () => crypto.getRandomValues(new Uint8Array(4)).join(),
  loop: () => {
    for (;;);
  },
  recursion: () => recurse(1e9),
  'caught recursion': () => {
    try {
      return recurse(1e9);
    } catch (error) {
      return error.name;
    }
  },
  'recursion of 1000': () => recurse(1000),
  memory: () => {
    const all = [];
    for (;;) all.push(new Uint8Array(1 << 20));
  },
  'an Error': () => {
    throw new Error('an Error');
  },
  'a text': () => {
    throw 'a text';
  },
  timer: () => {
    setTimeout(() => {}, 1);
    return 'set';
  },
  fetch: () => {
    fetch('http://localhost/');
    return 'fetched';
  },
};

export function validateBlock({ blockData, relayParentNumber }) {
  const [what, number = '0'] = new TextDecoder().decode(blockData).split('|');
  return {
    headData: text(BEHAVIOURS[what]()),
    newValidationCode: undefined,
    upwardMessages: [],
    horizontalMessages: [{ recipient: Number(number), data: new Uint8Array() }],
    processedDownwardMessages: Number(number),
    hrmpWatermark: relayParentNumber,
  };
}
