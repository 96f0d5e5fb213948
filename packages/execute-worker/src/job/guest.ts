import {
  type ArtifactParts,
  type CodeCache,
  type GuestInstance,
  instantiate,
  type LoadedArtifact,
  loadArtifact,
} from '@pvf/executor';
import type { ExecutorSemantics } from '@pvf/protocol';
import { guestLogSink } from './guest-words.ts';

/** What every guest of a worker is made with. */
export interface GuestSettings {
  readonly semantics: ExecutorSemantics;
  /** 0 (off) to 5 (trace). */
  readonly loggingMaxLevel: number;
  readonly codeCache: CodeCache;
  readonly engine: string;
}

/** Loads and instantiates, then locks: after that no machine code can be made. */
export function makeGuest(parts: ArtifactParts, settings: GuestSettings, lock: () => void): GuestInstance {
  const guest = instantiate(load(parts, settings), { ...settings, onLog: guestLogSink });
  lock();
  return guest;
}

/** The same for a guest that many jobs will be forked from; its module has no start function. */
export function makeTemplateGuest(
  parts: ArtifactParts,
  settings: GuestSettings,
  lock: () => void,
): GuestInstance {
  return makeGuest(parts, settings, lock);
}

function load(parts: ArtifactParts, { codeCache, engine }: GuestSettings): LoadedArtifact {
  return loadArtifact(parts, codeCache, engine);
}
