import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArtifactFileName } from '@pvf/host';
import type { Handlers } from '../api/index.ts';
import { ProblemError } from '../problem.ts';
import type { Artifact, Artifacts, PruneRequest } from '../schemas/index.ts';
import type { Service } from '../service/index.ts';

export function artifactHandlers({
  host,
}: Service): Pick<Handlers, 'listArtifacts' | 'pruneArtifacts' | 'forgetFailures'> {
  return {
    listArtifacts: async (): Promise<Artifacts> => {
      const { cacheDir } = host.status();
      const artifacts = await artifactsIn(cacheDir);
      return { cacheDir, bytes: artifacts.reduce((sum, { bytes }) => sum + bytes, 0), artifacts };
    },
    pruneArtifacts: async ({ body }) => {
      if (body === undefined)
        throw new ProblemError(
          'UNSUPPORTED_MEDIA_TYPE',
          'send content-type: application/json; {} for the defaults',
        );
      const { limitBytes, minStaleMs } = body as PruneRequest;
      return await host.prune({
        ...(limitBytes !== undefined && { limit: limitBytes }),
        ...(minStaleMs !== undefined && { minStaleMs }),
      });
    },
    forgetFailures: async ({ query }) => ({
      forgotten: host.forgetFailures((query as { codeHash?: string }).codeHash),
    }),
  };
}

/** What the names of the files tell, the most recently used first; what vanishes meanwhile is left out. */
async function artifactsIn(directory: string): Promise<Artifact[]> {
  const found = await Promise.all(
    (await readdir(directory)).map(async (name): Promise<Artifact[]> => {
      const parsed = parseArtifactFileName(name);
      const file = parsed && (await stat(join(directory, name)).catch(() => undefined));
      if (!parsed || file?.isFile() !== true) return [];
      const { codeHash, prepHash, engine } = parsed.identity;
      const usedAt = file.mtime.toISOString();
      return [{ codeHash: `0x${codeHash}`, prepHash: `0x${prepHash}`, engine, bytes: file.size, usedAt }];
    }),
  );
  return found.flat().sort((a, b) => (a.usedAt < b.usedAt ? 1 : -1));
}
