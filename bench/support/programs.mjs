// The worker programs that a bench compares: this checkout's, another checkout's, the reference's.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('../..', import.meta.url));

/** @returns one side for each set of programs: `{ name, prepare, execute }` */
export function sidesOf({ reference, against }) {
  const sides = [{ name: 'this checkout', ...checkout(HERE) }];
  if (against !== undefined) sides.push({ name: 'other checkout', ...checkout(against) });
  if (reference !== undefined) {
    const [prepare, execute] = ['prepare', 'execute'].map((kind) =>
      present(join(reference, `pvf-reference-${kind}-worker`)),
    );
    sides.push({ name: 'reference', prepare, execute });
  }
  return sides;
}

function checkout(root) {
  const [prepare, execute] = ['prepare', 'execute'].map((kind) =>
    present(join(root, `packages/${kind}-worker/bin/pvf-${kind}-worker`)),
  );
  return { prepare, execute };
}

function present(path) {
  if (!existsSync(path)) throw new Error(`${path} is missing: build it, or give another folder`);
  return path;
}
