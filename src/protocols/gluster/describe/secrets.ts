/**
 * What an administrator typed may hold what nobody else shall know. It is told that something was set, and never to
 * what. `--detail full` shows everything.
 */

/**
 * Options whose values are kept back: what certificates and logins are configured with. auth.allow and auth.reject
 * are lists of addresses.
 */
const Secret =
  /passw|secret|username|credential|token|private.?key|^ssl\.|^auth\.(?!allow$|reject$)|[._-]key$/i;

/** A word that can be an option's name: no path and no brick. */
const OptionName = /^[a-z][\w.-]*$/i;

export const HIDDEN_VALUE = '(not shown)';

export function isSecret(option: string): boolean {
  return Secret.test(option);
}

/**
 * A command as it was typed, without what follows the name of such an option: the command's words are joined by
 * spaces that values may have too (cli_to_glusterd() of cli/src/cli-rpc-ops.c), so that a value's end is not known.
 */
export function withoutSecrets(command: string): string {
  const words = command.split(' ');
  // `volume set NAME`: a volume may have any name.
  const first = words[0] === 'volume' ? 3 : 1;
  for (let i = first; i < words.length - 1; i++) {
    if (OptionName.test(words[i]) && isSecret(words[i]))
      return [...words.slice(0, i + 1), HIDDEN_VALUE].join(' ');
  }
  return command;
}
