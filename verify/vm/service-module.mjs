// What the service of deploy/systemd runs in the machine: some candidates, and what became of them as a line of the log.
import { validateSome } from './candidates.mjs';

export async function run({ host, signal }) {
  const answers = await validateSome(host);
  const { security, lost } = host.status();
  console.log(JSON.stringify({ answers, security, lost }));
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
