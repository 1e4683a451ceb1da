/**
 * Failures of normal operation, by procedure: they tell of nothing that is wrong. A file is looked up before it
 * is made, attributes are asked for that most files do not have, and AFR tries its locks without waiting
 * first (afr_nonblocking_entrylk() and its kin in afr-lk-common.c).
 */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  LOOKUP: ['ENOENT'],
  GETXATTR: ['ENODATA'],
  FGETXATTR: ['ENODATA'],
  LK: ['EAGAIN'],
  INODELK: ['EAGAIN'],
  FINODELK: ['EAGAIN'],
  ENTRYLK: ['EAGAIN'],
  FENTRYLK: ['EAGAIN'],
};

/** @param error the name of op_errno */
export function isExpected(procedure: string, error: string): boolean {
  return Object.hasOwn(EXPECTED, procedure) && EXPECTED[procedure].includes(error);
}
