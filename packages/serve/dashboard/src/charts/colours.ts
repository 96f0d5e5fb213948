/** Colours of the style sheet for a canvas, which knows no custom properties. */

let theme = 0;
const known = new Map<string, string>();
let knownTheme = -1;

/** What a custom property such as `--good` is at the moment, as a colour that a canvas understands. */
export function colour(name: string): string {
  if (knownTheme !== theme) {
    known.clear();
    knownTheme = theme;
  }
  let value = known.get(name);
  if (value === undefined) {
    const probe = document.createElement('span');
    probe.hidden = true;
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    value = getComputedStyle(probe).color;
    probe.remove();
    known.set(name, value);
  }
  return value;
}

/** Calls `changed` when the page turns light or dark. @returns a function that ends it */
export function onThemeChange(changed: () => void): () => void {
  const turn = (): void => {
    theme += 1;
    changed();
  };
  const media = matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', turn);
  const attribute = new MutationObserver(turn);
  attribute.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => {
    media.removeEventListener('change', turn);
    attribute.disconnect();
  };
}
