/** Names of the status values in a reply's header (RFC 5531, section 9). */

const ACCEPT_STAT = [
  'SUCCESS',
  'PROG_UNAVAIL',
  'PROG_MISMATCH',
  'PROC_UNAVAIL',
  'GARBAGE_ARGS',
  'SYSTEM_ERR',
] as const;

const REJECT_STAT = ['RPC_MISMATCH', 'AUTH_ERROR'] as const;

const AUTH_STAT = [
  'AUTH_OK',
  'AUTH_BADCRED',
  'AUTH_REJECTEDCRED',
  'AUTH_BADVERF',
  'AUTH_REJECTEDVERF',
  'AUTH_TOOWEAK',
  'AUTH_INVALIDRESP',
  'AUTH_FAILED',
  'AUTH_KERB_GENERIC',
  'AUTH_TIMEEXPIRE',
  'AUTH_TKT_FILE',
  'AUTH_DECODE',
  'AUTH_NET_ADDR',
  'RPCSEC_GSS_CREDPROBLEM',
  'RPCSEC_GSS_CTXPROBLEM',
] as const;

const namedBy = (names: readonly string[]) => (value: number) => names[value] ?? String(value);

export const acceptStat = namedBy(ACCEPT_STAT);
export const rejectStat = namedBy(REJECT_STAT);
export const authStat = namedBy(AUTH_STAT);
