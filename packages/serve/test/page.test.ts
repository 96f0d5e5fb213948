// The page's files over TCP, as a browser asks for them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { overSocket } from './support/over-socket.ts';
import { serveFake, temporaryDirectory } from './support/service.ts';

test('the page needs no token and forbids foreign content; what it asks for needs one', async () => {
  const dashboard = temporaryDirectory();
  writeFileSync(join(dashboard, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(dashboard, 'app.js'), 'export {};');
  const { url } = await serveFake({ dashboard });
  for (const path of ['/', '/index.html', '/app.js']) {
    const response = await fetch(url + path);
    expect(response.status, path).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self'",
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    await response.text();
  }
  expect((await fetch(`${url}/v1/status`)).status).toBe(401);
  expect((await fetch(`${url}/nothing-here`)).status).toBe(401);
});

test('no path of a request leaves the page’s directory', async () => {
  const directory = temporaryDirectory();
  const dashboard = join(directory, 'page');
  mkdirSync(dashboard);
  writeFileSync(join(dashboard, 'index.html'), 'page');
  writeFileSync(join(directory, 'secret'), 'not for readers');
  const { socket } = await serveFake({ dashboard });
  for (const path of ['/../secret', '/%2e%2e/secret', '/..%2fsecret', '/x/../../secret', '//secret']) {
    const { status, body } = await overSocket(socket, { path });
    expect(status, path).toBe(404);
    expect(body).not.toContain('not for readers');
  }
});
