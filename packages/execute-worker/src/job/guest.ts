import {
  type ArtifactParts,
  type CodeCache,
  type GuestInstance,
  instantiate,
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

/** Loads and instantiates, then locks: after that no machine code can be made. In a job, or in a template for its jobs. */
export function makeGuest(parts: ArtifactParts, settings: GuestSettings, lock: () => void): GuestInstance {
  const guest = instantiate(loadArtifact(parts, settings.codeCache, settings.engine), {
    ...settings,
    onLog: guestLogSink,
  });
  lock();
  return guest;
}
