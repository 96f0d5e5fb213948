import type { Command, Option } from 'commander';

/** A command as completion sees it. */
export interface CompletionNode {
  /** Words behind the program's name, none for the program itself. */
  readonly path: readonly string[];
  readonly description: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletionOption[];
}

export interface CompletionOption {
  /** `--json`, `-q`: as typed. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
  /** The only values there are; undefined for any. */
  readonly choices: readonly string[] | undefined;
}

/** All commands, the program first. */
export function completionTree(program: Command): CompletionNode[] {
  const nodes: CompletionNode[] = [];
  const visit = (command: Command, path: readonly string[]) => {
    const help = command.createHelp();
    const commands = help.visibleCommands(command);
    nodes.push({
      path,
      description: firstSentence(command.description()),
      commands: commands.map((each) => ({
        name: each.name(),
        description: firstSentence(each.description()),
      })),
      options: help.visibleOptions(command).map(optionOf),
    });
    for (const each of commands) if (each.name() !== 'help') visit(each, [...path, each.name()]);
  };
  visit(program, []);
  return nodes;
}

function optionOf(option: Option): CompletionOption {
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null) as string[],
    description: firstSentence(option.description),
    takesValue: option.required || option.optional,
    choices: option.argChoices,
  };
}

/** Shells show one line; nothing in it may mean something to them. */
function firstSentence(text: string): string {
  return (
    text
      .split(/[.;:(]\s|\.$/)[0]
      ?.replace(/[^\p{L}\p{N} ,/.*-]/gu, '')
      .trim() ?? ''
  );
}
