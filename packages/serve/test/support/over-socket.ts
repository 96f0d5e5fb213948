import { type OutgoingHttpHeaders, request } from 'node:http';

export interface TestRequest {
  path: string;
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: Uint8Array | string;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** One request over a Unix socket. */
export function overSocket(socketPath: string, options: TestRequest): Promise<TestAnswer> {
  return send({ socketPath }, options);
}

/** One request over TCP, with any headers: `fetch` keeps some of them to browsers. */
export function overTcp(url: string, options: TestRequest): Promise<TestAnswer> {
  const { hostname, port } = new URL(url);
  return send({ hostname, port }, options);
}

function send(
  where: { socketPath: string } | { hostname: string; port: string },
  { body: sentBody, ...options }: TestRequest,
): Promise<TestAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...where, ...options, agent: false }, (response) => {
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
    sent.end(sentBody);
  });
}
