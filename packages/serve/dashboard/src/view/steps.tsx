import type { Step, StepState } from '../model/check.ts';

const MARKS: Readonly<Record<StepState, [mark: string, words: string, tone: string]>> = {
  done: ['✓', 'done', 'tone-good'],
  now: ['…', 'in work', 'tone-plain'],
  later: ['·', 'to come', ''],
  failed: ['✕', 'failed', 'tone-bad'],
};

/** The steps of a check and how far it has come. */
export function Steps({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <ol class="steps" aria-label="Progress">
      {steps.map(({ name, state, note }) => {
        const [mark, words, tone] = MARKS[state];
        return (
          <li key={name} class={tone} aria-current={state === 'now' ? 'step' : undefined}>
            <span class="mark" aria-hidden="true">
              {mark}
            </span>
            <span>
              {name}
              <span class="visually-hidden">: {words}</span>
            </span>
            <span class="soft">{note}</span>
          </li>
        );
      })}
    </ol>
  );
}
