import { useEffect, useState } from 'preact/hooks';

const KEY = 'pvf-theme';
const THEMES = ['system', 'light', 'dark'] as const;

/** Light, dark, or as the system has it; remembered in this browser. */
export function ThemeChoice() {
  const [theme, setTheme] = useState(() => localStorage.getItem(KEY) ?? 'system');
  useEffect(() => {
    if (theme === 'light' || theme === 'dark') {
      document.documentElement.dataset.theme = theme;
      localStorage.setItem(KEY, theme);
    } else {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem(KEY);
    }
  }, [theme]);
  return (
    <label class="theme">
      Theme
      <select value={theme} onChange={({ currentTarget }) => setTheme(currentTarget.value)}>
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
