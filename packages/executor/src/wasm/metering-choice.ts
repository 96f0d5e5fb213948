import { CallMetering } from './call-metering.ts';
import { EntryMetering } from './entry-metering.ts';
import type { Plan } from './plan.ts';
import { type ScanState, SectionId } from './scan-state.ts';

/** At most one of them; neither: the code stays as it is. */
export interface MeteringChoice {
  readonly calls: CallMetering | undefined;
  readonly entries: EntryMetering | undefined;
}

export function chooseMetering(state: ScanState, plan: Plan): MeteringChoice {
  const { meter } = plan;
  if (meter === undefined) return { calls: undefined, entries: undefined };
  // The reference counts only the module's own globals, so this is wrong for one that imports globals.
  const global = state.entries[SectionId.global]!;
  return state.metersCalls
    ? { calls: new CallMetering(global, meter), entries: undefined }
    : { calls: undefined, entries: new EntryMetering(global, meter) };
}
