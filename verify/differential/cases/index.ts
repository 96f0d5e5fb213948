/**
 * Where the differential test's cases come from. Each group draws on a stream of its own, so its cases depend on the
 * seed alone, not on the other groups. A case is one PVF to prepare and the candidates to run on it.
 */
import type { Random } from '../random.ts';
import { adder } from './adder.ts';
import { branchTables } from './branch-tables.ts';
import { components } from './components.ts';
import { codeBlobs, limits, povBlobs } from './fixed.ts';
import { eccGuests, generatedGuests, guestsWithParams, mutatedGuests } from './generated.ts';
import { oddGuests } from './odd.ts';
import { mutatedRuntimes, realRuntimes } from './real.ts';
import { allocatorScripts, results } from './scripts.ts';
import type { PvfCase } from './types.ts';
import { vectorModules } from './vectors.ts';

/** Folders with material that is not part of the repository. */
export interface Material {
  pvfsDir: string | undefined;
  candidatesDir: string | undefined;
  vectorsDir: string | undefined;
  componentsDir: string | undefined;
}

export function* allCases(random: Random, material: Material): Generator<PvfCase> {
  yield* limits();
  yield* branchTables();
  yield* povBlobs(random.fork('pov-blobs'));
  yield* codeBlobs(random.fork('code-blobs'));
  yield* adder(random.fork('adder'));
  yield* generatedGuests(random.fork('guests'));
  yield* guestsWithParams(random.fork('guests-with-params'));
  yield* eccGuests(random.fork('guests-ecc'));
  yield* mutatedGuests(random.fork('mutated-guests'));
  yield* oddGuests(random.fork('odd-guests'));
  yield* results(random.fork('results'));
  yield* allocatorScripts(random.fork('allocator-scripts'));
  if (material.componentsDir !== undefined)
    yield* components(random.fork('components'), material.componentsDir);
  if (material.vectorsDir !== undefined) yield* vectorModules(material.vectorsDir);
  if (material.pvfsDir !== undefined) {
    yield* mutatedRuntimes(random.fork('mutated-runtimes'), material.pvfsDir);
    yield* realRuntimes(random.fork('runtimes'), material.pvfsDir, material.candidatesDir);
  }
}

export type { ArtifactVariant, Execution, PvfCase } from './types.ts';
