import type { CompletionNode, CompletionOption } from './tree.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script that a shell sources. It is complete: nothing is started when somebody presses Tab. */
export function completionScript(shell: Shell, nodes: readonly CompletionNode[]): string {
  return { bash, zsh, fish }[shell](nodes);
}

const flagsOf = (options: readonly CompletionOption[]) => options.flatMap(({ flags }) => flags);
const key = (path: readonly string[]) => path.join(' ');

/** The words that name a command, found among those typed so far; the same in bash and zsh. */
function pathCases(nodes: readonly CompletionNode[]): string {
  const paths = nodes.filter(({ path }) => path.length > 0).map(({ path }) => `" ${key(path)}"`);
  return paths.join('|');
}

function choiceCases(
  nodes: readonly CompletionNode[],
  line: (choices: readonly string[]) => string,
): string[] {
  return nodes.flatMap(({ path, options }) =>
    options
      .filter(({ choices }) => choices !== undefined)
      .map(({ flags, choices = [] }) => {
        const patterns = flags.map((flag) => `"${path.length > 0 ? ` ${key(path)}` : ''}:${flag}"`);
        return `    ${patterns.join('|')}) ${line(choices)}; return ;;`;
      }),
  );
}

function bash(nodes: readonly CompletionNode[]): string {
  const words = nodes.map(({ path, commands, options }) => {
    const pattern = path.length === 0 ? '""' : `" ${key(path)}"`;
    const names = commands.map(({ name }) => name).join(' ');
    return `    ${pattern}) commands="${names}"; options="${flagsOf(options).join(' ')}" ;;`;
  });
  return `# bash completion of pvf: source <(pvf completion bash)
_pvf() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" word commands="" options=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in ${pathCases(nodes)}) path="$path $word" ;; esac
  done
  case "$path:$prev" in
${choiceCases(nodes, (choices) => `COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$cur"))`).join('\n')}
  esac
  case "$path" in
${words.join('\n')}
  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ -n $commands ]]; then COMPREPLY=($(compgen -W "$commands" -- "$cur"))
  else COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -o filenames -F _pvf pvf
`;
}

function zsh(nodes: readonly CompletionNode[]): string {
  const words = nodes.map(({ path, commands, options }) => {
    const pattern = path.length === 0 ? '""' : `" ${key(path)}"`;
    const names = commands.map(({ name, description }) => `'${name}:${description}'`).join(' ');
    const flags = options.flatMap(({ flags, description }) =>
      flags.map((flag) => `'${flag}:${description}'`),
    );
    return `    ${pattern}) commands=(${names}); options=(${flags.join(' ')}) ;;`;
  });
  return `#compdef pvf
# zsh completion of pvf: source <(pvf completion zsh), or a file _pvf in $fpath
_pvf() {
  local at="" word cur="\${words[CURRENT]}" prev="\${words[CURRENT-1]}"
  local -a commands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in ${pathCases(nodes)}) at="$at $word" ;; esac
  done
  case "$at:$prev" in
${choiceCases(nodes, (choices) => `compadd -- ${choices.join(' ')}`).join('\n')}
  esac
  case "$at" in
${words.join('\n')}
  esac
  if [[ $cur == -* ]]; then _describe option options
  elif (( \${#commands} )); then _describe command commands
  else _files
  fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
if [[ $funcstack[1] == _pvf ]]; then _pvf "$@"; else compdef _pvf pvf; fi
`;
}

function fish(nodes: readonly CompletionNode[]): string {
  const lines = ['# fish completion of pvf: pvf completion fish | source'];
  for (const { path, commands, options } of nodes) {
    const inside = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const names = commands.map(({ name }) => name).join(' ');
    const here = path.length === 0 ? '__fish_use_subcommand' : inside;
    for (const { name, description } of commands) {
      const condition = path.length === 0 ? here : `${inside}; and not __fish_seen_subcommand_from ${names}`;
      lines.push(`complete -c pvf -f -n '${condition}' -a ${name} -d '${description}'`);
    }
    for (const { flags, description, takesValue, choices } of options) {
      const forms = flags.map((flag) =>
        flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      );
      const value = choices !== undefined ? ` -x -a '${choices.join(' ')}'` : takesValue ? ' -r' : '';
      lines.push(`complete -c pvf -n '${here}' ${forms.join(' ')}${value} -d '${description}'`);
    }
  }
  return `${lines.join('\n')}\n`;
}
