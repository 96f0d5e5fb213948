import { useId, useState } from 'preact/hooks';
import { oneLine } from '../words/printable.ts';
import { size } from '../words/units.ts';

/** Takes one file: dropped, or chosen with the keyboard like any file. */
export function DropZone({
  title,
  hint,
  file,
  disabled = false,
  choose,
}: {
  readonly title: string;
  readonly hint: string;
  readonly file: File | undefined;
  readonly disabled?: boolean;
  readonly choose: (file: File) => void;
}) {
  const id = useId();
  const [over, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a place to drop on, beside the input that everybody can use
    <div
      class={`drop ${over ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(!disabled);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const dropped = event.dataTransfer?.files[0];
        if (dropped !== undefined && !disabled) choose(dropped);
      }}
    >
      <label for={id}>
        <strong>{title}</strong>
      </label>
      <p class="soft" id={`${id}-hint`}>
        {hint}
      </p>
      <input
        id={id}
        type="file"
        disabled={disabled}
        aria-describedby={`${id}-hint`}
        onChange={({ currentTarget }) => {
          const chosen = currentTarget.files?.[0];
          if (chosen !== undefined) choose(chosen);
          // so that the same file can be chosen again
          currentTarget.value = '';
        }}
      />
      {file === undefined ? null : (
        <p>
          <span class="guest-inline mono">{oneLine(file.name, 80)}</span>, {size(file.size)}
        </p>
      )}
    </div>
  );
}
