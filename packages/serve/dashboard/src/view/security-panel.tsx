import type { Status } from '../api/types.ts';
import { oneLine } from '../words/printable.ts';
import { Badge, Facts, Notice, Panel } from './parts.tsx';

type Layer = Status['security']['layers'][number];

/** Places in which a remedy may be applied, as people know them. */
const PLACES: Readonly<Record<string, string>> = {
  shell: 'In general',
  docker: 'In Docker',
  kubernetes: 'In Kubernetes',
  systemd: 'With systemd',
  sysctl: 'Kernel settings',
  apparmor: 'AppArmor',
};

/** The layers of isolation, whether they work here, and what to do about those that do not. */
export function SecurityPanel({ security }: { readonly security: Status['security'] }) {
  const { layers, lost, secureMode } = security;
  const missing = layers.filter(({ available }) => !available).length;
  const note =
    missing === 0
      ? 'Each works here: a PVF that takes over its job reaches nothing else.'
      : 'What is missing is named with its reason and what to change.';
  return (
    <Panel
      title="Layers of isolation"
      note={note}
      end={secureMode ? <Badge tone="good">Secure mode</Badge> : <Badge tone="bad">Secure mode is off</Badge>}
    >
      {secureMode ? null : (
        <Notice tone="bad" title="This host runs without secure mode">
          <span>
            It would start even if nothing isolated the jobs. Start it in secure mode before it decides votes.
          </span>
        </Notice>
      )}
      <ul class="layers">
        {layers.map((layer) => (
          <LayerItem key={layer.name} layer={layer} />
        ))}
        {Object.entries(lost).map(([part, reason]) => (
          <li key={part}>
            <div class="layer-head">
              <span>Lost of these: {part}</span>
              <Badge tone="fault">Missing</Badge>
            </div>
            <p class="soft guest-inline">{oneLine(reason, 400)}</p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function LayerItem({ layer: { name, words, available, reason, remedies } }: { readonly layer: Layer }) {
  // Without control groups workers measure: that is no hole.
  const measured = name === 'cgroup' && !available;
  return (
    <li>
      <div class="layer-head">
        <span>{words}</span>
        {available ? <Badge tone="good">Works</Badge> : null}
        {measured ? <Badge tone="plain">Measured instead</Badge> : null}
        {available || measured ? null : <Badge tone="bad">Missing</Badge>}
      </div>
      {reason === undefined ? null : <p class="soft guest-inline">{oneLine(reason, 400)}</p>}
      {available || remedies === undefined || Object.keys(remedies).length === 0 ? null : (
        <details open={!measured}>
          <summary>What to change</summary>
          <Facts
            facts={Object.entries(remedies).map(([place, remedy]) => [
              PLACES[place] ?? place,
              <code key={place}>{oneLine(remedy, 400)}</code>,
            ])}
          />
        </details>
      )}
    </li>
  );
}
