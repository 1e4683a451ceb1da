/**
 * A mistake of the user's (no such file, a bad option): its message is one clear sentence, which the
 * command line prints without a stack trace before it exits with 2.
 */
export class UserError extends Error {
  override name = 'UserError';
}
