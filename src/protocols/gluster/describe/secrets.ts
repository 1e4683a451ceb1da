/**
 * Secrets in administrator commands: a line shows which option is set, but not its value. `--detail full` shows everything.
 */

/** Options with secret values: certificates and logins, but not auth.allow and auth.reject, which list addresses. */
const SECRET_OPTION =
  /passw|secret|username|credential|token|private.?key|^ssl\.|^auth\.(?!allow$|reject$)|[._-]key$/i;

/** A word that can be an option's name: neither a path nor a brick. */
const OPTION_NAME = /^[a-z][\w.-]*$/i;

export const HIDDEN_VALUE = '(not shown)';

export function isSecret(option: string): boolean {
  return SECRET_OPTION.test(option);
}

/**
 * A typed command, cut after the name of a secret option. The gluster command joins its words with spaces, and values may
 * contain spaces too (cli_to_glusterd() of cli/src/cli-rpc-ops.c), so the end of a value is unknown.
 */
export function withoutSecrets(command: string): string {
  const words = command.split(' ');
  // `volume set NAME`: a volume may be named like an option.
  const first = words[0] === 'volume' ? 3 : 1;
  for (let i = first; i < words.length - 1; i++) {
    if (OPTION_NAME.test(words[i]) && isSecret(words[i]))
      return [...words.slice(0, i + 1), HIDDEN_VALUE].join(' ');
  }
  return command;
}
