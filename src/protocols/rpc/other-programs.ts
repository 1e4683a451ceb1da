/** RPC programs that are not GlusterFS's: told by name, their bodies left alone. */

interface OtherProgram {
  readonly name: string;
  /** Procedures by version and number, as far as they are named. */
  readonly procedures: Readonly<Record<number, readonly string[]>>;
}

const words = (names: string): readonly string[] => names.split(/\s+/);

const OTHERS: ReadonlyMap<number, OtherProgram> = new Map<number, OtherProgram>([
  // RFC 1833, section 3.
  [100000, { name: 'PORTMAP', procedures: { 2: words('NULL SET UNSET GETPORT DUMP CALLIT') } }],
  // RFC 1813, section 3.3.
  [
    100003,
    {
      name: 'NFS',
      procedures: {
        3: words(
          `NULL GETATTR SETATTR LOOKUP ACCESS READLINK READ WRITE CREATE MKDIR SYMLINK MKNOD REMOVE RMDIR
           RENAME LINK READDIR READDIRPLUS FSSTAT FSINFO PATHCONF COMMIT`,
        ),
        4: words('NULL COMPOUND'),
      },
    },
  ],
  // RFC 1813, section 5.2.
  [100005, { name: 'MOUNT', procedures: { 3: words('NULL MNT DUMP UMNT UMNTALL EXPORT') } }],
  // The Open Group's XNFS, chapter 14.
  [
    100021,
    {
      name: 'NLM',
      procedures: {
        4: words(
          `NULL TEST LOCK CANCEL UNLOCK GRANTED TEST_MSG LOCK_MSG CANCEL_MSG UNLOCK_MSG GRANTED_MSG TEST_RES
           LOCK_RES CANCEL_RES UNLOCK_RES GRANTED_RES`,
        ),
      },
    },
  ],
  [100024, { name: 'NSM', procedures: { 1: words('NULL STAT MON UNMON UNMON_ALL SIMU_CRASH NOTIFY') } }],
  [100227, { name: 'ACL', procedures: { 3: words('NULL GETACL SETACL') } }],
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
