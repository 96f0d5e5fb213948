/** What all panels are made of. */
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { Tone } from '../words/outcomes.ts';
import { printable, shorten } from '../words/printable.ts';
import { count, percent } from '../words/units.ts';

export function Panel({
  title,
  note,
  end,
  span = '',
  children,
}: {
  readonly title: string;
  readonly note?: string;
  /** Beside the title. */
  readonly end?: ComponentChildren;
  readonly span?: 'half' | 'third' | 'two-thirds' | '';
  readonly children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class={`panel ${span}`} aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{title}</h2>
        {end}
      </div>
      {note === undefined ? null : <p class="panel-note">{note}</p>}
      {children}
    </section>
  );
}

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge tone-${tone}`}>{children}</span>;
}

/** A thing to know now; `urgent` ones are read out at once. */
export function Notice({
  tone,
  title,
  urgent = false,
  children,
}: {
  readonly tone: Tone;
  readonly title: string;
  readonly urgent?: boolean;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class={`notice tone-${tone}`} role={urgent ? 'alert' : undefined}>
      <strong>{title}</strong>
      {children}
    </div>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export type Fact = readonly [name: string, value: ComponentChildren];

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}:`}>{value}</dd>])}
    </dl>
  );
}

/** A share of a whole as bar and words. */
export function Meter({
  name,
  used,
  limit,
  show = count,
  tone,
}: {
  readonly name: string;
  readonly used: number | undefined;
  /** Undefined: nothing limits it. */
  readonly limit: number | undefined;
  readonly show?: (value: number | undefined) => string;
  readonly tone?: Tone;
}) {
  const share = used === undefined || limit === undefined || limit === 0 ? undefined : used / limit;
  const colour = tone ?? (share === undefined || share < 0.8 ? undefined : share <= 1 ? 'fault' : 'bad');
  return (
    <div class={`meter ${colour === undefined ? '' : `tone-${colour}`}`}>
      <span>{name}</span>
      <span class="meter-track" aria-hidden="true">
        <span
          class="meter-fill"
          style={{ display: 'block', inlineSize: `${Math.min(1, share ?? 0) * 100}%` }}
        />
      </span>
      <span class="meter-value">
        {show(used)}
        {limit === undefined ? '' : ` of ${show(limit)}`}
        {share === undefined ? '' : ` (${percent(share)})`}
      </span>
    </div>
  );
}

/** Words of a guest, or of a file: never markup, never longer than asked for. */
export function GuestText({ text, label }: { readonly text: string; readonly label: string }) {
  const [whole, setWhole] = useState(false);
  const { shown, missing } = whole ? { shown: text, missing: 0 } : shorten(text);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long texts scroll, also by keyboard */}
      <section class="guest" aria-label={label} tabIndex={0}>
        <pre>
          {printable(shown)}
          {missing > 0 ? '…' : ''}
        </pre>
      </section>
      {missing > 0 ? (
        <button type="button" onClick={() => setWhole(true)}>
          Show the other {count(missing)} characters
        </button>
      ) : null}
    </>
  );
}

/** The numbers of a chart, for those who rather read, or cannot see it. */
export function AsTable({
  summary,
  head,
  rows,
}: {
  readonly summary: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {open ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: wide tables scroll, also by keyboard
        <section class="scroll" aria-label={summary} tabIndex={0}>
          <table>
            <thead>
              <tr>
                {head.map((name, i) => (
                  <th key={name} scope="col" class={i === 0 ? '' : 'number'}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(([first = '', ...others]) => (
                <tr key={first}>
                  <th scope="row">{first}</th>
                  {others.map((value, i) => (
                    <td key={head[i + 1]} class="number">
                      {value}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : null}
    </details>
  );
}
