import { type OutgoingHttpHeaders, request } from 'node:http';

/** One request over a Unix socket. */
export function overSocket(
  socketPath: string,
  options: { path: string; method?: string; headers?: OutgoingHttpHeaders; body?: Uint8Array | string },
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(options.body);
  });
}
