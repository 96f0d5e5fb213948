import type { Answer } from '../model/answers.ts';
import { outcomeWord, voteWord } from '../words/outcomes.ts';
import { AnswerDetail } from './answer-detail.tsx';

/** What a validation came to. */
export function ValidationResult({ answer }: { readonly answer: Answer }) {
  const word = outcomeWord(answer.outcome);
  const unchecked = answer.vote === 'unchecked';
  const verdict =
    answer.outcome === 'valid'
      ? unchecked
        ? 'The PVF accepts the block'
        : 'The block is valid'
      : answer.outcome === 'invalid' && unchecked
        ? 'The PVF does not accept the block'
        : word.label;
  return (
    <div class="stack">
      <p class={`verdict tone-${word.tone}`}>{verdict}</p>
      <p class="soft">
        {unchecked
          ? 'This is no vote: the file has no receipt that the answer could be compared with.'
          : voteWord(answer.vote).label}
      </p>
      <AnswerDetail answer={answer} />
    </div>
  );
}
