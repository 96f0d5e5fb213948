// The process of the service: asked over IPC to run the mix through the library, beside what clients ask over HTTP. The
// route /transfer of a second server reads a body and answers as many bytes as an outcome has: the cost of moving bytes.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PvfHost } from '@pvf/host';
import { PvfServer } from '@pvf/serve';
import { pino } from 'pino';
import { BOMB_LIMIT, CODES, inLanes, mixOf } from './mix.mjs';

const ANSWER_BYTES = 900;

const [token] = process.argv.slice(2);
const cacheDir = mkdtempSync(join(tmpdir(), 'pvf-serve-load-'));
const host = await PvfHost.start({
  cacheDir,
  secureMode: false,
  executeWorkers: 2,
  logger: pino({ level: 'silent' }),
});
const server = await PvfServer.start({ host, tcp: { port: 0, token }, dashboard: false });
const answer = Buffer.alloc(ANSWER_BYTES, 'x');
const transfer = createServer((request, response) => {
  request.resume().on('end', () => response.end(answer));
});
await new Promise((resolve) => transfer.listen(0, '127.0.0.1', resolve));

const codes = {};
for (const [name, code] of Object.entries(CODES)) codes[name] = await host.importCode(code);

process.on('message', async ({ count, lanes }) => {
  const began = performance.now();
  try {
    await inLanes(mixOf(count), lanes, async ({ code, kind, validationData, blockData, receipt }) => {
      const { kind: outcome, vote } = await host.validate({
        code: codes[code],
        executorParams: [],
        validationCodeBombLimit: BOMB_LIMIT,
        kind,
        validationData,
        pov: { blockData },
        ...(receipt && { receipt, v3Seen: false }),
      });
      return `${outcome} ${vote}`;
    });
    process.send({ ms: performance.now() - began });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on('disconnect', async () => {
  await server.close(0);
  await host.close();
  transfer.close();
  rmSync(cacheDir, { recursive: true, force: true });
});
process.send({ url: server.url, transfer: `http://127.0.0.1:${transfer.address().port}/transfer` });
