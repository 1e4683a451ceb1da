/** RPC programs other than GlusterFS's: named, their bodies not decoded. */

interface OtherProgram {
  readonly name: string;
  /** Names of procedures by version and number. */
  readonly procedures: Readonly<Record<number, readonly string[]>>;
}

const names = (list: string): readonly string[] => list.split(/\s+/);

const OTHERS: ReadonlyMap<number, OtherProgram> = new Map<number, OtherProgram>([
  // RFC 1833, section 3.
  [100000, { name: 'PORTMAP', procedures: { 2: names('NULL SET UNSET GETPORT DUMP CALLIT') } }],
  // RFC 1813, section 3.3.
  [
    100003,
    {
      name: 'NFS',
      procedures: {
        3: names(
          `NULL GETATTR SETATTR LOOKUP ACCESS READLINK READ WRITE CREATE MKDIR SYMLINK MKNOD REMOVE RMDIR
           RENAME LINK READDIR READDIRPLUS FSSTAT FSINFO PATHCONF COMMIT`,
        ),
        4: names('NULL COMPOUND'),
      },
    },
  ],
  // RFC 1813, section 5.2.
  [100005, { name: 'MOUNT', procedures: { 3: names('NULL MNT DUMP UMNT UMNTALL EXPORT') } }],
  // The Open Group's XNFS, chapter 14.
  [
    100021,
    {
      name: 'NLM',
      procedures: {
        4: names(
          `NULL TEST LOCK CANCEL UNLOCK GRANTED TEST_MSG LOCK_MSG CANCEL_MSG UNLOCK_MSG GRANTED_MSG TEST_RES
           LOCK_RES CANCEL_RES UNLOCK_RES GRANTED_RES`,
        ),
      },
    },
  ],
  [100024, { name: 'NSM', procedures: { 1: names('NULL STAT MON UNMON UNMON_ALL SIMU_CRASH NOTIFY') } }],
  [100227, { name: 'ACL', procedures: { 3: names('NULL GETACL SETACL') } }],
]);

export function otherProgram(program: number): string | undefined {
  return OTHERS.get(program)?.name;
}

export function otherProcedure(program: number, version: number, procedure: number): string | undefined {
  return OTHERS.get(program)?.procedures[version]?.[procedure];
}

/** The names of all procedures. */
export function otherProcedures(): string[] {
  return [...OTHERS.values()].flatMap(({ procedures }) => Object.values(procedures).flat());
}
