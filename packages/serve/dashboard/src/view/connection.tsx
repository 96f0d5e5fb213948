import type { Connection } from '../api/follow.ts';
import type { Status } from '../api/types.ts';
import type { Snapshot } from '../model/store.ts';
import type { Tone } from '../words/outcomes.ts';
import { oneLine } from '../words/printable.ts';
import { clock, count } from '../words/units.ts';
import { Badge, Notice } from './parts.tsx';
import { useNow } from './use-store.ts';

/** How the page stands to the service, in the head; read out when it changes. */
export function ConnectionBadge({
  connection,
  status,
}: {
  readonly connection: Connection;
  readonly status: Status | undefined;
}) {
  const [tone, text] = words(connection, status);
  return (
    <span role="status" class="connection">
      <Badge tone={tone}>{text}</Badge>
    </span>
  );
}

function words({ state }: Connection, status: Status | undefined): [Tone, string] {
  if (state === 'connecting') return ['gone', 'Connecting'];
  if (state === 'lost') return ['fault', 'Connection lost'];
  if (state === 'refused') return ['bad', 'Token needed'];
  switch (status?.state) {
    case undefined:
    case 'running':
      return ['good', 'Live'];
    case 'shutting-down':
      return ['fault', 'Shutting down'];
    default:
      return ['bad', 'Host stopped'];
  }
}

/** What is wrong now, and what to do about it. */
export function ConnectionNotices({
  snapshot: { connection, status, trouble, gap, remedies },
  forgetGap,
}: {
  readonly snapshot: Snapshot;
  readonly forgetGap: () => void;
}) {
  const lost = connection.state === 'lost';
  return (
    <>
      {lost ? <Lost connection={connection} /> : null}
      {!lost && trouble !== undefined ? (
        <Notice tone="fault" title="The numbers may be old">
          <span>The last reading failed: {oneLine(trouble, 300)}</span>
        </Notice>
      ) : null}
      {gap === undefined ? null : (
        <Notice
          tone="plain"
          title={gap.reason === 'restarted' ? 'The service was started anew' : 'Some outcomes were missed'}
        >
          <span>
            {gap.reason === 'restarted'
              ? `The page is connected again since ${clock(gap.at)}. Counts begin at the restart; outcomes below may be from before it.`
              : `${gap.missed === undefined ? 'Outcomes' : `${count(gap.missed)} events`} came while the page was not connected and are no longer kept. Counts and charts have them.`}
          </span>
          <span>
            <button type="button" onClick={forgetGap}>
              Close this note
            </button>
          </span>
        </Notice>
      )}
      {status?.state === 'stopped' || status?.state === 'closed' ? (
        <Notice tone="bad" title="The host has stopped and answers no requests" urgent>
          <span>{oneLine(status.reason ?? 'Start the service again.', 500)}</span>
        </Notice>
      ) : null}
      {status?.state === 'shutting-down' ? (
        <Notice tone="fault" title="The service is shutting down">
          <span>Requests that run get their outcome; new ones are refused.</span>
        </Notice>
      ) : null}
      {status?.slowMachine.queueTime ? (
        <Notice
          tone="bad"
          title="This machine is too slow: approvals and disputes wait too long for a worker"
          urgent
        >
          <span>{remedy(remedies.get('queue-time'), QUEUE_REMEDY)}</span>
        </Notice>
      ) : null}
      {status?.slowMachine.cpuShare ? (
        <Notice tone="bad" title="This machine is too slow: jobs get less than half of a CPU" urgent>
          <span>{remedy(remedies.get('cpu-share'), SHARE_REMEDY)}</span>
        </Notice>
      ) : null}
    </>
  );
}

const QUEUE_REMEDY = 'give the host more execute workers if CPUs are idle, else a faster machine';
const SHARE_REMEDY = 'run fewer execute workers than CPUs, or free the machine of other work';

function remedy(told: string | undefined, otherwise: string): string {
  return `What to do: ${oneLine(told ?? otherwise, 300)}. Otherwise validations run into their time limits, and votes are lost.`;
}

function Lost({ connection }: { readonly connection: Extract<Connection, { state: 'lost' }> }) {
  const now = useNow(500);
  const seconds = Math.max(0, Math.ceil((connection.retryAt - now) / 1_000));
  return (
    <Notice tone="fault" title="The connection to the service is lost">
      <span>
        Since {clock(connection.since)}; what is shown is from before.{' '}
        {seconds === 0 ? 'Trying again now.' : `Trying again in ${seconds} s.`}
      </span>
      <span class="soft">{oneLine(connection.reason, 200)}</span>
    </Notice>
  );
}
