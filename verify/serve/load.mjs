// 2,000 validations of a mix over 200 connections through the API, against the same through the library, in turn:
// `npm run serve-load`. What the API costs beyond moving the bytes is told per request, and must be 1 ms at most.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BOMB_LIMIT, CODES, inLanes, mixOf } from './mix.mjs';

const LIMIT_MS = 1;
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '2000' },
    connections: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
  },
});
const [count, connections, rounds] = [values.count, values.connections, values.rounds].map(Number);
const token = randomBytes(24).toString('base64url');
const agent = new Agent({ keepAlive: true, maxSockets: connections });

const child = fork(join(import.meta.dirname, 'service.mjs'), [token], {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
try {
  const [{ url, transfer }] = await next();
  const hashes = {};
  for (const [name, code] of Object.entries(CODES)) {
    const headers = { 'content-type': 'application/octet-stream' };
    hashes[name] = JSON.parse((await send(`${url}/v1/code`, headers, code)).body).codeHash;
  }
  const requests = mixOf(count).map((each) => ({ ...each, ...formOf(each, hashes) }));
  const overApi = () =>
    timed(requests, ({ headers, form }) => send(`${url}/v1/validations`, headers, form).then(said));
  const overWire = () =>
    timed(requests, async ({ headers, form, expected }) => {
      await send(transfer, headers, form);
      return expected;
    });
  const overLibrary = async () => {
    child.send({ count, lanes: connections });
    const [{ ms, error }] = await next();
    if (error !== undefined) throw new Error(error);
    return ms;
  };
  // Templates, connections and code that is compiled: not counted.
  for (const warm of [overLibrary, overApi, overWire]) await warm();
  const overheads = [];
  for (let round = 1; round <= rounds; round++) {
    const [library, wire, api] = [await overLibrary(), await overWire(), await overApi()];
    const each = (ms) => (ms / count).toFixed(3);
    const overhead = (api - library - wire) / count;
    overheads.push(overhead);
    console.log(
      `round ${round}, ms per request: library ${each(library)}, transfer ${each(wire)}, API ${each(api)}: overhead ${overhead.toFixed(3)}`,
    );
  }
  const overhead = overheads.sort((a, b) => a - b)[Math.floor(rounds / 2)];
  const fits = overhead <= LIMIT_MS;
  console.log(
    `${(rounds + 1) * count} validations over ${connections} connections, each answered as expected; overhead ${overhead.toFixed(3)} ms per request (median), ${fits ? 'within' : 'ABOVE'} ${LIMIT_MS} ms`,
  );
  if (!fits) process.exitCode = 1;
} finally {
  agent.destroy();
  const exit = once(child, 'exit');
  child.disconnect();
  await exit;
}

function next() {
  return Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the service ended with ${code}`);
    }),
  ]);
}

async function timed(requests, ask) {
  const began = performance.now();
  await inLanes(requests, connections, ask);
  return performance.now() - began;
}

function said({ status, body }) {
  if (status !== 200) throw new Error(`${status} ${body}`);
  const { kind, vote } = JSON.parse(body);
  return `${kind} ${vote}`;
}

/** As multipart/form-data, made before anything is measured. */
function formOf({ code, kind, validationData, blockData, receipt }, hashes) {
  const hex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`;
  const request = {
    codeHash: hashes[code],
    executorParams: [],
    validationCodeBombLimit: BOMB_LIMIT,
    kind,
    validationData: {
      ...validationData,
      parentHead: hex(validationData.parentHead),
      relayParentStorageRoot: hex(validationData.relayParentStorageRoot),
    },
    ...(receipt && { receipt: hex(receipt), v3Seen: false }),
  };
  const boundary = 'of-the-load';
  const form = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="request"\r\n\r\n${JSON.stringify(request)}\r\n--${boundary}\r\ncontent-disposition: form-data; name="blockData"\r\n\r\n`,
    ),
    blockData,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { form, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}

function send(url, headers, body) {
  return new Promise((resolve, reject) => {
    const authorization = `Bearer ${token}`;
    const length = { 'content-length': body.length, authorization };
    const asked = httpRequest(
      url,
      { method: 'POST', agent, headers: { ...headers, ...length } },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString('utf8') }),
        );
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
