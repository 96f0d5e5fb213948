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

/**
 * Makes a guest for all jobs of a template. A full collection comes last: the guest's memory is far more than V8 takes
 * for granted outside of its heap, so that each job would otherwise begin to collect again and again, on its
 * candidate's time. The launchers ask V8 for `gc`; it changes nothing that a guest can see.
 */
export function makeTemplateGuest(
  parts: ArtifactParts,
  settings: GuestSettings,
  lock: () => void,
): GuestInstance {
  return makeGuest(parts, settings, () => {
    (globalThis as { readonly gc?: () => void }).gc?.();
    lock();
  });
}
