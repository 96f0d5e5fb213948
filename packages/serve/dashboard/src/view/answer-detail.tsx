import { type Answer, frameText } from '../model/answers.ts';
import { kindWord, reasonSentence } from '../words/outcomes.ts';
import { count, duration, plural, size } from '../words/units.ts';
import { type Fact, Facts, GuestText, Meter } from './parts.tsx';

/** Everything that is known of one outcome. */
export function AnswerDetail({ answer }: { readonly answer: Answer }) {
  const { detail, message, reason } = answer;
  const sentence = reasonSentence(reason);
  return (
    <div class="outcome-body">
      {sentence === undefined && reason !== undefined ? <p>Reason: {reason}</p> : null}
      {sentence === undefined ? null : <p>{sentence}</p>}
      {message === undefined || (detail.panic !== undefined && message.includes(detail.panic)) ? null : (
        <div>
          <h3>What the host says</h3>
          <GuestText text={message} label="What the host says" />
        </div>
      )}
      {detail.panic === undefined ? null : (
        <div>
          <h3>Panic of the PVF</h3>
          <GuestText text={detail.panic} label="Panic of the PVF" />
        </div>
      )}
      {detail.backtrace.length === 0 ? null : (
        <div>
          <h3>Backtrace: functions that had not returned, the innermost first</h3>
          <GuestText
            text={detail.backtrace
              .map((frame, i) => `${i}: ${frameText(frame).replaceAll('\n', ' ')}`)
              .join('\n')}
            label="Backtrace"
          />
        </div>
      )}
      {detail.logs.length === 0 ? null : (
        <div>
          <h3>
            What the PVF logged
            {detail.logsLeftOut > 0 ? ` (${plural(detail.logsLeftOut, 'line')} left out)` : ''}
          </h3>
          <GuestText
            text={detail.logs
              .map(({ level, target, message: line }) => `${level} ${target}: ${line}`)
              .join('\n')}
            label="What the PVF logged"
          />
        </div>
      )}
      <Use answer={answer} />
      <Facts facts={facts(answer)} />
    </div>
  );
}

/** Used of what is allowed. */
export function Use({ answer: { detail } }: { readonly answer: Pick<Answer, 'detail'> }) {
  const { used, limits } = detail;
  const all = [
    ['CPU time', used.cpuTimeMs, limits.cpuTimeMs, duration],
    ['Wall time', used.wallTimeMs, limits.wallTimeMs, duration],
    ['Memory', used.memoryBytes, limits.memoryBytes, size],
    ['PoV', used.povBytes, limits.povBytes, size],
    ['Code, decompressed', used.codeBytes, limits.codeBytes, size],
  ] as const;
  const known = all.filter(([, amount]) => amount !== undefined);
  if (known.length === 0) return null;
  return (
    <div>
      <h3>Used of what is allowed</h3>
      {known.map(([name, amount, limit, show]) => (
        <Meter key={name} name={name} used={amount} limit={limit} show={show} />
      ))}
    </div>
  );
}

function facts({ request, requestId, codeHash, candidateHash, totalMs, queuedMs, attempts }: Answer): Fact[] {
  return [
    ['Asked for', kindWord(request)],
    ['Time in all', duration(totalMs)],
    ...(queuedMs === undefined ? [] : [['Waited in the queue', duration(queuedMs)] as const]),
    ...(attempts === undefined ? [] : [['Attempts', count(attempts)] as const]),
    ...(codeHash === ''
      ? []
      : [['Code hash', <code key="code">0x{codeHash.replace(/^0x/, '')}</code>] as const]),
    ...(candidateHash === undefined
      ? []
      : [['Candidate hash', <code key="candidate">0x{candidateHash.replace(/^0x/, '')}</code>] as const]),
    ['Request', <code key="request">{requestId}</code>],
  ];
}
