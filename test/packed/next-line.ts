/** The commands that a `Next` line names, in its order, each as it is printed: what a person would copy. */
export function nextCommands(output: string): readonly string[] {
  const [, line = ""] = /^Next(?: {3}|\n)(.*(?:\n {2,}.*)*)/m.exec(output) ?? [];
  return [...line.matchAll(command)].map(([text]) => text);
}

/** From a package manager's word to what ends a command in a sentence. */
const command =
  /(?:\bcd [^\s&]+ && )?\b(?:npx|pnpm|yarn|npm|bunx|bun) .*?(?=$|\n|[,;)]|\.(?:\s|$)| {3}#| first\b| with the URL\b| as always\b| on each\b)/g;
