/** Shells with a completion script. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

// Each script runs the `lockstep` of the shell's current project, by its name or through npx without downloads. It passes words as typed
// and evaluates none of them.

const bash = `# Completion of lockstep for bash: keep it in a file that ~/.bashrc sources.
_lockstep_completion() {
  local at=1 word run=(lockstep)
  COMPREPLY=()
  if [[ \${COMP_WORDS[0]} == npx ]]; then
    [[ \${COMP_WORDS[1]} == lockstep && $COMP_CWORD -gt 1 ]] || return 0
    at=2
  fi
  type -P lockstep >/dev/null || run=(npx --no -- lockstep)
  while IFS= read -r word; do
    [[ -n $word ]] && COMPREPLY+=("$word")
  done < <("\${run[@]}" completion bash -- "\${COMP_WORDS[@]:at:COMP_CWORD-at+1}" 2>/dev/null)
  return 0
}
complete -o default -F _lockstep_completion lockstep
complete -p npx >/dev/null 2>&1 || complete -o default -F _lockstep_completion npx`;

const zsh = `# Completion of lockstep for zsh: keep it in a file that ~/.zshrc sources after compinit.
_lockstep_completion() {
  local at=2
  local -a run found
  if [[ $words[1] == npx ]]; then
    [[ $words[2] == lockstep && $CURRENT -gt 2 ]] || { _files; return }
    at=3
  fi
  if (( $+commands[lockstep] )); then run=(lockstep); else run=(npx --no -- lockstep); fi
  found=("\${(@f)$("\${run[@]}" completion zsh -- "\${(@)words[at,CURRENT]}" 2>/dev/null)}")
  found=(\${found:#})
  if (( $#found )); then _describe lockstep found; else _files; fi
}
compdef _lockstep_completion lockstep
(( $+_comps[npx] )) || compdef _lockstep_completion npx`;

const fish = `# Completion of lockstep for fish: keep it in ~/.config/fish/conf.d/lockstep.fish.
function __lockstep_completion
  set -l words (commandline -opc) (commandline -ct)
  test "$words[1]" = npx; and set -e words[1]
  set -e words[1]
  set -l run lockstep
  type -q lockstep; or set run npx --no -- lockstep
  $run completion fish -- $words 2>/dev/null
end
complete -c lockstep -a '(__lockstep_completion)'
complete -c npx -n 'set -l words (commandline -opc); test "$words[2]" = lockstep' -a '(__lockstep_completion)'`;

/** The scripts that a shell runs at its start. */
export const shellScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };

/** Formats the possible next words for a shell: one per line, in zsh and fish with a description. */
export function nextWordsText(shell: Shell, words: readonly { readonly word: string; readonly description: string }[]) {
  return words
    .map(({ word, description }) => {
      if (shell === "bash") return word;
      return shell === "zsh" ? `${word.replaceAll(":", "\\:")}:${description}` : `${word}\t${description}`;
    })
    .join("\n");
}
