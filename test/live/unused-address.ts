/** The user nobody, as whom the tests run what they start. */
import { run } from '../helpers/netns.js';
import { MAIN } from '../helpers/wiretail.js';

export const NOBODY = 65534;

/** Why it can't run here; false: it can. */
export function whyNotNobody(): string | false {
  try {
    run('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, MAIN, '--version']);
    return false;
  } catch {
    return 'the user nobody cannot read this checkout or Node';
  }
}
