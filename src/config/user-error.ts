/**
 * A usage error (no such file, an invalid option). Its message is one sentence, which the command line prints without a
 * stack trace before it exits with code 2.
 */
export class UserError extends Error {
  override name = 'UserError';
}
